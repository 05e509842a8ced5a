"""The pointer on Windows: moved among the windows of another program, and pressed there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from support.waiting import until

from edge_assistant.capture.pointer_windows import WindowsPointer
from edge_assistant.capture.window_windows import WindowsWindows
from edge_assistant.system.errors import InputError
from edge_assistant.system.windows_integrity import has_more_rights

pytestmark = pytest.mark.skipif(sys.platform != "win32", reason="needs Windows")

# A program with one window with one button, which prints what happens to it.
_PROGRAM = r"""
import ctypes, sys
user32 = ctypes.WinDLL("user32")
Handle = ctypes.c_void_p
user32.CreateWindowExW.restype = Handle
user32.DefWindowProcW.restype = ctypes.c_ssize_t
user32.DefWindowProcW.argtypes = (Handle, ctypes.c_uint, ctypes.c_size_t, ctypes.c_ssize_t)
Procedure = ctypes.WINFUNCTYPE(ctypes.c_ssize_t, Handle, ctypes.c_uint, ctypes.c_size_t, ctypes.c_ssize_t)

class Class(ctypes.Structure):
    _fields_ = (("style", ctypes.c_uint), ("procedure", Procedure), ("extra", ctypes.c_int), ("more", ctypes.c_int),
                ("instance", Handle), ("icon", Handle), ("cursor", Handle), ("brush", Handle),
                ("menu", ctypes.c_wchar_p), ("name", ctypes.c_wchar_p))

names = {0x0201: "down", 0x0202: "up", 0x0204: "right down"}

@Procedure
def procedure(window, message, wparam, lparam):
    if message in names:
        print(names[message], lparam & 0xFFFF, lparam >> 16 & 0xFFFF, flush=True)
    return user32.DefWindowProcW(window, message, wparam, lparam)

made = Class(procedure=procedure, name="Pressed")
user32.RegisterClassW(ctypes.byref(made))
window = user32.CreateWindowExW(0, "Pressed", sys.argv[1], 0x90000000, int(sys.argv[2]), 50, 300, 200, *4 * (None,))
user32.SetForegroundWindow(Handle(window))
print(window, flush=True)
message = (ctypes.c_byte * 48)()
while user32.GetMessageW(message, None, 0, 0) > 0:
    user32.TranslateMessage(message)
    user32.DispatchMessageW(message)
"""


class Program:
    """Another program with a window of 300 by 200 pixels without a border, at (left, 50)."""

    def __init__(self, left: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, f"At {left}", str(left)], stdout=subprocess.PIPE, text=True
        )
        self.window = int(self.read())

    def read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def start() -> Iterator[Callable[[int], Program]]:
    WindowsWindows().active()  # makes this process count in pixels
    started: list[Program] = []

    def make(left: int) -> Program:
        started.append(Program(left))
        return started[-1]

    yield make
    for each in started:
        each.close()


def test_the_pointer_goes_where_it_is_sent() -> None:
    pointer = WindowsPointer()
    for place in ((0, 0), (1, 1), (640, 400), (1279, 799), (333, 777)):
        pointer.move(*place)
        x, y = pointer.position()
        assert (abs(x - place[0]) <= 1, abs(y - place[1]) <= 1) == (True, True), (place, x, y)


def test_a_place_off_the_screen_is_refused() -> None:
    for place in ((-1, 5), (5, -1), (100_000, 5)):
        with pytest.raises(InputError):
            WindowsPointer().move(*place)


def test_the_window_below_a_place_is_known_and_gets_one_click(start: Callable[[int], Program]) -> None:
    first, second = start(100), start(600)
    pointer = WindowsPointer()
    until(lambda: pointer.window_at(150, 100) == first.window, "the first window")
    assert pointer.window_at(650, 100) == second.window
    pointer.click(150, 100)
    assert [first.read(), first.read()] == ["down 50 50", "up 50 50"]
    pointer.activate(second.window)
    until(lambda: (window := WindowsWindows().active()) and window.number == second.window, "the second in front")
    pointer.click(899, 249)
    assert [second.read(), second.read()] == ["down 299 199", "up 299 199"]
    assert abs(pointer.position()[0] - 899) <= 1


def test_a_program_of_the_same_person_has_no_more_rights(start: Callable[[int], Program]) -> None:
    program = start(100)
    assert not WindowsPointer().is_out_of_reach(program.window)
    assert not has_more_rights(os.getpid())
    program.process.kill()
    program.process.wait()
    assert not has_more_rights(program.process.pid)
