"""Ctrl-C and other signals. They interrupt nothing: each only wakes the thread that waits for them."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable
from types import FrameType

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # the last: Windows' Ctrl-Break, or a closed console
_WOKEN = b"\0"  # no signal has this number
_MOST_AT_ONCE = 4096


class Signals:
    """The signals of this process: Python writes the number of each to a socket, whichever thread took it.

    A handler of Python's runs only when the main thread runs Python code, and what it raises can get lost (in an import
    or a finalizer, say). The socket is also readable while the main thread waits or runs Qt.
    """

    def __init__(self) -> None:
        self._receiver, self._sender = socket.socketpair()
        self._sender.setblocking(False)
        self._installed = False

    def install(self) -> None:
        """Take charge of the signals; from now on they are remembered. For the main thread."""
        self._installed = True
        signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)
        _handle_all(lambda *_: None)

    def wait(self, timeout: float | None = None) -> None:
        """Block until a signal comes, or came since the last call; also until `wake`, or for `timeout` seconds."""
        self._receiver.settimeout(timeout)
        with contextlib.suppress(TimeoutError, BlockingIOError):
            self._receiver.recv(_MOST_AT_ONCE)

    def wake(self) -> None:
        """Let `wait` return although no signal came. For any thread."""
        with contextlib.suppress(OSError):  # nobody waits any more
            self._sender.send(_WOKEN)

    def close(self) -> None:
        """Ignore all signals from now on. For the main thread."""
        if self._installed:
            signal.set_wakeup_fd(-1)
            _handle_all(signal.SIG_IGN)  # a handler of ours would be gone while Python ends
        self._sender.close()
        self._receiver.close()


def _handle_all(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    for name in _SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), handler)
