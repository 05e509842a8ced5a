"""Detection of text that goes on with a few words or sentences in any order."""

from __future__ import annotations

from collections import Counter, deque

from edge_assistant.text.sentence_ends import MARKS, WIDE_MARKS

_WORDS, _MAX_WORDS = 160, 8
"""A loop is this many words in a row of which no more than so many differ; a word is what a token has.

Each number counts as another word: pages of digits are no loop.
"""
_SENTENCES, _MAX_SENTENCES = 24, 4
"""The same for sentences and lines, as long as _MIN_LENGTH: one word in each row is a column of a table."""
_MIN_LENGTH = 12
_ENDS = MARKS | WIDE_MARKS | {"\n"}


class _Window:
    """The last `size` values, and how many of them differ."""

    def __init__(self, size: int) -> None:
        self._values: deque[str] = deque()
        self._counts: Counter[str] = Counter()
        self._size = size

    def add(self, value: str, most: int) -> bool:
        """Add a value; return whether the window is full of no more than `most` different ones."""
        self._values.append(value)
        self._counts[value] += 1
        if len(self._values) > self._size:
            oldest = self._values.popleft()
            self._counts[oldest] -= 1
            if not self._counts[oldest]:
                del self._counts[oldest]
        return len(self._values) == self._size and len(self._counts) <= most


class FewWords:
    """Looks at the last words and sentences of one text."""

    def __init__(self) -> None:
        self._words = _Window(_WORDS)
        self._sentences = _Window(_SENTENCES)
        self._sentence = ""
        self._numbers = 0

    def feed(self, text: str) -> bool:
        """Add the text of a token; return whether it goes on with a few words."""
        word = text.strip()
        if word[:1].isdigit():
            self._numbers += 1
            word = f"0 {self._numbers}"
        found = bool(word) and self._words.add(word, _MAX_WORDS)
        self._sentence += text
        if text.rstrip(" \t")[-1:] in _ENDS:
            sentence, self._sentence = self._sentence.strip(), ""
            if len(sentence) >= _MIN_LENGTH:
                found |= self._sentences.add(sentence, _MAX_SENTENCES)
        return found
