"""The keyboard focus on Windows, which lets only some programs set the window in front. Run under wine, not on Windows.

The program in front may, the one whose global key was pressed, and one that such a program allowed to (see
system/foreground.py).
"""

from __future__ import annotations

import ctypes
import logging
import time
from typing import Any

from edge_assistant.capture.windows_user32 import declare, load_user32
from edge_assistant.system.windows_api import load_library

_log = logging.getLogger(__name__)

_GA_ROOTOWNER, _WM_NULL, _SMTO_ABORTIFHUNG = 3, 0, 2  # winuser.h
_TIMEOUT_S = 0.2
_POLL_S = 0.01


class WindowsFocus:
    """The focus on Windows: see focus.Focus. `user32` and `kernel32` replace the libraries in tests."""

    def __init__(self, user32: Any = None, kernel32: Any = None) -> None:
        self._given_user32 = user32
        self._given_kernel32 = kernel32

    def current(self) -> int | None:
        """See Focus. A hidden window counts as none: Qt's style makes one, which under wine is in front at first."""
        window: int | None = self._user32.GetForegroundWindow()
        return window if window and self._user32.IsWindowVisible(window) else None

    def give(self, to: int) -> bool:
        """See Focus. Takes up to a second."""
        user32 = self._user32
        if not user32.IsWindow(to):
            return True
        user32.SetForegroundWindow(to)
        if self._is_in_front(to):
            return True
        self._give_as_its_thread(to)
        if self._is_in_front(to):
            return True
        _log.info("Windows keeps another window in front")
        return False

    def _is_in_front(self, window: int) -> bool:
        """Return whether the window, or a dialog of it, gets in front. SetForegroundWindow's result does not tell."""
        deadline = time.monotonic() + _TIMEOUT_S
        while True:
            front = self._user32.GetForegroundWindow()
            if front and (front == window or self._user32.GetAncestor(front, _GA_ROOTOWNER) == window):
                return True
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_S)

    def _give_as_its_thread(self, to: int) -> None:
        """Try again, joined for a moment with the input of the thread whose window is in front, which may do so."""
        user32 = self._user32
        front = user32.GetForegroundWindow()
        if not front or not self._answers(front):
            return  # joined with a thread that hangs, this one would hang, too
        theirs = user32.GetWindowThreadProcessId(front, None)
        own = self._kernel32.GetCurrentThreadId()
        if not theirs or theirs == own or not user32.AttachThreadInput(own, theirs, True):
            return
        try:
            user32.SetForegroundWindow(to)
        finally:
            user32.AttachThreadInput(own, theirs, False)

    def _answers(self, window: int) -> bool:
        """Return whether the window's thread takes messages. IsHungAppWindow knows only after five seconds."""
        answer, milliseconds = ctypes.c_size_t(), int(_TIMEOUT_S * 1000)
        return bool(
            self._user32.SendMessageTimeoutW(
                window, _WM_NULL, 0, 0, _SMTO_ABORTIFHUNG, milliseconds, ctypes.byref(answer)
            )
        )

    @property
    def _user32(self) -> Any:
        return self._given_user32 or load_user32()

    @property
    def _kernel32(self) -> Any:
        if self._given_kernel32 is not None:
            return self._given_kernel32
        return declare(load_library("kernel32"), {"GetCurrentThreadId": (ctypes.c_uint32, ())})


def bring_to_front(window: int) -> bool:
    """Give the focus to a window of ours, as `WindowsFocus.give` does."""
    return WindowsFocus().give(window)
