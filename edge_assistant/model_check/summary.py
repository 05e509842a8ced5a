"""Adds up the results of trials: counts, shares with their ranges, and medians; says where there are too few."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from edge_assistant.model_check.results import TrialResult

ENOUGH = 8
"""Trials from which a share is worth comparing; with fewer, the report says that they are too few."""
_Z = 1.96  # of a normal distribution, for 95 percent

ERROR_RATES = ("character-errors",)
"""Scores that are rates of errors: their median is told, they are no shares of something right."""


@dataclass(frozen=True, slots=True)
class Share:
    """How much of something was right (or went wrong), in how many trials."""

    right: float
    of: float
    trials: int

    @property
    def value(self) -> float:
        """The share, 0 to 1."""
        return self.right / self.of if self.of else 0.0

    @property
    def enough(self) -> bool:
        """Whether there were trials enough to compare it with another."""
        return self.trials >= ENOUGH

    def bounds(self) -> tuple[float, float]:
        """Return the range that the true share is in with 95 percent (Wilson's score interval), counted by trials.

        Things on one screen are right or wrong together, so that the trials count and not the things.
        """
        if not self.trials:
            return 0.0, 1.0
        n, p = self.trials, min(max(self.value, 0.0), 1.0)
        middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        spread = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        return max(0.0, middle - spread), min(1.0, middle + spread)


@dataclass(frozen=True, slots=True)
class Spread:
    """The median, the least and the most of some measured values."""

    median: float
    least: float
    most: float
    count: int


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """All trials of one measure under one condition with one model. Times are seconds, memory is bytes.

    `trials` are all, `errors` those without an answer, `answered` those with one. `flags` has those that were seen.
    """

    candidate: str
    measure: str
    condition: str
    trials: int
    errors: int
    answered: int
    shares: dict[str, Share]
    flags: dict[str, Share]
    rates: dict[str, Spread]
    first_token: Spread | None
    total: Spread | None
    peak_bytes: int | None

    def flag(self, name: str) -> Share:
        """Return the share of the answers with this flag."""
        return self.flags.get(name, Share(0.0, self.answered, self.answered))


def summarise(results: Iterable[TrialResult]) -> list[SummaryRow]:
    """Return a row for each model, measure and condition, in the order in which they first came."""
    groups: dict[tuple[str, str, str], list[TrialResult]] = {}
    for result in results:
        groups.setdefault((result.candidate, result.measure, result.condition), []).append(result)
    return [_row(*key, group) for key, group in groups.items()]


def _row(candidate: str, measure: str, condition: str, results: list[TrialResult]) -> SummaryRow:
    good = [result for result in results if not result.error]
    answered = [result for result in good if result.stop]  # not a blank screen, which no model is asked about
    names = dict.fromkeys(name for result in good for name in result.scores)
    flags = dict.fromkeys(sorted(name for result in answered for name in result.flags))
    peaks = [result.peak_bytes for result in answered if result.peak_bytes]
    return SummaryRow(
        candidate,
        measure,
        condition,
        len(results),
        len(results) - len(good),
        len(answered),
        {name: _share(good, name) for name in names if name not in ERROR_RATES},
        {name: Share(sum(name in each.flags for each in answered), len(answered), len(answered)) for name in flags},
        {name: _spread(_rates(good, name)) for name in names if name in ERROR_RATES},
        _spread_or_none(each.first_token_s for each in answered),
        _spread_or_none(each.total_s for each in answered),
        max(peaks, default=None),
    )


def _share(results: list[TrialResult], name: str) -> Share:
    scores = [result.scores[name] for result in results if name in result.scores]
    return Share(sum(right for right, _ in scores), sum(of for _, of in scores), len(scores))


def _rates(results: list[TrialResult], name: str) -> Iterator[float]:
    for result in results:
        if name in result.scores:
            errors, of = result.scores[name]
            yield errors / of


def _spread(values: Iterable[float]) -> Spread:
    known = sorted(values)
    return Spread(statistics.median(known), known[0], known[-1], len(known))


def _spread_or_none(values: Iterable[float | None]) -> Spread | None:
    known = [value for value in values if value is not None]
    return _spread(known) if known else None


def total_flag(rows: Iterable[SummaryRow], name: str) -> Share:
    """Return the share of all answers of these rows with a flag."""
    shares = [row.flag(name) for row in rows]
    return Share(
        sum(each.right for each in shares), sum(each.of for each in shares), sum(each.trials for each in shares)
    )
