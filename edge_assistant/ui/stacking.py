"""Where a window lies among those of all programs: on Windows one that is shown again would come above the others.

That happens without activating it, so it would cover the window that the person works in. The fault was seen under
wine; what is here has been run with a stand-in only.
"""

from __future__ import annotations

import ctypes
import logging
import sys
from typing import Any

from edge_assistant.system.windows_api import last_error, load_library

_log = logging.getLogger(__name__)

_NEXT_ABOVE = 3  # GW_HWNDPREV of winuser.h
_KEEP_ALL_ELSE = 0x0001 | 0x0002 | 0x0010  # SWP_NOSIZE, SWP_NOMOVE, SWP_NOACTIVATE


class Stacking:
    """The order of the windows. `user32` replaces the library in tests."""

    def __init__(self, user32: Any = None) -> None:
        self._user32 = user32 or (_user32() if sys.platform == "win32" else None)

    def above(self, window: int) -> int | None:
        """Return the window that lies next above `window`, both as numbers of the window system.

        None for the uppermost one, and on other systems, whose window managers keep the order.
        """
        return self._user32.GetWindow(window, _NEXT_ABOVE) if self._user32 is not None else None

    def put_below(self, window: int, above: int) -> None:
        """Put `window` next below `above`, which may be gone by now: then it stays where it is."""
        if self._user32 is not None and not self._user32.SetWindowPos(window, above, 0, 0, 0, 0, _KEEP_ALL_ELSE):
            _log.info("a window stays above others: error %d", last_error())


def _user32() -> Any:
    user32, handle = load_library("user32"), ctypes.c_void_p
    user32.GetWindow.argtypes = (handle, ctypes.c_uint32)  # HWND of HWND and UINT
    user32.GetWindow.restype = handle
    user32.SetWindowPos.argtypes = (handle, handle, *4 * (ctypes.c_int,), ctypes.c_uint32)  # BOOL
    return user32
