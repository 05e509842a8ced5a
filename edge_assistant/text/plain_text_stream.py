"""Streams an answer as text to read: as the model writes it, but with locations (JSON boxes) put into words."""

from __future__ import annotations

import re

from edge_assistant.text.grounding import MAX_OBJECT_LENGTH, describe_objects, find_object_end
from edge_assistant.text.plain_text import OBJECT_START

_FENCE = re.compile(r"(```+|~~~+)\w*[ \t]*\n\s*")
_CLOSING_FENCE = re.compile(r"\s*(?:```+|~~~+)[ \t]*(?=\n|\Z)")
# Text that may still become the start of an object, or of a fence around one, when more text arrives.
_PARTIAL_START = re.compile(r"(?:(?:`{1,2}|~{1,2}|(?:```+|~~~+)\w*[ \t]*(?:\n\s*)?)?(?:\[\s*)?(?:\{\s*)?)\Z")
_PARTIAL_CLOSING_FENCE = re.compile(r"\s*(?:`*|~*)[ \t]*\Z")
_CANDIDATE = re.compile(r"[\[{]|^[`~]", re.MULTILINE)


class PlainTextStream:
    """An incremental filter. Text that may become a location is held back until that is decided; the rest passes."""

    def __init__(self) -> None:
        self._pending = ""
        self._at_line_start = True

    def feed(self, text: str) -> str:
        """Add text of any length; return what can be shown now."""
        self._pending += text
        return self._release(final=False)

    def finish(self) -> str:
        """Return the text that was held back, and get ready for the next answer."""
        shown = self._release(final=True)
        self._at_line_start = True
        return shown

    def _release(self, *, final: bool) -> str:
        shown = []
        while self._pending:
            start = self._find_candidate()
            if start is None:
                piece, length = self._pending, len(self._pending)
            elif start > 0:
                piece, length = self._pending[:start], start
            else:
                found = self._match_location(final=final)
                if found is None:
                    break
                piece, length = found
            self._pending = self._pending[length:]
            if piece:
                self._at_line_start = piece.endswith("\n")
                shown.append(piece)
        return "".join(shown)

    def _find_candidate(self) -> int | None:
        """Return the position where a location may start, None without any."""
        found = _CANDIDATE.search(self._pending)
        if found and found.start() == 0 and found[0] in "`~" and not self._at_line_start:
            found = _CANDIDATE.search(self._pending, 1)
        return found.start() if found else None

    def _match_location(self, *, final: bool) -> tuple[str, int] | None:
        """Return the text to show for the start of the pending text, and its length there; None if more is needed."""
        text = self._pending
        if not final and _PARTIAL_START.match(text):
            return None
        fence = _FENCE.match(text)
        start = fence.end() if fence else 0
        if not OBJECT_START.match(text, start):
            return text[: max(start, 1)], max(start, 1)
        end = find_object_end(text[: start + MAX_OBJECT_LENGTH], start)
        if end is None:
            if final or len(text) - start >= MAX_OBJECT_LENGTH:
                return text[: start + 1], start + 1
            return None
        words = describe_objects(text[start:end])
        if words is None:
            return text[:end], end
        if fence:
            if not final and _PARTIAL_CLOSING_FENCE.match(text, end):
                return None
            closed = _CLOSING_FENCE.match(text, end)
            end = closed.end() if closed else end
        return words, end
