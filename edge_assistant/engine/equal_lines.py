"""Detection of equal lines, and of equal entries of a list that is numbered within a line."""

from __future__ import annotations

import re

MAX_EQUAL_LINES = 5
"""Consecutive equal lines or entries that count as a loop instead of screen contents."""

# What may begin an entry of a list, with the emphasis that it may have; and what may still become that.
_MARK = re.compile(r"[\s>#*_-]*(?:\(?(?P<number>\d{1,4})[.):]|\(?[A-Za-z][.)])[*_]*(?:\s+|\Z)")
_PARTIAL_MARK = re.compile(r"[\s>#*_-]*\(?(?:\d{0,4}|[A-Za-z])[*_]*")
_NEXT_ENTRY = re.compile(r"\s(?=\d{1,4}[.)]\s)")
_PARTIAL_NEXT_ENTRY = re.compile(r"\s(\d{1,4})[.)]?\Z")
_MARK_CHARACTERS = " \t>#*_-("
_LONGEST_MARK = 8


class EqualLines:
    """Counts equal lines of one text. Their numbers, as entries of a list, do not count; their indentation does."""

    def __init__(self) -> None:
        self._line = ""
        self._tokens: list[int] = []  # for each character of the line the number of its token, from 0
        self._number: int | None = None  # of the list's last entry
        self._last = ""
        self._last_had_mark = False
        self._equal = 0
        self._first_end = 0
        self.suspected_from: int | None = None
        """How many tokens are before those that may be copies; None where there are none."""

    def feed(self, text: str, token: int) -> int | None:
        """Add the text of a token; return how many tokens end with the first of too many equal lines."""
        start = max(len(self._line) - _LONGEST_MARK, 0)
        self._line += text
        self._tokens += [token] * len(text)
        while (end := self._find_end(start)) is not None:
            at_line_end = self._line[end] == "\n"
            tokens = self._tokens[end] + at_line_end
            line, self._line, self._tokens = self._line[:end], self._line[end + 1 :], self._tokens[end + 1 :]
            start = 0
            self._end_line(line, tokens)
            if self._equal >= MAX_EQUAL_LINES:
                return self._first_end
        self.suspected_from = self._suspect()
        return None

    def _find_end(self, start: int) -> int | None:
        newline = self._line.find("\n", start)
        entry = _NEXT_ENTRY.search(self._line, start)
        if entry is None or not self._line[: entry.start()].strip(_MARK_CHARACTERS):
            return newline if newline >= 0 else None
        return entry.start() if newline < 0 else min(entry.start(), newline)

    def _end_line(self, line: str, tokens: int) -> None:
        mark = _MARK.match(line)
        text = line[mark.end() :].strip() if mark else line.rstrip()
        if mark and mark["number"]:
            self._number = int(mark["number"])
        if not text:
            return
        if text == self._last:
            self._equal += 1
        else:
            self._last, self._equal, self._first_end = text, 1, tokens
        self._last_had_mark = mark is not None

    def _suspect(self) -> int | None:
        """Return from which token on the line, or lines before it, may turn out to be copies."""
        if self._equal == 0 or not (self._line.strip() or self._equal > 1):
            return self._next_entry(None)
        line, mark = self._line.rstrip(), _MARK.match(self._line)
        text = line[mark.end() :] if mark else line
        if self._last.startswith(text) or (self._last_had_mark and _PARTIAL_MARK.fullmatch(line)):
            return self._first_end
        return self._next_entry(mark)

    def _next_entry(self, mark: re.Match[str] | None) -> int | None:
        """Return where the next entry of a numbered list seems to begin within the line."""
        found = _PARTIAL_NEXT_ENTRY.search(self._line, max(len(self._line) - _LONGEST_MARK, 0))
        mark = mark or _MARK.match(self._line)
        number = int(mark["number"]) if mark and mark["number"] else self._number
        if found is None or number is None or not str(number + 1).startswith(found[1]):
            return None
        text = self._line[mark.end() if mark else 0 : found.start()].strip()
        return self._first_end if self._equal and text == self._last else self._tokens[found.start(1)]
