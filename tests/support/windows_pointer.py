"""A stand-in for user32's pointer, which counts places as Windows does, and for the tokens of processes."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.pointer_windows import Input

_SWAPPED, _LEFT, _TOP, _WIDTH, _HEIGHT = 23, 76, 77, 78, 79
ACCESS_DENIED, INVALID_PARAMETER = 5, 87


@dataclass
class PointerDesktop:
    """All monitors together are `desk`; `windows` are the numbers and places of windows, the upper ones first.

    `blocked`: no input is taken, as while a question of the User Account Control is open. `frozen`: it is taken, and
    the pointer does not move.
    """

    desk: Rect
    windows: dict[int, Rect] = field(default_factory=dict)
    swapped: bool = False
    blocked: bool = False
    frozen: bool = False
    at: tuple[int, int] = (0, 0)
    pressed: list[tuple[str, int, int]] = field(default_factory=list)
    calls: int = 0

    def GetSystemMetrics(self, index: int) -> int:
        desk = self.desk
        return {_SWAPPED: int(self.swapped), _LEFT: desk.left, _TOP: desk.top, _WIDTH: desk.width,
                _HEIGHT: desk.height}[index]  # fmt: skip

    def GetCursorPos(self, point: Any) -> int:
        point._obj.x, point._obj.y = self.at
        return 1

    def SendInput(self, count: int, inputs: Any, size: int) -> int:
        assert size == ctypes.sizeof(Input) == (40 if ctypes.sizeof(ctypes.c_void_p) == 8 else 28)
        if self.blocked:
            return 0
        self.calls += 1
        for each in inputs._obj[:count]:
            assert each.type == 0, "a mouse"
            mouse = each.mouse
            if mouse.flags & 0x0001 and not self.frozen:
                assert mouse.flags & 0xC000 == 0xC000, "absolute, on all monitors"
                assert 0 <= mouse.dx < 65536, mouse.dx
                assert 0 <= mouse.dy < 65536, mouse.dy
                self.at = (self.desk.left + mouse.dx * self.desk.width // 65536,
                           self.desk.top + mouse.dy * self.desk.height // 65536)  # fmt: skip
            for flag, name in ((2, "left down"), (4, "left up"), (8, "right down"), (16, "right up")):
                if mouse.flags & flag:
                    self.pressed.append((name, *self.at))
        return count

    def WindowFromPoint(self, point: Any) -> int | None:
        found = (number for number, rect in self.windows.items() if rect.contains(point.x, point.y))
        window = next(found, None)
        return None if window is None else window + 1000  # a child that fills it

    def GetAncestor(self, window: int, kind: int) -> int | None:
        assert kind == 2, "the root"
        return window - 1000 if window > 1000 else window

    def GetWindowThreadProcessId(self, window: int, process: Any) -> int:
        if window not in self.windows:
            return 0
        process._obj.value = 10 * window
        return 7


class Processes:
    """kernel32 and advapi32: processes by id, with the level of each; None for one whose token may not be read.

    `hidden` may not even be opened. This process has number 1.
    """

    def __init__(self, levels: dict[int, int | None], hidden: frozenset[int] = frozenset()) -> None:
        self._levels, self._hidden = levels, hidden
        self._error = 0
        self._open: list[int] = []
        self._keep: list[Any] = []

    @property
    def open_handles(self) -> int:
        return len(self._open)

    def error(self) -> int:
        return self._error

    def OpenProcess(self, rights: int, inherit: bool, process: int) -> int | None:
        assert (rights, inherit) == (0x1000, False)
        if process in self._hidden or process not in self._levels:
            self._error = ACCESS_DENIED if process in self._hidden else INVALID_PARAMETER
            return None
        self._open.append(process)
        return process

    def GetCurrentProcess(self) -> int:
        return 1

    def CloseHandle(self, handle: Any) -> int:
        self._open.remove(getattr(handle, "value", handle))
        return 1

    def OpenProcessToken(self, process: int, rights: int, token: Any) -> int:
        assert rights == 8, "to read"
        if self._levels[process] is None:
            self._error = ACCESS_DENIED
            return 0
        token._obj.value = process + 100
        self._open.append(process + 100)
        return 1

    def GetTokenInformation(self, token: Any, kind: int, label: Any, _: int, used: Any) -> int:
        assert kind == 25, "the integrity level"
        sid = ctypes.c_void_p(token.value)
        ctypes.memmove(label, ctypes.byref(sid), ctypes.sizeof(sid))
        used._obj.value = ctypes.sizeof(sid) + 8
        return 1

    def GetSidSubAuthorityCount(self, _: int) -> list[int]:
        return [2]

    def GetSidSubAuthority(self, sid: int, number: int) -> list[int | None]:
        assert number == 1, "the last one"
        return [self._levels[sid - 100]]
