"""A call with a time limit: its result, its error, the end of the limit, and what comes too late."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from edge_assistant.system import time_limit
from edge_assistant.system.errors import CancelledError
from edge_assistant.system.time_limit import WakingTime, call_within


def test_the_result_and_the_error_of_the_call_come_back() -> None:
    assert call_within(60.0, lambda: 5, name="five") == 5
    with pytest.raises(ZeroDivisionError):
        call_within(60.0, lambda: 1 // 0, name="none")


def test_an_error_that_is_itself_a_time_limit_is_the_call_s() -> None:
    def fail() -> None:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        call_within(60.0, fail, name="late")


def test_what_takes_too_long_is_given_up_and_its_late_result_discarded() -> None:
    go_on, discarded = threading.Event(), threading.Event()
    late: list[int] = []

    def discard(result: int) -> None:
        late.append(result)
        discarded.set()

    def slow() -> int:
        go_on.wait(60)
        return 5

    with pytest.raises(TimeoutError, match="slow: no answer"):
        call_within(0.1, slow, name="slow", discard=discard)
    go_on.set()
    assert discarded.wait(60)
    assert late == [5]


def test_a_cancel_is_not_delayed_by_the_call() -> None:
    go_on = threading.Event()

    def cancelled() -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        call_within(60.0, lambda: go_on.wait(60), name="slow", check=cancelled)
    go_on.set()


def test_a_result_that_comes_just_after_a_look_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = threading.Event()

    class LateFuture(Future[int]):
        """It is done as soon as somebody has looked at it in vain."""

        def result(self, timeout: float | None = None) -> int:
            try:
                return super().result(timeout)
            except TimeoutError:
                looked.set()
                self.exception(60)
                raise

    def answer() -> int:
        looked.wait(60)
        return 5

    monkeypatch.setattr(time_limit, "Future", LateFuture)
    assert call_within(60.0, answer, name="five") == 5


def test_time_in_which_nobody_could_look_hardly_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([100.0, 100.5, 101.0, 5000.0, 5000.5])
    monkeypatch.setattr(time_limit, "time", SimpleNamespace(monotonic=lambda: next(times)))
    waking = WakingTime(0.5)
    assert [waking.seconds() for _ in range(4)] == [0.5, 1.0, 2.0, 2.5]
