"""Detection of generated text that repeats itself or is blank, token by token."""

from __future__ import annotations

MAX_PERIOD = 80
"""Tokens of the longest passage whose repetition is detected."""
MIN_COPIES = 4
MIN_TOKENS = 60
"""A loop has at least MIN_COPIES copies and MIN_TOKENS tokens in all; a table row of equal cells has fewer.

As many blank tokens also count as a loop.
"""
MAX_EQUAL_LINES = 5
"""Consecutive equal lines that count as a loop instead of screen contents."""
_SUSPICIOUS_RUN = 4
"""Consecutive tokens repeated at the same distance that look like a loop: single words recur, but seldom four."""

_STOPS = frozenset(".!?…؟۔।॥")
_WIDE_STOPS = frozenset("。！？｡．")  # these need no space after them


class RepetitionDetector:
    """Detects repetition in one text, which is fed token by token."""

    def __init__(self) -> None:
        self._tokens: list[int] = []
        self._texts: list[str] = []
        self._runs: dict[int, int] = {}
        self._blank_tokens = 0
        self._line = ""
        self._last_line = ""
        self._equal_lines = 0
        self._first_line_end = 0

    @property
    def suspected(self) -> bool:
        """Whether the last tokens repeat earlier ones, so that a loop may be starting."""
        in_lines = self._equal_lines > 1 and self._last_line.startswith(self._line)
        return in_lines or any(run >= _SUSPICIOUS_RUN for run in self._runs.values())

    def feed(self, token: int, text: str) -> int | None:
        """Add a token; return how many tokens to keep (all but the repeated copies), or None where there is no loop.

        `text` is what this token completed: empty while a character is still incomplete.
        """
        self._tokens.append(token)
        self._texts.append(text)
        self._count_runs()
        self._blank_tokens = 0 if text.strip() else self._blank_tokens + 1
        if self._blank_tokens == MIN_TOKENS:
            return len(self._tokens) - MIN_TOKENS
        in_lines = self._find_equal_lines(text)
        return self._find_copies() if in_lines is None else in_lines

    def _count_runs(self) -> None:
        """Count, for each distance, how many of the last tokens equal the ones that far before them."""
        tokens, last = self._tokens, len(self._tokens) - 1
        self._runs = {
            period: self._runs.get(period, 0) + 1
            for period in range(1, min(MAX_PERIOD, last) + 1)
            if tokens[last - period] == tokens[last]
        }

    def _find_copies(self) -> int | None:
        candidates = [
            (len(self._tokens) - run, period)
            for period, run in self._runs.items()
            if run >= (MIN_COPIES - 1) * period and run + period >= MIN_TOKENS
        ]
        return self._extend_to_sentence_end(*min(candidates)) if candidates else None

    def _extend_to_sentence_end(self, kept: int, period: int) -> int:
        """Keep as much of the second copy as completes a sentence that the first one cuts off."""
        for end in range(kept, kept + period):
            text = "".join(self._texts[end - period : end])
            words = text.rstrip()
            space = text[len(words) :] + self._texts[end][:1]
            stops = _WIDE_STOPS | _STOPS if space[:1].isspace() else _WIDE_STOPS
            if "\n" in text[len(words) :] or words[-1:] in stops:
                return end
        return kept

    def _find_equal_lines(self, text: str) -> int | None:
        """Return where the first of too many equal lines ends. Indentation counts: closing brackets are no loop."""
        *whole, self._line = (self._line + text).split("\n")
        for line in map(str.rstrip, whole):
            if line and line == self._last_line:
                self._equal_lines += 1
            elif line:
                self._last_line, self._equal_lines, self._first_line_end = line, 1, len(self._tokens)
            if self._equal_lines >= MAX_EQUAL_LINES:
                return self._first_line_end
        return None
