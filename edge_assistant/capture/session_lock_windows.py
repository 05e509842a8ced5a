"""Whether Windows' screen is locked, or asks for permission. Run under wine, which does neither; not on Windows."""

from __future__ import annotations

import ctypes
from typing import Any

from edge_assistant.capture.windows_user32 import declare, load_user32
from edge_assistant.system.windows_api import load_library

_DESKTOP_SWITCHDESKTOP = 0x0100  # winuser.h
# wtsapi32.h: WTS_CURRENT_SESSION, WTSSessionInfoEx and, since Windows 8, WTS_SESSIONSTATE_LOCK
_CURRENT_SESSION, _SESSION_INFO_EX, _SESSIONSTATE_LOCK = 0xFFFFFFFF, 25, 0

WTSAPI32 = {
    "WTSFreeMemory": (None, (ctypes.c_void_p,)),
    "WTSQuerySessionInformationW": (
        ctypes.c_int,
        (ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p),
    ),
}
"""The functions of wtsapi32 that are used: the type of the result, and those of the arguments."""


class SessionInfo(ctypes.Structure):
    """The beginning of WTSINFOEXW of wtsapi32.h: the level, which is 1, and of its data, which begin at 8 bytes, what
    comes before the names.
    """

    _fields_ = (
        ("level", ctypes.c_uint32),
        ("padding", ctypes.c_uint32),
        ("session_id", ctypes.c_uint32),
        ("session_state", ctypes.c_int32),
        ("session_flags", ctypes.c_int32),
    )


def is_windows_locked(user32: Any = None, wtsapi32: Any = None) -> bool:
    """Return whether the screen is locked, or shows a question of the User Account Control.

    The question, and the lock screen's field for the password, are on a desktop that no program of the person may open.
    The lock screen itself is on the person's own one, and known by the session. The libraries are for tests.
    """
    user32 = user32 or load_user32()
    desktop = user32.OpenInputDesktop(0, False, _DESKTOP_SWITCHDESKTOP)
    if not desktop:
        return True
    user32.CloseDesktop(desktop)
    return _is_session_locked(wtsapi32 or declare(load_library("wtsapi32"), WTSAPI32))


def _is_session_locked(wtsapi32: Any) -> bool:
    buffer, size = ctypes.c_void_p(), ctypes.c_uint32()
    if not wtsapi32.WTSQuerySessionInformationW(
        None, _CURRENT_SESSION, _SESSION_INFO_EX, ctypes.byref(buffer), ctypes.byref(size)
    ):
        return False
    try:
        if not buffer.value or size.value < ctypes.sizeof(SessionInfo):
            return False
        info = SessionInfo.from_address(buffer.value)
        return bool(info.level == 1 and info.session_flags == _SESSIONSTATE_LOCK)
    finally:
        wtsapi32.WTSFreeMemory(buffer)
