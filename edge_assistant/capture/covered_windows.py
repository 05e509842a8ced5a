"""What covers a window on Windows: the windows above it, and the open menus among them. Run with stand-ins only."""

from __future__ import annotations

import ctypes
import os
from typing import Any

from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.capture.stacking import WindowAbove
from edge_assistant.capture.window_windows import is_cloaked, window_bounds
from edge_assistant.capture.windows_user32 import class_name, load_dwmapi, load_user32

_GW_HWNDPREV = 3  # winuser.h: the next window above
_GWL_EXSTYLE = -20
_WS_EX_TRANSPARENT, _WS_EX_LAYERED = 0x20, 0x80000
_LWA_ALPHA = 2
_SOLID = 200
"""The least alpha, of 255, of a layered window that hides what is below it."""

_MENU_CLASSES = ("#32768", "ComboLBox")
"""The classes of menus and of opened combo boxes that Windows itself makes."""

_MOST_WINDOWS = 1000
"""The walk upwards ends there: windows may change places meanwhile."""


def windows_above(window: ActiveWindow, user32: Any = None, dwmapi: Any = None) -> tuple[WindowAbove, ...]:
    """Return what is seen above a window, without our own windows. `user32` and `dwmapi` replace the libraries in
    tests.
    """
    user32 = user32 or load_user32()
    dwmapi = dwmapi or load_dwmapi()
    if window.number is None:
        return ()
    own = _process(user32, window.number)
    found = []
    each = window.number
    for _ in range(_MOST_WINDOWS):
        each = user32.GetWindow(each, _GW_HWNDPREV)
        if not each:
            break
        process = _process(user32, each)
        if process == os.getpid() or not _hides(user32, dwmapi, each):
            continue
        bounds = window_bounds(user32, dwmapi, each)
        if bounds is not None and bounds.width > 0 and bounds.height > 0:
            found.append(WindowAbove(bounds, class_name(user32, each) in _MENU_CLASSES, process == own))
    return tuple(found)


def _hides(user32: Any, dwmapi: Any, window: int) -> bool:
    """Return whether what is below a window cannot be seen through it."""
    if not user32.IsWindowVisible(window) or user32.IsIconic(window) or is_cloaked(dwmapi, window):
        return False
    style = user32.GetWindowLongW(window, _GWL_EXSTYLE)
    if style & _WS_EX_TRANSPARENT:
        return False
    if not style & _WS_EX_LAYERED:
        return True
    alpha, flags = ctypes.c_uint8(), ctypes.c_uint32()
    if not user32.GetLayeredWindowAttributes(window, None, ctypes.byref(alpha), ctypes.byref(flags)):
        return False  # it has an alpha for each pixel, as overlays have
    return not flags.value & _LWA_ALPHA or alpha.value >= _SOLID


def _process(user32: Any, window: int) -> int:
    process = ctypes.c_uint32()
    user32.GetWindowThreadProcessId(window, ctypes.byref(process))
    return process.value
