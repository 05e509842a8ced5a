"""Detection of a screen reader that runs, on each system."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import importlib
import logging
import subprocess
import sys
from collections.abc import Callable
from ctypes import c_int, c_size_t, c_uint32, c_void_p, c_wchar_p
from typing import Any

from edge_assistant.system.dbus import DBusError, Service, connect, get_property
from edge_assistant.system.windows_api import load_library

_log = logging.getLogger(__name__)
IsRunning = Callable[[], bool]
"""A check whether a screen reader runs, which may take a second."""

_TIMEOUT_S = 1.0
NVDA_WINDOW, JAWS_WINDOW = ("wxWindowClassNR", "NVDA"), ("JFWUI2", None)
"""Class and title of a window that NVDA and JAWS have as long as they run (title None: any)."""
_SPI_GETSCREENREADER, _WM_NULL, _SMTO_BLOCK, _SMTO_ABORTIFHUNG = 0x46, 0, 1, 2  # winuser.h


def choose_detector(platform: str = sys.platform) -> IsRunning:
    """Return the check for a running screen reader on `platform` (as in sys.platform)."""
    if platform == "win32":
        return is_running_on_windows
    return is_running_on_mac if platform == "darwin" else is_running_on_linux


def is_running_on_linux() -> bool:
    """Return the state in the accessibility bus's launcher, where screen readers register."""
    service = Service("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Status")
    try:
        with connect("SESSION") as connection:
            return bool(get_property(connection, service, "ScreenReaderEnabled", timeout=_TIMEOUT_S))
    except DBusError:
        return False


def is_running_on_windows(user32: Any = None) -> bool:
    """Return at once whether NVDA, JAWS or another screen reader seems to run here. Tests pass a `user32`.

    A sign only: the flag stays where a screen reader crashed, and one that ends clears it for another that still runs.
    Whether one takes calls is asked of itself. Narrator gives no sign, and has no interface.
    """
    user32 = user32 or _load_user32()
    flag = c_int()
    user32.SystemParametersInfoW(_SPI_GETSCREENREADER, 0, ctypes.byref(flag), 0)
    return bool(flag.value) or any(user32.FindWindowW(*window) for window in (NVDA_WINDOW, JAWS_WINDOW))


def nvda_hangs(user32: Any = None) -> bool:
    """Return whether NVDA's main thread takes no messages, or NVDA is gone; this takes up to a second.

    Tests pass a `user32`. NVDA's interface says nothing about it: other threads answer there.
    """
    user32 = user32 or _load_user32()
    window = user32.FindWindowW(*NVDA_WINDOW)
    flags, answer = _SMTO_BLOCK | _SMTO_ABORTIFHUNG, c_size_t()
    milliseconds = int(_TIMEOUT_S * 1000)
    return not (
        window and user32.SendMessageTimeoutW(window, _WM_NULL, None, None, flags, milliseconds, ctypes.byref(answer))
    )


def is_running_on_mac(run: Callable[..., Any] = subprocess.run, appkit: Any = None) -> bool:
    """Return whether VoiceOver is on, from AppKit or else the user defaults. Not yet run on macOS.

    `run` is like subprocess.run; tests pass it and `appkit`.
    """
    try:
        appkit = appkit or importlib.import_module("AppKit")
        return bool(appkit.NSWorkspace.sharedWorkspace().isVoiceOverEnabled())
    except (ImportError, AttributeError) as error:
        _log.debug("VoiceOver is looked for in the defaults: %s", error)
    command = ["defaults", "read", "com.apple.universalaccess", "voiceOverOnOffKey"]
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
        return bool(done.returncode == 0 and done.stdout.strip() == "1")
    return False


@functools.cache
def _load_user32() -> Any:
    user32 = load_library("user32")
    # winuser.h: HWND FindWindowW(LPCWSTR class, LPCWSTR title); BOOL SystemParametersInfoW(UINT, UINT, PVOID, UINT);
    # LRESULT SendMessageTimeoutW(HWND, UINT, WPARAM, LPARAM, UINT flags, UINT milliseconds, PDWORD_PTR), 0: no answer
    user32.FindWindowW.argtypes = (c_wchar_p, c_wchar_p)
    user32.FindWindowW.restype = c_void_p
    user32.SystemParametersInfoW.argtypes = (c_uint32, c_uint32, c_void_p, c_uint32)
    user32.SendMessageTimeoutW.argtypes = (c_void_p, c_uint32, c_void_p, c_void_p, c_uint32, c_uint32, c_void_p)
    user32.SendMessageTimeoutW.restype = c_size_t
    return user32
