"""Answer generation: samples tokens until the answer ends.

Every generation ends: at its limits, when the text repeats itself, or when it is blank.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from edge_assistant.engine.answer_end import is_good_end
from edge_assistant.engine.answer_text import AnswerState, AnswerText
from edge_assistant.engine.last_answer import AnswerSoFar
from edge_assistant.engine.llama_model import LlamaModel
from edge_assistant.engine.messages import AskQuestion, Reply, Sampling, Stage, StageProgress, ThinkingBudget
from edge_assistant.engine.sampler import Sampler
from edge_assistant.system.errors import EngineError
from edge_assistant.system.i18n import tr, tr_noop

# KV cells reserved for the answer while the model thinks, or before turns are dropped or a picture is refused.
_ANSWER_RESERVE = 256
# A vocabulary has about five end-of-answer tokens. Each is forbidden once; a model that samples more has nothing else.
_MAX_END_TOKENS = 32
_PROGRESS_STEP = 0.05
_UNASKED_THINKING = ThinkingBudget(512, 45.0)
"""The limits of a model that thinks although it was not asked to."""
_SEEDS = 2**32 - 1  # llama.cpp takes seeds of 32 bits; the largest one means "random" there
_NOTHING_COMPUTED = tr_noop(
    "The model computed nothing usable: its files are damaged, or the graphics processor computes wrongly. Download "
    "the model again, or use --gpu-layers 0."
)


@dataclass(frozen=True, slots=True)
class CacheUpdate:
    """A change to the KV cache before the next sampling: `dropped` cells go from its end, then `tokens` are added."""

    tokens: list[int]
    dropped: int


def answer_reserve(request: AskQuestion) -> int:
    """Return how many KV cells must stay free for the answer."""
    return min(request.max_tokens or _ANSWER_RESERVE, _ANSWER_RESERVE)


def retry_sampling(sampling: Sampling, seed: int) -> tuple[Sampling, int]:
    """Return the sampling parameters and the seed with which an answer goes on that repeated itself."""
    return sampling.after_loop(), (seed + 1) % _SEEDS


class AnswerWriter:
    """Generates one answer: updates `state` and emits text and progress."""

    def __init__(
        self,
        model: LlamaModel,
        emit: Callable[[Reply], None],
        request: AskQuestion,
        state: AnswerState,
        *,
        end_of_thinking: list[int],
        before: AnswerSoFar | None = None,
    ) -> None:
        """`before` is what a continued answer has already."""
        self._model = model
        self._emit = emit
        self._request = request
        self._state = state
        self._end_of_thinking = end_of_thinking
        self._before = before.text if before else ""
        self._avoided = before.copy_start if before else None  # must not come next: it began a copy
        self._text = AnswerText(model.piece, emit, request, state)
        self._answer_tokens = 0
        self.pending: list[int] = []
        """The last tokens of the answer that are not in the KV cache."""
        self._start = time.perf_counter()
        self._reported: dict[Stage, float] = {}

    def write(self, make_sampler: Callable[[int], Sampler], free_cells: int) -> Iterator[CacheUpdate]:
        """Sample tokens until the answer ends, within `free_cells` KV cells; yield the cache update after each.

        `make_sampler` makes the sampler of the given try: 0, and 1 after a loop. Raises EngineError where the model
        computes nothing usable.
        """
        sampler = make_sampler(0)
        try:
            self._report_progress(free_cells)
            while True:
                token = self._sample(sampler)
                thinking, ended = self._text.in_thinking, self._model.is_end_token(token)
                if not thinking and (ended or self._is_at_limit(token)):
                    self._state.stop = self._state.stop if ended else "length"
                    break
                dropped = None if ended else self._text.add(token)
                tokens = [] if ended or dropped else [token]
                # The last token is not in the cache yet.
                update = CacheUpdate(tokens, max((dropped or 0) - 1, 0))
                free_cells += update.dropped
                if dropped is not None and not thinking:
                    self._state.loops += 1
                    if not self._may_retry(free_cells):
                        self._state.stop = "loop"
                        self.pending = tokens
                        yield CacheUpdate([], update.dropped)
                        break
                    free_cells -= len(tokens)
                    # With its last token again, for the logits after it.
                    yield update if tokens else CacheUpdate(self._state.sampled[-1:], update.dropped + 1)
                    sampler.free()
                    sampler = make_sampler(1)
                    self._text.resume_after_loop()
                    self._avoided = self._state.copy_start
                    continue
                if self._text.in_thinking and (ended or dropped is not None or self._budget_spent(free_cells)):
                    if not ended:
                        self._state.stop = "budget"
                    self._text.add_closing(self._end_of_thinking)
                    tokens += self._end_of_thinking
                elif self._state.answer:  # not the closing tag and the blank line after it
                    self._answer_tokens += 1
                self._report_progress(free_cells)
                if len(tokens) > free_cells:
                    self._state.stop = "length"
                    self.pending = tokens
                    break
                free_cells -= len(tokens)
                yield update
        finally:
            sampler.free()
        self._text.finish()
        self._emit_progress("answer", 1.0)

    def _may_retry(self, free_cells: int) -> bool:
        text = self._state.answer.strip()
        return bool(self._request.retries_loop and self._state.loops == 1 and text and free_cells > 0)

    def _sample(self, sampler: Sampler) -> int:
        """Sample the next token; end tokens are forbidden while there must be an answer, if the model has others."""
        if not self._model.has_usable_logits():  # tokens sampled from such logits look like text
            raise EngineError(tr(_NOTHING_COMPUTED), code="nothing-computed")
        thinking = self._text.in_thinking
        if self._avoided is not None:
            self._model.forbid(self._avoided)
            self._avoided = None
        token = sampler.sample(in_answer=not thinking)
        if thinking or self._request.may_be_empty or self._request.continues:
            return token
        for _ in range(_MAX_END_TOKENS):
            if self._state.answer.strip() or not self._model.is_end_token(token):
                break
            self._model.forbid(token)
            token = sampler.sample(in_answer=True)
        return token

    def _is_at_limit(self, following: int) -> bool:
        """Return whether the answer ends here, at its limit, before the token that the model would go on with."""
        if self._request.max_tokens is None or self._answer_tokens < self._request.max_tokens:
            return False
        if self._answer_tokens >= self._request.max_tokens + self._request.grace_tokens:
            return True
        text = self._model.piece(following).decode(errors="ignore")
        return is_good_end(self._before + self._state.answer, text)

    def _budget_spent(self, free_cells: int) -> bool:
        budget = self._request.thinking or _UNASKED_THINKING
        return (
            self._state.tokens >= budget.tokens
            or time.perf_counter() - self._start >= budget.seconds
            or free_cells <= 1 + len(self._end_of_thinking) + answer_reserve(self._request)
        )

    def _report_progress(self, free_cells: int) -> None:
        if self._text.in_thinking:
            budget = self._request.thinking or _UNASKED_THINKING
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
