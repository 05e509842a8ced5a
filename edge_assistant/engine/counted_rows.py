"""Detection of text that only counts: rows that differ in their numbers alone, and these by constant steps."""

from __future__ import annotations

import re
from collections import deque

MAX_ROWS = 48
"""So many rows with words in them that differ only in a counter are a loop: "Row 1: empty. Row 2: empty." and so on.

A screen of 1080 pixels shows 45 rows of 24 pixels, such as files of a camera, whose names only count.
"""
MAX_NUMBERS = 100
"""So many numbers with no word between them, each as much greater as the one before: a calendar has 31."""
MAX_OBJECTS = 24
"""So many places in a row with one label: their boxes may differ in any way."""
_MAX_PERIOD = 8
"""Numbers in a row."""
_PLACES = ("bbox_", "point_")  # before "2d"
_DIGIT = re.compile(r"\d")
_PART = re.compile(r"(\D*)(\d{1,9})(?=\D)")
_MOST_BETWEEN = 2000
"""Characters between two numbers that are compared."""


class CountedRows:
    """Looks for counters in one text."""

    def __init__(self) -> None:
        self._rest = ""
        self._has_number = False  # in what is left
        self._parts: deque[tuple[str, int]] = deque(maxlen=2 * _MAX_PERIOD + 1)  # what is before each number, and it
        self._runs = [0] * (_MAX_PERIOD + 1)
        self._still = [0] * (_MAX_PERIOD + 1)  # for how many numbers none was another than the one a period before
        self._places = [0] * (_MAX_PERIOD + 1)  # as _runs, for numbers that may change in any way
        self._last_words = -1  # how many numbers ago there was a word

    def feed(self, text: str) -> bool:
        """Add text; return whether it only counts."""
        self._rest += text
        self._has_number = self._has_number or _DIGIT.search(text) is not None
        found, end = False, 0
        for part in _PART.finditer(self._rest) if self._has_number else ():
            end = part.end()
            found |= self._add(" ".join(part[1].split()), int(part[2]))
        self._rest = self._rest[end:][-_MOST_BETWEEN:]
        self._has_number = self._has_number and _DIGIT.search(self._rest) is not None
        return found

    def _add(self, before: str, number: int) -> bool:
        parts = self._parts
        parts.append((before, number))
        self._last_words = 0 if any(map(str.isalpha, before)) else self._last_words + (self._last_words >= 0)
        for period in range(1, min(_MAX_PERIOD, len(parts) - 1) + 1):
            previous, value = parts[-1 - period]
            steady = len(parts) <= 2 * period or number - value == value - parts[-1 - 2 * period][1]
            self._runs[period] = self._runs[period] + 1 if previous == before and steady else 0
            self._still[period] = self._still[period] + 1 if number == value else 0
            self._places[period] = self._places[period] + 1 if previous == before else 0
            if self._places[period] >= MAX_OBJECTS * period and any(
                each.endswith(_PLACES) for each, _ in list(parts)[-period:]
            ):
                return True
            most = MAX_ROWS if 0 <= self._last_words < period else MAX_NUMBERS
            if self._runs[period] >= (most - 1) * period and self._still[period] < period:
                return True
        return False
