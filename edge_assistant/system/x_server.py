"""A connection to an X server, through python-xlib; a server that is halted or speaks nonsense keeps nobody waiting."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from Xlib.display import Display

_log = logging.getLogger(__name__)
PATIENCE_S = 5.0
"""For a server to let a program in; one on this computer takes milliseconds."""


class NoServerError(Exception):
    """No X server answers."""


def connected(name: str | None) -> Display:
    """A connection to the display of that name, or to that of DISPLAY. Raises NoServerError."""
    from Xlib import display, xauth

    # An odd .Xauthority makes Xlib print on standard output, which belongs to the answer.
    xauth.print = _log.debug  # type: ignore[attr-defined]
    answers: queue.SimpleQueue[Display | Exception] = queue.SimpleQueue()
    given_up = threading.Event()

    def connect() -> None:
        try:
            found = display.Display(name)
            if given_up.is_set():
                found.close()
            else:
                answers.put(found)
        except Exception as error:  # noqa: BLE001 (Xlib stumbles in many ways over odd names, and over odd servers)
            answers.put(error)

    threading.Thread(target=connect, name="X server", daemon=True).start()
    try:
        answer = answers.get(timeout=PATIENCE_S)
    except queue.Empty:
        given_up.set()
        answer = TimeoutError()
    if isinstance(answer, Exception):
        _log.info("no X server: %r", answer)
        raise NoServerError from answer
    return answer
