"""Ctrl-C and other signals. An exception that a signal raises can get lost (in an import, say), so it is remembered
too.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # the last: Windows' Ctrl-Break, or a closed console
# Seconds between two attempts to raise a swallowed KeyboardInterrupt once more.
_RAISE_AGAIN_S = 0.01


class _State:
    arrived = False
    raising = False
    lost = False
    in_hook = False
    waker: socket.socket | None = None


def install() -> None:
    """Install the handlers; from now on signals are remembered."""
    for name in _SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _on_signal)


@contextlib.contextmanager
def raise_interrupts() -> Iterator[None]:
    """Raise KeyboardInterrupt in the main thread for the first signal, also for one that came before; ignore later
    ones.

    Up to Python 3.11 what is raised while a class is made (an import does that) becomes the cause of a RuntimeError; it
    leaves this block as it was. What is raised in a finalizer or a callback (imports have such) is swallowed by Python
    and written to standard error; in this block it is raised again instead.
    """
    _State.raising = True
    before = sys.unraisablehook

    def on_unraisable(args: sys.UnraisableHookArgs) -> None:
        if _State.raising and issubclass(args.exc_type, KeyboardInterrupt):
            _State.in_hook = True  # what a signal raised in here would be lost, too
            try:
                _State.lost = True
                threading.Thread(target=_raise_again, name="signals", daemon=True).start()
            finally:
                _State.in_hook = False
        else:
            before(args)

    sys.unraisablehook = on_unraisable
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


def stop_raising() -> None:
    """Stop raising; from now on the caller polls `arrived`."""
    _State.raising = False


def on_signal(on_arrival: Callable[[], None]) -> None:
    """Call `on_arrival` for each signal on a thread of its own, and at once for one that came before.

    Python runs handlers on the main thread, which may be waiting: the system gives a signal to whichever thread is
    quickest to take it, and a lock that the main thread waits for is not disturbed by that (where several came at once
    on a busy machine, one run in six went on for ever). Python's wakeup descriptor is written to in any thread.
    """
    _State.raising = False
    receiver, waker = socket.socketpair()
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    before, _State.waker = _State.waker, waker
    if before is not None:
        before.close()  # this ends its thread
    threading.Thread(target=_watch, args=(receiver, on_arrival), name="signals", daemon=True).start()
    if _State.arrived:
        on_arrival()


def arrived() -> bool:
    """Return whether a signal came since `install`."""
    return _State.arrived


def _watch(receiver: socket.socket, on_arrival: Callable[[], None]) -> None:
    with receiver:
        while receiver.recv(64):
            _State.arrived = True  # the handler may not have run yet
            on_arrival()


def _on_signal(_signal: int, _frame: FrameType | None) -> None:
    due = _State.lost or not _State.arrived
    _State.arrived = True
    if _State.in_hook:
        return
    _State.lost = False
    if due and _State.raising:
        raise KeyboardInterrupt


def _raise_again() -> None:
    """Wake the main thread, again and again until it has raised what was lost: on a busy machine a callback lasts."""
    while True:
        time.sleep(_RAISE_AGAIN_S)
        if not _State.raising or not _State.lost:
            return
        if sys.platform == "win32":
            signal.raise_signal(signal.SIGINT)
        else:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
