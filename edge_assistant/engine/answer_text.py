"""The text of one answer while it is generated: decoded, split into reasoning and answer, checked for repetition."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass, field

from edge_assistant.engine.messages import AskQuestion, Done, Reply, StopReason, TextDelta, TextKind
from edge_assistant.engine.repetition import RepetitionDetector
from edge_assistant.engine.thinking import ThinkingParser


@dataclass(slots=True)
class AnswerState:
    """The state of one answer while it is generated; seconds and counts as in Done.

    `sampled` are the tokens of reasoning and, from `answer_start` on, of the answer. `copy_start` is the first token
    of the copies that were dropped last.
    """

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
    loops: int = 0
    sampled: list[int] = field(default_factory=list)
    answer_start: int = 0
    copy_start: int | None = None

    def done(self, request: AskQuestion) -> Done:
        """Return the message that completes the question."""
        return Done(
            id=request.id,
            answer=self.answer.rstrip() if request.continues else self.answer.strip(),
            reasoning=self.reasoning.strip(),
            stop=self.stop,
            image_tokens=self.image_tokens,
            reused_cells=self.reused_cells,
            reused_image=self.reused_image,
            encode=self.encode,
            prefill=self.prefill,
            generated_tokens=self.tokens,
            generation=self.generation,
            loops=self.loops,
        )


class AnswerText:
    """Adds tokens to the text in `state` and emits it.

    What may turn out to be a copy is held back until something else follows: what was emitted stays.
    """

    def __init__(
        self,
        piece: Callable[[int], bytes],
        emit: Callable[[Reply], None],
        request: AskQuestion,
        state: AnswerState,
    ) -> None:
        """`piece` returns the bytes of a token."""
        self._piece = piece
        self._emit = emit
        self._request = request
        self._state = state
        thinking = request.thinking is not None and not request.continues
        self._parser = ThinkingParser(thinking=thinking, continued=request.continues)
        self._utf8_decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._repetition = RepetitionDetector()
        self._lengths: list[int] = []  # of the reasoning or the answer, after each token that was checked
        self._emitted: dict[TextKind, int] = {"thinking": 0, "answer": 0}

    @property
    def in_thinking(self) -> bool:
        """Whether the last text was reasoning."""
        return self._parser.in_thinking

    def add(self, token: int) -> int | None:
        """Append a sampled token; return how many of the last tokens were dropped at a loop, None without one."""
        thinking = self.in_thinking
        self._state.tokens += 1
        self._state.sampled.append(token)
        text = self._append(token)
        if self.in_thinking != thinking:
            self._restart_check()  # the tag is neither reasoning nor answer
            return None
        kept = self._repetition.feed(text)
        self._lengths.append(len(self._text))
        if kept is None:
            checked = len(self._lengths) - self._repetition.held
            self._emit_until(self._lengths[checked - 1] if checked else 0)
            return None
        dropped = len(self._lengths) - kept
        start = len(self._state.sampled) - dropped
        self._state.copy_start = self._state.sampled[start] if dropped else None
        del self._state.sampled[start:]
        self._cut(self._lengths[kept - 1] if kept else 0)
        del self._lengths[kept:]
        return dropped

    def add_closing(self, tokens: list[int]) -> None:
        """Append the tokens that end reasoning and were not sampled."""
        self._utf8_decoder.reset()  # an incomplete character would come out as a replacement character
        for token in tokens:
            self._append(token)
        self._restart_check()

    def resume_after_loop(self) -> None:
        """Go on after the copies were dropped: they are copies when they come again."""
        self._repetition.restart(len(self._lengths))

    def finish(self) -> None:
        """Emit what was held back."""
        self._flush_parser()
        self._emit_all()

    @property
    def _text(self) -> str:
        return self._state.reasoning if self.in_thinking else self._state.answer

    def _append(self, token: int) -> str:
        """Append the text that a token completes, and return it."""
        text = self._utf8_decoder.decode(self._piece(token))
        for kind, part in self._parser.feed(text):
            self._append_part(kind, part)
        return text

    def _append_part(self, kind: TextKind, text: str) -> None:
        if kind == "answer":
            self._state.answer += text
        else:
            self._state.reasoning += text

    def _flush_parser(self) -> None:
        for kind, text in self._parser.finish():
            self._append_part(kind, text)

    def _cut(self, length: int) -> None:
        """Truncate the reasoning or the answer, and emit the rest of it."""
        self._flush_parser()
        self._utf8_decoder.reset()
        if self.in_thinking:
            self._state.reasoning = self._state.reasoning[:length]
        else:
            self._state.answer = self._state.answer[:length]
        self._emit_all()

    def _restart_check(self) -> None:
        self._emit_all()
        self._repetition, self._lengths = RepetitionDetector(), []
        self._state.answer_start = len(self._state.sampled)

    def _emit_all(self) -> None:
        self._emit_part("thinking", self._state.reasoning)
        self._emit_part("answer", self._state.answer)

    def _emit_until(self, length: int) -> None:
        self._emit_part("thinking" if self.in_thinking else "answer", self._text[:length])

    def _emit_part(self, kind: TextKind, text: str) -> None:
        emitted = self._emitted[kind]
        if len(text) > emitted:
            self._emitted[kind] = len(text)
            self._emit(TextDelta(self._request.id, kind, text[emitted:]))
