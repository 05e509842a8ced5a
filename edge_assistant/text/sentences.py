"""Splitting of streamed plain text into sentences to be spoken, independent of how the stream is chunked.

A boundary is decided only when all the characters it depends on have arrived. Where sentences end is told by
text/sentence_ends.py.
"""

from __future__ import annotations

from typing import NamedTuple

from edge_assistant.text.scripts import base_of, is_mark, script_of
from edge_assistant.text.sentence_ends import (
    UNSTOPPED_SCRIPTS,
    after_marks,
    is_end,
    list_item_before,
    may_end,
    skip_space,
)

# To start speaking sooner, the first sentence may end at a clause once it has this many characters.
_MIN_FIRST_CLAUSE = 40
# Text without a full stop is split at a clause or a space after this many characters; about 20 seconds of speech.
_MAX_LENGTH = 300
# Thai and Lao have no full stops: their text is cut at a space, once there are this many characters.
_MIN_UNSTOPPED = 40

_CLAUSE_MARKS = ",;:–—،؛·\u0387"
_WIDE_CLAUSE_MARKS = "，；：、"
_PAIRS = (("(", ")"), ("[", "]"), ("「", "」"), ("『", "』"), ("（", "）"), ("【", "】"))


class _Boundary(NamedTuple):
    """Where a piece ends, and whether a sentence ends there, rather than a clause or text that is too long."""

    position: int
    complete: bool


class SentenceSplitter:
    """An incremental splitter: takes chunks of any size and returns pieces, which joined are the text.

    A piece is a sentence, with the space before it. `language` is the code of the answer's language, such as "de" or
    "pt-BR"; it decides on abbreviations and ordinal numbers, together with the script of the text. None: not known.
    """

    def __init__(self, language: str | None = None) -> None:
        self._language = base_of(language or "")
        self._buffer = ""
        self._first = True

    def feed(self, text: str) -> list[str]:
        """Add text; return the pieces that are complete by now."""
        self._buffer += text
        return self._split(final=False)

    def drop_unfinished(self) -> str:
        """Remove what follows the last complete sentence in what was not returned yet, and return it.

        For an answer that was cut off: half a sentence would sound whole.
        """
        end = last_sentence_end(self._buffer, self._language)
        dropped, self._buffer = self._buffer[end:], self._buffer[:end]
        return dropped

    def finish(self) -> list[str]:
        """Return the remaining pieces; the splitter can be reused, but no first sentence ends at a clause again."""
        return self._split(final=True)

    def _split(self, *, final: bool) -> list[str]:
        pieces: list[str] = []
        while self._buffer:
            boundary = _find_boundary(self._buffer, self._language, clauses=self._first, final=final)
            if boundary is None:
                break
            piece, self._buffer = self._buffer[: boundary.position], self._buffer[boundary.position :]
            pieces.append(piece)
            self._first = self._first and not piece.strip()
        return pieces


def last_sentence_end(text: str, language: str | None) -> int:
    """Return where the last complete sentence of an unfinished text ends; 0 where none does.

    Lines and items of lists are complete when the next line has begun. A text that ends with a number and a full stop,
    or with an abbreviation, may go on.
    """
    base = base_of(language or "")
    last = position = 0
    while boundary := _find_boundary(text[position:], base, clauses=False, final=False):
        position += boundary.position
        if boundary.complete:
            last = position
    rest = text[position:]
    return position + len(rest.rstrip()) if rest.strip() and is_sentence_end(rest, language) else last


def is_sentence_end(text: str, language: str | None) -> bool:
    """Return whether a text that may go on ends with a complete sentence, line or item of a list.

    Looks at the last characters only, so it may be asked after each token.
    """
    tail = text[-_MAX_LENGTH:]
    stripped = tail.rstrip()
    if not stripped or "\n" in tail[len(stripped) :]:
        return bool(stripped)
    start = stripped.rfind("\n") + 1
    i = len(stripped) - 1
    while i >= start and not may_end(stripped, i):
        i -= 1
        if len(stripped) - i > 8:
            return _ends_without_stop(tail)
    while i > start and may_end(stripped, i - 1):
        i -= 1
    if i < start or after_marks(stripped, i) != len(stripped):
        return _ends_without_stop(tail)
    if stripped[i] == "." and stripped[i - 1 : i].isdecimal():
        return False
    # As if the next sentence began with a word that tells nothing about abbreviations.
    return is_end(f"{stripped} X ", start, i, len(stripped), base_of(language or ""), final=True) is True


def _ends_without_stop(tail: str) -> bool:
    """Return whether the text ends with a space after a word of a language without stops."""
    return tail[-1:] == " " and script_of(tail.rstrip()[-1]) in UNSTOPPED_SCRIPTS


def _find_boundary(text: str, language: str, *, clauses: bool, final: bool) -> _Boundary | None:
    """Return where the first piece of the text ends, or None when that is not decided yet."""
    start = len(text) - len(text.lstrip())
    for i in range(start, len(text)):
        character = text[i]
        if character == "\n":
            return _Boundary(i, True)
        if i - start >= _MAX_LENGTH:
            return _Boundary(_forced_break(text, start, i), False)
        if may_end(text, i):
            end = after_marks(text, i)
            if end == len(text) and not final and end - start < _MAX_LENGTH:
                return None  # more closing marks, or the rest of a number, may follow
            item_end = list_item_before(text, start, i, language)
            if item_end is not None:
                return _Boundary(item_end, True)
            ended = is_end(text, start, i, end, language, final=final)
            if ended is None:
                return None
            if ended:
                return _Boundary(end, True)
        elif character.isspace() and i - start >= _MIN_UNSTOPPED and script_of(text[i - 1]) in UNSTOPPED_SCRIPTS:
            following = skip_space(text, i)
            if following == len(text):
                return _Boundary(following, True) if final else None
            if script_of(text[following]) in UNSTOPPED_SCRIPTS:
                return _Boundary(i, True)
        if clauses and (character in _CLAUSE_MARKS or character in _WIDE_CLAUSE_MARKS):
            if i + 1 == len(text) and not final:
                return None
            if _is_clause_end(text, start, i):
                return _Boundary(i + 1, False)
    return _Boundary(len(text), True) if final else None


def _is_clause_end(text: str, start: int, i: int) -> bool:
    """Return whether the first sentence may end after the mark at `i`: long enough, not in quotes or brackets."""
    if text[i] in _CLAUSE_MARKS and not text[i + 1 : i + 2].isspace():
        return False
    before = text[start:i]
    if text[i] in "–—" and before.rstrip()[-1:].isdigit():
        return False  # "9 – 17"
    low = before.count("„")  # German quotes end with what opens English ones
    quoted = low > before.count("“") if low else before.count("“") > before.count("”")
    return (
        i + 1 - start >= _MIN_FIRST_CLAUSE
        and not quoted
        and before.count('"') % 2 == 0
        and (before.count("«") + before.count("»")) % 2 == 0
        and all(before.count(a) <= before.count(b) for a, b in _PAIRS)
    )


def _forced_break(text: str, start: int, limit: int) -> int:
    """Return a break before `limit`: after the last clause, else before the last space, else at `limit`."""
    for i in range(limit - 1, start + _MIN_FIRST_CLAUSE, -1):
        if text[i] in _WIDE_CLAUSE_MARKS or (text[i] in _CLAUSE_MARKS and text[i + 1].isspace()):
            return i + 1
    for i in range(limit - 1, start + _MIN_FIRST_CLAUSE, -1):
        if text[i].isspace():
            return i
    while limit > start + 1 and (is_mark(text[limit]) or text[limit - 1] == "\u200d"):
        limit -= 1
    return limit
