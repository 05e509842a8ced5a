"""The check whether the window that was in front when a picture was taken still is."""

from __future__ import annotations

import queue
import threading

from edge_assistant.capture.backends import choose_backend
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.view import View
from edge_assistant.system.errors import AssistantError

_TIMEOUT_S = 0.1
"""Seconds to wait for the window system (4 to 13 ms on X11); the tone of a press waits for this."""

_SCREEN_ORIGINS = ("window", "screen", "region")


def front_window_changed(picture: CapturedPicture, view: View) -> bool:
    """Return whether another window is in front by now, whatever its title; a closed window counts as changed.

    Without a window system that tells (Wayland), or with one of our windows in front, the answer is False; without an
    answer in time it is True: then the next description is about what is in front.
    """
    if picture.origin not in _SCREEN_ORIGINS or view.is_in_front():
        return False
    results: queue.SimpleQueue[bool] = queue.SimpleQueue()
    thread = threading.Thread(target=lambda: results.put(_is_other_window(picture.front)), name="front", daemon=True)
    thread.start()
    try:
        return results.get(timeout=_TIMEOUT_S)
    except queue.Empty:
        return True


def _is_other_window(front: int | None) -> bool:
    try:
        make_windows = choose_backend().make_windows
        active = make_windows().active() if make_windows else None
    except AssistantError:
        return False
    return make_windows is not None and (active.number if active else None) != front
