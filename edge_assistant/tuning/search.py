"""Searches the fastest tuning profile of this machine: one change is tried after another, and kept if it helps."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from edge_assistant.system.errors import AssistantError, CancelledError
from edge_assistant.system.i18n import tr
from edge_assistant.tuning.profile import TuningProfile
from edge_assistant.tuning.trial import MAX_IMAGE_TOKENS, Cost, Trial, default_tokens

_REQUIRED_RATIO = 0.97
"""A change must save at least 3 % to be kept: less is within the variation between two equal runs."""
_RUNS = 2
_LARGER_BUDGETS = (384, 512, 640, 768, MAX_IMAGE_TOKENS)
_SMALLER_BUDGETS = (240, 224)
_LEAST_BUDGET = 208
"""The least budget at which pictures of 16:9, 16:10, 5:4 and 1:1 have 192 image tokens or more: with a budget of 192, a
16:9 screen has 180."""

MakeTrial = Callable[[TuningProfile], Trial]
Measure = Callable[[Trial], Cost]


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """What can be tried on this machine.

    `threads` are thread counts; `towers` are formats that can be made here, None the published file. Without `target_s`
    no image-token budget is searched.
    """

    threads: tuple[int, ...]
    towers: tuple[str | None, ...]
    target_s: float | None


@dataclass(frozen=True, slots=True)
class SearchStep:
    """One change of the best profile so far: its name, and the measure that decides whether it is faster."""

    words: str
    change: Callable[[TuningProfile], TuningProfile]
    measure: Measure
    tower: str | None = None


@dataclass(frozen=True, slots=True)
class TimeBudget:
    """An image-token budget, None the default one, and the seconds to the first token of a glance with it."""

    tokens: int | None
    first_token: float
    meets_target: bool


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The fastest profile, and the cost of a glance at the default budget before and after.

    `before` is None if the previous profile does not work.
    """

    profile: TuningProfile
    before: Cost | None
    after: Cost
    budget: TimeBudget


def measure_glance(trial: Trial) -> Cost:
    """Measure a glance at the default budget."""
    return trial.glance(default_tokens())


def measure_detail(trial: Trial) -> Cost:
    """Measure the prefill of a detail, which takes several batches; that of a glance takes only one."""
    return Cost(trial.prefill(default_tokens("detail")), 0.0)


def plan_steps(start: TuningProfile, facts: MachineFacts) -> list[SearchStep]:
    """List the steps in order. The vision tower, which matters most, comes last, with everything else settled.

    Smaller batches are not tried: they were always slower on the machine where they were measured.
    """

    def cores(count: int) -> SearchStep:
        return SearchStep(
            tr("{number} threads", number=count), lambda best: replace(best, threads=count), measure_glance
        )

    def tuning(words: str, measure: Measure, **changes: bool | int) -> SearchStep:
        return SearchStep(words, lambda best: replace(best, tuning=replace(best.tuning, **changes)), measure)  # type: ignore[arg-type]

    def tower(name: str | None) -> SearchStep:
        words = tr("a vision encoder in {format}", format=name) if name else tr("the original vision encoder")
        return SearchStep(words, lambda best: replace(best, tower=name), measure_glance, tower=name)

    return [
        *(cores(count) for count in facts.threads if count != start.threads),
        tuning(tr("repacked weights"), measure_glance, repack=True),
        tuning(tr("no flash attention"), measure_glance, flash_attention=False),
        tuning(tr("batch size {number}", number=2 * start.tuning.batch), measure_detail, batch=2 * start.tuning.batch),
        *(tower(name) for name in facts.towers if name != start.tower),
    ]


def tune(
    current: TuningProfile,
    start: TuningProfile,
    facts: MachineFacts,
    make_trial: MakeTrial,
    make_tower: Callable[[str], None],
    on_step: Callable[[int, int, str], None],
    on_skipped: Callable[[str, AssistantError], None],
) -> SearchResult:
    """Try all steps, beginning with `start`, and return the fastest profile; `current` is the one used until now.

    An AssistantError of `make_trial` or `make_tower` skips one step; a cancel ends the search. `on_step(number, of,
    words)` is called before each step. Raises AssistantError if not even `start` works.
    """
    current, start = replace(current, glance_tokens=None), replace(start, glance_tokens=None)
    search = _Search(start, make_trial)
    plan = plan_steps(start, facts)
    total = 1 + len(plan) + (current != start) + (facts.target_s is not None)
    number = 0

    def attempt(words: str, action: Callable[[], None]) -> None:
        nonlocal number
        number += 1
        on_step(number, total, words)
        try:
            action()
        except CancelledError:
            raise
        except AssistantError as error:
            if number == 1:
                raise
            on_skipped(words, error)

    def run_step(step: SearchStep) -> None:
        if step.tower is not None:
            make_tower(step.tower)
        search.consider(step.change(search.best), step.measure)

    before: list[Cost] = []
    found: list[TimeBudget] = []
    attempt(
        tr("the current choice") if current == start else tr("the default choice"),
        lambda: before.extend(search.costs(measure_glance)),
    )
    for step in plan:
        attempt(step.words, partial(run_step, step))
    if current != start:
        before.clear()
        attempt(tr("the current choice"), lambda: before.extend(search.measure_runs(current, measure_glance)))
    after = (
        _fastest(before or search.costs(measure_glance))
        if search.best == current
        else _fastest(search.costs(measure_glance))
    )
    if facts.target_s is not None:
        budget = partial(_find_budget, search.best, after, make_trial, facts.target_s)
        attempt(tr("how many image tokens fit the time"), lambda: found.append(budget()))
    meets = facts.target_s is None or after.first_token <= facts.target_s
    time_budget = found[0] if found else TimeBudget(None, after.first_token, meets)
    best = replace(search.best, glance_tokens=time_budget.tokens)
    return SearchResult(best, _fastest(before) if before else None, after, time_budget)


class _Search:
    """The fastest profile so far, and the costs of its runs by measure."""

    def __init__(self, start: TuningProfile, make_trial: MakeTrial) -> None:
        self.best = start
        self._make_trial = make_trial
        self._costs: dict[Measure, list[Cost]] = {}

    def costs(self, measure: Measure) -> list[Cost]:
        """Return the costs of some runs of the best profile, measuring them if needed."""
        if measure not in self._costs:
            self._costs[measure] = self.measure_runs(self.best, measure, _RUNS if measure is measure_glance else 1)
        return self._costs[measure]

    def consider(self, candidate: TuningProfile, measure: Measure) -> None:
        """Make `candidate` the best if each of its runs was enough faster than all runs of the best so far.

        The best so far is then run once more, since the machine itself may have become faster in between.
        """
        old = self.costs(measure)
        new = self.measure_runs(candidate, measure, below=_limit(old))
        if _slowest(new) < _limit(old):
            old += self.measure_runs(self.best, measure, 1)
            if _slowest(new) < _limit(old):
                self.best, self._costs = candidate, {measure: new}

    def measure_runs(
        self, candidate: TuningProfile, measure: Measure, count: int = _RUNS, below: float = math.inf
    ) -> list[Cost]:
        """Measure up to `count` runs; stop early after one that does not stay below `below` seconds."""
        trial = self._make_trial(candidate)
        try:
            found = [measure(trial)]
            while len(found) < count and found[-1].total < below:
                found.append(measure(trial))
            return found
        finally:
            trial.close()


def _fastest(runs: list[Cost]) -> Cost:
    return min(runs, key=lambda cost: cost.total)


def _slowest(runs: list[Cost]) -> float:
    return max(cost.total for cost in runs)


def _limit(runs: list[Cost]) -> float:
    """Return the seconds that a faster profile must stay below."""
    return _fastest(runs).total * _REQUIRED_RATIO


def _find_budget(candidate: TuningProfile, usual: Cost, make_trial: MakeTrial, target_s: float) -> TimeBudget:
    """Find the largest budget with the first token within the target time; at least _LEAST_BUDGET."""
    trial = make_trial(candidate)
    try:
        if usual.first_token > target_s:
            least = trial.glance(_LEAST_BUDGET).first_token
            for budget in _SMALLER_BUDGETS if least <= target_s else ():
                seconds = trial.glance(budget).first_token
                if seconds <= target_s:
                    return TimeBudget(budget, seconds, True)
            return TimeBudget(_LEAST_BUDGET, least, least <= target_s)
        found = TimeBudget(default_tokens(), usual.first_token, True)
        for budget in _LARGER_BUDGETS:
            seconds = trial.glance(budget).first_token
            if seconds > target_s:
                break
            found = TimeBudget(budget, seconds, True)
        return found
    finally:
        trial.close()
