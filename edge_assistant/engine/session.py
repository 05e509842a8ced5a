"""One conversation about one picture at a time, on one LlamaModel: what is known already is not computed again.

The KV cache holds a row of blocks: the system prompt, the picture, then the turns. A question is laid out as the row
it needs; the longest equal beginning is kept and the rest is evaluated. A follow-up therefore costs only its own
tokens, and another question about the same pixels costs neither encode nor the picture's prefill. Blocks are always
evaluated with the same cuts, so that asking the same thing twice gives bit-identical logits.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from edge_assistant.engine.generation import AnswerState, AnswerWriter, answer_reserve
from edge_assistant.engine.gpu_offload import GpuOffload
from edge_assistant.engine.llama_model import ComputationInterrupted, ImageChunk, LlamaModel
from edge_assistant.engine.messages import (
    AskQuestion,
    Done,
    Embeddings,
    EncodeAhead,
    Reply,
    Stage,
    StageProgress,
    TurnsDropped,
    picture_digest,
)
from edge_assistant.engine.prompt_cache import PromptCache
from edge_assistant.engine.prompts import END_OF_THINKING, LEAST_IMAGE_TOKENS, THINKING_OPENER
from edge_assistant.system.errors import DoesNotFitError
from edge_assistant.system.i18n import tr

# Cells kept for reasoning before turns are dropped or a picture is refused.
_THINKING_RESERVE = 256
# llama.cpp rounds contexts up to multiples of this (llama-context.cpp, GGML_PAD).
_CONTEXT_STEP = 256


# From an answer to the next question.
_BETWEEN = "<|im_end|>\n<|im_start|>user\n"


@dataclass(frozen=True, slots=True)
class _Block:
    """KV cells that are evaluated together. `digest` names a picture, whose `tokens` are empty."""

    tokens: tuple[int, ...]
    cells: int
    positions: int
    digest: bytes = b""
    generated: bool = False


def _text(tokens: list[int], *, generated: bool = False) -> _Block:
    return _Block(tuple(tokens), len(tokens), len(tokens), generated=generated)


class ModelSession:
    """Answers questions; `emit` receives progress and pieces of text as they come."""

    def __init__(self, native: LlamaModel, emit: Callable[[Reply], None], kept: PromptCache | None = None) -> None:
        self._native = native
        self._emit = emit
        self._kept = kept
        self._to_keep: tuple[tuple[int, ...], bytes] | None = None
        self._blocks: list[_Block] = []
        self._written: dict[str, list[int]] = {}
        self._in_tower: _Block | None = None
        self._given: Embeddings | None = None
        self._ahead: _Block | None = None  # what is in the tower without having been asked about
        self._unwritten: list[int] | None = None  # of the answer that ends the cache; None where a question ends it
        self._end_of_thinking = native.tokenize(END_OF_THINKING, special=True)

    @property
    def context(self) -> int:
        """KV cells there are."""
        return self._native.cells

    @property
    def offload(self) -> GpuOffload:
        """What of the weights is on a graphics processor."""
        return self._native.offload

    def warm(self, system: str) -> None:
        """Have the system prompt ready for the first question, evaluated now or earlier. Raises Interrupted."""
        block = self._system_block(system)
        state = self._kept.read(block.tokens) if self._kept else None
        if state is not None and self._native.restore(state, block.positions):
            self._blocks = [block]
            return
        self._put([block], None, None, _ignore)
        if self._kept:
            self._to_keep = (block.tokens, self._native.state())

    def keep(self) -> None:
        """Write the warm system prompt down for the next start, where it is not yet."""
        if self._kept and self._to_keep:
            self._kept.write(*self._to_keep)
        self._to_keep = None

    def forget(self) -> None:
        """Drop all that is cached, so that the next question is evaluated from nothing."""
        self._written.clear()
        self._in_tower = self._given = self._ahead = None
        self._cut_to([])

    def encode_ahead(self, ahead: EncodeAhead) -> None:
        """Run the vision tower now for a picture that a question may be about; the KV cache stays as it is."""
        digest = picture_digest(ahead)
        if any(block is not None and block.digest == digest for block in (self._in_tower, *self._blocks)):
            return
        chunk = self._native.image_chunk(ahead.rgb, ahead.width, ahead.height)
        try:
            self._given = self.recall()  # for another engine, which may be asked about that picture too
            self._ahead = _Block((), chunk.tokens, chunk.positions, digest)
            self._encode(self._ahead, chunk, self._reporter(ahead, "encode"))
        except ComputationInterrupted:
            pass  # another question has come
        finally:
            chunk.free()

    def answer(self, ask: AskQuestion) -> Done:
        """Answer one question; when interrupted, with what there is. Raises DoesNotFitError or EngineError."""
        work = AnswerState()
        self._unwritten = None
        try:
            self._prefill(ask, work)
            self._generate(ask, work)
            self._remember(ask, work)
            if ask.thinking is None:  # reasoning is left out by the next question
                self._unwritten = work.drawn[len(self._blocks[-1].tokens) :]
        except ComputationInterrupted:
            work.stop = "cancelled"
        return work.done(ask)

    def prepare_follow_up(self) -> None:
        """Evaluate what comes between the answer and the next question about it, while nobody waits for it."""
        if self._unwritten is None:
            return
        between = self._unwritten + self._special(_BETWEEN)
        self._unwritten = None
        if self._cells + len(between) > self.context:
            return
        with contextlib.suppress(ComputationInterrupted):
            self._put([_text(between)], None, None, _ignore)

    def recall(self) -> Embeddings | None:
        """The embeddings of the picture that was talked about last; None where they are gone."""
        if self._in_tower is None or self._in_tower == self._ahead:
            return self._given
        return Embeddings(self._in_tower.digest, self._native.embeddings(self._in_tower.cells))

    def first_logits(self, ask: AskQuestion) -> list[float]:
        """Evaluate a question without answering it: its first token's logits, to compare cached with fresh."""
        self._prefill(ask, AnswerState())
        return self._native.logits()

    def _prefill(self, ask: AskQuestion, work: AnswerState) -> None:
        chunk = self._native.image_chunk(ask.rgb, ask.width, ask.height)
        try:
            work.image_tokens = chunk.tokens
            row = self._fitting_row(ask, chunk)
            kept, missing = self._keep_common(row)
            work.reused_cells = sum(block.cells for block in kept)
            work.reused_image = any(block.digest for block in kept)
            self._evaluate(ask, missing, chunk, work)
        finally:
            chunk.free()

    def _fitting_row(self, ask: AskQuestion, chunk: ImageChunk) -> list[_Block]:
        """The blocks this question needs, with the oldest turns left out where the context is too small."""
        reserve = answer_reserve(ask)
        if ask.thinking:
            reserve += min(ask.thinking.tokens, _THINKING_RESERVE) + len(self._end_of_thinking)
        needed = 0
        for dropped in range(len(ask.turns) + 1):
            row = self._row(ask, chunk, dropped)
            needed = sum(block.cells for block in row) + reserve
            if needed <= self.context:
                if dropped:
                    self._emit(TurnsDropped(ask.id, dropped))
                return row
        way_out = tr("fewer than {count} image tokens", count=chunk.tokens)
        if needed - chunk.tokens + LEAST_IMAGE_TOKENS > self.context:
            way_out = tr("a shorter question")
        enough = -(-needed // _CONTEXT_STEP) * _CONTEXT_STEP
        remedy = tr("Use a context of {enough}, or {way_out}.", enough=enough, way_out=way_out)
        if enough > self._native.most_cells:
            most = self._native.most_cells
            remedy = tr("This model's limit is {most}. Use {way_out}.", most=most, way_out=way_out)
        raise DoesNotFitError(
            tr(
                "This needs a context of {enough} tokens, but there are {context}. {remedy}",
                enough=enough,
                context=self.context,
                remedy=remedy,
            ),
            code="context",
        )

    def _row(self, ask: AskQuestion, chunk: ImageChunk, dropped: int) -> list[_Block]:
        cells = len(ask.kept) or chunk.tokens
        row = [self._system_block(ask.system), _Block((), cells, chunk.positions, picture_digest(ask))]
        opener = "<|vision_end|>"
        for turn in ask.turns[dropped:]:
            row.append(_text(self._question(opener, turn.question)))
            answer = self._written.get(turn.answer) or self._plain(turn.answer)
            row.append(_text(answer + self._special(_BETWEEN)))
            opener = ""
        thinking = self._special(THINKING_OPENER) if ask.thinking else []
        return [*row, _text(self._question(opener, ask.question) + thinking)]

    def _system_block(self, system: str) -> _Block:
        end = "<|im_end|>\n<|im_start|>user\n<|vision_start|>"
        return _text(self._special("<|im_start|>system\n") + self._plain(system) + self._special(end))

    def _question(self, opener: str, question: str) -> list[int]:
        end = "<|im_end|>\n<|im_start|>assistant\n"
        return self._special(opener) + self._plain(question) + self._special(end)

    def _special(self, text: str) -> list[int]:
        return self._native.tokenize(text, special=True)

    def _plain(self, text: str) -> list[int]:
        return self._native.tokenize(text.strip(), special=False)

    def _keep_common(self, row: list[_Block]) -> tuple[list[_Block], list[_Block]]:
        """Cut the cache back to what it shares with `row`; the shared blocks and those still to be evaluated.

        The question itself is never shared: its logits are needed. A generated answer was evaluated token by token,
        so its beginning can be shared alone.
        """
        if not any(block.digest == row[1].digest for block in self._blocks):
            self._written.clear()  # another picture, another conversation
        kept: list[_Block] = []
        missing = list(row)
        cached = iter(self._blocks)
        for wanted in row[:-1]:
            mine = next(cached, None)
            if mine is not None and mine.generated:
                common = _common_length(mine.tokens, wanted.tokens)
                kept.append(_text(list(wanted.tokens[:common]), generated=True))
                wanted = missing[0] = _text(list(wanted.tokens[common:]))
                mine = next(cached, None) if common == len(mine.tokens) else None
            if mine != wanted:
                break
            kept.append(missing.pop(0))
        self._cut_to(kept)
        return kept, missing

    def _cut_to(self, blocks: list[_Block]) -> None:
        self._blocks = list(blocks)
        self._native.cut(self._position)

    @property
    def _position(self) -> int:
        return sum(block.positions for block in self._blocks)

    @property
    def _cells(self) -> int:
        return sum(block.cells for block in self._blocks)

    def _evaluate(self, ask: AskQuestion, missing: list[_Block], chunk: ImageChunk, work: AnswerState) -> None:
        """Evaluate the blocks in order; texts that follow each other go together."""
        report = self._reporter(ask, "prefill")
        total, done = sum(block.cells for block in missing), 0
        for is_picture, group in itertools.groupby(missing, key=lambda block: bool(block.digest)):
            blocks = list(group)
            embeddings = None
            if is_picture:
                embeddings = self._encoded(ask, blocks[0], chunk, work)
            cells = sum(block.cells for block in blocks)
            start = time.perf_counter()
            try:
                self._put(blocks, chunk, embeddings, _scaled(report, done / total, cells / total), ask.kept)
            finally:
                work.prefill += time.perf_counter() - start
            done += cells

    def _encoded(self, ask: AskQuestion, picture: _Block, chunk: ImageChunk, work: AnswerState) -> Any:
        """The picture's embeddings: those that came with the question where they fit, else the tower's."""
        given = ask.embeddings
        if given is not None and given.digest == picture.digest:
            embeddings = self._native.given_embeddings(given.data, chunk.tokens)
            if embeddings is not None:
                self._in_tower, self._given = None, given
                return embeddings
        report = self._reporter(ask, "encode")
        if self._in_tower is not None and self._in_tower.digest == picture.digest:
            self._ahead = None
            report(1.0)
            return self._native.encoded()
        start = time.perf_counter()
        try:
            embeddings = self._encode(picture, chunk, report)
        finally:
            work.encode = time.perf_counter() - start
        self._given = self._ahead = None
        return embeddings

    def _encode(self, picture: _Block, chunk: ImageChunk, report: Callable[[float], None]) -> Any:
        self._in_tower = None  # an interrupted encode leaves nothing that can be used
        embeddings = self._native.encode(chunk, report)
        self._in_tower = replace(picture, cells=chunk.tokens)
        return embeddings

    def _put(
        self,
        blocks: list[_Block],
        chunk: ImageChunk | None,
        embeddings: Any,
        on_fraction: Callable[[float], None],
        kept: tuple[int, ...] = (),
    ) -> None:
        """Put one picture, or texts, behind what is cached. When it fails, nothing of it stays."""
        position = self._position
        try:
            if chunk is not None and embeddings is not None:
                self._native.decode_image(chunk, embeddings, position, on_fraction, kept)
            else:
                self._native.decode([token for block in blocks for token in block.tokens], position, on_fraction)
        except BaseException:
            self._native.cut(position)
            raise
        self._blocks += blocks

    def _generate(self, ask: AskQuestion, work: AnswerState) -> None:
        """Draw tokens until the answer ends; they stay cached for the follow-up."""
        sampler = self._native.sampler(ask.sampling, ask.seed)
        start = time.perf_counter()
        generated: list[int] = []
        position = self._position
        try:
            writer = AnswerWriter(self._native, self._emit, ask, work, self._end_of_thinking)
            for step in writer.write(sampler, room=self.context - self._cells):
                if step.taken_back:
                    del generated[-step.taken_back :]
                    self._native.cut(position + len(generated))
                if step.tokens:
                    self._native.decode(step.tokens, position + len(generated))
                    generated += step.tokens
        finally:
            work.generation = time.perf_counter() - start
            sampler.free()
            self._cut_to([*self._blocks, _text(generated, generated=True)])

    def _remember(self, ask: AskQuestion, work: AnswerState) -> None:
        """Keep an answer's own tokens: the tokenizer might cut the same text otherwise, and the cache would be lost.

        Not with reasoning, which the conversation leaves out: there the answer is evaluated anew anyway.
        """
        text = b"".join(map(self._native.piece, work.drawn)).decode(errors="replace").strip()
        if ask.thinking is None and text == work.answer.strip():
            self._written[text] = work.drawn

    def _reporter(self, ask: AskQuestion | EncodeAhead, stage: Stage) -> Callable[[float], None]:
        return lambda fraction: self._emit(StageProgress(ask.id, stage, fraction))


def _common_length(mine: tuple[int, ...], wanted: tuple[int, ...]) -> int:
    return next((i for i, (a, b) in enumerate(zip(mine, wanted, strict=False)) if a != b), min(len(mine), len(wanted)))


def _scaled(report: Callable[[float], None], base: float, share: float) -> Callable[[float], None]:
    return lambda fraction: report(base + fraction * share)


def _ignore(_: float) -> None:
    return None
