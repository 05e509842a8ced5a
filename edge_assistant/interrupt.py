"""Ctrl-C and its kin. An exception that a signal raises can get lost (in an import, say), so it is remembered too."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class _State:
    arrived = False
    raising = True
    bell: socket.socket | None = None


def listen() -> None:
    """From now on the first signal raises KeyboardInterrupt in the main thread; those that follow change nothing."""
    for name in _SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _on_signal)


def only_remember() -> None:
    """From now on a signal raises nothing: whoever calls this asks `arrived`."""
    _State.raising = False


def call(on_arrival: Callable[[], None]) -> None:
    """From now on each signal calls `on_arrival` on a thread of its own, and one that has come before does so at once.

    Python runs handlers on the main thread, which may be waiting: the system gives a signal to whichever thread is
    quickest to take it, and a lock that the main thread waits for is not disturbed by that (where several came at once
    on a busy machine, one run in six went on for ever). Python's wakeup descriptor is written to in any thread.
    """
    _State.raising = False
    listening, bell = socket.socketpair()
    bell.setblocking(False)
    signal.set_wakeup_fd(bell.fileno(), warn_on_full_buffer=False)
    before, _State.bell = _State.bell, bell
    if before is not None:
        before.close()  # which ends its thread
    threading.Thread(target=_answer, args=(listening, on_arrival), name="signals", daemon=True).start()
    if _State.arrived:
        on_arrival()


def arrived() -> bool:
    """Whether a signal came since `listen`."""
    return _State.arrived


def _answer(listening: socket.socket, on_arrival: Callable[[], None]) -> None:
    with listening:
        while listening.recv(64):
            _State.arrived = True  # the handler may not have run yet
            on_arrival()


def _on_signal(_signal: int, _frame: FrameType | None) -> None:
    first, _State.arrived = not _State.arrived, True
    if first and _State.raising:
        raise KeyboardInterrupt
