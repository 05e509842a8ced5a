"""The pointer on a real X server: moved among the windows of another program, and pressed there, also by left hands."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from support import SUPPORT
from support.desktops import XDesktop, x_desktop
from support.waiting import until

from edge_assistant.capture.pointer_x11 import X11Pointer
from edge_assistant.capture.window_x11 import X11Windows
from edge_assistant.system.errors import InputError
from edge_assistant.system.x_server import borrow


@pytest.fixture(scope="module")
def desktop() -> Iterator[XDesktop]:
    with x_desktop((1000, 700), manager=True) as result:
        yield result


@pytest.fixture
def program(desktop: XDesktop) -> Iterator[subprocess.Popen[bytes]]:
    """Another program with one large button at (100, 100)."""
    command = (sys.executable, SUPPORT / "click_window.py", "Buttons", "100", "100", "Save")
    process = desktop.start(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"shown\n"
    desktop.wait_until_active("Buttons")
    yield process
    desktop.end(process)


def obey(program: subprocess.Popen[bytes], line: str) -> list[str]:
    """Let it do something; what it printed before and for that."""
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(f"{line}\n".encode())
    program.stdin.flush()
    return [each.decode().strip() for each in iter(program.stdout.readline, b"done\n")]


@pytest.mark.parametrize("meanings", [[1, 2, 3], [3, 2, 1]], ids=["right-handed", "left-handed"])
def test_the_primary_button_is_pressed_once_whichever_the_person_made_it(
    desktop: XDesktop, program: subprocess.Popen[bytes], meanings: list[int]
) -> None:
    name = desktop.environment["DISPLAY"]
    pointer = X11Pointer(name)
    with borrow(name) as display:
        before = list(display.get_pointer_mapping())
        display.set_pointer_mapping([*meanings, *before[3:]])
    window = X11Windows(name).active()
    assert window is not None
    (place,) = obey(program, "where Save -")
    x, y = map(int, place.split())
    assert pointer.window_at(x, y) == window.number
    assert pointer.window_at(990, 690) != window.number
    pointer.click(x, y)
    until(lambda: pointer.position() == (x, y), "the pointer there")
    told: list[str] = []
    until(lambda: told.extend(line for line in obey(program, "where Save -") if line != place) or told, "the click")
    assert told == ["clicked Save"]
    with borrow(name) as display:
        display.set_pointer_mapping(before)


def test_a_place_off_the_screen_is_refused(desktop: XDesktop) -> None:
    pointer = X11Pointer(desktop.environment["DISPLAY"])
    pointer.move(500, 300)
    for place in ((1000, 5), (5, 700), (-1, 5)):
        with pytest.raises(InputError, match="pointer"):
            pointer.move(*place)
