"""The screen and the windows of Windows, against a stand-in for its libraries, and where there are real ones."""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from support.windows_desktop import FRAME, INNER, SEEN, Desktop, Gdi, Window

from edge_assistant.capture import windows_user32
from edge_assistant.capture.covered_windows import windows_above
from edge_assistant.capture.focus_windows import WindowsFocus
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.print_window import GDI32, print_window
from edge_assistant.capture.session_lock_windows import WTSAPI32, SessionInfo, is_windows_locked
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.capture.stacking import WindowAbove
from edge_assistant.capture.window_windows import WindowsWindows
from edge_assistant.system.windows_api import load_library


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows_user32, "_SWITCH_TIMEOUT_S", 0.03)
    monkeypatch.setattr("edge_assistant.capture.focus_windows._TIMEOUT_S", 0.03)


def active(desktop: Desktop) -> ActiveWindow | None:
    return WindowsWindows(desktop, desktop).active()


def with_window(window: Window, **more: Any) -> Desktop:
    return Desktop({4711: window}, [4711], **more)


def test_the_seen_frame_and_the_contents_of_the_window_in_front_are_told() -> None:
    assert active(with_window(Window())) == ActiveWindow("Invoice 1042, Writer", SEEN, INNER, 4711)


def test_without_the_window_managers_bounds_the_windows_own_are_told() -> None:
    window = active(with_window(Window(), composited=False))
    assert window is not None
    assert (window.bounds, window.contents) == (FRAME, INNER)


def test_the_contents_of_a_window_from_right_to_left_are_where_they_are() -> None:
    window = active(with_window(Window(right_to_left=True)))
    assert window is not None
    assert window.contents == INNER


@pytest.mark.parametrize("window", [Window(minimised=True), Window(cloaked=2), Window(hidden=True)])
def test_a_window_that_is_not_seen_is_not_active(window: Window) -> None:
    assert active(with_window(window)) is None
    assert active(Desktop()) is None


def test_a_switch_between_windows_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows_user32, "_SWITCH_TIMEOUT_S", 10.0)
    windows = {4711: Window(), 1: Window(class_name="ForegroundStaging", title="")}
    found = active(Desktop(windows, [None, 1, None, 4711]))
    assert found is not None
    assert found.number == 4711


@pytest.mark.parametrize("steps", range(1, 6))
def test_a_window_that_closes_meanwhile_is_no_window(steps: int) -> None:
    class Closing(Desktop):
        def GetWindowDisplayAffinity(self, window: int, affinity: Any) -> int:
            self.windows.pop(window, None)
            return super().GetWindowDisplayAffinity(window, affinity)

    class ClosingEarlier(Desktop):
        left = steps

        def DwmGetWindowAttribute(self, window: int, attribute: int, value: Any, size: int) -> int:
            self.left -= 1
            if not self.left:
                self.windows.pop(window, None)
            return super().DwmGetWindowAttribute(window, attribute, value, size)

    assert active(Closing({4711: Window()}, [4711])) is None
    if steps <= 2:
        assert active(ClosingEarlier({4711: Window()}, [4711])) is None


@pytest.mark.parametrize(
    ("class_name", "title", "told"),
    [
        ("Progman", "Program Manager", "Desktop"),
        ("WorkerW", "", "Desktop"),
        ("Shell_TrayWnd", "", "Taskbar"),
        ("Shell_SecondaryTrayWnd", "", "Taskbar"),
        ("Notepad", "", ""),
        ("Notepad", "Äpfel — 東京", "Äpfel — 東京"),
        ("Notepad", "x" * 5000, "x" * 1023),
    ],
)
def test_desktop_and_taskbar_have_a_name_and_titles_are_told_as_they_are(
    class_name: str, title: str, told: str
) -> None:
    window = active(with_window(Window(title, class_name)))
    assert window is not None
    assert window.title == told


@pytest.mark.parametrize(("affinity", "protected"), [(0, False), (1, True), (0x11, True)])
def test_a_window_that_is_kept_out_of_pictures_is_known(affinity: int, protected: bool) -> None:
    window = active(with_window(Window(affinity=affinity)))
    assert window is not None
    assert window.protected is protected


def above(*windows: Window) -> tuple[WindowAbove, ...]:
    desktop = Desktop({**dict(enumerate(windows, start=1)), 4711: Window(), 9000: Window()}, [4711])
    window = active(desktop)
    assert window is not None
    return windows_above(window, desktop, desktop)


def test_what_lies_above_a_window_is_told_from_below_and_menus_by_their_class() -> None:
    menu = Window("", "#32768", seen=Rect(1, 2, 30, 40))
    assert above(menu, Window(process=5)) == (
        WindowAbove(SEEN, is_own=False), WindowAbove(Rect(1, 2, 30, 40), is_menu=True, is_own=True),
    )  # fmt: skip
    assert above() == ()


@pytest.mark.parametrize(
    ("window", "hides"),
    [
        (Window(hidden=True), False),
        (Window(minimised=True), False),
        (Window(cloaked=1), False),
        (Window(process=os.getpid()), False),
        (Window(seen=Rect(0, 0, 0, 0)), False),
        (Window(style=0x20), False),
        (Window(style=0x80000), False),
        (Window(style=0x80000, alpha=10), False),
        (Window(style=0x80000, alpha=255), True),
        (Window(), True),
    ],
)
def test_what_is_not_seen_or_seen_through_hides_nothing(window: Window, hides: bool) -> None:
    assert bool(above(window)) is hides


class Session:
    """The input's desktop, None for one that may not be opened; the session's flags, None where they are refused."""

    def __init__(self, desktop: int | None, flags: int | None, size: int | None = None) -> None:
        self.closed: list[int] = []
        self.freed: list[int | None] = []
        self._desktop, self._flags, self._size = desktop, flags, size
        self._info = SessionInfo()

    def OpenInputDesktop(self, *_: int) -> int | None:
        return self._desktop

    def CloseDesktop(self, desktop: int) -> None:
        self.closed.append(desktop)

    def WTSQuerySessionInformationW(self, server: None, session: int, kind: int, info: Any, size: Any) -> int:
        assert (server, session, kind) == (None, 0xFFFFFFFF, 25)
        if self._flags is None:
            return 0
        self._info.level, self._info.session_flags = 1, self._flags
        info._obj.value = ctypes.addressof(self._info)
        size._obj.value = ctypes.sizeof(self._info) if self._size is None else self._size
        return 1

    def WTSFreeMemory(self, memory: Any) -> None:
        self.freed.append(memory.value)


@pytest.mark.parametrize(
    ("desktop", "flags", "locked"),
    [
        (None, 1, True),  # the User Account Control asks
        (None, None, True),
        (99, 0, True),  # the lock screen before a key is pressed, which is on the person's own desktop
        (99, 1, False),
        (99, -1, False),  # not known
        (99, None, False),
    ],
)
def test_a_locked_screen_is_known_by_its_desktop_or_its_session(
    desktop: int | None, flags: int | None, locked: bool
) -> None:
    session = Session(desktop, flags)
    assert is_windows_locked(session, session) is locked
    assert session.closed == ([99] if desktop else [])
    assert len(session.freed) == (1 if desktop and flags is not None else 0)


def test_a_session_that_tells_too_little_does_not_count_as_locked() -> None:
    session = Session(99, 0, size=4)
    assert not is_windows_locked(session, session)
    assert len(session.freed) == 1


def focus(desktop: Desktop) -> WindowsFocus:
    return WindowsFocus(desktop, desktop)


TWO = {1: Window(thread=10), 2: Window(thread=20)}


def test_the_focus_is_told_and_given() -> None:
    desktop = Desktop(dict(TWO), [1])
    assert focus(desktop).current() == 1
    assert focus(desktop).give(2)
    assert focus(desktop).current() == 2
    assert focus(Desktop()).current() is None
    assert focus(Desktop({1: Window(hidden=True)}, [1])).current() is None
    assert desktop.calls == ["set"]


def test_a_refused_focus_is_taken_as_a_part_of_the_thread_in_front() -> None:
    desktop = Desktop(dict(TWO), [1], privileged=False)
    assert focus(desktop).give(2)
    assert focus(desktop).current() == 2
    assert desktop.calls == ["set", "join", "set", "part"]
    assert desktop.joined == set()


@pytest.mark.parametrize(
    "front",
    [Window(thread=10, hung=True), Window(thread=10, busy=True), Window(thread=30), Window(thread=99)],
)
def test_a_focus_that_stays_refused_is_told(front: Window) -> None:
    desktop = Desktop({1: front, 2: Window(thread=20)}, [1], privileged=False, elevated=frozenset({30}))
    assert not focus(desktop).give(2)
    assert focus(desktop).current() == 1
    assert "part" not in desktop.calls


def test_a_dialog_of_the_window_in_front_counts_as_that_window() -> None:
    desktop = Desktop({2: Window(thread=20), 3: Window(thread=20, owner=2)}, [3], privileged=False)
    assert focus(desktop).give(2)


def test_the_focus_is_not_given_to_a_window_that_is_gone() -> None:
    desktop = Desktop(dict(TWO), [1])
    assert focus(desktop).give(5)
    assert desktop.calls == []


PICTURE = Image.new("RGB", (598, 368), (10, 20, 30))
PICTURE.putpixel((0, 0), (200, 100, 50))


def drawn(window: Window, number: int = 4711) -> tuple[Image.Image | None, Gdi]:
    desktop = with_window(window)
    gdi = Gdi(desktop)
    return print_window(ActiveWindow("", INNER, INNER, number), desktop, gdi), gdi


def test_a_window_is_drawn_in_its_colours_and_nothing_is_left_behind() -> None:
    picture, gdi = drawn(Window(drawn=PICTURE))
    assert picture is not None
    assert picture.mode == "RGB"
    assert picture.tobytes() == PICTURE.tobytes()
    assert gdi.alive == set()


@pytest.mark.parametrize(
    ("window", "number"),
    [
        (Window(), 4711),
        (Window(drawn=PICTURE, hung=True), 4711),
        (Window(drawn=PICTURE), 5),
        (Window(drawn=PICTURE, inner=Rect(0, 0, 0, 0)), 4711),
    ],
)
def test_a_window_that_draws_nothing_hangs_or_is_gone_gives_no_picture(window: Window, number: int) -> None:
    picture, gdi = drawn(window, number)
    assert picture is None
    assert gdi.alive == set()


def test_a_window_that_cannot_be_drawn_because_it_closes_gives_no_picture() -> None:
    desktop = with_window(Window(drawn=PICTURE))
    gdi = Gdi(desktop)
    desktop.PrintWindow = lambda *_: 0  # type: ignore[attr-defined]
    assert print_window(ActiveWindow("", INNER, INNER, 4711), desktop, gdi) is None
    assert gdi.alive == set()


def test_a_program_that_does_not_draw_in_time_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    monkeypatch.setattr("edge_assistant.capture.print_window._TIMEOUT_S", 0.05)
    desktop, answered = with_window(Window(drawn=PICTURE)), threading.Event()
    gdi = Gdi(desktop)
    desktop.PrintWindow = lambda *_: answered.wait(30) and 0  # type: ignore[attr-defined]
    assert print_window(ActiveWindow("", INNER, INNER, 4711), desktop, gdi) is None
    answered.set()


def test_every_function_that_is_called_has_its_types_declared() -> None:
    used = {name for name in vars(Desktop) if name[0].isupper()} | {"PrintWindow"}
    assert used - {"GetCurrentThreadId", "DwmGetWindowAttribute"} | {"OpenInputDesktop", "CloseDesktop"} == set(
        windows_user32.USER32
    )
    assert {name for name in vars(Gdi) if name[0].isupper()} - {"PrintWindow"} == set(GDI32)


@pytest.mark.skipif(sys.platform != "win32", reason="needs Windows")
def test_the_real_libraries_have_these_functions() -> None:
    windows_user32.load_user32()
    windows_user32.load_dwmapi()
    windows_user32.declare(load_library("gdi32"), GDI32)
    windows_user32.declare(load_library("wtsapi32"), WTSAPI32)
    assert not is_windows_locked()
    assert WindowsFocus().give(1)  # no window has this number


def test_what_is_told_of_a_window_can_be_compared() -> None:
    first, second = active(with_window(Window())), active(with_window(Window("*Invoice 1042, Writer")))
    assert first is not None
    assert second is not None
    assert replace(first, title="") == replace(second, title="")
