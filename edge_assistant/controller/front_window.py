"""Whether the window that was in front when a picture was taken still is."""

from __future__ import annotations

import queue
import threading

from edge_assistant.capture.backends import choose
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.view import View
from edge_assistant.system.errors import AssistantError

_PATIENCE_S = 0.1
"""Asking took 4 to 13 ms on X11; the tone of a press waits for it."""

_OF_THE_SCREEN = ("window", "screen", "region")


def has_moved_on(picture: CapturedPicture, windows: View) -> bool:
    """Whether the person is in another window by now, whatever the titles are; a window that was closed is another.

    Where nobody tells (Wayland), or a window of ours is in front, the person is taken to have stayed; where no answer
    comes in time, to have gone: then the next answer is about what is there.
    """
    if picture.origin not in _OF_THE_SCREEN or windows.in_front():
        return False
    answers: queue.SimpleQueue[bool] = queue.SimpleQueue()
    asking = threading.Thread(target=lambda: answers.put(_is_another(picture.front)), name="front", daemon=True)
    asking.start()
    try:
        return answers.get(timeout=_PATIENCE_S)
    except queue.Empty:
        return True


def _is_another(front: int | None) -> bool:
    try:
        make_windows = choose().make_windows
        active = make_windows().active() if make_windows else None
    except AssistantError:
        return False
    return make_windows is not None and (active.number if active else None) != front
