"""The active window on macOS, from the window server's list. Not yet run on macOS."""

from __future__ import annotations

import importlib
from typing import Any

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow

_ORDINARY_LAYER = 0  # kCGNormalWindowLevel of CGWindowLevel.h; menus, the Dock and palettes are above


class MacWindows:
    """The first ordinary window on the screen; `quartz` replaces the library in tests.

    NSWorkspace is not asked which program is in front: in a process without AppKit's event loop it never learns of a
    change. The window server reveals titles only to programs that may record the screen; without that the program's
    name serves.
    """

    def __init__(self, quartz: Any = None) -> None:
        self._quartz = quartz

    def active(self) -> ActiveWindow | None:
        """Return the active window, None when there is none on the screen."""
        quartz = self._quartz or importlib.import_module("Quartz")
        options = quartz.kCGWindowListOptionOnScreenOnly | quartz.kCGWindowListExcludeDesktopElements
        for window in quartz.CGWindowListCopyWindowInfo(options, quartz.kCGNullWindowID) or ():  # front to back
            if window.get("kCGWindowLayer") == _ORDINARY_LAYER and window.get("kCGWindowAlpha", 1.0) > 0:
                return _to_active_window(window)
        return None


def _to_active_window(window: dict[str, Any]) -> ActiveWindow:
    place = window["kCGWindowBounds"]
    bounds = Rect(*(round(place[name]) for name in ("X", "Y", "Width", "Height")))
    title = window.get("kCGWindowName") or window.get("kCGWindowOwnerName") or ""
    return ActiveWindow(str(title), bounds, bounds, window.get("kCGWindowNumber"))
