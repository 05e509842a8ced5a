"""The code for Windows and macOS, against stand-ins for their libraries: it has not run on the real ones yet."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace
from typing import Any

import pytest

from edge_assistant.capture.focus import MacFocus, WindowsFocus
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.session_lock import is_mac_locked, is_windows_locked
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.capture.window_mac import MacWindows
from edge_assistant.capture.window_windows import WindowsWindows


class Function:
    """A C function: called, and with a result type that may be set."""

    def __init__(self, work: Any) -> None:
        self._work = work
        self.restype: Any = None

    def __call__(self, *arguments: Any) -> Any:
        return self._work(*arguments)


def fill(reference: Any, *values: int) -> int:
    """Write a RECT or POINT that is passed by reference."""
    structure = reference._obj
    for (name, _), value in zip(structure._fields_, values, strict=True):
        setattr(structure, name, value)
    return 1


def user32(*, window: int | None = 4711, minimised: bool = False, title: str = "Invoice 1042, Writer") -> Any:
    def text(_: Any, buffer: Any, size: int) -> int:
        buffer.value = title[: size - 1]
        return len(buffer.value)

    return SimpleNamespace(
        SetProcessDpiAwarenessContext=lambda _: 0,
        GetForegroundWindow=Function(lambda: window),
        IsIconic=lambda _: minimised,
        GetWindowTextLengthW=lambda _: len(title),
        GetWindowTextW=text,
        GetWindowRect=lambda _, rect: fill(rect, 93, 50, 707, 457),
        GetClientRect=lambda _, rect: fill(rect, 0, 0, 598, 368),
        ClientToScreen=lambda _, point: fill(point, 101, 81),
    )


def dwmapi(result: int = 0) -> Any:
    def attribute(_: Any, which: int, rect: Any, size: int) -> int:
        assert (which, size) == (9, 4 * ctypes.sizeof(ctypes.c_long))
        return result or not fill(rect, 100, 50, 700, 450)

    return SimpleNamespace(DwmGetWindowAttribute=attribute)


def test_windows_tells_the_seen_frame_and_the_contents_of_the_foreground_window() -> None:
    assert WindowsWindows(user32(), dwmapi()).active() == ActiveWindow(
        "Invoice 1042, Writer", Rect(100, 50, 600, 400), Rect(101, 81, 598, 368), 4711
    )


def test_without_the_compositors_bounds_windows_gives_the_windows_own() -> None:
    window = WindowsWindows(user32(), dwmapi(result=1)).active()
    assert window is not None
    assert window.bounds == Rect(93, 50, 614, 407)


@pytest.mark.parametrize("library", [user32(window=None), user32(minimised=True)])
def test_windows_without_a_window_in_front_tells_none(library: Any) -> None:
    assert WindowsWindows(library, dwmapi()).active() is None


def quartz(*windows: dict[str, Any]) -> Any:
    return SimpleNamespace(
        kCGWindowListOptionOnScreenOnly=1,
        kCGWindowListExcludeDesktopElements=16,
        kCGNullWindowID=0,
        CGWindowListCopyWindowInfo=lambda options, _: windows if options == 17 else (),
    )


def appkit(pid: int | None) -> Any:
    program = None if pid is None else SimpleNamespace(processIdentifier=lambda: pid)
    return SimpleNamespace(
        NSWorkspace=SimpleNamespace(sharedWorkspace=lambda: SimpleNamespace(frontmostApplication=lambda: program))
    )


def mac_window(pid: int, layer: int = 0, **more: str) -> dict[str, Any]:
    bounds = {"X": 10.0, "Y": 38.0, "Width": 800.4, "Height": 600.0}
    about = {"kCGWindowOwnerPID": pid, "kCGWindowLayer": layer, "kCGWindowBounds": bounds, "kCGWindowNumber": 42}
    return {**about, **more}


def test_macos_tells_the_frontmost_programs_first_ordinary_window() -> None:
    listing = quartz(
        mac_window(1, kCGWindowName="Another program"),
        mac_window(7, layer=25, kCGWindowName="A menu"),
        mac_window(7, kCGWindowName="Invoice 1042", kCGWindowOwnerName="Writer"),
        mac_window(7, kCGWindowName="Behind it"),
    )
    window = MacWindows(listing, appkit(7)).active()
    assert window == ActiveWindow("Invoice 1042", Rect(10, 38, 800, 600), Rect(10, 38, 800, 600), 42)


def test_macos_without_permission_for_titles_tells_the_program() -> None:
    window = MacWindows(quartz(mac_window(7, kCGWindowOwnerName="Writer")), appkit(7)).active()
    assert window is not None
    assert window.title == "Writer"


@pytest.mark.parametrize("pid", [None, 8])
def test_macos_without_a_window_in_front_tells_none(pid: int | None) -> None:
    assert MacWindows(quartz(mac_window(7)), appkit(pid)).active() is None


def test_the_secure_desktop_of_windows_counts_as_locked_and_a_desktop_is_closed_again() -> None:
    closed: list[int | None] = []

    def library(handle: int | None) -> Any:
        return SimpleNamespace(
            OpenInputDesktop=Function(lambda *_: handle), CloseDesktop=lambda desktop: closed.append(desktop.value)
        )

    assert is_windows_locked(library(None))
    assert not is_windows_locked(library(99))
    assert closed == [99]


@pytest.mark.parametrize(("session", "locked"), [(None, False), ({}, False), ({"CGSSessionScreenIsLocked": 1}, True)])
def test_macos_says_whether_it_is_locked(session: dict[str, Any] | None, locked: bool) -> None:
    assert is_mac_locked(lambda: session) is locked


def test_windows_tells_the_foreground_window_and_gives_the_focus_back_to_it() -> None:
    given: list[int | None] = []
    library = SimpleNamespace(
        GetForegroundWindow=Function(lambda: 4711), SetForegroundWindow=lambda window: given.append(window.value)
    )
    focus = WindowsFocus(library)
    assert focus.current() == 4711
    focus.give(4711)
    assert given == [4711]
    assert WindowsFocus(SimpleNamespace(GetForegroundWindow=Function(lambda: None))).current() is None


def test_macos_gives_the_focus_back_to_the_program_that_had_it_unless_that_is_gone() -> None:
    activated: list[tuple[int, int]] = []

    def program(pid: int) -> Any:
        if pid != 7:
            return None
        return SimpleNamespace(activateWithOptions_=lambda options: activated.append((pid, options)))

    library = appkit(7)
    library.NSRunningApplication = SimpleNamespace(runningApplicationWithProcessIdentifier_=program)
    focus = MacFocus(library)
    assert focus.current() == 7
    focus.give(7)
    focus.give(8)
    assert activated == [(7, 2)]
    assert MacFocus(appkit(None)).current() is None
