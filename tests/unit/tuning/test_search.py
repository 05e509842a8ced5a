"""Tests of the search with scripted costs: what helps is kept, what fails is skipped, the budget meets the target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from edge_assistant.engine.messages import Tuning
from edge_assistant.imaging.token_budget import plan
from edge_assistant.system.errors import CancelledError, DoesNotFitError, EngineError
from edge_assistant.tuning.profile import MIN_GLANCE_TOKENS, TuningProfile
from edge_assistant.tuning.search import MachineFacts, SearchResult, TimeBudget, tune
from edge_assistant.tuning.trial import Cost, describe_change

START = TuningProfile(2)
FACTS = MachineFacts(threads=(2, 4), towers=(None, "Q6_K", "BF16"), target_s=6.0)

Seconds = Callable[[TuningProfile], float]


class Machine:
    """Trials whose first token takes `seconds(choice)` at 256 image tokens, and in proportion elsewhere.

    `detail(choice)` are the seconds of a detail's prefill.
    """

    def __init__(self, seconds: Seconds, detail: Seconds = lambda _: 10.0) -> None:
        self.seconds = seconds
        self.detail = detail
        self.open = 0
        self.tried: list[TuningProfile] = []
        self.towers: list[str] = []
        self.skipped: list[str] = []
        self.steps: list[tuple[int, int, str]] = []

    def trial(self, candidate: TuningProfile) -> Trial:
        self.tried.append(candidate)
        return Trial(self, candidate)

    def tune(self, facts: MachineFacts = FACTS, now: TuningProfile = START) -> SearchResult:
        return tune(
            now,
            START,
            facts,
            self.trial,
            self.towers.append,
            lambda number, of, words: self.steps.append((number, of, words)),
            lambda words, _: self.skipped.append(words),
        )


class Trial:
    def __init__(self, machine: Machine, candidate: TuningProfile) -> None:
        machine.seconds(candidate)  # raises where it cannot be loaded
        self._machine = machine
        self._choice = candidate
        machine.open += 1
        assert machine.open == 1, "two engines at once do not fit a laptop"

    def glance(self, image_tokens: int) -> Cost:
        return Cost(self._machine.seconds(self._choice) * image_tokens / 256, 1.0)

    def prefill(self, tokens: int) -> float:
        assert tokens > 512, "a single batch would show nothing"
        return self._machine.detail(self._choice)

    def close(self) -> None:
        self._machine.open -= 1


def test_everything_that_helps_is_kept_together() -> None:
    def seconds(candidate: TuningProfile) -> float:
        return 10.0 - 2.0 * (candidate.threads == 4) - 3.0 * (candidate.tower == "Q6_K") + 5.0 * candidate.tuning.repack

    result = Machine(seconds, lambda candidate: 9.0 if candidate.tuning.batch == 1024 else 10.0).tune()
    assert (result.profile.threads, result.profile.tower) == (4, "Q6_K")
    assert result.profile.tuning == Tuning(batch=1024)
    assert result.before is not None
    assert (result.before.first_token, result.after.first_token) == (10.0, 5.0)


def test_what_hardly_helps_is_not_kept() -> None:
    result = Machine(
        lambda candidate: 5.0 - 0.1 * (candidate.threads == 4), lambda candidate: 10.0 - 1e-4 * candidate.tuning.batch
    )
    assert result.tune().profile == replace(START, glance_tokens=256)


@pytest.mark.parametrize(("larger", "batch"), [(10.5, 512), (9.0, 1024)])
def test_batches_are_judged_by_a_detail_and_never_by_a_glance(larger: float, batch: int) -> None:
    def glance(candidate: TuningProfile) -> float:
        return 5.0 + (1.0 if candidate.tuning.batch == batch else -1.0)

    machine = Machine(glance, lambda candidate: larger if candidate.tuning.batch > 512 else 10.0)
    assert machine.tune().profile.tuning.batch == batch
    assert {candidate.tuning.batch for candidate in machine.tried} == {512, 1024}


def test_a_difference_within_what_runs_of_the_same_differ_by_changes_nothing() -> None:
    row = iter([5.0, 6.0, 4.7, 5.1])  # as it is, twice; with four threads the first run alone looks better

    class Noisy(Trial):
        def glance(self, _: int) -> Cost:
            return Cost(next(row, 6.0), 1.0)

    machine = Machine(lambda _: 5.0)
    machine.trial = lambda candidate: Noisy(machine, candidate)  # type: ignore[method-assign]
    assert machine.tune(MachineFacts((2, 4), (), None)).profile == START


def test_a_computer_that_becomes_quicker_meanwhile_is_no_reason_for_a_change() -> None:
    slow = [2]  # the first trial, until another program rests

    class Waking(Trial):
        def glance(self, image_tokens: int) -> Cost:
            cost = super().glance(image_tokens)
            slow[0] -= 1
            return Cost(cost.first_token * 2, 1.0) if slow[0] >= 0 else cost

    machine = Machine(lambda _: 5.0)
    machine.trial = lambda candidate: Waking(machine, candidate)  # type: ignore[method-assign]
    result = machine.tune()
    assert replace(result.profile, glance_tokens=None) == START


def test_a_tower_in_use_is_what_others_and_the_published_one_must_beat() -> None:
    now = replace(START, tower="Q6_K")

    def tuned_from(published: float) -> tuple[SearchResult, Machine]:
        machine = Machine(lambda candidate: {"Q6_K": 5.0, None: published}.get(candidate.tower, 9.0))
        facts = replace(FACTS, threads=(2,))
        result = tune(now, now, facts, machine.trial, machine.towers.append, lambda *_: None, lambda *_: None)
        return result, machine

    result, machine = tuned_from(7.0)
    assert (result.profile.tower, machine.towers) == ("Q6_K", ["BF16"])
    assert result.before is not None
    assert (result.before.first_token, result.after.first_token) == (5.0, 5.0)
    assert tuned_from(3.0)[0].profile.tower is None


def test_what_was_tuned_before_is_what_the_new_choice_is_compared_with() -> None:
    now = TuningProfile(4, Tuning(batch=256), tower="BF16", glance_tokens=384)
    machine = Machine(lambda candidate: {"BF16": 6.0, "Q6_K": 4.0}.get(candidate.tower or "", 8.0))
    result = machine.tune(now=now)
    assert (result.profile.tower, result.profile.tuning.batch) == ("Q6_K", 512)
    assert result.before is not None
    assert (result.before.first_token, result.after.first_token) == (6.0, 4.0)


def test_what_was_tuned_before_and_cannot_be_loaded_any_more_is_skipped() -> None:
    now = TuningProfile(2, Tuning(repack=True))

    def seconds(candidate: TuningProfile) -> float:
        if candidate.tuning.repack:
            raise DoesNotFitError("Too little memory.")
        return 5.0

    machine = Machine(seconds)
    result = machine.tune(now=now)
    assert (result.before, result.after.first_token) == (None, 5.0)
    assert machine.skipped == ["repacked weights", "the current choice"]


@pytest.mark.parametrize(
    ("seconds", "tokens", "meets"),
    [
        (6.0, 256, True),
        (2.9, 512, True),
        (1.0, 1024, True),
        (6.3, 240, True),
        (6.8, 224, True),
        (7.3, 208, True),
        (20.0, 208, False),
    ],
)
def test_the_budget_is_the_largest_that_meets_the_wanted_time_but_never_too_small(
    seconds: float, tokens: int, meets: bool
) -> None:
    result = Machine(lambda _: seconds).tune()
    assert result.budget == TimeBudget(tokens, pytest.approx(seconds * tokens / 256), meets)
    assert result.profile.glance_tokens == tokens


@pytest.mark.parametrize("screen", [(1920, 1080), (1366, 768), (1920, 1200), (1280, 1024), (1000, 1000)])
def test_the_least_budget_really_sends_as_much_as_a_glance_must_have(screen: tuple[int, int]) -> None:
    least = Machine(lambda _: 60.0).tune().profile.glance_tokens
    assert least is not None
    assert MIN_GLANCE_TOKENS <= plan(screen, max_tokens=least).tokens <= least


def test_a_budget_that_the_person_has_set_is_not_looked_for() -> None:
    machine = Machine(lambda _: 9.0)
    result = machine.tune(replace(FACTS, target_s=None))
    assert (result.profile.glance_tokens, result.budget.meets_target) == (None, True)
    assert "how many image tokens fit the time" not in {words for *_, words in machine.steps}


def test_a_budget_that_cannot_be_tried_leaves_the_usual_one() -> None:
    class Small(Trial):
        def glance(self, image_tokens: int) -> Cost:
            if image_tokens > 256:
                raise EngineError("The engine is gone.")
            return super().glance(image_tokens)

    machine = Machine(lambda _: 3.0)
    machine.trial = lambda candidate: Small(machine, candidate)  # type: ignore[method-assign]
    result = machine.tune()
    assert (result.profile.glance_tokens, result.budget.first_token) == (None, 3.0)
    assert machine.skipped == ["how many image tokens fit the time"]


def test_what_cannot_be_tried_is_skipped_and_told() -> None:
    def seconds(candidate: TuningProfile) -> float:
        if candidate.tuning.repack:
            raise DoesNotFitError("Too little memory.")
        return 5.0 - 2.0 * (candidate.tower == "Q6_K")

    machine = Machine(seconds)
    assert machine.tune().profile.tower == "Q6_K"
    assert machine.skipped == ["repacked weights"]


def test_without_memory_for_a_single_trial_it_ends_with_what_is_wrong() -> None:
    def seconds(_: TuningProfile) -> float:
        raise DoesNotFitError("Too little memory.")

    machine = Machine(seconds)
    with pytest.raises(DoesNotFitError):
        machine.tune()
    assert machine.skipped == []


def test_only_formats_that_can_be_made_are_tried() -> None:
    machine = Machine(lambda _: 5.0)
    machine.tune(MachineFacts(threads=(2,), towers=(None,), target_s=6.0))
    assert not any(candidate.tower for candidate in machine.tried)
    assert machine.towers == []


def test_a_cancel_ends_it_and_no_engine_stays() -> None:
    def seconds(candidate: TuningProfile) -> float:
        if candidate.tuning.batch == 1024:
            raise CancelledError
        return 5.0

    machine = Machine(seconds)
    with pytest.raises(CancelledError):
        machine.tune()
    assert machine.open == 0


@pytest.mark.parametrize("now", [START, TuningProfile(4)])
@pytest.mark.parametrize("target_s", [6.0, None])
def test_steps_are_counted_to_their_end(now: TuningProfile, target_s: float | None) -> None:
    machine = Machine(lambda _: 5.0)
    machine.tune(replace(FACTS, target_s=target_s), now)
    total = machine.steps[0][1]
    assert [(number, of) for number, of, _ in machine.steps] == [(i, total) for i in range(1, total + 1)]


def test_changes_are_said_in_sentences() -> None:
    new = TuningProfile(1, START.tuning, tower="Q6_K", glance_tokens=208)
    assert describe_change(START, new) == [
        "1 core is used.",
        "A vision encoder in Q6_K format is used.",
        "A glance uses up to 208 image tokens.",
    ]
    assert describe_change(START, TuningProfile(2, glance_tokens=256)) == []
