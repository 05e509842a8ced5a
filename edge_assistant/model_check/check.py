"""The check itself: each candidate makes rounds of trials, in the same order, for its share of the time."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from edge_assistant.drawn_screens.drawing import draw_screens
from edge_assistant.drawn_screens.truth import DrawnScreen, Kind, SkippedLanguage
from edge_assistant.engine.task_table import TaskTable
from edge_assistant.model_check.candidates import Candidate
from edge_assistant.model_check.results import TrialResult
from edge_assistant.model_check.runner import AnsweringAssistant, TrialRunner
from edge_assistant.model_check.trials import Trial, kinds_of_a_round, plan_round
from edge_assistant.system.errors import CancelledError

OpenAssistant = Callable[[Candidate, str], AbstractContextManager[AnsweringAssistant]]
"""(candidate, language code) -> an assistant, closed at the end of the context. Raises AssistantError."""


class CheckListener(Protocol):
    """Is told of the progress, on the thread that checks."""

    def trial(self, candidate: Candidate, trial: Trial, fraction: float) -> None:
        """A trial begins; `fraction` (0 to 1) of the time is over."""

    def result(self, result: TrialResult) -> None:
        """A trial has ended."""

    def skipped(self, skipped: SkippedLanguage) -> None:
        """Nothing can be drawn in this language here."""


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """What to check: `minutes` in all, `rounds` at most for each candidate, and what decides the screens."""

    minutes: float
    languages: tuple[str, ...]
    seed: int
    rounds: int | None = None


def run_check(
    candidates: Sequence[Candidate],
    plan: CheckPlan,
    tasks: TaskTable,
    open_assistant: OpenAssistant,
    listener: CheckListener,
    is_cancelled: Callable[[], bool],
    clock: Callable[[], float] = time.monotonic,
) -> list[TrialResult]:
    """Make the trials; return their results. A trial that has begun is finished when the time is over.

    Raises CancelledError, and AssistantError where the screens cannot be drawn or the model cannot be loaded.
    """
    start, seconds = clock(), plan.minutes * 60
    results: list[TrialResult] = []
    for number, candidate in enumerate(candidates, start=1):
        deadline = start + seconds * number / len(candidates)
        for screens in _rounds(plan, listener.skipped, is_cancelled):
            trials = plan_round(screens, candidate.model.family, candidate.model.variant)
            language = next(iter(screens.values())).language
            with open_assistant(candidate, language) as assistant:
                runner = TrialRunner(assistant, candidate.name, tasks)
                for trial in trials:
                    if is_cancelled():
                        raise CancelledError
                    if clock() >= deadline and any(each.candidate == candidate.name for each in results):
                        break
                    listener.trial(candidate, trial, min(1.0, (clock() - start) / seconds))
                    result = runner.run(trial)
                    if is_cancelled():
                        raise CancelledError
                    results.append(result)
                    listener.result(result)
            if clock() >= deadline:
                break
    return results


def _rounds(
    plan: CheckPlan, on_skip: Callable[[SkippedLanguage], None], is_cancelled: Callable[[], bool]
) -> Iterator[dict[Kind, DrawnScreen]]:
    """Yield the screens of each round, all in one language; the languages take turns."""
    usable = list(plan.languages)

    def skip(skipped: SkippedLanguage) -> None:
        if skipped.language in usable:
            usable.remove(skipped.language)
            on_skip(skipped)

    for number in itertools.count() if plan.rounds is None else range(plan.rounds):
        screens: dict[Kind, DrawnScreen] = {}
        while usable and not screens:
            language = usable[number % len(usable)]
            drawn = draw_screens(
                kinds_of_a_round(),
                seed=plan.seed + number,
                languages=(language,),
                on_skip=skip,
                is_cancelled=is_cancelled,
            )
            screens = {screen.kind: screen for screen in drawn}
        if not screens:
            return
        yield screens
