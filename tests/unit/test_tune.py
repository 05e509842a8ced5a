"""Tuning with scripted costs: what helps is kept, what fails is skipped, and the budget meets the wanted time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge_assistant.errors import CancelledError, DoesNotFitError
from edge_assistant.trials import Cost, describe_change
from edge_assistant.tune import Facts, Result, tune
from edge_assistant.tuned import Choice

START = Choice(2)
FACTS = Facts(threads=(2, 4), may_repack=True, towers=("Q6_K", "BF16"), target_s=6.0)


class Machine:
    """Trials whose first token takes `seconds(choice)` at 256 image tokens, and in proportion elsewhere."""

    def __init__(self, seconds: Callable[[Choice], float]) -> None:
        self.seconds = seconds
        self.open = 0
        self.tried: list[Choice] = []
        self.towers: list[str] = []
        self.skipped: list[str] = []
        self.steps: list[tuple[int, int]] = []

    def trial(self, choice: Choice) -> Trial:
        self.tried.append(choice)
        return Trial(self, self.seconds(choice))

    def tune(self, facts: Facts = FACTS) -> Result:
        return tune(
            START,
            facts,
            self.trial,
            self.towers.append,
            lambda number, of, _: self.steps.append((number, of)),
            lambda words, _: self.skipped.append(words),
        )


class Trial:
    def __init__(self, machine: Machine, seconds: float) -> None:
        self._machine = machine
        self._seconds = seconds
        machine.open += 1
        assert machine.open == 1, "two engines at once do not fit a laptop"

    def glance(self, image_tokens: int) -> Cost:
        return Cost(self._seconds * image_tokens / 256, 1.0)

    def close(self) -> None:
        self._machine.open -= 1


def test_everything_that_helps_is_kept_together() -> None:
    def seconds(choice: Choice) -> float:
        gains = (choice.threads == 4, choice.tuning.batch == 256, choice.tower == "Q6_K", choice.tuning.repack)
        return 10.0 - 2.0 * sum(gains[:3]) + 5.0 * gains[3]

    result = Machine(seconds).tune()
    assert (result.choice.threads, result.choice.tower) == (4, "Q6_K")
    assert (result.choice.tuning.batch, result.choice.tuning.repack) == (256, False)
    assert (result.before.first_token, result.after.first_token) == (10.0, 4.0)


def test_what_hardly_helps_is_not_kept() -> None:
    result = Machine(lambda choice: 5.0 - 0.1 * (choice.threads == 4)).tune()
    assert result.choice.threads == 2


@pytest.mark.parametrize(
    ("seconds", "tokens", "meets"),
    [(6.0, 256, True), (2.9, 512, True), (1.0, 1024, True), (7.0, 192, True), (20.0, 192, False)],
)
def test_the_budget_is_the_largest_that_meets_the_wanted_time_but_never_too_small(
    seconds: float, tokens: int, meets: bool
) -> None:
    result = Machine(lambda _: seconds).tune()
    assert (result.choice.glance_tokens, result.meets_target) == (tokens, meets)


def test_what_cannot_be_tried_is_skipped_and_told() -> None:
    def seconds(choice: Choice) -> float:
        if choice.tuning.repack:
            raise DoesNotFitError("Too little memory.")
        return 5.0 - 2.0 * (choice.tower == "Q6_K")

    machine = Machine(seconds)
    assert machine.tune().choice.tower == "Q6_K"
    assert machine.skipped == ["repacked weights"]


def test_repacking_is_not_tried_without_memory_and_formats_only_where_they_can_be_made() -> None:
    machine = Machine(lambda _: 5.0)
    machine.tune(Facts(threads=(2,), may_repack=False, towers=(), target_s=6.0))
    assert not any(choice.tuning.repack or choice.tower for choice in machine.tried)
    assert machine.towers == []


def test_a_cancel_ends_it_and_no_engine_stays() -> None:
    def seconds(choice: Choice) -> float:
        if choice.tuning.batch == 256:
            raise CancelledError
        return 5.0

    machine = Machine(seconds)
    with pytest.raises(CancelledError):
        machine.tune()
    assert machine.open == 0


def test_steps_are_counted_to_their_end() -> None:
    machine = Machine(lambda _: 5.0)
    machine.tune()
    assert [number for number, _ in machine.steps] == list(range(1, machine.steps[0][1] + 1))


def test_changes_are_said_in_sentences() -> None:
    new = Choice(1, START.tuning, tower="Q6_K", glance_tokens=192)
    assert describe_change(START, new) == [
        "1 core computes.",
        "A vision tower in the format Q6_K is used.",
        "A glance sends 192 image tokens.",
    ]
    assert describe_change(START, Choice(2, glance_tokens=256)) == []
