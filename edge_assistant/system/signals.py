"""Ctrl-C and its kin. An exception that a signal raises can get lost (in an import, say), so it is remembered too."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # the last: Windows' Ctrl-Break, or a console closed
# After so many seconds what Python has swallowed is raised once more; by then its callback is over.
_AGAIN_S = 0.01


class _State:
    arrived = False
    raising = False
    lost = False
    bell: socket.socket | None = None


def listen() -> None:
    """From now on signals are remembered."""
    for name in _SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _on_signal)


@contextlib.contextmanager
def raised() -> Iterator[None]:
    """From now on the first signal raises KeyboardInterrupt in the main thread, and one that has come before does so at
    once; those that follow change nothing.

    Up to Python 3.11 what is raised while a class is made (an import does that) becomes the cause of a RuntimeError;
    it leaves this block as it was. What is raised while Python calls something of its own accord, a finalizer or a
    callback (imports have such), is swallowed and written to standard error; in this block it is raised again instead.
    """
    _State.raising = True
    before = sys.unraisablehook

    def swallowed(what: sys.UnraisableHookArgs) -> None:
        if _State.raising and issubclass(what.exc_type, KeyboardInterrupt):
            _State.lost = True
            again = threading.Timer(_AGAIN_S, _raise_again)
            again.daemon = True
            again.start()
        else:
            before(what)

    sys.unraisablehook = swallowed
    try:
        if _State.arrived:
            raise KeyboardInterrupt
        yield
    except RuntimeError as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        raise
    finally:
        sys.unraisablehook = before


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
    due = _State.lost or not _State.arrived
    _State.arrived, _State.lost = True, False
    if due and _State.raising:
        raise KeyboardInterrupt


def _raise_again() -> None:
    if not _State.raising or not _State.lost:
        return
    # Either wakes a main thread that waits.
    if sys.platform == "win32":
        signal.raise_signal(signal.SIGINT)
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
