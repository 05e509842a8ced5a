"""Parser that splits the stream of a Thinking model into reasoning and answer."""

from __future__ import annotations

from edge_assistant.engine.messages import TextKind

CLOSING_TAG = "</think>"


class ThinkingParser:
    """An incremental parser; the closing tag may be split across the texts that are fed.

    The prompt ends with `<think>`, so the stream starts inside the reasoning when `thinking` is true.
    """

    def __init__(self, *, thinking: bool) -> None:
        self.in_thinking = thinking
        self._buffer = ""
        self._answer_started = False

    def feed(self, text: str) -> list[tuple[TextKind, str]]:
        """Add text; return the parts that are decided by now, in order; never an empty text."""
        if not self.in_thinking:
            return self._answer(text)
        self._buffer += text
        before, tag, after = self._buffer.partition(CLOSING_TAG)
        if tag:
            self.in_thinking = False
            self._buffer = ""
            return [*_part("thinking", before), *self._answer(after)]
        keep = _partial_tag_length(self._buffer)
        before, self._buffer = self._buffer[: len(self._buffer) - keep], self._buffer[len(self._buffer) - keep :]
        return _part("thinking", before)

    def finish(self) -> list[tuple[TextKind, str]]:
        """Return the text held back because it might have become the closing tag."""
        text, self._buffer = self._buffer, ""
        return _part("thinking", text)

    def _answer(self, text: str) -> list[tuple[TextKind, str]]:
        if not self._answer_started:
            text = text.lstrip()
            self._answer_started = bool(text)
        return _part("answer", text)


def _part(kind: TextKind, text: str) -> list[tuple[TextKind, str]]:
    return [(kind, text)] if text else []


def _partial_tag_length(text: str) -> int:
    """Return how many of the last characters could be the beginning of the closing tag."""
    for length in range(min(len(CLOSING_TAG) - 1, len(text)), 0, -1):
        if CLOSING_TAG.startswith(text[-length:]):
            return length
    return 0
