"""A session on one LlamaModel: answers questions about one picture at a time and reuses the KV cache.

The KV cache holds a sequence of blocks: the system prompt, the picture, then the turns. A question is laid out as the
blocks it needs; their longest common prefix with the cache is kept and the rest is evaluated. A follow-up therefore
costs only its own tokens, and another question about the same pixels costs neither encode nor the picture's prefill.
Blocks are always evaluated with the same boundaries, so that the same question twice gives bit-identical logits.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable
from typing import Any

from edge_assistant.engine.generation import AnswerState, AnswerWriter
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
from edge_assistant.engine.prompt_layout import Block, PromptLayout, text_block


class ModelSession:
    """Answers questions; `emit` receives progress and text while they are generated."""

    def __init__(
        self, model: LlamaModel, emit: Callable[[Reply], None], prompt_cache: PromptCache | None = None
    ) -> None:
        self._model = model
        self._emit = emit
        self._prompt_cache = prompt_cache
        self._unsaved_prompt: tuple[tuple[int, ...], bytes] | None = None
        self._blocks: list[Block] = []
        self._layout = PromptLayout(model)
        self._encoded_picture: Block | None = None
        self._saved_embeddings: Embeddings | None = None
        self._ahead_picture: Block | None = None  # encoded ahead, and not asked about yet
        self._pending_answer: list[int] | None = None  # tokens of the last answer that are not in the KV cache yet

    @property
    def context(self) -> int:
        """The size of the KV cache in cells."""
        return self._model.cells

    @property
    def offload(self) -> GpuOffload:
        """What of the model is on a GPU."""
        return self._model.offload

    def warm(self, system: str) -> None:
        """Load the system prompt from the cache on disk, or evaluate it. Raises ComputationInterrupted."""
        block = self._layout.system_block(system)
        state = self._prompt_cache.read(block.tokens) if self._prompt_cache else None
        if state is not None and self._model.restore_state(state, block.positions):
            self._blocks = [block]
            return
        self._append([block], None, None, _ignore)
        if self._prompt_cache:
            self._unsaved_prompt = (block.tokens, self._model.save_state())

    def save_system_prompt(self) -> None:
        """Save the evaluated system prompt to the cache on disk, if it is not there yet."""
        if self._prompt_cache and self._unsaved_prompt:
            self._prompt_cache.write(*self._unsaved_prompt)
        self._unsaved_prompt = None

    def forget(self) -> None:
        """Clear all caches, so that the next question is evaluated from scratch."""
        self._layout.answer_tokens.clear()
        self._encoded_picture = self._saved_embeddings = self._ahead_picture = None
        self._truncate_to([])

    def encode_ahead(self, request: EncodeAhead) -> None:
        """Encode a picture that the next question may be about; the KV cache stays as it is."""
        digest = picture_digest(request)
        if any(block is not None and block.digest == digest for block in (self._encoded_picture, *self._blocks)):
            return
        chunk = self._model.image_chunk(request.rgb, request.width, request.height)
        try:
            self._saved_embeddings = self.get_embeddings()  # for another engine, which may need the old picture
            self._ahead_picture = Block((), chunk.tokens, chunk.positions, digest)
            self._encode(self._ahead_picture, chunk, self._progress_callback(request, "encode"))
        except ComputationInterrupted:
            pass  # another request has arrived
        finally:
            chunk.free()

    def answer(self, request: AskQuestion) -> Done:
        """Answer one question, partially when interrupted. Raises DoesNotFitError or EngineError."""
        state = AnswerState()
        self._pending_answer = None
        try:
            self._prefill(request, state)
            self._generate(request, state)
            self._store_answer_tokens(request, state)
            if request.thinking is None:  # the next question leaves reasoning out
                self._pending_answer = state.sampled[len(self._blocks[-1].tokens) :]
        except ComputationInterrupted:
            state.stop = "cancelled"
        return state.done(request)

    def prepare_follow_up(self) -> None:
        """Evaluate the tokens between the answer and the next question about it, while the worker is idle."""
        if self._pending_answer is None:
            return
        between = self._pending_answer + self._layout.turn_separator
        self._pending_answer = None
        if self._cells + len(between) > self.context:
            return
        with contextlib.suppress(ComputationInterrupted):
            self._append([text_block(between)], None, None, _ignore)

    def get_embeddings(self) -> Embeddings | None:
        """Return the embeddings of the picture that was asked about last; None where they are gone."""
        if self._encoded_picture is None or self._encoded_picture == self._ahead_picture:
            return self._saved_embeddings
        return Embeddings(self._encoded_picture.digest, self._model.embeddings(self._encoded_picture.cells))

    def first_logits(self, request: AskQuestion) -> list[float]:
        """Evaluate a question and return the logits of the first answer token, to compare cached with fresh."""
        self._prefill(request, AnswerState())
        return self._model.logits()

    def _prefill(self, request: AskQuestion, state: AnswerState) -> None:
        chunk = self._model.image_chunk(request.rgb, request.width, request.height)
        try:
            state.image_tokens = chunk.tokens
            picture = Block((), chunk.tokens, chunk.positions, picture_digest(request))
            blocks, dropped = self._layout.fit(request, picture, self.context)
            if dropped:
                self._emit(TurnsDropped(request.id, dropped))
            kept, missing = self._reuse_prefix(blocks)
            state.reused_cells = sum(block.cells for block in kept)
            state.reused_image = any(block.digest for block in kept)
            self._evaluate(request, missing, chunk, state)
        finally:
            chunk.free()

    def _reuse_prefix(self, blocks: list[Block]) -> tuple[list[Block], list[Block]]:
        """Truncate the cache to its common prefix with `blocks`; return the blocks kept and those to be evaluated.

        The question itself is never reused: its logits are needed. A generated answer was evaluated token by token,
        so a part of it can be reused.
        """
        if not any(block.digest == blocks[1].digest for block in self._blocks):
            self._layout.answer_tokens.clear()  # another picture, another conversation
        kept: list[Block] = []
        missing = list(blocks)
        cached_blocks = iter(self._blocks)
        for needed in blocks[:-1]:
            cached = next(cached_blocks, None)
            if cached is not None and cached.generated:
                common = _common_length(cached.tokens, needed.tokens)
                kept.append(text_block(list(needed.tokens[:common]), generated=True))
                needed = missing[0] = text_block(list(needed.tokens[common:]))
                cached = next(cached_blocks, None) if common == len(cached.tokens) else None
            if cached != needed:
                break
            kept.append(missing.pop(0))
        self._truncate_to(kept)
        return kept, missing

    def _truncate_to(self, blocks: list[Block]) -> None:
        self._blocks = list(blocks)
        self._model.truncate(self._position)

    @property
    def _position(self) -> int:
        return sum(block.positions for block in self._blocks)

    @property
    def _cells(self) -> int:
        return sum(block.cells for block in self._blocks)

    def _evaluate(self, request: AskQuestion, missing: list[Block], chunk: ImageChunk, state: AnswerState) -> None:
        """Evaluate the blocks in order; consecutive texts go together."""
        report = self._progress_callback(request, "prefill")
        total, done = sum(block.cells for block in missing), 0
        for is_picture, group in itertools.groupby(missing, key=lambda block: bool(block.digest)):
            blocks = list(group)
            embeddings = None
            if is_picture:
                embeddings = self._picture_embeddings(request, blocks[0], chunk, state)
            cells = sum(block.cells for block in blocks)
            start = time.perf_counter()
            try:
                self._append(blocks, chunk, embeddings, _scale(report, done / total, cells / total))
            finally:
                state.prefill += time.perf_counter() - start
            done += cells

    def _picture_embeddings(self, request: AskQuestion, picture: Block, chunk: ImageChunk, state: AnswerState) -> Any:
        """Return the picture's embeddings: those in the request if they match, else the vision tower's."""
        given = request.embeddings
        if given is not None and given.digest == picture.digest:
            embeddings = self._model.load_embeddings(given.data, chunk.tokens)
            if embeddings is not None:
                self._encoded_picture, self._saved_embeddings = None, given
                return embeddings
        report = self._progress_callback(request, "encode")
        if self._encoded_picture is not None and self._encoded_picture.digest == picture.digest:
            self._ahead_picture = None
            report(1.0)
            return self._model.encoder_output()
        start = time.perf_counter()
        try:
            embeddings = self._encode(picture, chunk, report)
        finally:
            state.encode = time.perf_counter() - start
        self._saved_embeddings = self._ahead_picture = None
        return embeddings

    def _encode(self, picture: Block, chunk: ImageChunk, report: Callable[[float], None]) -> Any:
        self._encoded_picture = None  # an interrupted encode leaves no usable output
        embeddings = self._model.encode(chunk, report)
        self._encoded_picture = picture
        return embeddings

    def _append(
        self,
        blocks: list[Block],
        chunk: ImageChunk | None,
        embeddings: Any,
        on_fraction: Callable[[float], None],
    ) -> None:
        """Append one picture, or texts, to the KV cache. On failure nothing of it stays."""
        position = self._position
        try:
            if chunk is not None and embeddings is not None:
                self._model.decode_image(chunk, embeddings, position, on_fraction)
            else:
                self._model.decode([token for block in blocks for token in block.tokens], position, on_fraction)
        except BaseException:
            self._model.truncate(position)
            raise
        self._blocks += blocks

    def _generate(self, request: AskQuestion, state: AnswerState) -> None:
        """Generate the answer; its tokens stay cached for a follow-up."""
        sampler = self._model.sampler(request.sampling, request.seed)
        start = time.perf_counter()
        generated: list[int] = []
        position = self._position
        try:
            writer = AnswerWriter(self._model, self._emit, request, state, self._layout.end_of_thinking(request))
            for update in writer.write(sampler, free_cells=self.context - self._cells):
                if update.dropped:
                    del generated[-update.dropped :]
                    self._model.truncate(position + len(generated))
                if update.tokens:
                    self._model.decode(update.tokens, position + len(generated))
                    generated += update.tokens
        finally:
            state.generation = time.perf_counter() - start
            sampler.free()
            self._truncate_to([*self._blocks, text_block(generated, generated=True)])

    def _store_answer_tokens(self, request: AskQuestion, state: AnswerState) -> None:
        """Store an answer's sampled tokens: the tokenizer may split its text otherwise, which would miss the cache.

        Not after reasoning, which the conversation leaves out: there the answer is evaluated again anyway.
        """
        text = b"".join(map(self._model.piece, state.sampled)).decode(errors="replace").strip()
        if request.thinking is None and text == state.answer.strip():
            self._layout.answer_tokens[text] = state.sampled

    def _progress_callback(self, request: AskQuestion | EncodeAhead, stage: Stage) -> Callable[[float], None]:
        return lambda fraction: self._emit(StageProgress(request.id, stage, fraction))


def _common_length(first: tuple[int, ...], second: tuple[int, ...]) -> int:
    pairs = enumerate(zip(first, second, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(first), len(second)))


def _scale(report: Callable[[float], None], base: float, share: float) -> Callable[[float], None]:
    return lambda fraction: report(base + fraction * share)


def _ignore(_: float) -> None:
    return None
