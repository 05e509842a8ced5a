"""Takes the stream of a Thinking model apart into reasoning and answer."""

from __future__ import annotations

from edge_assistant.engine.messages import Kind

CLOSING_TAG = "</think>"


class ThinkingParser:
    """Feeds on pieces of text; the closing tag may be split across any of them.

    The prompt ends with `<think>`, so the stream starts inside the reasoning when `thinking` is true.
    """

    def __init__(self, *, thinking: bool) -> None:
        self.in_thinking = thinking
        self._held = ""
        self._answer_started = False

    def feed(self, text: str) -> list[tuple[Kind, str]]:
        """The parts that can be told by now, in order; never an empty text."""
        if not self.in_thinking:
            return self._answer(text)
        self._held += text
        before, tag, after = self._held.partition(CLOSING_TAG)
        if tag:
            self.in_thinking = False
            self._held = ""
            return [*_part("thinking", before), *self._answer(after)]
        keep = _possible_tag_start(self._held)
        before, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return _part("thinking", before)

    def finish(self) -> list[tuple[Kind, str]]:
        """What was held back because it might have become the closing tag."""
        held, self._held = self._held, ""
        return _part("thinking", held)

    def _answer(self, text: str) -> list[tuple[Kind, str]]:
        if not self._answer_started:
            text = text.lstrip()
            self._answer_started = bool(text)
        return _part("answer", text)


def _part(kind: Kind, text: str) -> list[tuple[Kind, str]]:
    return [(kind, text)] if text else []


def _possible_tag_start(text: str) -> int:
    """How many of the last characters could be the beginning of the closing tag."""
    for length in range(min(len(CLOSING_TAG) - 1, len(text)), 0, -1):
        if CLOSING_TAG.startswith(text[-length:]):
            return length
    return 0
