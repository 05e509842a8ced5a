"""Whether the session is locked: then the screen shows a curtain, or what must not be told."""

from __future__ import annotations

import ctypes
import importlib
import os
from collections.abc import Callable
from typing import Any

from edge_assistant.system.dbus import DBusError, Service, call, connected, property_of

_ANSWER_S = 1.0

_LOGIND = "org.freedesktop.login1"
_SAVERS = (
    Service("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver"),
    Service("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver"),
)
"""GNOME's and KDE's; each answers GetActive while it covers the screen."""


def linux_locked() -> bool:
    """What logind, or the desktop's screen saver, says; False where nobody can be asked."""
    return _logind_says_locked() or any(_is_active(saver) for saver in _SAVERS)


def _logind_says_locked() -> bool:
    # "auto" is the caller's session, or the one its person looks at (logind's own shorthand since systemd 243).
    name = os.environ.get("XDG_SESSION_ID") or "auto"
    manager = Service(_LOGIND, "/org/freedesktop/login1", f"{_LOGIND}.Manager")
    try:
        with connected("SYSTEM") as connection:
            (path,) = call(connection, manager, "GetSession", "s", (name,), timeout=_ANSWER_S)
            session = Service(_LOGIND, path, f"{_LOGIND}.Session")
            return bool(property_of(connection, session, "LockedHint", timeout=_ANSWER_S))
    except DBusError:
        return False


def _is_active(saver: Service) -> bool:
    try:
        with connected("SESSION") as connection:
            return bool(call(connection, saver, "GetActive", timeout=_ANSWER_S)[0])
    except DBusError:
        return False


_DESKTOP_SWITCHDESKTOP = 0x0100  # winuser.h


def windows_locked(user32: Any = None) -> bool:
    """Whether the input goes to Windows' secure desktop. Not yet run on Windows; `user32` is for tests."""
    if user32 is None:
        user32 = ctypes.windll.user32  # type: ignore[attr-defined,unused-ignore]
    user32.OpenInputDesktop.restype = ctypes.c_void_p
    desktop = user32.OpenInputDesktop(0, False, _DESKTOP_SWITCHDESKTOP)
    if not desktop:
        return True
    user32.CloseDesktop(ctypes.c_void_p(desktop))
    return False


def mac_locked(session: Callable[[], dict[str, Any] | None] | None = None) -> bool:
    """What the window server says of this session. Not yet run on macOS; `session` is for tests."""
    ask = session or importlib.import_module("Quartz").CGSessionCopyCurrentDictionary
    return bool((ask() or {}).get("CGSSessionScreenIsLocked", False))
