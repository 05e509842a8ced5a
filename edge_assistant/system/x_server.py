"""A connection to an X server through python-xlib, with a time limit for servers that are halted or faulty."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from Xlib.display import Display

_log = logging.getLogger(__name__)
CONNECT_TIMEOUT_S = 5.0
"""Seconds for a server to accept a connection; one on this computer takes milliseconds."""


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
        answer = answers.get(timeout=CONNECT_TIMEOUT_S)
    except queue.Empty:
        given_up.set()
        answer = TimeoutError()
    if isinstance(answer, Exception):
        _log.info("no X server: %r", answer)
        raise NoServerError from answer
    return answer
