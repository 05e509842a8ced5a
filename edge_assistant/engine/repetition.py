"""Notices that a text has begun to repeat itself, or to say nothing, while it is being written."""

from __future__ import annotations

LONGEST_PERIOD = 80
"""Tokens of the longest part whose repetition is noticed."""
LEAST_COPIES = 4
LEAST_TOKENS = 60
"""A repeated part stands there so often, and all its copies have so many tokens: a row of equal cells has fewer.

So many tokens of which nothing is seen are no text either.
"""
EQUAL_LINES = 5
"""Lines, one behind the other, that are no longer taken for what is on the screen."""
_SUSPICIOUS = 4
"""Tokens in a row that were written before at the same distance: some words come twice, but seldom four in a row."""

_STOPS = frozenset(".!?…؟۔।॥")
_WIDE_STOPS = frozenset("。！？｡．")  # these need no space behind them


class RepetitionDetector:
    """Feed it the tokens of one text, one by one."""

    def __init__(self) -> None:
        self._tokens: list[int] = []
        self._texts: list[str] = []
        self._runs: dict[int, int] = {}
        self._unseen = 0
        self._line = ""
        self._last_line = ""
        self._equal_lines = 0
        self._first_line_end = 0

    @property
    def suspected(self) -> bool:
        """Whether the last tokens were there before, so that the next ones may be the same again."""
        in_lines = self._equal_lines > 1 and self._last_line.startswith(self._line)
        return in_lines or any(run >= _SUSPICIOUS for run in self._runs.values())

    def feed(self, token: int, text: str) -> int | None:
        """How many of all tokens are left when all copies but the first are taken away; None where nothing is to be.

        `text` is what has become whole with this token: nothing while a character is still incomplete.
        """
        self._tokens.append(token)
        self._texts.append(text)
        self._count_runs()
        self._unseen = 0 if text.strip() else self._unseen + 1
        if self._unseen == LEAST_TOKENS:
            return len(self._tokens) - LEAST_TOKENS
        in_lines = self._after_equal_lines(text)
        return self._before_copies() if in_lines is None else in_lines

    def _count_runs(self) -> None:
        """For each distance, how many of the last tokens are the same as those so far before them."""
        tokens, last = self._tokens, len(self._tokens) - 1
        self._runs = {
            period: self._runs.get(period, 0) + 1
            for period in range(1, min(LONGEST_PERIOD, last) + 1)
            if tokens[last - period] == tokens[last]
        }

    def _before_copies(self) -> int | None:
        found = [
            (len(self._tokens) - run, period)
            for period, run in self._runs.items()
            if run >= (LEAST_COPIES - 1) * period and run + period >= LEAST_TOKENS
        ]
        return self._to_end_of_sentence(*min(found)) if found else None

    def _to_end_of_sentence(self, kept: int, period: int) -> int:
        """The copies may begin within a sentence: then so much of the second one is kept that it is whole."""
        for end in range(kept, kept + period):
            text = "".join(self._texts[end - period : end])
            words = text.rstrip()
            space = text[len(words) :] + self._texts[end][:1]
            stops = _WIDE_STOPS | _STOPS if space[:1].isspace() else _WIDE_STOPS
            if "\n" in text[len(words) :] or words[-1:] in stops:
                return end
        return kept

    def _after_equal_lines(self, text: str) -> int | None:
        """Where the first of too many equal lines ends. Their indentation counts: closing brackets are no loop."""
        *whole, self._line = (self._line + text).split("\n")
        for line in map(str.rstrip, whole):
            if line and line == self._last_line:
                self._equal_lines += 1
            elif line:
                self._last_line, self._equal_lines, self._first_line_end = line, 1, len(self._tokens)
            if self._equal_lines >= EQUAL_LINES:
                return self._first_line_end
        return None
