"""Detection of generated text that repeats itself or is blank, token by token.

Copies are compared without the space between their words, so that a loop whose spaces vary is one too. Two kinds that
are no exact copies have detectors of their own: rows that differ only in a counter, and a few words in any order.
"""

from __future__ import annotations

from collections import defaultdict, deque

from edge_assistant.engine.counted_rows import CountedRows
from edge_assistant.engine.equal_lines import EqualLines
from edge_assistant.engine.few_words import FewWords
from edge_assistant.text.sentence_ends import MARKS, WIDE_MARKS

MAX_PERIOD = 80
"""Words of the longest passage of which MIN_COPIES make a loop."""
MAX_LONG_PERIOD = 600
"""Words of the longest passage whose repetition is detected; of one longer than MAX_PERIOD three copies are enough."""
MIN_COPIES = 4
MIN_TOKENS = 60
"""A loop has at least MIN_COPIES copies and MIN_TOKENS tokens in all; a table row of equal cells has fewer.

The blank tokens between two words count as one: indented code is no loop. As many blank tokens in a row are one too.
"""
_LONG_COPIES = 3
_BLANKS = 2
"""So many blank tokens in a row are handed on at once: a line's end, or an empty line, ends a sentence."""


class RepetitionDetector:
    """Detects repetition in one text, which is fed token by token."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._words: list[int] = []  # the number of the token of each word: a token's text without the space around it
        self._places: defaultdict[str, deque[int]] = defaultdict(deque)  # where each word was
        self._runs: dict[int, int] = {}
        self._sizes: list[int] = []  # for each word the tokens up to it, blank ones as MIN_TOKENS says
        self._blank_tokens = 0
        self._handed_on = 0
        self.held = 0
        """How many of the last tokens may turn out to be copies, and must not be handed on yet."""
        self._lines = EqualLines()
        self._counted = CountedRows()
        self._few = FewWords()

    def feed(self, text: str) -> int | None:
        """Add a token; return how many tokens to keep (all but the repeated copies), or None where there is no loop.

        `text` is what this token completed: empty while a character is still incomplete. All tokens that were not
        `held` are kept.
        """
        self._texts.append(text)
        if word := text.strip():
            self._add_word(word)
        self._blank_tokens = 0 if word else self._blank_tokens + 1
        kept = self._find_loop(text)
        if kept is not None:
            return max(kept, self._handed_on)
        count = len(self._texts)
        self.held = self._count_held(count)
        self._handed_on = max(self._handed_on, count - self.held)
        return None

    def _find_loop(self, text: str) -> int | None:
        count = len(self._texts)
        if self._blank_tokens == MIN_TOKENS:
            return count - MIN_TOKENS
        kept = self._lines.feed(text, count - 1)
        if kept is None:
            kept = self._find_copies()
        counts, repeats = self._counted.feed(text), self._few.feed(text)
        return count - self._count_held(count) if kept is None and (counts or repeats) else kept

    def _count_held(self, count: int) -> int:
        run = max(self._runs.values(), default=0)
        in_run = count - self._words[-run] if run else 0
        suspected_from = self._lines.suspected_from
        in_lines = 0 if suspected_from is None else count - suspected_from
        return max(in_run, in_lines, self._blank_tokens - _BLANKS)

    def restart(self, kept: int) -> None:
        """Go on after the first `kept` tokens: what was dropped may come again, and is a copy then."""
        texts = self._texts[:kept]
        self.__init__()  # type: ignore[misc]
        for text in texts:
            self.feed(text)
        self._counted, self._few = CountedRows(), FewWords()

    def _add_word(self, word: str) -> None:
        """Count, for each distance, how many of the last words equal the ones that far before them."""
        place = len(self._words)
        self._words.append(len(self._texts) - 1)
        self._sizes.append((self._sizes[-1] if self._sizes else 0) + (2 if self._blank_tokens else 1))
        before = self._places[word]
        while before and place - before[0] > MAX_LONG_PERIOD:
            before.popleft()
        self._runs = {place - each: self._runs.get(place - each, 0) + 1 for each in before}
        before.append(place)

    def _find_copies(self) -> int | None:
        starts = []
        for period, run in self._runs.items():
            copies = MIN_COPIES if period <= MAX_PERIOD else _LONG_COPIES
            size = self._sizes[-1] - (self._sizes[-run - period - 1] if len(self._sizes) > run + period else 0)
            if run >= (copies - 1) * period and size >= MIN_TOKENS:
                second = self._words[-run]
                starts.append((second, second - self._words[-run - period]))
        return self._extend_to_sentence_end(*min(starts)) if starts else None

    def _extend_to_sentence_end(self, kept: int, period: int) -> int:
        """Keep as much of the second copy as completes a sentence that the first one cuts off."""
        for end in range(kept, kept + period):
            text = "".join(self._texts[max(end - period, 0) : end])
            words = text.rstrip()
            space = text[len(words) :] + self._texts[end][:1]
            stops = WIDE_MARKS | MARKS if space[:1].isspace() else WIDE_MARKS
            if "\n" in text[len(words) :] or words[-1:] in stops:
                return end
        return kept
