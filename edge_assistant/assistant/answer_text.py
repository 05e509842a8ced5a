"""An answer as it is read: as the weights write it, but a place is in words, as it is heard."""

from __future__ import annotations

import re

from edge_assistant.speech.grounding import LONGEST_OBJECT, in_words, object_end
from edge_assistant.speech.plain_text import OBJECT

_FENCE = re.compile(r"(```+|~~~+)\w*[ \t]*\n\s*")
_CLOSED = re.compile(r"\s*(?:```+|~~~+)[ \t]*(?=\n|\Z)")
# What may still become the beginning of an object, or of a fence around one, when more text comes.
_PART = re.compile(r"(?:(?:`{1,2}|~{1,2}|(?:```+|~~~+)\w*[ \t]*(?:\n\s*)?)?(?:\[\s*)?(?:\{\s*)?)\Z")
_PART_OF_CLOSED = re.compile(r"\s*(?:`*|~*)[ \t]*\Z")
_MAY_BEGIN = re.compile(r"[\[{]|^[`~]", re.MULTILINE)


class AnswerText:
    """Feed it pieces of any size. What may become a place is held back until that is known; the rest comes at once."""

    def __init__(self) -> None:
        self._rest = ""
        self._line_begins = True

    def feed(self, text: str) -> str:
        """What can be shown by now."""
        self._rest += text
        return self._take(final=False)

    def finish(self) -> str:
        """What is left; the next answer may follow."""
        shown = self._take(final=True)
        self._line_begins = True
        return shown

    def _take(self, *, final: bool) -> str:
        shown = []
        while self._rest:
            begin = self._begin()
            if begin is None:
                piece, taken = self._rest, len(self._rest)
            elif begin > 0:
                piece, taken = self._rest[:begin], begin
            else:
                found = self._place(final=final)
                if found is None:
                    break
                piece, taken = found
            self._rest = self._rest[taken:]
            if piece:
                self._line_begins = piece.endswith("\n")
                shown.append(piece)
        return "".join(shown)

    def _begin(self) -> int | None:
        """Where a place may begin."""
        found = _MAY_BEGIN.search(self._rest)
        if found and found.start() == 0 and found[0] in "`~" and not self._line_begins:
            found = _MAY_BEGIN.search(self._rest, 1)
        return found.start() if found else None

    def _place(self, *, final: bool) -> tuple[str, int] | None:
        """What to show of the beginning, and how much of the text that is; None when more text decides it."""
        text = self._rest
        if not final and _PART.match(text):
            return None
        fence = _FENCE.match(text)
        start = fence.end() if fence else 0
        if not OBJECT.match(text, start):
            return text[: max(start, 1)], max(start, 1)
        end = object_end(text[: start + LONGEST_OBJECT], start)
        if end is None:
            if final or len(text) - start >= LONGEST_OBJECT:
                return text[: start + 1], start + 1
            return None
        words = in_words(text[start:end])
        if words is None:
            return text[:end], end
        if fence:
            if not final and _PART_OF_CLOSED.match(text, end):
                return None
            closed = _CLOSED.match(text, end)
            end = closed.end() if closed else end
        return words, end
