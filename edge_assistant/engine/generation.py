"""Answer generation: samples tokens and splits them into reasoning and answer.

Every generation ends: at its limits, when the text repeats itself, or when it is blank.
"""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from edge_assistant.engine.llama_model import LlamaModel
from edge_assistant.engine.messages import (
    AskQuestion,
    Done,
    Reply,
    Stage,
    StageProgress,
    StopReason,
    TextDelta,
    TextKind,
)
from edge_assistant.engine.repetition import RepetitionDetector
from edge_assistant.engine.sampler import Sampler
from edge_assistant.engine.thinking import ThinkingParser
from edge_assistant.system.errors import EngineError
from edge_assistant.system.i18n import tr, tr_noop

# KV cells reserved for the answer while the model thinks, or before turns are dropped or a picture is refused.
_ANSWER_RESERVE = 256
# A vocabulary has about five end-of-answer tokens. Each is forbidden once; a model that samples more has nothing else.
_MAX_END_TOKENS = 32
_PROGRESS_STEP = 0.05
_NOTHING_COMPUTED = tr_noop(
    "The model computed nothing usable: its files are damaged, or the graphics processor computes wrongly. Download "
    "the model again, or use --gpu-layers 0."
)


@dataclass(slots=True)
class AnswerState:
    """The state of one answer while it is generated; seconds and counts as in Done."""

    image_tokens: int = 0
    reused_cells: int = 0
    reused_image: bool = False
    encode: float = 0.0
    prefill: float = 0.0
    answer: str = ""
    reasoning: str = ""
    stop: StopReason = "end"
    tokens: int = 0
    generation: float = 0.0
    sampled: list[int] = field(default_factory=list)

    def done(self, request: AskQuestion) -> Done:
        """Return the message that completes the question."""
        return Done(
            id=request.id,
            answer=self.answer.strip(),
            reasoning=self.reasoning.strip(),
            stop=self.stop,
            image_tokens=self.image_tokens,
            reused_cells=self.reused_cells,
            reused_image=self.reused_image,
            encode=self.encode,
            prefill=self.prefill,
            generated_tokens=self.tokens,
            generation=self.generation,
        )


@dataclass(frozen=True, slots=True)
class CacheUpdate:
    """A change to the KV cache before the next sampling: `dropped` cells go from its end, then `tokens` are added."""

    tokens: list[int]
    dropped: int = 0


def answer_reserve(request: AskQuestion) -> int:
    """Return how many KV cells must stay free for the answer."""
    return min(request.max_tokens or _ANSWER_RESERVE, _ANSWER_RESERVE)


class AnswerWriter:
    """Generates one answer: updates `state` and emits text and progress.

    Text that may be a repetition is held back until something else follows. When an answer keeps repeating itself, one
    copy stays, which may be a few tokens shorter than the text that was emitted.
    """

    def __init__(
        self,
        model: LlamaModel,
        emit: Callable[[Reply], None],
        request: AskQuestion,
        state: AnswerState,
        end_of_thinking: list[int],
    ) -> None:
        self._model = model
        self._emit = emit
        self._request = request
        self._state = state
        self._end_of_thinking = end_of_thinking
        self._parser = ThinkingParser(thinking=request.thinking is not None)
        self._utf8_decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._answer_tokens = 0
        self._held: list[TextDelta] = []
        self._repetition = RepetitionDetector()
        self._text_lengths: list[int] = []  # of the reasoning or the answer, after each token fed to the detector
        self._start = time.perf_counter()
        self._reported: dict[Stage, float] = {}

    def write(self, sampler: Sampler, free_cells: int) -> Iterator[CacheUpdate]:
        """Sample tokens until the answer ends, within `free_cells` KV cells; yield the cache update after each.

        Raises EngineError where the model computes nothing usable.
        """
        self._report_progress(free_cells)
        while True:
            token = self._sample(sampler)
            thinking, ended = self._parser.in_thinking, self._model.is_end_token(token)
            if ended and not thinking:
                break
            tokens = [] if ended else [token]
            dropped = 0 if ended else self._append_token(token)
            if dropped:
                tokens = []
                free_cells += dropped - 1  # the last token is not in the cache yet
            if dropped and not thinking:
                self._state.stop = "loop"
                yield CacheUpdate([], dropped - 1)
                break
            if self._parser.in_thinking and (ended or dropped or self._budget_spent(free_cells)):
                if not ended:
                    self._state.stop = "budget"
                self._utf8_decoder.reset()  # an incomplete character would come out as a replacement character
                self._append_tokens(self._end_of_thinking)
                tokens += self._end_of_thinking
                self._restart_repetition_check()
            elif self._state.answer:  # not the closing tag and the blank line after it
                self._answer_tokens += 1
            self._report_progress(free_cells)
            if len(tokens) > free_cells:
                self._state.stop = "length"
                break
            free_cells -= len(tokens)
            yield CacheUpdate(tokens, max(dropped - 1, 0))
            if self._request.max_tokens is not None and self._answer_tokens >= self._request.max_tokens:
                if not self._model.is_end_token(self._sample(sampler)):  # otherwise the answer was just complete
                    self._state.stop = "length"
                break
        self._flush_parser()
        self._emit_held()
        self._emit_progress("answer", 1.0)

    def _sample(self, sampler: Sampler) -> int:
        """Sample the next token; end tokens are forbidden while the answer is empty, if the model has others."""
        if not self._model.has_usable_logits():  # tokens sampled from such logits look like text
            raise EngineError(tr(_NOTHING_COMPUTED), code="nothing-computed")
        token = sampler.sample()
        for _ in range(_MAX_END_TOKENS):
            if self._parser.in_thinking or self._state.answer.strip() or not self._model.is_end_token(token):
                break
            self._model.forbid(token)
            token = sampler.sample()
        return token

    def _append_token(self, token: int) -> int:
        """Append a sampled token; return how many of the last tokens were dropped as repetition."""
        thinking = self._parser.in_thinking
        self._state.tokens += 1
        self._state.sampled.append(token)
        text = self._append_tokens([token])
        if self._parser.in_thinking != thinking:
            self._restart_repetition_check()  # the closing tag is neither reasoning nor answer
            return 0
        kept_tokens = self._repetition.feed(token, text)
        self._text_lengths.append(len(self._state.reasoning if thinking else self._state.answer))
        if kept_tokens is not None:
            dropped = len(self._text_lengths) - kept_tokens
            del self._state.sampled[-dropped:]
            self._truncate(self._text_lengths[kept_tokens - 1] if kept_tokens else 0)
            return dropped
        if not self._repetition.suspected:
            self._emit_held()
        return 0

    def _append_tokens(self, tokens: list[int]) -> str:
        """Append tokens; return the text that they completed."""
        texts = [self._utf8_decoder.decode(self._model.piece(token)) for token in tokens]
        for text in texts:
            for kind, part in self._parser.feed(text):
                self._append_text(kind, part)
        return "".join(texts)

    def _append_text(self, kind: TextKind, text: str) -> None:
        if kind == "answer":
            self._state.answer += text
        else:
            self._state.reasoning += text
        self._held.append(TextDelta(self._request.id, kind, text))

    def _flush_parser(self) -> None:
        for kind, text in self._parser.finish():
            self._append_text(kind, text)

    def _emit_held(self) -> None:
        for delta in self._held:
            self._emit(delta)
        self._held.clear()

    def _restart_repetition_check(self) -> None:
        self._emit_held()
        self._repetition, self._text_lengths = RepetitionDetector(), []

    def _truncate(self, length: int) -> None:
        """Truncate the reasoning or the answer to `length` characters and emit those not emitted yet."""
        self._flush_parser()
        kind: TextKind = "thinking" if self._parser.in_thinking else "answer"
        whole = self._state.reasoning if kind == "thinking" else self._state.answer
        sent = len(whole) - sum(len(delta.text) for delta in self._held)
        self._held = [TextDelta(self._request.id, kind, whole[sent:length])] if sent < length else []
        self._emit_held()
        if kind == "thinking":
            self._state.reasoning = whole[:length]
        else:
            self._state.answer = whole[:length]

    def _budget_spent(self, free_cells: int) -> bool:
        budget = self._request.thinking
        return budget is not None and (
            self._state.tokens >= budget.tokens
            or time.perf_counter() - self._start >= budget.seconds
            or free_cells <= 1 + len(self._end_of_thinking) + answer_reserve(self._request)
        )

    def _report_progress(self, free_cells: int) -> None:
        budget = self._request.thinking
        if self._parser.in_thinking and budget is not None:
            seconds = time.perf_counter() - self._start
            self._emit_progress("think", min(max(self._state.tokens / budget.tokens, seconds / budget.seconds), 0.99))
            return
        if "think" in self._reported:
            self._emit_progress("think", 1.0)
        self._emit_progress("answer", min(self._answer_tokens / max(self._request.max_tokens or free_cells, 1), 0.99))

    def _emit_progress(self, stage: Stage, fraction: float) -> None:
        reported = self._reported.get(stage)
        if reported is None or fraction >= reported + _PROGRESS_STEP or (fraction == 1.0 and reported < 1.0):
            self._reported[stage] = fraction
            self._emit(StageProgress(self._request.id, stage, fraction))
