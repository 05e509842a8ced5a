"""Finds the quickest way to compute on this machine by trying: one thing after the other, each kept if it helps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from edge_assistant.engine.prompts import MODES
from edge_assistant.errors import AssistantError, CancelledError
from edge_assistant.text import tr
from edge_assistant.trials import Cost, Trial
from edge_assistant.tuned import LEAST_GLANCE_TOKENS, Choice

_USUAL = MODES["glance"].image_tokens
_BETTER = 0.97
"""A change must bring at least 3 % to be kept: less is within what two runs of the same differ by."""
_HOPELESS = 1.15
"""A first run slower than the best by this factor is not repeated."""
_RUNS = 2
_BUDGETS = (256, 384, 512, 640, 768, 1024)

MakeTrial = Callable[[Choice], Trial]


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides what is worth trying. `threads` are counts of cores, `towers` formats that can be made here."""

    threads: tuple[int, ...]
    may_repack: bool
    towers: tuple[str, ...]
    target_s: float


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try, in words and as a change of the best so far."""

    words: str
    change: Callable[[Choice], Choice]
    tower: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The best choice, and the costs of a glance at the usual budget before and after; `meets_target` of the budget."""

    choice: Choice
    before: Cost
    after: Cost
    meets_target: bool


def steps(start: Choice, facts: Facts) -> list[Step]:
    """What to try, in order: what matters most comes last but one, so that it is tried with everything else settled."""

    def cores(count: int) -> Step:
        return Step(tr("{number} threads", number=count), lambda best: replace(best, threads=count))

    def tuning(words: str, **changes: bool | int) -> Step:
        return Step(words, lambda best: replace(best, tuning=replace(best.tuning, **changes)))  # type: ignore[arg-type]

    found = [cores(count) for count in facts.threads if count != start.threads]
    if facts.may_repack:
        found.append(tuning(tr("repacked weights"), repack=True))
    found.append(tuning(tr("no flash attention"), flash_attention=False))
    found += [tuning(tr("batches of {number}", number=size), batch=size) for size in (256, 1024)]
    found += [
        Step(
            tr("a vision tower in {format}", format=name),
            lambda best, name=name: replace(best, tower=name),  # type: ignore[misc]
            tower=name,
        )
        for name in facts.towers
    ]
    return found


def tune(
    start: Choice,
    facts: Facts,
    make_trial: MakeTrial,
    make_tower: Callable[[str], None],
    on_step: Callable[[int, int, str], None],
    on_skipped: Callable[[str, AssistantError], None],
) -> Result:
    """Try everything and give the best. What `make_trial` and `make_tower` raise skips one step; a cancel ends it all.

    `on_step(number, of, words)` is called before each step. Raises AssistantError when not even `start` works.
    """
    plan = steps(start, facts)
    total = len(plan) + 2
    on_step(1, total, tr("as it is now"))
    best = replace(start, glance_tokens=None)
    before = cost = _cost(best, make_trial, None)
    for number, step in enumerate(plan, start=2):
        on_step(number, total, step.words)
        candidate = step.change(best)
        try:
            if step.tower is not None:
                make_tower(step.tower)
            found = _cost(candidate, make_trial, cost)
        except CancelledError:
            raise
        except AssistantError as error:
            on_skipped(step.words, error)
            continue
        if found.total < cost.total * _BETTER:
            best, cost = candidate, found
    on_step(total, total, tr("how many image tokens fit the time"))
    tokens, meets = _budget(best, cost, make_trial, facts.target_s)
    return Result(replace(best, glance_tokens=tokens), before, cost, meets)


def _cost(choice: Choice, make_trial: MakeTrial, best: Cost | None) -> Cost:
    """The better of some runs at the usual budget; a hopeless one is not repeated."""
    trial = make_trial(choice)
    try:
        found = trial.glance(_USUAL)
        for _ in range(_RUNS - 1):
            if best is not None and found.total > best.total * _HOPELESS:
                break
            found = min(found, trial.glance(_USUAL), key=lambda cost: cost.total)
        return found
    finally:
        trial.close()


def _budget(choice: Choice, usual: Cost, make_trial: MakeTrial, target_s: float) -> tuple[int, bool]:
    """The largest budget whose first token comes within the target time, and whether even the least one does."""
    if usual.first_token > target_s:
        trial = make_trial(choice)
        try:
            least = trial.glance(LEAST_GLANCE_TOKENS).first_token
        finally:
            trial.close()
        return LEAST_GLANCE_TOKENS, least <= target_s
    fitting = _BUDGETS[0]
    trial = make_trial(choice)
    try:
        for budget in _larger(fitting):
            if trial.glance(budget).first_token > target_s:
                break
            fitting = budget
    finally:
        trial.close()
    return fitting, True


def _larger(than: int) -> Iterator[int]:
    return (budget for budget in _BUDGETS if budget > than)
