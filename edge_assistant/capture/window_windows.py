"""The active window on Windows, through user32, with the window manager's own bounds. Not yet run on Windows."""

from __future__ import annotations

import ctypes
from typing import Any

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow

_DWMWA_EXTENDED_FRAME_BOUNDS = 9  # dwmapi.h: what is seen, without the invisible borders of GetWindowRect


class _RECT(ctypes.Structure):
    _fields_ = (
        ("left", ctypes.c_long),
        ("top", ctypes.c_long),
        ("right", ctypes.c_long),
        ("bottom", ctypes.c_long),
    )

    def as_rect(self) -> Rect:
        return Rect(self.left, self.top, self.right - self.left, self.bottom - self.top)


class _POINT(ctypes.Structure):
    _fields_ = (("x", ctypes.c_long), ("y", ctypes.c_long))


class WindowsWindows:
    """The foreground window; `user32` and `dwmapi` replace the libraries in tests.

    Coordinates are pixels because mss makes this process aware of each monitor's scale before it takes a picture; so
    does `active`.
    """

    def __init__(self, user32: Any = None, dwmapi: Any = None) -> None:
        self._user32 = user32
        self._dwmapi = dwmapi

    def active(self) -> ActiveWindow | None:
        """Return the foreground window, None when there is none or it is minimised."""
        user32 = self._user32 or ctypes.windll.user32  # type: ignore[attr-defined,unused-ignore]
        dwmapi = self._dwmapi or ctypes.windll.dwmapi  # type: ignore[attr-defined,unused-ignore]
        user32.SetProcessDpiAwarenessContext(ctypes.c_void_p(-4))  # per monitor, version 2; refused when already set
        user32.GetForegroundWindow.restype = ctypes.c_void_p
        found = user32.GetForegroundWindow()
        if not found:
            return None
        window = ctypes.c_void_p(found)
        if user32.IsIconic(window):
            return None
        frame = _RECT()
        size = ctypes.sizeof(frame)
        if dwmapi.DwmGetWindowAttribute(window, _DWMWA_EXTENDED_FRAME_BOUNDS, ctypes.byref(frame), size) and (
            not user32.GetWindowRect(window, ctypes.byref(frame))
        ):
            return None
        bounds = frame.as_rect()
        contents = _contents(user32, window).clipped(bounds) or bounds
        return ActiveWindow(_title(user32, window), bounds, contents, found)


def _title(user32: Any, window: ctypes.c_void_p) -> str:
    length = user32.GetWindowTextLengthW(window)
    text = ctypes.create_unicode_buffer(length + 1)
    user32.GetWindowTextW(window, text, length + 1)
    return text.value


def _contents(user32: Any, window: ctypes.c_void_p) -> Rect:
    inner, corner = _RECT(), _POINT()
    user32.GetClientRect(window, ctypes.byref(inner))
    user32.ClientToScreen(window, ctypes.byref(corner))
    return Rect(corner.x, corner.y, inner.right, inner.bottom)
