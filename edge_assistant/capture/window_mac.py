"""The active window on macOS, from the window server's list. Not yet run on macOS."""

from __future__ import annotations

import importlib
from typing import Any

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow


class MacWindows:
    """The first ordinary window of the frontmost program; `quartz` and `appkit` replace the libraries in tests.

    The window server reveals titles only to programs that may record the screen; without that the program's name
    serves.
    """

    def __init__(self, quartz: Any = None, appkit: Any = None) -> None:
        self._quartz = quartz
        self._appkit = appkit

    def active(self) -> ActiveWindow | None:
        """Return the active window, None when the frontmost program has none on the screen."""
        quartz = self._quartz or importlib.import_module("Quartz")
        appkit = self._appkit or importlib.import_module("AppKit")
        program = appkit.NSWorkspace.sharedWorkspace().frontmostApplication()
        if program is None:
            return None
        options = quartz.kCGWindowListOptionOnScreenOnly | quartz.kCGWindowListExcludeDesktopElements
        for window in quartz.CGWindowListCopyWindowInfo(options, quartz.kCGNullWindowID) or ():  # front to back
            if window.get("kCGWindowOwnerPID") == program.processIdentifier() and window.get("kCGWindowLayer") == 0:
                return _to_active_window(window)
        return None


def _to_active_window(window: dict[str, Any]) -> ActiveWindow:
    place = window["kCGWindowBounds"]
    bounds = Rect(*(round(place[name]) for name in ("X", "Y", "Width", "Height")))
    title = window.get("kCGWindowName") or window.get("kCGWindowOwnerName") or ""
    return ActiveWindow(str(title), bounds, bounds, window.get("kCGWindowNumber"))
