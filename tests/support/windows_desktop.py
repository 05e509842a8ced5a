"""A stand-in for user32, dwmapi and gdi32: a desktop whose functions succeed and fail as those of Windows do."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from edge_assistant.capture.geometry import Rect

S_OK, E_NOTIMPL = 0, -2147467263


FRAME, SEEN, INNER = Rect(93, 50, 614, 407), Rect(100, 50, 600, 400), Rect(101, 81, 598, 368)


@dataclass
class Window:
    """A window: `frame` with its invisible borders, `seen` without them, `inner` its contents, all on the desktop.

    `busy`: its thread takes no messages, but not yet for so long that Windows calls it `hung`. `style` is its extended
    one, `alpha` that of all its pixels where it is layered and has one.
    """

    title: str = "Invoice 1042, Writer"
    class_name: str = "Notepad"
    frame: Rect = FRAME
    seen: Rect = SEEN
    inner: Rect = INNER
    thread: int = 1
    process: int = 4000
    style: int = 0
    alpha: int | None = None
    owner: int | None = None
    minimised: bool = False
    hidden: bool = False
    cloaked: int = 0
    affinity: int = 0
    hung: bool = False
    busy: bool = False
    right_to_left: bool = False
    drawn: Image.Image | None = None


def write(reference: Any, *values: int) -> int:
    """Write into a structure, or a number, that is passed by reference; return 1."""
    target = reference._obj
    if hasattr(target, "value"):
        (target.value,) = values
    else:
        for (name, _), value in zip(target._fields_, values, strict=True):
            setattr(target, name, value)
    return 1


@dataclass
class Desktop:
    """user32 and dwmapi. A call with an unknown window fails, as it does once a window is closed. The first window lies
    above all others.

    `fronts` are what GetForegroundWindow returns, the last one from then on. A thread of `privileged` may set the
    foreground window, and one that is joined with the front window's thread; that joining is refused for windows of
    `elevated` threads.
    """

    windows: dict[int, Window] = field(default_factory=dict)
    fronts: list[int | None] = field(default_factory=lambda: [None])
    composited: bool = True
    thread: int = 99
    privileged: bool = True
    elevated: frozenset[int] = frozenset()
    joined: set[tuple[int, int]] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)

    def SetProcessDpiAwarenessContext(self, _: int) -> int:
        return 0  # set by the program's manifest, or by Qt

    def GetForegroundWindow(self) -> int | None:
        return self.fronts.pop(0) if len(self.fronts) > 1 else self.fronts[0]

    def GetClassNameW(self, window: int, text: Any, size: int) -> int:
        if window not in self.windows:
            return 0
        text.value = self.windows[window].class_name[: size - 1]
        return len(text.value)

    def GetWindowTextW(self, window: int, text: Any, size: int) -> int:
        if window not in self.windows:
            return 0
        text.value = self.windows[window].title[: size - 1]
        return len(text.value)

    def IsWindow(self, window: int) -> int:
        return int(window in self.windows)

    def IsWindowVisible(self, window: int) -> int:
        return int(window in self.windows and not self.windows[window].hidden)

    def IsIconic(self, window: int) -> int:
        return int(window in self.windows and self.windows[window].minimised)

    def IsHungAppWindow(self, window: int) -> int:
        return int(window in self.windows and self.windows[window].hung)

    def SendMessageTimeoutW(self, window: int, message: int, _: int, __: int, flags: int, limit: int, out: Any) -> int:
        assert (message, flags) == (0, 2), "WM_NULL, which asks nothing; a thread that hangs is not waited for"
        assert 0 < limit < 1000, "milliseconds"
        if window not in self.windows or self.windows[window].hung or self.windows[window].busy:
            return 0
        return write(out, 0)

    def GetWindowDisplayAffinity(self, window: int, affinity: Any) -> int:
        return write(affinity, self.windows[window].affinity) if window in self.windows else 0

    def GetWindowRect(self, window: int, rect: Any) -> int:
        if window not in self.windows:
            return 0
        frame = self.windows[window].frame
        return write(rect, frame.left, frame.top, frame.right, frame.bottom)

    def GetClientRect(self, window: int, rect: Any) -> int:
        if window not in self.windows:
            return 0
        inner = self.windows[window].inner
        return write(rect, 0, 0, inner.width, inner.height)

    def MapWindowPoints(self, window: int, _: None, points: Any, count: int) -> int:
        if window not in self.windows:
            return 0
        assert count == 2, "a rectangle"
        inner, rect = self.windows[window].inner, points._obj
        if self.windows[window].right_to_left:  # the origin is the right corner, and two points stay in order
            write(points, inner.right - rect.right, inner.top, inner.right - rect.left, inner.top + rect.bottom)
        else:
            write(points, inner.left + rect.left, inner.top, inner.left + rect.right, inner.top + rect.bottom)
        return inner.left & 0xFFFF | (inner.top & 0xFFFF) << 16

    def DwmGetWindowAttribute(self, window: int, attribute: int, value: Any, size: int) -> int:
        if not self.composited or window not in self.windows:
            return E_NOTIMPL
        assert size == {9: 16, 14: 4}[attribute]
        if attribute == 14:
            write(value, self.windows[window].cloaked)
        else:
            seen = self.windows[window].seen
            write(value, seen.left, seen.top, seen.right, seen.bottom)
        return S_OK

    def GetAncestor(self, window: int, kind: int) -> int | None:
        assert kind == 3, "the root owner"
        if window not in self.windows:
            return None
        owner = self.windows[window].owner
        return window if owner is None else self.GetAncestor(owner, kind)

    def GetWindowThreadProcessId(self, window: int, process: Any) -> int:
        if window not in self.windows:
            return 0
        if process is not None:
            write(process, self.windows[window].process)
        return self.windows[window].thread

    def GetWindow(self, window: int, relation: int) -> int | None:
        assert relation == 3, "the next one above"
        order = list(self.windows)
        at = order.index(window) if window in order else 0
        return order[at - 1] if at else None

    def GetWindowLongW(self, window: int, index: int) -> int:
        assert index == -20, "the extended style"
        return self.windows[window].style if window in self.windows else 0

    def GetLayeredWindowAttributes(self, window: int, key: None, alpha: Any, flags: Any) -> int:
        assert key is None
        if window not in self.windows or self.windows[window].alpha is None:
            return 0
        write(alpha, self.windows[window].alpha)
        return write(flags, 2)

    def GetCurrentThreadId(self) -> int:
        return self.thread

    def AttachThreadInput(self, thread: int, to: int, join: bool) -> int:
        self.calls.append("join" if join else "part")
        if to in self.elevated:
            return 0
        (self.joined.add if join else self.joined.remove)((thread, to))
        return 1

    def SetForegroundWindow(self, window: int) -> int:
        self.calls.append("set")
        front = self.windows.get(self.fronts[-1] or 0)
        if front is not None and (self.thread, front.thread) in self.joined:
            assert not front.hung, "it waits until the window in front takes the message that it is left"
            assert not front.busy, "the same"
        if self.privileged or (front is not None and (self.thread, front.thread) in self.joined):
            self.fronts = [window]
            return 1
        return 0  # it blinks in the taskbar

    def GetDC(self, _: None) -> int:
        return 1000

    def ReleaseDC(self, _: None, __: int) -> int:
        return 1


class Gdi:
    """gdi32, and PrintWindow of user32, which draws into the bitmap that is selected; knows what was not released."""

    def __init__(self, desktop: Desktop) -> None:
        self._desktop = desktop
        self.alive: set[int] = set()
        self._selected: dict[int, int] = {}
        self._pixels: dict[int, tuple[Any, int, int]] = {}
        desktop.PrintWindow = self.PrintWindow  # type: ignore[attr-defined]

    def CreateCompatibleDC(self, screen: int) -> int:
        self.alive.add(screen + 1)
        return screen + 1

    def CreateDIBSection(self, _: int, header: Any, usage: int, pixels: Any, section: None, offset: int) -> int:
        about = header._obj
        assert (about.size, about.planes, about.bit_count, usage, section, offset) == (40, 1, 32, 0, None, 0)
        assert about.height < 0, "the first row is the top one"
        data = ctypes.create_string_buffer(about.width * -about.height * 4)
        write(pixels, ctypes.addressof(data))
        self._pixels[3000] = (data, about.width, -about.height)
        self.alive.add(3000)
        return 3000

    def SelectObject(self, context: int, bitmap: int) -> int:
        previous = self._selected.get(context, 2000)
        self._selected[context] = bitmap
        return previous

    def PrintWindow(self, window: int, context: int, flags: int) -> int:
        assert flags == 3, "its contents, those from the graphics card, too"
        if window not in self._desktop.windows:
            return 0
        drawn = self._desktop.windows[window].drawn
        if drawn is not None:
            data, width, height = self._pixels[self._selected[context]]
            assert drawn.size == (width, height)
            data.raw = drawn.convert("RGBA").tobytes("raw", "BGRA")
        return 1  # also where it drew nothing

    def GdiFlush(self) -> int:
        return 1

    def DeleteObject(self, bitmap: int) -> int:
        assert bitmap not in self._selected.values(), "a selected bitmap is not deleted"
        self.alive.discard(bitmap)
        return 1

    def DeleteDC(self, context: int) -> int:
        self.alive.discard(context)
        return 1
