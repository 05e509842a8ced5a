"""Turns drawn tokens into reasoning and answer: where thinking ends, where the answer ends, and that there is one.

Whatever the weights draw, it ends: at the limits, when it repeats itself, or when it says nothing.
"""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from edge_assistant.engine.llama_model import LlamaModel, Sampler
from edge_assistant.engine.messages import AskQuestion, Done, Kind, Reply, Stage, StageProgress, Stop, TextDelta
from edge_assistant.engine.repetition import RepetitionDetector
from edge_assistant.engine.thinking import ThinkingParser
from edge_assistant.system.errors import EngineError
from edge_assistant.system.i18n import later, tr

# Cells kept for the answer while the model thinks, or before turns are dropped or a picture is refused.
_ANSWER_RESERVE = 256
# A vocabulary has some five tokens that end an answer. Each is forbidden once; who draws still more can do no other.
_MOST_ENDS = 32
_PROGRESS_STEP = 0.05
_NOTHING_COMPUTED = later(
    "The model computed nothing usable: its files are damaged, or the graphics processor computes wrongly. Download "
    "the model again, or use --gpu-layers 0."
)


@dataclass(slots=True)
class AnswerState:
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

    def done(self, ask: AskQuestion) -> Done:
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


@dataclass(frozen=True, slots=True)
class Step:
    """What is to become of the KV cache before the next draw: so many cells go from its end, then these tokens come."""

    tokens: list[int]
    taken_back: int = 0


def answer_reserve(ask: AskQuestion) -> int:
    """The least room, in cells, that an answer to this question should find."""
    return min(ask.max_tokens or _ANSWER_RESERVE, _ANSWER_RESERVE)


class AnswerWriter:
    """Writes one answer into `work` and sends its pieces to `emit`.

    Text that is being repeated is held back until something else follows. Of an answer that goes on repeating itself
    one copy is left, which may be a few tokens shorter than the pieces that were sent.
    """

    def __init__(
        self,
        native: LlamaModel,
        emit: Callable[[Reply], None],
        ask: AskQuestion,
        work: AnswerState,
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
        self._held: list[TextDelta] = []
        self._repetition = RepetitionDetector()
        self._lengths: list[int] = []  # of the reasoning, or the answer, after each token that is looked at for loops
        self._start = time.perf_counter()
        self._told: dict[Stage, float] = {}

    def write(self, sampler: Sampler, room: int) -> Iterator[Step]:
        """Draw tokens until the answer ends, within `room` KV cells; yields what to do to them before the next draw.

        Raises EngineError where nothing comes of the weights.
        """
        self._progress(room)
        while True:
            token = self._draw(sampler)
            thinking, ended = self._parser.in_thinking, self._native.ends(token)
            if ended and not thinking:
                break
            tokens = [] if ended else [token]
            dropped = 0 if ended else self._add_token(token)
            if dropped:
                tokens = []
                room += dropped - 1  # the last one is not in the cache yet
            if dropped and not thinking:
                self._work.stop = "loop"
                yield Step([], dropped - 1)
                break
            if self._parser.in_thinking and (ended or dropped or self._time_is_over(room)):
                if not ended:
                    self._work.stop = "budget"
                self._text.reset()  # of half a character, which would come out as a broken one
                self._take(self._end_of_thinking)
                tokens += self._end_of_thinking
                self._watch_anew()
            elif self._work.answer:  # not the closing tag and the blank line behind it
                self._answer_tokens += 1
            self._progress(room)
            if len(tokens) > room:
                self._work.stop = "length"
                break
            room -= len(tokens)
            yield Step(tokens, max(dropped - 1, 0))
            if self._ask.max_tokens is not None and self._answer_tokens >= self._ask.max_tokens:
                if not self._native.ends(self._draw(sampler)):  # else it was just whole
                    self._work.stop = "length"
                break
        self._finish_text()
        self._release()
        self._tell("answer", 1.0)

    def _draw(self, sampler: Sampler) -> int:
        """The next token; an answer may not end before it says something, if the weights can do otherwise."""
        if not self._native.tells_tokens_apart():  # what is drawn from that looks like text
            raise EngineError(tr(_NOTHING_COMPUTED), code="nothing-computed")
        token = sampler.sample()
        for _ in range(_MOST_ENDS):
            if self._parser.in_thinking or self._work.answer.strip() or not self._native.ends(token):
                break
            self._native.forbid(token)
            token = sampler.sample()
        return token

    def _add_token(self, token: int) -> int:
        """Take in what was drawn; how many of the last tokens were taken back, for they only repeat what was said."""
        thinking = self._parser.in_thinking
        self._work.tokens += 1
        self._work.drawn.append(token)
        text = self._take([token])
        if self._parser.in_thinking != thinking:
            self._watch_anew()  # the closing tag is neither reasoning nor answer
            return 0
        kept = self._repetition.feed(token, text)
        self._lengths.append(len(self._work.reasoning if thinking else self._work.answer))
        if kept is not None:
            dropped = len(self._lengths) - kept
            del self._work.drawn[-dropped:]
            self._shorten(self._lengths[kept - 1] if kept else 0)
            return dropped
        if not self._repetition.suspected:
            self._release()
        return 0

    def _take(self, tokens: list[int]) -> str:
        """Take in tokens; what text became whole with them."""
        texts = [self._text.decode(self._native.piece(token)) for token in tokens]
        for text in texts:
            for kind, part in self._parser.feed(text):
                self._add(kind, part)
        return "".join(texts)

    def _add(self, kind: Kind, text: str) -> None:
        if kind == "answer":
            self._work.answer += text
        else:
            self._work.reasoning += text
        self._held.append(TextDelta(self._ask.id, kind, text))

    def _finish_text(self) -> None:
        for kind, text in self._parser.finish():
            self._add(kind, text)

    def _release(self) -> None:
        for piece in self._held:
            self._emit(piece)
        self._held.clear()

    def _watch_anew(self) -> None:
        self._release()
        self._repetition, self._lengths = RepetitionDetector(), []

    def _shorten(self, length: int) -> None:
        """Leave so many characters of the reasoning, or of the answer, and send what of them was not sent yet."""
        self._finish_text()
        kind: Kind = "thinking" if self._parser.in_thinking else "answer"
        whole = self._work.reasoning if kind == "thinking" else self._work.answer
        sent = len(whole) - sum(len(piece.text) for piece in self._held)
        self._held = [TextDelta(self._ask.id, kind, whole[sent:length])] if sent < length else []
        self._release()
        if kind == "thinking":
            self._work.reasoning = whole[:length]
        else:
            self._work.answer = whole[:length]

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
            self._emit(StageProgress(self._ask.id, stage, fraction))
