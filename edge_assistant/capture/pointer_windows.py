"""The mouse pointer on Windows, moved and pressed by SendInput. Run under wine, not on Windows.

Places are pixels because Qt makes this process aware of each monitor's scale when it starts.
"""

from __future__ import annotations

import ctypes
import functools
import logging
from typing import Any

from edge_assistant.capture.focus_windows import WindowsFocus
from edge_assistant.capture.windows_user32 import declare
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr
from edge_assistant.system.windows_api import last_error, load_library
from edge_assistant.system.windows_integrity import has_more_rights

_log = logging.getLogger(__name__)
_HANDLE, _POINTER, _BOOL, _INT, _UINT = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_uint32

# winuser.h
_INPUT_MOUSE = 0
_MOVE = 0x0001 | 0x8000 | 0x4000  # MOUSEEVENTF_MOVE, MOUSEEVENTF_ABSOLUTE, MOUSEEVENTF_VIRTUALDESK
_LEFT_DOWN, _LEFT_UP, _RIGHT_DOWN, _RIGHT_UP = 0x0002, 0x0004, 0x0008, 0x0010  # MOUSEEVENTF_…
_SWAP_BUTTON, _LEFT, _TOP, _WIDTH, _HEIGHT = 23, 76, 77, 78, 79  # SM_SWAPBUTTON, SM_XVIRTUALSCREEN …
_GA_ROOT = 2

_STEPS = 65_536
"""The units in which SendInput counts across the desktop of all monitors, whatever its size."""


class Point(ctypes.Structure):
    """POINT of windef.h, in pixels."""

    _fields_ = (("x", ctypes.c_int32), ("y", ctypes.c_int32))


class Mouse(ctypes.Structure):
    """MOUSEINPUT of winuser.h."""

    _fields_ = (
        ("dx", ctypes.c_int32),
        ("dy", ctypes.c_int32),
        ("mouse_data", _UINT),
        ("flags", _UINT),
        ("time", _UINT),
        ("extra_info", ctypes.c_size_t),
    )


class Input(ctypes.Structure):
    """INPUT of winuser.h with a MOUSEINPUT, which is the largest part of its union."""

    _fields_ = (("type", _UINT), ("mouse", Mouse))


USER32 = {
    "GetAncestor": (_HANDLE, (_HANDLE, _UINT)),
    "GetCursorPos": (_BOOL, (_POINTER,)),
    "GetSystemMetrics": (_INT, (_INT,)),
    "GetWindowThreadProcessId": (_UINT, (_HANDLE, _POINTER)),
    "SendInput": (_UINT, (_UINT, _POINTER, _INT)),
    "WindowFromPoint": (_HANDLE, (Point,)),
}
"""The functions of user32 that are used: the type of the result, and those of the arguments."""


class WindowsPointer:
    """See pointer.Pointer; `user32`, `focus` and `more_rights` replace the system in tests."""

    def __init__(self, user32: Any = None, focus: Any = None, more_rights: Any = has_more_rights) -> None:
        self._user32 = user32 or _load_user32()
        self._focus = focus or WindowsFocus()
        self._has_more_rights = more_rights

    def position(self) -> tuple[int, int]:
        """See Pointer."""
        point = Point()
        if not self._user32.GetCursorPos(ctypes.byref(point)):
            raise _refused()
        return point.x, point.y

    def move(self, x: int, y: int) -> None:
        """See Pointer. Windows rounds places, so the next pixel will do."""
        self._send(self._moved_to(x, y))
        at_x, at_y = self.position()
        if abs(at_x - x) > 1 or abs(at_y - y) > 1:
            raise _refused()

    def click(self, x: int, y: int) -> None:
        """See Pointer. It is one call: nothing that the person does with the mouse comes in between.

        SendInput presses buttons by their place on the mouse, and the person may have swapped what they mean.
        """
        swapped = self._user32.GetSystemMetrics(_SWAP_BUTTON)
        down, up = (_RIGHT_DOWN, _RIGHT_UP) if swapped else (_LEFT_DOWN, _LEFT_UP)
        self._send(self._moved_to(x, y), Mouse(flags=down), Mouse(flags=up))

    def window_at(self, x: int, y: int) -> int | None:
        """See Pointer."""
        window = self._user32.WindowFromPoint(Point(x, y))
        root: int | None = self._user32.GetAncestor(window, _GA_ROOT) if window else None
        return root

    def activate(self, window: int) -> None:
        """See Pointer."""
        self._focus.give(window)

    def is_out_of_reach(self, window: int) -> bool:
        """See Pointer: User Interface Privilege Isolation drops input into programs with more rights than this one."""
        process = _UINT()
        self._user32.GetWindowThreadProcessId(window, ctypes.byref(process))
        return process.value != 0 and bool(self._has_more_rights(process.value))

    def _moved_to(self, x: int, y: int) -> Mouse:
        """Return the movement to the middle of a pixel. The desktop may begin left of and above the first monitor."""
        left, top, width, height = (self._user32.GetSystemMetrics(each) for each in (_LEFT, _TOP, _WIDTH, _HEIGHT))
        if not (left <= x < left + width and top <= y < top + height):
            raise _refused()
        dx, dy = ((2 * (x - left) + 1) * _STEPS // (2 * width), (2 * (y - top) + 1) * _STEPS // (2 * height))
        return Mouse(dx=dx, dy=dy, flags=_MOVE)

    def _send(self, *events: Mouse) -> None:
        inputs = (Input * len(events))(*(Input(_INPUT_MOUSE, each) for each in events))
        if self._user32.SendInput(len(events), ctypes.byref(inputs), ctypes.sizeof(Input)) != len(events):
            _log.info("Windows does not take input: error %d", last_error())
            raise _refused()


@functools.cache
def _load_user32() -> Any:
    return declare(load_library("user32"), USER32)


def _refused() -> InputError:
    return InputError(tr("Windows does not let the pointer be moved."), code="pointer")
