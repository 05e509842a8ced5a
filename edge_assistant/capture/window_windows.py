"""The active window on Windows, with the desktop window manager's bounds. Run under wine, not on Windows."""

from __future__ import annotations

import ctypes
from typing import Any

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.capture.windows_user32 import RECT, class_name, foreground_window, load_dwmapi, load_user32
from edge_assistant.system.i18n import tr, tr_noop

_DWMWA_EXTENDED_FRAME_BOUNDS = 9  # dwmapi.h: what is seen, without the invisible borders of GetWindowRect
_DWMWA_CLOAKED = 14  # dwmapi.h: not 0 for a window that is hidden although it counts as visible
_PER_MONITOR_AWARE_V2 = -4  # windef.h: DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2
_WDA_NONE = 0  # winuser.h: a window that may be in pictures of the screen
_MAX_TITLE = 1024  # characters that are read of a title; fewer are ever spoken

_SHELL_NAMES = {
    "Progman": tr_noop("Desktop"),
    "WorkerW": tr_noop("Desktop"),
    "#32769": tr_noop("Desktop"),
    "Shell_TrayWnd": tr_noop("Taskbar"),
    "Shell_SecondaryTrayWnd": tr_noop("Taskbar"),
}
"""Names of Explorer's own windows by their class: their titles are empty, or mean nothing, as "Program Manager"."""


class WindowsWindows:
    """The foreground window; `user32` and `dwmapi` replace the libraries in tests.

    Coordinates are pixels because Qt makes this process aware of each monitor's scale when it starts, and mss before it
    takes a picture; where neither has done so yet, `active` does.
    """

    def __init__(self, user32: Any = None, dwmapi: Any = None) -> None:
        self._user32 = user32
        self._dwmapi = dwmapi

    def active(self) -> ActiveWindow | None:
        """Return the foreground window, None when there is none, or when it is minimised, hidden or closing."""
        user32 = self._user32 or load_user32()
        dwmapi = self._dwmapi or load_dwmapi()
        user32.SetProcessDpiAwarenessContext(_PER_MONITOR_AWARE_V2)  # refused when it is set already
        window = foreground_window(user32)
        if window is None or user32.IsIconic(window) or is_cloaked(dwmapi, window):
            return None
        if not user32.IsWindowVisible(window):
            return None  # as the one behind the menu of an icon in the tray
        bounds = window_bounds(user32, dwmapi, window)
        contents = _contents(user32, window)
        title = _title(user32, window)
        protected = _is_protected(user32, window)
        if bounds is None or not user32.IsWindow(window):
            return None  # closed meanwhile
        return ActiveWindow(title, bounds, (contents and contents.clipped(bounds)) or bounds, window, protected)


def window_bounds(user32: Any, dwmapi: Any, window: int) -> Rect | None:
    """Return what is seen of a window with its frame, None where it is gone."""
    frame = RECT()
    size = ctypes.sizeof(frame)
    refused = dwmapi.DwmGetWindowAttribute(window, _DWMWA_EXTENDED_FRAME_BOUNDS, ctypes.byref(frame), size)
    if refused and not user32.GetWindowRect(window, ctypes.byref(frame)):
        return None
    return frame.as_rect()


def _contents(user32: Any, window: int) -> Rect | None:
    inner = RECT()
    if not user32.GetClientRect(window, ctypes.byref(inner)):
        return None
    # Two points: those of a window that is laid out from right to left are swapped, so that left stays left.
    user32.MapWindowPoints(window, None, ctypes.byref(inner), 2)
    return inner.as_rect()


def is_cloaked(dwmapi: Any, window: int) -> bool:
    """Return whether a window is hidden although it counts as visible."""
    cloaked = ctypes.c_uint32()
    size = ctypes.sizeof(cloaked)
    return not dwmapi.DwmGetWindowAttribute(window, _DWMWA_CLOAKED, ctypes.byref(cloaked), size) and cloaked.value != 0


def _is_protected(user32: Any, window: int) -> bool:
    affinity = ctypes.c_uint32(_WDA_NONE)
    return bool(user32.GetWindowDisplayAffinity(window, ctypes.byref(affinity))) and affinity.value != _WDA_NONE


def _title(user32: Any, window: int) -> str:
    """Return the title, or the name of one of Explorer's own windows; "" where there is none, or the window is gone."""
    name = _SHELL_NAMES.get(class_name(user32, window))
    if name is not None:
        return tr(name)
    text = ctypes.create_unicode_buffer(_MAX_TITLE)
    user32.GetWindowTextW(window, text, _MAX_TITLE)  # 0 for an empty title and for an error, which leave it empty
    return text.value
