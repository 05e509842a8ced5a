"""Another program's window on Windows: its title, its place, its picture, and the focus given to it and taken back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.waiting import until

from edge_assistant.capture import targets
from edge_assistant.capture.backends import choose_backend
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.focus_windows import WindowsFocus
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.capture.window_windows import WindowsWindows
from edge_assistant.imaging.blank import is_blank

pytestmark = pytest.mark.skipif(sys.platform != "win32", reason="needs Windows")

# A program with one window, which shows its title as a text, too. It tells the window's number, and does as it is told.
_PROGRAM = r"""
import ctypes, sys, threading
user32 = ctypes.WinDLL("user32")
user32.CreateWindowExW.restype = ctypes.c_void_p
title, left = sys.argv[1], int(sys.argv[2])
window = user32.CreateWindowExW(0, "STATIC", title, 0x10CF0000, left, 50, 400, 300, None, None, None, None)
user32.SetForegroundWindow(ctypes.c_void_p(window))
print(window, flush=True)

def obey():
    for line in sys.stdin:
        user32.ShowWindow(ctypes.c_void_p(window), int(line))
        print("done", flush=True)
    user32.PostMessageW(ctypes.c_void_p(window), 0x0400, 0, 0)

threading.Thread(target=obey, daemon=True).start()
message = (ctypes.c_byte * 48)()
while user32.GetMessageW(message, None, 0, 0) > 0:
    user32.TranslateMessage(message)
    user32.DispatchMessageW(message)
"""
_MINIMISE, _RESTORE = 6, 9  # winuser.h: SW_MINIMIZE and SW_RESTORE
TITLE = "Äpfel - 東京 éñ"


class Program:
    """Another program with a window."""

    def __init__(self, title: str, left: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, title, str(left)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.window = int(self._read())

    def show(self, how: int) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{how}\n")
        self._process.stdin.flush()
        assert self._read() == "done"

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture
def start() -> Iterator[Callable[[str, int], Program]]:
    started: list[Program] = []

    def make(title: str, left: int) -> Program:
        started.append(Program(title, left))
        return started[-1]

    yield make
    for each in started:
        each.close()


class Told:
    """A listener of a capture, which keeps the titles."""

    def __init__(self) -> None:
        self.titles: list[str] = []

    def notice(self, code: str, message: str) -> None:
        pytest.fail(f"{code}: {message}")

    def window(self, title: str, _: ActiveWindow) -> None:
        self.titles.append(title)

    def is_cancelled(self) -> bool:
        return False

    def wait(self, seconds: float) -> None:
        """Return at once."""


def in_front() -> int | None:
    window = WindowsWindows().active()
    return window.number if window is not None else None


def picture(told: Any) -> CapturedPicture:
    backend = choose_backend()
    return targets.capture_window(targets.take_checked_snapshot(backend, told), backend, told)


def test_another_programs_window_is_known_and_seen(start: Callable[[str, int], Program]) -> None:
    program, told = start(TITLE, 100), Told()
    until(lambda: in_front() == program.window, "the window in front")
    until(lambda: not is_blank(picture(told).image), "its text")
    assert set(told.titles) == {"Äpfel, 東京 éñ"}
    window = WindowsWindows().active()
    assert window is not None
    assert window.title == TITLE
    assert (window.contents.clipped(window.bounds), window.protected) == (window.contents, False)
    assert window.bounds.width <= 400


def test_a_minimised_window_is_not_active_and_comes_back(start: Callable[[str, int], Program]) -> None:
    program = start(TITLE, 100)
    until(lambda: in_front() == program.window, "the window in front")
    program.show(_MINIMISE)
    until(lambda: in_front() != program.window, "another window in front")
    program.show(_RESTORE)
    assert WindowsFocus().give(program.window)
    until(lambda: in_front() == program.window, "the window in front again")


def test_the_focus_goes_to_and_fro_between_two_programs(start: Callable[[str, int], Program]) -> None:
    first, second = start("First", 100), start("Second", 550)
    focus = WindowsFocus()
    for program in (first, second, first):
        assert focus.give(program.window)
        assert focus.current() == program.window
    second.close()
    assert focus.give(second.window)  # it is gone, and nothing happens
    assert focus.current() == first.window
