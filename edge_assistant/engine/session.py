"""A session on one LlamaModel: answers questions about one picture at a time and reuses the KV cache.

The KV cache holds a sequence of blocks: the system prompt, the picture, then the turns. A question is laid out as the
blocks it needs; their longest common prefix with the cache is kept and the rest is evaluated. A follow-up therefore
costs only its own tokens, and another question about the same pixels costs neither encode nor the picture's prefill.
Blocks are always evaluated with the same boundaries, so that the same question twice gives bit-identical logits.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from edge_assistant.engine.answer_text import AnswerState
from edge_assistant.engine.block_cache import BlockCache
from edge_assistant.engine.device_measurement import measure
from edge_assistant.engine.generation import AnswerWriter, retry_sampling
from edge_assistant.engine.gpu_offload import GpuOffload
from edge_assistant.engine.last_answer import AnswerSoFar, LastAnswer
from edge_assistant.engine.llama_model import ComputationInterrupted, ImageChunk, LlamaModel
from edge_assistant.engine.messages import (
    AskQuestion,
    Done,
    Embeddings,
    EncodeAhead,
    MeasureDevice,
    Measurement,
    NotMeasured,
    Reply,
    Stage,
    StageProgress,
    TurnsDropped,
    picture_digest,
)
from edge_assistant.engine.prompt_cache import PromptCache
from edge_assistant.engine.prompt_layout import Block, PromptLayout, text_block
from edge_assistant.engine.quoted_text import budget, quote
from edge_assistant.engine.sampler import Sampler

IMAGE_TOKEN_PIXELS = 32 * 32
"""Pixels of a picture that are one token of Qwen3-VL."""


class ModelSession:
    """Answers questions; `emit` receives progress and text while they are generated."""

    def __init__(
        self, model: LlamaModel, emit: Callable[[Reply], None], prompt_cache: PromptCache | None = None
    ) -> None:
        self._model = model
        self._emit = emit
        self._prompt_cache = prompt_cache
        self._unsaved_prompt: tuple[tuple[int, ...], bytes] | None = None
        self._cache = BlockCache(model)
        self._layout = PromptLayout(model)
        self._encoded_picture: Block | None = None
        self._saved_embeddings: Embeddings | None = None
        self._ahead_picture: Block | None = None  # encoded ahead, and not asked about yet
        self._ahead_embeddings: Embeddings | None = None  # of a picture encoded ahead, where the tower lost them
        self._pending_answer: list[int] | None = None  # tokens of the last answer that are not in the KV cache yet
        self._last_answer = LastAnswer()

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
            self._cache.blocks = [block]
            return
        self._cache.append([block], None, None, _ignore)
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
        self._encoded_picture = self._saved_embeddings = self._ahead_picture = self._ahead_embeddings = None
        self._cache.truncate_to([])

    def encode_ahead(self, request: EncodeAhead) -> None:
        """Encode a picture that the next question may be about; the KV cache stays as it is."""
        digest = picture_digest(request)
        if any(block is not None and block.digest == digest for block in (self._encoded_picture, *self._cache.blocks)):
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
        request = self._with_material(request)
        state = AnswerState()
        before = None
        if request.continues:
            before = self._last_answer.find(request) or self._layout.answer_so_far(request)
        self._last_answer.forget()
        self._pending_answer = None
        try:
            self._prefill(request, state, before)
            tokens, pending = self._generate(request, state, before)
            self._keep_answer(request, state, before, tokens)
            if request.thinking is None and not state.reasoning:  # the next question leaves reasoning out
                self._pending_answer = pending
        except ComputationInterrupted:
            state.stop = "cancelled"
        return replace(state.done(request), material=request.material)

    def prepare_follow_up(self) -> None:
        """Evaluate the tokens between the answer and the next question about it, while the worker is idle."""
        if self._pending_answer is None:
            return
        between = self._pending_answer + self._layout.turn_separator
        self._pending_answer = None
        if self._cache.cells + len(between) > self.context:
            return
        with contextlib.suppress(ComputationInterrupted):
            self._cache.append([text_block(between)], None, None, _ignore)

    def get_embeddings(self) -> Embeddings | None:
        """Return the embeddings of the picture that was asked about last; None where they are gone."""
        if self._encoded_picture is None or self._encoded_picture == self._ahead_picture:
            return self._saved_embeddings
        return Embeddings(self._encoded_picture.digest, self._model.embeddings(self._encoded_picture.cells))

    def measure(self, request: MeasureDevice) -> Measurement | NotMeasured:
        """Compute what devices are compared by; nothing that was computed for the conversation is lost."""
        self._save_tower_output()
        try:
            return measure(self._model, request)
        except ComputationInterrupted:
            return NotMeasured(request.id)

    def _save_tower_output(self) -> None:
        """Keep a copy of the tower's last output, since it has room for one only."""
        if self._encoded_picture is not None and self._encoded_picture == self._ahead_picture:
            data = self._model.embeddings(self._encoded_picture.cells)
            self._ahead_embeddings = Embeddings(self._encoded_picture.digest, data)
        else:
            self._saved_embeddings = self.get_embeddings()
        self._encoded_picture = self._ahead_picture = None

    def first_logits(self, request: AskQuestion) -> list[float]:
        """Evaluate a question and return the logits of the first answer token, to compare cached with fresh."""
        self._prefill(request, AnswerState())
        return self._model.logits()

    def _with_material(self, request: AskQuestion) -> AskQuestion:
        """Return the question with as much of the recognised text as its expected time allows."""
        if not request.text or request.continues:
            return request
        cells = self._layout.count(request.question)
        if not self._cache.has_picture(picture_digest(request)):
            cells += request.width * request.height // IMAGE_TOKEN_PIXELS
        return replace(request, material=quote(request, budget(request, cells), self._layout.count))

    def _prefill(self, request: AskQuestion, state: AnswerState, before: AnswerSoFar | None = None) -> None:
        chunk = self._model.image_chunk(request.rgb, request.width, request.height)
        try:
            state.image_tokens = chunk.tokens
            picture = Block((), chunk.tokens, chunk.positions, picture_digest(request))
            blocks, dropped = self._layout.fit(request, picture, self.context, before)
            if dropped:
                self._emit(TurnsDropped(request.id, dropped))
            if not self._cache.has_picture(picture.digest):
                self._layout.answer_tokens.clear()  # another picture, another conversation
            self._layout.keep_answers(turn.answer for turn in request.turns)
            kept, missing = self._cache.reuse_prefix(blocks)
            state.reused_cells = sum(block.cells for block in kept)
            state.reused_image = any(block.digest for block in kept)
            self._evaluate(request, missing, chunk, state)
        finally:
            chunk.free()

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
                self._cache.append(blocks, chunk, embeddings, _scale(report, done / total, cells / total))
            finally:
                state.prefill += time.perf_counter() - start
            done += cells

    def _picture_embeddings(self, request: AskQuestion, picture: Block, chunk: ImageChunk, state: AnswerState) -> Any:
        """Return the picture's embeddings: those in the request or kept here if they match, else the vision tower's."""
        kept = () if self._encoded_picture else (self._ahead_embeddings, self._saved_embeddings)
        for given in (request.embeddings, *kept):
            if given is not None and given.digest == picture.digest:
                embeddings = self._model.load_embeddings(given.data, chunk.tokens)
                if embeddings is not None:
                    self._encoded_picture, self._saved_embeddings, self._ahead_embeddings = None, given, None
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
        self._encoded_picture = self._ahead_embeddings = None  # an interrupted encode leaves no usable output
        embeddings = self._model.encode(chunk, report)
        self._encoded_picture = picture
        return embeddings

    def _generate(
        self, request: AskQuestion, state: AnswerState, before: AnswerSoFar | None
    ) -> tuple[list[int], list[int]]:
        """Generate the answer, or the rest of it; its tokens stay cached for a follow-up.

        Return all tokens after the question, and those of them that are not cached.
        """
        start = time.perf_counter()
        generated = self._cache.take_last(len(before.tokens)) if before else []
        position = self._cache.position
        try:
            writer = AnswerWriter(
                self._model,
                self._emit,
                request,
                state,
                end_of_thinking=self._layout.end_of_thinking(request),
                before=before,
            )
            make_sampler = functools.partial(self._make_sampler, request, state, before)
            for update in writer.write(make_sampler, free_cells=self.context - self._cache.cells - len(generated)):
                if update.dropped:
                    del generated[-update.dropped :]
                    self._model.truncate(position + len(generated))
                if update.tokens:
                    self._model.decode(update.tokens, position + len(generated))
                    generated += update.tokens
        finally:
            state.generation = time.perf_counter() - start
            self._cache.truncate_to([*self._cache.blocks, text_block(generated, generated=True)])
        return generated + writer.pending, writer.pending

    def _make_sampler(
        self, request: AskQuestion, state: AnswerState, before: AnswerSoFar | None, attempt: int
    ) -> Sampler:
        """Return the sampler of this attempt, which knows the answer so far; after a loop it is another one."""
        sampling, seed = request.sampling, request.seed
        if attempt > 0 or (before is not None and before.looped):
            sampling, seed = retry_sampling(sampling, seed)
        sampler = self._model.sampler(sampling, seed, request.grammar)
        sampler.accept([*(before.answer_tokens if before else ()), *state.sampled[state.answer_start :]])
        return sampler

    def _keep_answer(
        self, request: AskQuestion, state: AnswerState, before: AnswerSoFar | None, tokens: list[int]
    ) -> None:
        """Keep an answer's sampled tokens: the tokenizer may split its text otherwise, which would miss the cache.

        For the conversation not after reasoning, which that leaves out: there the answer is evaluated again anyway.
        """
        text = before.text + state.answer if before else state.answer
        reasoned = request.thinking is not None or bool(state.reasoning)
        start = before.start if before else len(tokens) - len(state.sampled) + state.answer_start
        looped = state.stop == "loop"
        answer = AnswerSoFar(text, tokens, start, reasoned, looped, state.copy_start if looped else None)
        self._last_answer.keep(request, answer)
        written = b"".join(map(self._model.piece, tokens)).decode(errors="replace").strip()
        if not reasoned and written == text.strip():
            self._layout.answer_tokens[written] = tokens

    def _progress_callback(self, request: AskQuestion | EncodeAhead, stage: Stage) -> Callable[[float], None]:
        return lambda fraction: self._emit(StageProgress(request.id, stage, fraction))


def _scale(report: Callable[[float], None], base: float, share: float) -> Callable[[float], None]:
    return lambda fraction: report(base + fraction * share)


def _ignore(_: float) -> None:
    return None
