"""Finds the quickest way to compute on this machine by trying: one thing after the other, each kept if it helps."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from edge_assistant.engine.prompts import MODES
from edge_assistant.system.errors import AssistantError, CancelledError
from edge_assistant.system.i18n import tr
from edge_assistant.tuning.profile import TuningProfile
from edge_assistant.tuning.trial import MOST_IMAGE_TOKENS, Cost, Trial

USUAL_TOKENS = MODES["glance"].image_tokens
"""The budget of the glances that are compared."""

_DETAIL = MODES["detail"].image_tokens
_BETTER = 0.97
"""A change must bring at least 3 % to be kept: less is within what two runs of the same differ by."""
_RUNS = 2
_LARGER = (384, 512, 640, 768, MOST_IMAGE_TOKENS)
_SMALLER = (240, 224)
_LEAST = 208
"""The least budget of which pictures of 16:9, 16:10, 5:4 and square make 192 image tokens and more: of 192 itself a
screen of 16:9 makes 180."""

MakeTrial = Callable[[TuningProfile], Trial]
Measure = Callable[[Trial], Cost]


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """What decides what is worth trying.

    `threads` are counts of cores, `towers` formats that can be made here, None the published file. Without `target_s`
    no image-token budget is looked for.
    """

    threads: tuple[int, ...]
    towers: tuple[str | None, ...]
    target_s: float | None


@dataclass(frozen=True, slots=True)
class SearchStep:
    """One thing to try, in words and as a change of the best so far; `measure` decides whether it is better."""

    words: str
    change: Callable[[TuningProfile], TuningProfile]
    measure: Measure
    tower: str | None = None


@dataclass(frozen=True, slots=True)
class TimeBudget:
    """So many image tokens at most, None the usual budget; a glance's first token comes after so many seconds."""

    tokens: int | None
    first_token: float
    meets_target: bool


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The best choice, and what a glance at the usual budget costs as it was (None: that cannot be) and with it."""

    choice: TuningProfile
    before: Cost | None
    after: Cost
    budget: TimeBudget


def glance(trial: Trial) -> Cost:
    """A glance at the usual budget."""
    return trial.glance(USUAL_TOKENS)


def detail(trial: Trial) -> Cost:
    """What batches matter for: a detail's prefill takes several of them, a glance's only one."""
    return Cost(trial.prefill(_DETAIL), 0.0)


def steps(start: TuningProfile, facts: MachineFacts) -> list[SearchStep]:
    """What to try, in order: what matters most comes last but one, so that it is tried with everything else settled.

    Smaller batches are not tried: on the machine where they were measured, more pieces were always slower.
    """

    def cores(count: int) -> SearchStep:
        return SearchStep(tr("{number} threads", number=count), lambda best: replace(best, threads=count), glance)

    def tuning(words: str, measure: Measure, **changes: bool | int) -> SearchStep:
        return SearchStep(words, lambda best: replace(best, tuning=replace(best.tuning, **changes)), measure)  # type: ignore[arg-type]

    def tower(name: str | None) -> SearchStep:
        words = tr("a vision encoder in {format}", format=name) if name else tr("the original vision encoder")
        return SearchStep(words, lambda best: replace(best, tower=name), glance, tower=name)

    return [
        *(cores(count) for count in facts.threads if count != start.threads),
        tuning(tr("repacked weights"), glance, repack=True),
        tuning(tr("no flash attention"), glance, flash_attention=False),
        tuning(tr("batch size {number}", number=2 * start.tuning.batch), detail, batch=2 * start.tuning.batch),
        *(tower(name) for name in facts.towers if name != start.tower),
    ]


def tune(
    now: TuningProfile,
    start: TuningProfile,
    facts: MachineFacts,
    make_trial: MakeTrial,
    make_tower: Callable[[str], None],
    on_step: Callable[[int, int, str], None],
    on_skipped: Callable[[str, AssistantError], None],
) -> SearchResult:
    """Try everything, beginning with `start`, and give the best; `now` is what is used until now.

    What `make_trial` and `make_tower` raise skips one step; a cancel ends it all. `on_step(number, of, words)` is
    called before each step. Raises AssistantError when not even `start` works.
    """
    now, start = replace(now, glance_tokens=None), replace(start, glance_tokens=None)
    search = _Search(start, make_trial)
    plan = steps(start, facts)
    total = 1 + len(plan) + (now != start) + (facts.target_s is not None)
    number = 0

    def attempt(words: str, work: Callable[[], None]) -> None:
        nonlocal number
        number += 1
        on_step(number, total, words)
        try:
            work()
        except CancelledError:
            raise
        except AssistantError as error:
            if number == 1:
                raise
            on_skipped(words, error)

    def take(step: SearchStep) -> None:
        if step.tower is not None:
            make_tower(step.tower)
        search.consider(step.change(search.best), step.measure)

    before: list[Cost] = []
    found: list[TimeBudget] = []
    attempt(
        tr("the current choice") if now == start else tr("the default choice"),
        lambda: before.extend(search.known(glance)),
    )
    for step in plan:
        attempt(step.words, partial(take, step))
    if now != start:
        before.clear()
        attempt(tr("the current choice"), lambda: before.extend(search.runs(now, glance)))
    after = _least(before or search.known(glance)) if search.best == now else _least(search.known(glance))
    if facts.target_s is not None:
        budget = partial(_budget, search.best, after, make_trial, facts.target_s)
        attempt(tr("how many image tokens fit the time"), lambda: found.append(budget()))
    meets = facts.target_s is None or after.first_token <= facts.target_s
    chosen = found[0] if found else TimeBudget(None, after.first_token, meets)
    choice = replace(search.best, glance_tokens=chosen.tokens)
    return SearchResult(choice, _least(before) if before else None, after, chosen)


class _Search:
    """The best choice so far, and what its runs took by each measure."""

    def __init__(self, start: TuningProfile, make_trial: MakeTrial) -> None:
        self.best = start
        self._make_trial = make_trial
        self._known: dict[Measure, list[Cost]] = {}

    def known(self, measure: Measure) -> list[Cost]:
        """Some runs of the best."""
        if measure not in self._known:
            self._known[measure] = self.runs(self.best, measure, _RUNS if measure is glance else 1)
        return self._known[measure]

    def consider(self, candidate: TuningProfile, measure: Measure) -> None:
        """Take it where each of its runs was quicker than all of the best so far, and by enough.

        In the end the other one is tried once more, since the machine itself may have become quicker in between.
        """
        old = self.known(measure)
        new = self.runs(candidate, measure, below=_limit(old))
        if _slowest(new) < _limit(old):
            old += self.runs(self.best, measure, 1)
            if _slowest(new) < _limit(old):
                self.best, self._known = candidate, {measure: new}

    def runs(self, choice: TuningProfile, measure: Measure, count: int = _RUNS, below: float = math.inf) -> list[Cost]:
        """What `count` runs cost; none follows one that decides already, as it does not stay below so many seconds."""
        trial = self._make_trial(choice)
        try:
            found = [measure(trial)]
            while len(found) < count and found[-1].total < below:
                found.append(measure(trial))
            return found
        finally:
            trial.close()


def _least(runs: list[Cost]) -> Cost:
    return min(runs, key=lambda cost: cost.total)


def _slowest(runs: list[Cost]) -> float:
    return max(cost.total for cost in runs)


def _limit(runs: list[Cost]) -> float:
    """What something better stays below, in seconds."""
    return _least(runs).total * _BETTER


def _budget(choice: TuningProfile, usual: Cost, make_trial: MakeTrial, target_s: float) -> TimeBudget:
    """The largest budget whose first token comes within the target time, never less than the least."""
    trial = make_trial(choice)
    try:
        if usual.first_token > target_s:
            least = trial.glance(_LEAST).first_token
            for budget in _SMALLER if least <= target_s else ():
                seconds = trial.glance(budget).first_token
                if seconds <= target_s:
                    return TimeBudget(budget, seconds, True)
            return TimeBudget(_LEAST, least, least <= target_s)
        found = TimeBudget(USUAL_TOKENS, usual.first_token, True)
        for budget in _LARGER:
            seconds = trial.glance(budget).first_token
            if seconds > target_s:
                break
            found = TimeBudget(budget, seconds, True)
        return found
    finally:
        trial.close()
