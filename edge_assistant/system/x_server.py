"""Connections to an X server through python-xlib, with a time limit for servers that are halted or faulty."""

from __future__ import annotations

import collections
import contextlib
import logging
import os
import queue
import select
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

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
    from Xlib import display, xauth

    # An odd .Xauthority makes Xlib print on standard output, which belongs to the answer.
    xauth.print = _log.debug  # type: ignore[attr-defined]
    answers: queue.SimpleQueue[Display | Exception] = queue.SimpleQueue()
    given_up = threading.Event()

    def open_display() -> None:
        try:
            connection = display.Display(name)
            if given_up.is_set():
                connection.close()
            else:
                answers.put(connection)
        except Exception as error:  # noqa: BLE001 (Xlib fails in many ways on odd names and odd servers)
            answers.put(error)

    threading.Thread(target=open_display, name="X server", daemon=True).start()
    try:
        answer = answers.get(timeout=ANSWER_TIMEOUT_S)
    except queue.Empty:
        given_up.set()
        answer = TimeoutError()
    if isinstance(answer, Exception):
        _log.info("no X server: %r", answer)
        raise NoServerError from answer
    return answer


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
