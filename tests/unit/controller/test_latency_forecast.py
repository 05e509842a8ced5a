"""How long the detail will take is told from the last glance, less what has been done ahead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge_assistant.assistant.events import DoneEvent, Timings, cancelled
from edge_assistant.controller.latency import LatencyForecast


class Clock:
    """Monotonic seconds, moved by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def done(tokens: int, encode: float, prefill: float) -> DoneEvent:
    image = {"width": 32 * tokens, "height": 32, "tokens": tokens}
    return replace(cancelled(0, ""), image=image, timings_s=Timings(encode=encode, prefill=prefill), stop="end")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outlook(clock: Clock) -> LatencyForecast:
    return LatencyForecast(clock)


def test_nothing_is_told_before_something_was_measured(outlook: LatencyForecast) -> None:
    assert outlook.seconds(920) is None


def test_as_many_tokens_take_as_long_as_last_time_and_more_take_longer_than_in_proportion(
    outlook: LatencyForecast,
) -> None:
    outlook.answered(done(250, 4.0, 3.0))
    assert outlook.seconds(250) == pytest.approx(7.0)
    more = outlook.seconds(1000)
    assert more is not None
    assert 4 * 7.0 < more < 8 * 7.0


def test_what_was_encoded_ahead_is_not_waited_for(outlook: LatencyForecast, clock: Clock) -> None:
    outlook.answered(done(250, 4.0, 3.0))
    outlook.began_ahead()
    clock.now += 1.0
    assert outlook.seconds(250) == pytest.approx(6.0)
    clock.now += 1000.0
    assert outlook.seconds(250) == pytest.approx(3.0)


def test_a_follow_up_without_an_encode_changes_nothing_but_ends_what_was_ahead(
    outlook: LatencyForecast, clock: Clock
) -> None:
    outlook.answered(done(250, 4.0, 3.0))
    outlook.began_ahead()
    clock.now += 2.0
    outlook.answered(done(250, 0.0, 0.5))
    assert outlook.seconds(250) == pytest.approx(7.0)
