"""Connections to an X server through python-xlib, with a time limit for servers that are halted or faulty."""

from __future__ import annotations

import collections
import contextlib
import logging
import os
import select
import socket
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from edge_assistant.system.time_limit import call_within

if TYPE_CHECKING:
    from Xlib.display import Display

_log = logging.getLogger(__name__)
ANSWER_TIMEOUT_S = 5.0
"""Seconds for a server to accept a connection or to answer; one on this computer takes milliseconds."""

_idle: collections.defaultdict[str, collections.deque[Display]] = collections.defaultdict(collections.deque)
"""Connections that nobody uses just now, by display name, for `borrow`. Their deques are thread-safe."""


class NoServerError(Exception):
    """No X server answers."""


def connect(name: str | None) -> Display:
    """Connect to the display `name`, or to that of DISPLAY. Raises NoServerError."""
    attempt = _Attempt()
    try:
        display = call_within(ANSWER_TIMEOUT_S, lambda: attempt.open(name), name="X server", discard=_close)
    except Exception as error:  # Xlib fails in many ways on odd names and odd servers
        attempt.end()
        _log.info("no X server: %r", error)
        raise NoServerError from error
    return display


_attempts = threading.local()
"""The attempt that this thread makes."""


class _Attempt:
    """One attempt to connect, and the sockets that Xlib opens for it: it leaves them open where it fails."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []

    def open(self, name: str | None) -> Display:
        """Connect. Raises whatever Xlib raises."""
        from Xlib import display, xauth
        from Xlib.support import unix_connect

        # An odd .Xauthority makes Xlib print on standard output, which belongs to the answer.
        xauth.print = _log.debug  # type: ignore[attr-defined]
        setattr(unix_connect, "socket", _KeptSockets)  # noqa: B010 (it is a module's own import)
        _attempts.current = self
        return display.Display(name)

    def keep(self, made: socket.socket) -> socket.socket:
        """Keep a socket until the attempt has ended."""
        self._sockets.append(made)
        return made

    def end(self) -> None:
        """Close all sockets; this also ends a wait of Xlib's for a server that says nothing."""
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


class _KeptSockets:
    """What Xlib's own module for connections takes for the module `socket`."""

    AF_INET, AF_UNIX = socket.AF_INET, getattr(socket, "AF_UNIX", None)
    SOCK_STREAM, error = socket.SOCK_STREAM, socket.error
    gethostname = staticmethod(socket.gethostname)

    @staticmethod
    def socket(family: int, kind: int) -> socket.socket:
        """Make a socket, of the present attempt where this thread makes one: others use Xlib, too."""
        made = socket.socket(family, kind)
        attempt: _Attempt | None = getattr(_attempts, "current", None)
        return made if attempt is None else attempt.keep(made)


def _close(late: Display) -> None:
    late.close()


@contextlib.contextmanager
def borrow(name: str | None) -> Iterator[Display]:
    """Yield a connection for questions, which nobody else uses meanwhile; it is kept open for the next borrower.

    `name` is as for `connect`. Raises NoServerError. A connection on which an error is raised is closed.
    """
    idle = _idle[name or os.environ.get("DISPLAY", "")]
    display = _take_idle(idle) or connect(name)
    try:
        yield display
    except BaseException:
        display.close()
        raise
    idle.append(display)


def _take_idle(idle: collections.deque[Display]) -> Display | None:
    """Return an idle connection whose server answers, None without one. Raises NoServerError for a halted server."""
    from Xlib.error import ConnectionClosedError
    from Xlib.protocol.request import GetInputFocus

    while True:
        try:
            display = idle.pop()
        except IndexError:  # also where another thread took it
            return None
        with contextlib.ExitStack() as close_it, contextlib.suppress(ConnectionClosedError, OSError):
            close_it.callback(display.display.socket.close)
            GetInputFocus(display=display.display, defer=True)
            display.flush()  # this may read the answer already
            while display.display.sent_requests:
                if not select.select([display.fileno()], [], [], ANSWER_TIMEOUT_S)[0]:
                    _log.info("the X server does not answer")
                    raise NoServerError
                display.pending_events()  # this reads what has come, and waits for nothing
            for _ in range(display.pending_events()):
                display.next_event()  # every client is told of a changed keyboard
            close_it.pop_all()
            return display
