"""Parser that splits a model's stream into reasoning and answer, and drops marks that are no text."""

from __future__ import annotations

import re

from edge_assistant.engine.messages import TextKind

# The tags around reasoning, and the names of special tokens, which a model may also spell as text.
_MARK = re.compile(r"<(?P<close>/?)think(?:ing)?\s?(?P<empty>/?)>|<\|\w{1,40}\|>", re.IGNORECASE)
_PARTIAL_MARK = re.compile(
    r"<(?:/?(?:t(?:h(?:i(?:n(?:k(?:i(?:n(?:g)?)?)?)?)?)?)?)?|/?think(?:ing)?\s?/?|\|\w{0,40}\|?)\Z", re.IGNORECASE
)
_LONGEST_MARK = 44
_MAX_REASONINGS = 2


class ThinkingParser:
    """An incremental parser; a mark may be split across the texts that are fed.

    The stream starts inside the reasoning when `thinking` is true, since the prompt ends with `<think>` then; else a
    leading `<think>` starts it, whatever the model. Marks anywhere else are dropped. An answer that is `continued`
    keeps the space that it begins with.
    """

    def __init__(self, *, thinking: bool, continued: bool = False) -> None:
        self.in_thinking = thinking
        self._reasonings = int(thinking)
        self._buffer = ""
        self._answer_started = continued

    def feed(self, text: str) -> list[tuple[TextKind, str]]:
        """Add text; return the parts that are decided by now, in order; never an empty text."""
        self._buffer += text
        parts: list[tuple[TextKind, str]] = []
        while mark := _MARK.search(self._buffer):
            before, after = self._buffer[: mark.start()], self._buffer[mark.end() :]
            thinks = self._thinks_after(mark, before)
            if thinks == self.in_thinking:
                self._buffer = before + after  # what was around the mark may be one, too
                continue
            parts += self._part(before)
            self._buffer, self.in_thinking = after, thinks
            self._reasonings += thinks
        return parts + self._release(_undecided_length(self._buffer))

    def finish(self) -> list[tuple[TextKind, str]]:
        """Return the text held back because it might have become a mark."""
        return self._release(0)

    def _thinks_after(self, mark: re.Match[str], before: str) -> bool:
        """Return whether what follows this mark is reasoning; `before` is the text between the last part and it."""
        if mark["close"] is None or mark["empty"]:
            return self.in_thinking
        if mark["close"]:
            return False
        leads = not (self._answer_started or before.strip()) and self._reasonings < _MAX_REASONINGS
        return self.in_thinking or leads

    def _release(self, keep: int) -> list[tuple[TextKind, str]]:
        length = len(self._buffer) - keep
        text, self._buffer = self._buffer[:length], self._buffer[length:]
        return self._part(text)

    def _part(self, text: str) -> list[tuple[TextKind, str]]:
        if self.in_thinking:
            return [("thinking", text)] if text else []
        if not self._answer_started:
            text = text.lstrip()
            self._answer_started = bool(text)
        return [("answer", text)] if text else []


def _undecided_length(text: str) -> int:
    """Return how many of the last characters may be the beginning of a mark."""
    start = text.rfind("<", max(len(text) - _LONGEST_MARK, 0))
    if start < 0 or not _PARTIAL_MARK.match(text, start):
        return 0
    while start > 0 and text[start - 1] == "<":  # it begins a mark when the one after it is dropped
        start -= 1
    return len(text) - start
