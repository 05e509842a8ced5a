"""Ctrl-C and its kin. An exception that a signal raises can get lost (in an import, say), so it is remembered too."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class _State:
    arrived = False
    raising = True
    calls: Callable[[], None] | None = None


def listen() -> None:
    """From now on the first signal raises KeyboardInterrupt in the main thread; those that follow change nothing."""
    for name in _SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _on_signal)


def only_remember() -> None:
    """From now on a signal raises nothing: whoever calls this asks `arrived`."""
    _State.raising = False


def call(on_arrival: Callable[[], None]) -> None:
    """From now on each signal calls `on_arrival` on the main thread, and at once if one has come before."""
    _State.raising, _State.calls = False, on_arrival
    if _State.arrived:
        on_arrival()


def arrived() -> bool:
    """Whether a signal came since `listen`."""
    return _State.arrived


def _on_signal(_signal: int, _frame: FrameType | None) -> None:
    first, _State.arrived = not _State.arrived, True
    if first and _State.raising:
        raise KeyboardInterrupt
    if _State.calls is not None:
        _State.calls()
