"""The name by which Windows' taskbar and notifications know this program where a Python runs it."""

from __future__ import annotations

import ctypes
import logging
import sys
from typing import Any

from edge_assistant.system.windows_api import load_library

_log = logging.getLogger(__name__)

APP_ID = "edge-assistant.EdgeAssistant"
"""The AppUserModelID (CompanyName.ProductName, at most 128 characters, no blanks)."""


def set_app_id(shell32: Any = None) -> None:
    """Give this process its AppUserModelID, before its first window; does nothing outside Windows.

    Without it, Windows takes all programs that the same Python runs for one. A frozen program is known by its own file:
    with a name that its shortcut has not, its window would be another one than what is pinned to the taskbar.

    `shell32` replaces the library in tests.
    """
    if sys.platform != "win32" or getattr(sys, "frozen", False):
        return
    system = shell32 or _shell32()
    result: int = system.SetCurrentProcessExplicitAppUserModelID(APP_ID)
    if result != 0:  # S_OK
        _log.info("the taskbar does not learn the program's name: 0x%08x", result & 0xFFFFFFFF)


def _shell32() -> Any:
    system = load_library("shell32")
    system.SetCurrentProcessExplicitAppUserModelID.argtypes = (ctypes.c_wchar_p,)
    system.SetCurrentProcessExplicitAppUserModelID.restype = ctypes.c_int32  # HRESULT
    return system
