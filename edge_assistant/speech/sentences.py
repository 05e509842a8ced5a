"""Cuts streamed text into sentences to be spoken, the same ones however the stream was cut.

A boundary is decided only when all the characters it depends on are there; until then the splitter waits.
"""

from __future__ import annotations

import re

from edge_assistant.speech.grounding import LONGEST_OBJECT, object_end
from edge_assistant.speech.plain_text import OBJECT, plain

# To start sooner, the first sentence may end at a clause once it has this many characters.
_FIRST_CLAUSE = 40
# A run without any stop is cut at a clause or a space after this many characters; about 20 seconds of speech.
_LONGEST = 300

_STOPS = ".!?…؟۔।॥"
_WIDE_STOPS = "。！？｡．"  # these need no space behind them
_CLOSERS = "\"'”’»)]}*_`~」』）】》〉"
_CLAUSES = ",;:–—،؛"
_WIDE_CLAUSES = "，；：、"
_BEFORE_NAMES = frozenset(
    (
        *("mr", "mrs", "ms", "dr", "prof", "sr", "sra", "st", "vs", "mme", "mlle", "hr", "fr", "gen", "col", "sgt"),
        *("rev", "hon", "bzw", "ca", "cf", "approx"),
    )
)
_BEFORE_NUMBERS = frozenset(
    ("no", "nos", "nr", "fig", "figs", "p", "pp", "vol", "ch", "sec", "art", "abb", "kap", "bd"),
)
_DOTTED = re.compile(r"(?:^|[^\w.+])(?:[^\W\d_]\.\s?)+$")  # "e.g.", "U.S.", "J.", but not "Ctrl+S."
# A bracket that may still become the beginning of an object, or a link, when more text comes.
_PART_OF_OBJECT = re.compile(r"(?:\[\s*)?(?:\{\s*)?\Z")
_LINK = re.compile(r"\[[^\[\]\n]{0,200}\]\([^()\s]{0,500}\)")
_PART_OF_LINK = re.compile(r"\[[^\[\]\n]{0,200}(?:\](?:\([^()\s]{0,500})?)?\Z")
_LIST_NUMBER = re.compile(r"^\W*\d{1,3}\.$")


class SentenceSplitter:
    """Feed it pieces of any size; every word of the text comes out once, in order."""

    def __init__(self) -> None:
        self._rest = ""
        self._first = True

    def feed(self, text: str) -> list[str]:
        """The sentences that are complete by now, without markup."""
        self._rest += text
        return self._cut(final=False)

    def take_back(self, length: int) -> None:
        """Forget the last so many characters that were fed, as far as no sentence with them is out yet."""
        self._rest = self._rest[: max(len(self._rest) - length, 0)]

    def finish(self) -> list[str]:
        """The remaining sentences; the splitter is then as new, but for the shortcut of the first sentence."""
        return self._cut(final=True)

    def _cut(self, *, final: bool) -> list[str]:
        sentences: list[str] = []
        while self._rest:
            end = self._boundary(final=final)
            if end is None:
                break
            sentence = plain(self._rest[:end])
            self._rest = self._rest[end:]
            if sentence:
                self._first = False
                sentences.append(sentence)
        return sentences

    def _boundary(self, *, final: bool) -> int | None:
        """Where the next sentence ends, or None when that cannot be told yet."""
        text = self._rest
        start = len(text) - len(text.lstrip())
        if OBJECT.match(text, start):
            end = object_end(text[: start + LONGEST_OBJECT], start)
            if end is not None:
                return end
            if len(text) - start < LONGEST_OBJECT:
                return len(text) if final else None
        link_end = start
        for i in range(start, len(text)):
            character = text[i]
            if i < link_end:
                continue
            if character in "[{":
                if i > start and OBJECT.match(text, i):
                    return i
                if not final and (_PART_OF_OBJECT.match(text, i) or _PART_OF_LINK.match(text, i)):
                    return None
                link = _LINK.match(text, i)
                link_end = link.end() if link else i
            if character == "\n":
                return i + 1
            if i - start >= _LONGEST:
                return _emergency_cut(text, start, i)
            if character in _STOPS or character in _WIDE_STOPS:
                end = _after_stop(text, i)
                if end == len(text) and not final:
                    return None  # more closers, or the rest of a number, may follow
                if self._ends_here(text, start, i, end, final=final):
                    return end
                if self._undecided(text, end) and not final:
                    return None
            if self._first and (character in _CLAUSES or character in _WIDE_CLAUSES):
                if i + 1 == len(text) and not final:
                    return None
                if _is_clause_end(text, start, i):
                    return i + 1
        return len(text) if final else None

    @staticmethod
    def _undecided(text: str, end: int) -> bool:
        """Whether only space follows, so that the next word, which decides, is not there yet."""
        return not text[end:].strip(" \t") and "\n" not in text[end:]

    @classmethod
    def _ends_here(cls, text: str, start: int, stop: int, end: int, *, final: bool) -> bool:
        if text[stop] in _WIDE_STOPS:
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
    """Whether the full stop that ends `before` belongs to its last word."""
    if _LIST_NUMBER.match(before) or _DOTTED.search(before):
        return True
    match = re.search(r"(\w+)\.$", before)
    word = match[1].lower() if match else ""
    return word in _BEFORE_NAMES or (word in _BEFORE_NUMBERS and following[0].isdigit())


def _after_stop(text: str, i: int) -> int:
    """The end of a run of stops and closing marks that begins at `i`."""
    end = i + 1
    while end < len(text) and (text[end] in _STOPS or text[end] in _WIDE_STOPS or text[end] in _CLOSERS):
        end += 1
    return end


def _is_clause_end(text: str, start: int, i: int) -> bool:
    """Whether the first sentence may break behind the mark at `i`: long enough, and not inside quotes or brackets."""
    if text[i] in _CLAUSES and not text[i + 1 : i + 2].isspace():
        return False
    before = text[start:i]
    return (
        i + 1 - start >= _FIRST_CLAUSE
        and before.count('"') % 2 == 0
        and all(before.count(a) <= before.count(b) for a, b in ("“”", "«»", "()", "[]", "「」", "（）"))
    )


def _emergency_cut(text: str, start: int, limit: int) -> int:
    """A cut before `limit`: behind the last clause, else behind the last space, else right there."""
    for marks in (_CLAUSES + _WIDE_CLAUSES, " \t"):
        for i in range(limit - 1, start + _FIRST_CLAUSE, -1):
            if text[i] in marks and (marks == " \t" or text[i] in _WIDE_CLAUSES or text[i + 1].isspace()):
                return i + 1
    return limit
