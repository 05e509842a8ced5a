"""The check itself: each candidate makes rounds of trials, in the same order, for its share of the time."""

from __future__ import annotations

import itertools
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from edge_assistant.drawn_screens.drawing import draw_screens
from edge_assistant.drawn_screens.truth import DrawnScreen, Kind, SkippedLanguage
from edge_assistant.engine.task_table import TaskTable
from edge_assistant.model_check.candidates import Candidate
from edge_assistant.model_check.demo_samples import sample_trials
from edge_assistant.model_check.results import TrialResult
from edge_assistant.model_check.runner import AnsweringAssistant, TrialRunner
from edge_assistant.model_check.towers import TowerOutputs
from edge_assistant.model_check.trials import Trial, kinds_of_a_round, plan_round
from edge_assistant.system.errors import AssistantError, CancelledError, EngineError
from edge_assistant.system.i18n import tr

OpenAssistant = Callable[[Candidate], AbstractContextManager[AnsweringAssistant]]
"""Loads a candidate; closed at the end of the context. Raises AssistantError."""

SAMPLES = "samples"
"""The folder beside the demo model that has its own screens."""

_FIRST_SHARE = 0.5
"""The part of the time that the first candidate has, where there are more: only it is asked under every condition."""
_OVERTIME, _LEAST_OVERTIME_S = 0.25, 30.0
"""A trial is ended so much (a part of the whole time, and at least so many seconds) behind its candidate's share."""
_MOST_FAILURES = 3
"""After so many failures of the engine one after the other, a candidate is given up."""


class CheckListener(Protocol):
    """Is told of the progress, on the thread that checks."""

    def candidate(self, candidate: Candidate) -> None:
        """A candidate begins: it is loaded now."""

    def trial(self, candidate: Candidate, trial: Trial) -> None:
        """A trial begins."""

    def result(self, result: TrialResult) -> None:
        """A trial has ended."""

    def skipped(self, skipped: SkippedLanguage) -> None:
        """Nothing can be drawn in this language here."""

    def failed(self, candidate: Candidate, error: AssistantError) -> None:
        """A candidate cannot be checked, or not any further."""


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """What to check: `minutes` in all, `rounds` at most for each candidate, and what decides the screens."""

    minutes: float
    languages: tuple[str, ...]
    seed: int
    rounds: int | None = None


class ModelCheck:
    """One check. `results` and `towers` have what was found so far, also after a cancel."""

    def __init__(
        self,
        candidates: Sequence[Candidate],
        plan: CheckPlan,
        tasks: TaskTable,
        open_assistant: OpenAssistant,
        listener: CheckListener,
        is_cancelled: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.results: list[TrialResult] = []
        self.towers = TowerOutputs(candidates)
        self._candidates = candidates
        self._plan = plan
        self._tasks = tasks
        self._open = open_assistant
        self._listener = listener
        self._is_cancelled = is_cancelled
        self._clock = clock
        self._start = clock()

    @property
    def seconds(self) -> float:
        """The time that the whole check may take."""
        return self._plan.minutes * 60

    @property
    def seconds_left(self) -> float:
        """How much of it is left."""
        return max(0.0, self.seconds - (self._clock() - self._start))

    def expected_trials(self) -> int | None:
        """Return how many trials there will be at the speed so far; None before the first has ended."""
        made, passed = len(self.results), self._clock() - self._start
        return round(made * max(passed, self.seconds) / passed) if made and passed > 0 else None

    def run(self) -> None:
        """Make the trials of all candidates.

        Raises CancelledError; AssistantError where the screens cannot be drawn, or where no candidate could be checked.
        """
        self._start = self._clock()
        last: AssistantError | None = None
        for number, candidate in enumerate(self._candidates):
            others = len(self._candidates) - number - 1
            share = 1.0 if not others else _FIRST_SHARE if number == 0 else 1 / (others + 1)
            deadline = self._clock() + share * self.seconds_left
            self._listener.candidate(candidate)
            try:
                with self._open(candidate) as assistant:
                    self._check_cancelled()
                    self._check(candidate, assistant, deadline, is_first=number == 0)
            except CancelledError:
                raise
            except _ScreensError as error:
                raise error.reason from error
            except AssistantError as error:
                self._check_cancelled()
                last = error
                self._listener.failed(candidate, error)
        if last is not None and all(result.error for result in self.results):
            raise last

    def _check(self, candidate: Candidate, assistant: AnsweringAssistant, deadline: float, *, is_first: bool) -> None:
        runner = TrialRunner(assistant, candidate.name, self._tasks)
        durations: dict[tuple[str, str], list[float]] = defaultdict(list)
        failures = 0
        for trials in self._rounds(candidate, every_condition=is_first):
            made = 0
            for trial in trials:
                self._check_cancelled()
                left, key = deadline - self._clock(), (trial.measure, trial.condition)
                if durations and left <= 0:
                    return
                if durations[key] and statistics.median(durations[key]) > left:
                    continue  # it would end too late; a quicker one may not
                self._listener.trial(candidate, trial)
                start = self._clock()
                result = self._run(runner, assistant, trial, deadline)
                self._check_cancelled()
                if result.stop == "cancelled":
                    raise EngineError(
                        tr("An answer took too long for the check's time. Give it more with --minutes."),
                        code="too-slow",
                    )
                made += 1
                durations[key].append(self._clock() - start)
                self.results.append(result)
                self._listener.result(result)
                if trial.task == "glance" and not result.error and result.image_tokens and self.towers.wants(candidate):
                    self._keep_output(candidate, runner, result)
                failures = failures + 1 if result.engine_failed else 0
                if failures >= _MOST_FAILURES:
                    raise EngineError(result.message)
            if not made:
                return

    def _run(self, runner: TrialRunner, assistant: AnsweringAssistant, trial: Trial, deadline: float) -> TrialResult:
        """Make a trial, and end it when it takes far too long."""
        overtime = max(_LEAST_OVERTIME_S, _OVERTIME * self.seconds)
        watchdog = threading.Timer(max(0.0, deadline - self._clock()) + overtime, assistant.cancel)
        watchdog.daemon = True
        watchdog.start()
        try:
            return runner.run(trial)
        finally:
            watchdog.cancel()

    def _keep_output(self, candidate: Candidate, runner: TrialRunner, result: TrialResult) -> None:
        embeddings = runner.embeddings()
        if embeddings is not None and result.image_tokens:
            self.towers.add(candidate, result.image_tokens, embeddings)

    def _rounds(self, candidate: Candidate, *, every_condition: bool) -> Iterator[Iterator[Trial]]:
        """Yield the trials of each round, all in one language; the languages take turns. Demo samples come first."""
        family, variant = candidate.model.family, candidate.model.variant
        if family == "demo":
            yield sample_trials(candidate.model.model.parent / SAMPLES)
        for screens in self._screens():
            yield plan_round(screens, family, variant, every_condition=every_condition)

    def _screens(self) -> Iterator[dict[Kind, DrawnScreen]]:
        usable = list(self._plan.languages)

        def skip(skipped: SkippedLanguage) -> None:
            if skipped.language in usable:
                usable.remove(skipped.language)
                self._listener.skipped(skipped)

        rounds = itertools.count() if self._plan.rounds is None else range(self._plan.rounds)
        for number in rounds:
            screens: dict[Kind, DrawnScreen] = {}
            while usable and not screens:
                drawn = draw_screens(
                    kinds_of_a_round(),
                    seed=self._plan.seed + number,
                    languages=(usable[number % len(usable)],),
                    on_skip=skip,
                    is_cancelled=self._is_cancelled,
                )
                try:
                    screens = {screen.kind: screen for screen in drawn}
                except CancelledError:
                    raise
                except AssistantError as error:
                    raise _ScreensError(error) from error
            if not screens:
                return
            yield screens

    def _check_cancelled(self) -> None:
        if self._is_cancelled():
            raise CancelledError


class _ScreensError(Exception):
    """The screens cannot be drawn, which no other candidate changes."""

    def __init__(self, reason: AssistantError) -> None:
        super().__init__(str(reason))
        self.reason = reason
