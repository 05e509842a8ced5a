"""The wait for the detail is forecast from the last glance, less what has been encoded ahead."""

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
def forecast(clock: Clock) -> LatencyForecast:
    return LatencyForecast(clock)


def test_nothing_is_forecast_before_something_was_measured(forecast: LatencyForecast) -> None:
    assert forecast.estimate(920) is None


def test_as_many_tokens_take_as_long_as_last_time_and_more_take_longer_than_in_proportion(
    forecast: LatencyForecast,
) -> None:
    forecast.record_answer(done(250, 4.0, 3.0))
    assert forecast.estimate(250) == pytest.approx(7.0)
    more = forecast.estimate(1000)
    assert more is not None
    assert 4 * 7.0 < more < 8 * 7.0


def test_what_was_encoded_ahead_is_not_waited_for(forecast: LatencyForecast, clock: Clock) -> None:
    forecast.record_answer(done(250, 4.0, 3.0))
    forecast.start_encode_ahead()
    clock.now += 1.0
    assert forecast.estimate(250) == pytest.approx(6.0)
    clock.now += 1000.0
    assert forecast.estimate(250) == pytest.approx(3.0)


def test_a_follow_up_without_an_encode_changes_nothing_but_ends_what_was_ahead(
    forecast: LatencyForecast, clock: Clock
) -> None:
    forecast.record_answer(done(250, 4.0, 3.0))
    forecast.start_encode_ahead()
    clock.now += 2.0
    forecast.record_answer(done(250, 0.0, 0.5))
    assert forecast.estimate(250) == pytest.approx(7.0)
