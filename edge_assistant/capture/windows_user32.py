"""What this folder calls of user32 and dwmapi, as winuser.h and dwmapi.h declare it; and the window in front."""

from __future__ import annotations

import ctypes
import functools
import time
from typing import Any

from edge_assistant.capture.geometry import Rect
from edge_assistant.system.windows_api import load_library

_HANDLE = ctypes.c_void_p  # HWND, HDC and HDESK; a call returns None for NULL
_BOOL, _INT, _LONG = ctypes.c_int, ctypes.c_int, ctypes.c_int32
_UINT = _DWORD = ctypes.c_uint32
_POINTER = ctypes.c_void_p
_WPARAM, _LPARAM, _LRESULT = ctypes.c_size_t, ctypes.c_ssize_t, ctypes.c_ssize_t
_TEXT = ctypes.c_wchar_p

USER32 = {
    "AttachThreadInput": (_BOOL, (_DWORD, _DWORD, _BOOL)),
    "CloseDesktop": (_BOOL, (_HANDLE,)),
    "GetAncestor": (_HANDLE, (_HANDLE, _UINT)),
    "GetClassNameW": (_INT, (_HANDLE, _TEXT, _INT)),
    "GetClientRect": (_BOOL, (_HANDLE, _POINTER)),
    "GetDC": (_HANDLE, (_HANDLE,)),
    "GetForegroundWindow": (_HANDLE, ()),
    "GetLayeredWindowAttributes": (_BOOL, (_HANDLE, _POINTER, _POINTER, _POINTER)),
    "GetWindow": (_HANDLE, (_HANDLE, _UINT)),
    "GetWindowDisplayAffinity": (_BOOL, (_HANDLE, _POINTER)),
    "GetWindowLongW": (_LONG, (_HANDLE, _INT)),
    "GetWindowRect": (_BOOL, (_HANDLE, _POINTER)),
    "GetWindowTextW": (_INT, (_HANDLE, _TEXT, _INT)),
    "GetWindowThreadProcessId": (_DWORD, (_HANDLE, _POINTER)),
    "IsHungAppWindow": (_BOOL, (_HANDLE,)),
    "IsIconic": (_BOOL, (_HANDLE,)),
    "IsWindow": (_BOOL, (_HANDLE,)),
    "IsWindowVisible": (_BOOL, (_HANDLE,)),
    "MapWindowPoints": (_INT, (_HANDLE, _HANDLE, _POINTER, _UINT)),
    "OpenInputDesktop": (_HANDLE, (_DWORD, _BOOL, _DWORD)),
    "PrintWindow": (_BOOL, (_HANDLE, _HANDLE, _UINT)),
    "ReleaseDC": (_INT, (_HANDLE, _HANDLE)),
    "SendMessageTimeoutW": (_LRESULT, (_HANDLE, _UINT, _WPARAM, _LPARAM, _UINT, _UINT, _POINTER)),
    "SetForegroundWindow": (_BOOL, (_HANDLE,)),
    "SetProcessDpiAwarenessContext": (_BOOL, (_HANDLE,)),
}
"""The functions of user32 that are used: the type of the result, and those of the arguments."""

DWMAPI = {"DwmGetWindowAttribute": (_LONG, (_HANDLE, _DWORD, _POINTER, _DWORD))}
"""The same of dwmapi; the result is an HRESULT, 0 for success. wine's dwmapi knows no attribute (E_NOTIMPL)."""

_MAX_CLASS_NAME = 257  # characters with the zero: WNDCLASSEXW allows 256
_SWITCH_TIMEOUT_S = 0.2
_SWITCH_POLL_S = 0.01
_SWITCHING = "ForegroundStaging"
"""The class of Explorer's window that is in front for a moment while another one is being switched to."""


class RECT(ctypes.Structure):
    """RECT of windef.h, in pixels; right and bottom are the first ones outside."""

    _fields_ = (("left", _LONG), ("top", _LONG), ("right", _LONG), ("bottom", _LONG))

    def as_rect(self) -> Rect:
        """Return it as a Rect."""
        return Rect(self.left, self.top, self.right - self.left, self.bottom - self.top)


def declare(library: Any, functions: dict[str, tuple[Any, tuple[Any, ...]]]) -> Any:
    """Set the types of a library's functions; return the library."""
    for name, (result, arguments) in functions.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


@functools.cache
def load_user32() -> Any:
    """Return user32, with types. Raises OSError on other systems."""
    return declare(load_library("user32"), USER32)


@functools.cache
def load_dwmapi() -> Any:
    """Return dwmapi, with types. Raises OSError on other systems."""
    return declare(load_library("dwmapi"), DWMAPI)


def class_name(user32: Any, window: int) -> str:
    """Return the name of a window's class; "" where the window is gone."""
    text = ctypes.create_unicode_buffer(_MAX_CLASS_NAME)
    return text.value if user32.GetClassNameW(window, text, _MAX_CLASS_NAME) else ""


def foreground_window(user32: Any) -> int | None:
    """Return the window in front; None when there is none.

    While another window is being switched to, there may be none for a moment, which is waited for.
    """
    deadline = time.monotonic() + _SWITCH_TIMEOUT_S
    while True:
        window: int | None = user32.GetForegroundWindow()
        if window and class_name(user32, window) != _SWITCHING:
            return window
        if time.monotonic() > deadline:
            return None
        time.sleep(_SWITCH_POLL_S)
