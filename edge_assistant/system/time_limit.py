"""Time limits, also for calls that have none of their own, such as of libraries that wait for another program."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TypeVar

_T = TypeVar("_T")

_CHECK_S = 0.05


class WakingTime:
    """The time that passes while somebody looks, at least every `step_s` seconds.

    Longer gaps count little: this program, or the computer, was suspended, and what is waited for perhaps as well.
    """

    def __init__(self, step_s: float) -> None:
        self._most = 2 * step_s
        self._seconds, self._looked = 0.0, time.monotonic()

    def seconds(self) -> float:
        """Look, and return the seconds until now."""
        before, self._looked = self._looked, time.monotonic()
        self._seconds += min(self._looked - before, self._most)
        return self._seconds


def call_within(
    seconds: float,
    function: Callable[[], _T],
    *,
    name: str,
    discard: Callable[[_T], object] = lambda _: None,
    check: Callable[[], None] = lambda: None,
) -> _T:
    """Call a function on a thread of its own, called `name`; return its result, or raise its error.

    Raises TimeoutError when it takes longer, and what `check`, which is called meanwhile, raises. The function goes on
    then, for nothing can end it; what it returns in the end is given to `discard`.
    """
    outcome: Future[_T] = Future()

    def run() -> None:
        try:
            result = function()
        except BaseException as error:  # noqa: BLE001 (it is raised on the other thread)
            if outcome.set_running_or_notify_cancel():
                outcome.set_exception(error)
            return
        if outcome.set_running_or_notify_cancel():
            outcome.set_result(result)
        else:
            discard(result)

    threading.Thread(target=run, name=name, daemon=True).start()
    deadline = time.monotonic() + seconds
    while True:
        try:
            return outcome.result(min(_CHECK_S, max(0.0, deadline - time.monotonic())))
        except FutureTimeoutError:
            if outcome.done():  # just now, or the error is the function's own
                return outcome.result(0)
        try:
            check()
        except BaseException:
            if not outcome.cancel() and outcome.exception(seconds) is None:  # it has just come
                discard(outcome.result(seconds))
            raise
        if time.monotonic() >= deadline and outcome.cancel():
            raise TimeoutError(f"{name}: no answer within {seconds} seconds")
