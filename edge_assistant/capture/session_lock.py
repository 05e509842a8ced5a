"""Whether the session is locked, on Linux and macOS: then the screen shows what must not be described, or nothing."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from typing import Any

from edge_assistant.system.dbus import DBusError, Service, call, connect, get_property

_CALL_TIMEOUT_S = 1.0

_LOGIND = "org.freedesktop.login1"
_SCREEN_SAVERS = (
    Service("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver"),
    Service("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver"),
)
"""GNOME's and KDE's screen savers; GetActive is true while one covers the screen."""


def is_linux_locked() -> bool:
    """Return whether logind or the desktop's screen saver reports a lock; False where neither can be asked."""
    return _logind_says_locked() or any(_is_active(saver) for saver in _SCREEN_SAVERS)


def _logind_says_locked() -> bool:
    # "auto" is the caller's session, or its user's display session (logind's shorthand since systemd 243).
    name = os.environ.get("XDG_SESSION_ID") or "auto"
    manager = Service(_LOGIND, "/org/freedesktop/login1", f"{_LOGIND}.Manager")
    try:
        with connect("SYSTEM") as connection:
            (path,) = call(connection, manager, "GetSession", "s", (name,), timeout=_CALL_TIMEOUT_S)
            session = Service(_LOGIND, path, f"{_LOGIND}.Session")
            return bool(get_property(connection, session, "LockedHint", timeout=_CALL_TIMEOUT_S))
    except DBusError:
        return False


def _is_active(saver: Service) -> bool:
    try:
        with connect("SESSION") as connection:
            return bool(call(connection, saver, "GetActive", timeout=_CALL_TIMEOUT_S)[0])
    except DBusError:
        return False


def is_mac_locked(session: Callable[[], dict[str, Any] | None] | None = None) -> bool:
    """Return whether the window server reports a lock. `session` is for tests. Not yet run on macOS."""
    ask = session or importlib.import_module("Quartz").CGSessionCopyCurrentDictionary
    return bool((ask() or {}).get("CGSSessionScreenIsLocked", False))
