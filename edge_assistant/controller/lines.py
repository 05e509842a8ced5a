"""The list of a picture's lines, as the controller hands it to the window, and the focus that it gives back."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.capture.backends import choose_backend
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.system.errors import AssistantError

_FOCUS_TIMEOUT_S = 0.1
"""Seconds to wait for the window system (4 to 13 ms on X11): the list opens in any case."""


@dataclass(frozen=True, slots=True)
class LinesSource:
    """A text to walk through: the text of `captured`, whose title is `title`, from line number `start` (from 0) on."""

    text: PictureText
    captured: CapturedPicture
    title: str = ""
    start: int = 0


class FocusBefore:
    """The window that had the focus before the list of lines was opened. Belongs to the event loop's thread."""

    def __init__(self) -> None:
        self._window: int | None = None

    def remember(self, window: int | None) -> None:
        """Remember this window, by the window system's number, if there is one."""
        self._window = window or self._window

    def ask(self) -> None:
        """Remember the window that has the focus now, if the window system tells in time."""
        self.remember(_focused())

    def end(self, *, restore: bool) -> None:
        """Forget the window; with `restore`, first give it the focus, on another thread."""
        window, self._window = self._window, None
        if restore and window is not None:
            threading.Thread(target=_give, args=(window,), name="focus", daemon=True).start()


def _focused() -> int | None:
    found: list[int | None] = []

    def ask() -> None:
        try:
            found.append(choose_backend().make_focus().current())
        except AssistantError:
            found.append(None)

    thread = threading.Thread(target=ask, name="focus", daemon=True)
    thread.start()
    thread.join(_FOCUS_TIMEOUT_S)
    return found[0] if found else None


def _give(window: int) -> None:
    try:
        choose_backend().make_focus().give(window)
    except AssistantError:
        return  # there is no window system any more
