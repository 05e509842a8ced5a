"""Turns drawn tokens into reasoning and answer: where thinking ends, where the answer ends, and that there is one."""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from edge_assistant.engine.messages import Ask, Done, Kind, Piece, Progress, Reply, Stage, Stop
from edge_assistant.engine.native import NativeModel, Sampler
from edge_assistant.engine.thinking import ThinkingParser

# Cells kept for the answer while the model thinks, or before turns are dropped or a picture is refused.
_ANSWER_RESERVE = 256
_PROGRESS_STEP = 0.05


@dataclass(slots=True)
class Work:
    """What has been done for one question so far; seconds and counts as in Done."""

    image_tokens: int = 0
    reused_cells: int = 0
    reused_image: bool = False
    encode: float = 0.0
    prefill: float = 0.0
    answer: str = ""
    reasoning: str = ""
    stop: Stop = "end"
    tokens: int = 0
    generation: float = 0.0
    drawn: list[int] = field(default_factory=list)

    def done(self, ask: Ask) -> Done:
        """The message that closes the question."""
        return Done(
            id=ask.id,
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


def answer_reserve(ask: Ask) -> int:
    """The least room, in cells, that an answer to this question should find."""
    return min(ask.max_tokens or _ANSWER_RESERVE, _ANSWER_RESERVE)


class Writer:
    """Writes one answer into `work` and sends its pieces to `emit`."""

    def __init__(
        self,
        native: NativeModel,
        emit: Callable[[Reply], None],
        ask: Ask,
        work: Work,
        end_of_thinking: list[int],
    ) -> None:
        self._native = native
        self._emit = emit
        self._ask = ask
        self._work = work
        self._end_of_thinking = end_of_thinking
        self._parser = ThinkingParser(thinking=ask.thinking is not None)
        self._text = codecs.getincrementaldecoder("utf-8")("replace")
        self._answer_tokens = 0
        self._start = time.perf_counter()
        self._told: dict[Stage, float] = {}

    def write(self, sampler: Sampler, room: int) -> Iterator[list[int]]:
        """Draw tokens until the answer ends, within `room` KV cells; yields what to decode before the next draw."""
        self._progress(room)
        while True:
            token = self._draw(sampler)
            ended = self._native.ends(token)
            if ended and not self._parser.in_thinking:
                break
            tokens = [] if ended else [token]
            self._work.tokens += len(tokens)
            self._work.drawn += tokens
            self._take(tokens)
            if self._parser.in_thinking and (ended or self._time_is_over(room)):
                if not ended:
                    self._work.stop = "budget"
                self._take(self._end_of_thinking)
                tokens += self._end_of_thinking
            elif self._work.answer:  # not the closing tag and the blank line behind it
                self._answer_tokens += 1
            self._progress(room)
            if len(tokens) > room or self._answer_tokens >= (self._ask.max_tokens or room):
                self._work.stop = "length"
                break
            room -= len(tokens)
            yield tokens
        for kind, text in self._parser.finish():
            self._add(kind, text)
        self._tell("answer", 1.0)

    def _draw(self, sampler: Sampler) -> int:
        """The next token; an answer may not end before it says something."""
        while True:
            token = sampler.sample()
            if self._parser.in_thinking or self._work.answer.strip() or not self._native.ends(token):
                return token
            self._native.forbid(token)

    def _take(self, tokens: list[int]) -> None:
        for token in tokens:
            for kind, text in self._parser.feed(self._text.decode(self._native.piece(token))):
                self._add(kind, text)

    def _add(self, kind: Kind, text: str) -> None:
        if kind == "answer":
            self._work.answer += text
        else:
            self._work.reasoning += text
        self._emit(Piece(self._ask.id, kind, text))

    def _time_is_over(self, room: int) -> bool:
        budget = self._ask.thinking
        return budget is not None and (
            self._work.tokens >= budget.tokens
            or time.perf_counter() - self._start >= budget.seconds
            or room <= 1 + len(self._end_of_thinking) + answer_reserve(self._ask)
        )

    def _progress(self, room: int) -> None:
        budget = self._ask.thinking
        if self._parser.in_thinking and budget is not None:
            seconds = time.perf_counter() - self._start
            self._tell("think", min(max(self._work.tokens / budget.tokens, seconds / budget.seconds), 0.99))
            return
        if "think" in self._told:
            self._tell("think", 1.0)
        self._tell("answer", min(self._answer_tokens / max(self._ask.max_tokens or room, 1), 0.99))

    def _tell(self, stage: Stage, fraction: float) -> None:
        told = self._told.get(stage)
        if told is None or fraction >= told + _PROGRESS_STEP or (fraction == 1.0 and told < 1.0):
            self._told[stage] = fraction
            self._emit(Progress(self._ask.id, stage, fraction))
