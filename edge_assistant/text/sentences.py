"""Splitting of streamed text into sentences to be spoken, independent of how the stream is chunked.

A boundary is decided only when all the characters it depends on have arrived.
"""

from __future__ import annotations

import re

from edge_assistant.text.grounding import MAX_OBJECT_LENGTH, find_object_end
from edge_assistant.text.plain_text import OBJECT_START, strip_markup

# To start speaking sooner, the first sentence may end at a clause once it has this many characters.
_MIN_FIRST_CLAUSE = 40
# Text without a full stop is split at a clause or a space after this many characters; about 20 seconds of speech.
_MAX_LENGTH = 300

_SENTENCE_MARKS = ".!?…؟۔।॥"
_WIDE_SENTENCE_MARKS = "。！？｡．"  # these need no space after them
_CLOSERS = "\"'”’»)]}*_`~」』）】》〉"
_CLAUSE_MARKS = ",;:–—،؛"
_WIDE_CLAUSE_MARKS = "，；：、"
_ABBREVIATIONS = frozenset(
    (
        *("mr", "mrs", "ms", "dr", "prof", "sr", "sra", "st", "vs", "mme", "mlle", "hr", "fr", "gen", "col", "sgt"),
        *("rev", "hon", "bzw", "ca", "cf", "approx"),
    )
)
_NUMBER_ABBREVIATIONS = frozenset(
    ("no", "nos", "nr", "fig", "figs", "p", "pp", "vol", "ch", "sec", "art", "abb", "kap", "bd"),
)
_DOTTED_LETTERS = re.compile(r"(?:^|[^\w.+])(?:[^\W\d_]\.\s?)+$")  # "e.g.", "U.S.", "J.", but not "Ctrl+S."
# A bracket that may become the start of an object, or a link, when more text arrives.
_PARTIAL_OBJECT = re.compile(r"(?:\[\s*)?(?:\{\s*)?\Z")
_LINK = re.compile(r"\[[^\[\]\n]{0,200}\]\([^()\s]{0,500}\)")
_PARTIAL_LINK = re.compile(r"\[[^\[\]\n]{0,200}(?:\](?:\([^()\s]{0,500})?)?\Z")
_LIST_NUMBER = re.compile(r"^\W*\d{1,3}\.$")


class SentenceSplitter:
    """An incremental splitter: takes chunks of any size; every word of the text comes out once, in order."""

    def __init__(self) -> None:
        self._buffer = ""
        self._first = True

    def feed(self, text: str) -> list[str]:
        """Add text; return the sentences that are complete by now, without markup."""
        self._buffer += text
        return self._split(final=False)

    def retract(self, length: int) -> None:
        """Remove the last `length` characters, as far as they were not returned in a sentence yet."""
        self._buffer = self._buffer[: max(len(self._buffer) - length, 0)]

    def finish(self) -> list[str]:
        """Return the remaining sentences; the splitter can be reused, but no first sentence ends at a clause again."""
        return self._split(final=True)

    def _split(self, *, final: bool) -> list[str]:
        sentences: list[str] = []
        while self._buffer:
            end = self._find_boundary(final=final)
            if end is None:
                break
            sentence = strip_markup(self._buffer[:end])
            self._buffer = self._buffer[end:]
            if sentence:
                self._first = False
                sentences.append(sentence)
        return sentences

    def _find_boundary(self, *, final: bool) -> int | None:
        """Return where the next sentence ends, or None when that is not decided yet."""
        text = self._buffer
        start = len(text) - len(text.lstrip())
        if OBJECT_START.match(text, start):
            end = find_object_end(text[: start + MAX_OBJECT_LENGTH], start)
            if end is not None:
                return end
            if len(text) - start < MAX_OBJECT_LENGTH:
                return len(text) if final else None
        link_end = start
        for i in range(start, len(text)):
            character = text[i]
            if i < link_end:
                continue
            if character in "[{":
                if i > start and OBJECT_START.match(text, i):
                    return i
                if not final and (_PARTIAL_OBJECT.match(text, i) or _PARTIAL_LINK.match(text, i)):
                    return None
                link = _LINK.match(text, i)
                link_end = link.end() if link else i
            if character == "\n":
                return i + 1
            if i - start >= _MAX_LENGTH:
                return _forced_break(text, start, i)
            if character in _SENTENCE_MARKS or character in _WIDE_SENTENCE_MARKS:
                end = _after_stop(text, i)
                if end == len(text) and not final:
                    return None  # more closers, or the rest of a number, may follow
                if self._is_sentence_end(text, start, i, end, final=final):
                    return end
                if self._is_undecided(text, end) and not final:
                    return None
            if self._first and (character in _CLAUSE_MARKS or character in _WIDE_CLAUSE_MARKS):
                if i + 1 == len(text) and not final:
                    return None
                if _is_clause_end(text, start, i):
                    return i + 1
        return len(text) if final else None

    @staticmethod
    def _is_undecided(text: str, end: int) -> bool:
        """Return whether only space follows, so that the next word, which decides, has not arrived yet."""
        return not text[end:].strip(" \t") and "\n" not in text[end:]

    @classmethod
    def _is_sentence_end(cls, text: str, start: int, stop: int, end: int, *, final: bool) -> bool:
        if text[stop] in _WIDE_SENTENCE_MARKS:
            return True
        if end < len(text) and not text[end].isspace():
            return False
        following = text[end:].lstrip(" \t")
        if not following:
            return final
        if following[0] == "\n":
            return True
        if following[0].islower():
            return False
        return text[stop] != "." or not _is_abbreviation(text[start : stop + 1], following)


def _is_abbreviation(before: str, following: str) -> bool:
    """Return whether the full stop that ends `before` belongs to an abbreviation or a list number."""
    if _LIST_NUMBER.match(before) or _DOTTED_LETTERS.search(before):
        return True
    match = re.search(r"(\w+)\.$", before)
    word = match[1].lower() if match else ""
    return word in _ABBREVIATIONS or (word in _NUMBER_ABBREVIATIONS and following[0].isdigit())


def _after_stop(text: str, i: int) -> int:
    """Return the end of the run of stops and closing marks that begins at `i`."""
    end = i + 1
    while end < len(text) and (
        text[end] in _SENTENCE_MARKS or text[end] in _WIDE_SENTENCE_MARKS or text[end] in _CLOSERS
    ):
        end += 1
    return end


def _is_clause_end(text: str, start: int, i: int) -> bool:
    """Return whether the first sentence may end after the mark at `i`: long enough, not in quotes or brackets."""
    if text[i] in _CLAUSE_MARKS and not text[i + 1 : i + 2].isspace():
        return False
    before = text[start:i]
    return (
        i + 1 - start >= _MIN_FIRST_CLAUSE
        and before.count('"') % 2 == 0
        and all(before.count(a) <= before.count(b) for a, b in ("“”", "«»", "()", "[]", "「」", "（）"))
    )


def _forced_break(text: str, start: int, limit: int) -> int:
    """Return a break before `limit`: after the last clause, else after the last space, else at `limit`."""
    for marks in (_CLAUSE_MARKS + _WIDE_CLAUSE_MARKS, " \t"):
        for i in range(limit - 1, start + _MIN_FIRST_CLAUSE, -1):
            if text[i] in marks and (marks == " \t" or text[i] in _WIDE_CLAUSE_MARKS or text[i + 1].isspace()):
                return i + 1
    return limit
