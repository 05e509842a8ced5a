"""Find and click on a Windows desktop: real keys, another program's window, and the real recogniser."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from support import SUPPORT
from support.on_windows import (
    Person,
    WindowsApp,
    bring_to_front,
    front,
    hide_tray_of_wine,
    needs_windows,
    press,
    wait_for_window,
    wait_until_in_front,
)
from support.waiting import until

from edge_assistant.capture.pointer_windows import WindowsPointer
from edge_assistant.ui.overlay.find_window import MIN_GAP_S

pytestmark = needs_windows
TITLE, FIND, PLACE = "Invoice", "Edge Assistant, find", (600, 300)
AT_SAVE = "Pointer at Save. Enter clicks, Escape puts it back."


class Program:
    """Another program with buttons, in front."""

    def __init__(self) -> None:
        command = [sys.executable, str(SUPPORT / "click_window.py"), TITLE, *map(str, PLACE), "Save", "Discard"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._read() == "shown"
        bring_to_front(wait_for_window(TITLE))

    def obey(self, line: str) -> list[str]:
        """Let it do something; return what it printed before."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return list(iter(self._read, "done"))

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture(scope="module")
def app(person: Person) -> Iterator[WindowsApp]:
    with WindowsApp(person, "--no-speak") as running:
        running.wait_until("ready")
        yield running


@pytest.fixture
def program(app: WindowsApp) -> Iterator[Program]:
    hide_tray_of_wine()
    WindowsPointer().move(5, 700)
    result = Program()
    app.lines.clear()
    yield result
    result.close()


def find_save(app: WindowsApp) -> None:
    """Find the button and go there."""
    assert app.trigger("find") == (0, "")
    wait_until_in_front(FIND)
    press("s", "a")
    until(lambda: app.ask("found") == "Save: at the top", "the button")
    press("enter")
    until(lambda: app.ask("found") == AT_SAVE, "the pointer there")


def test_a_second_enter_clicks_once(app: WindowsApp, program: Program) -> None:
    find_save(app)
    place = WindowsPointer().position()
    assert PLACE[0] < place[0] < PLACE[0] + 420
    time.sleep(MIN_GAP_S)
    press("enter")
    app.wait_until_told("Clicked Save.")
    assert program.obey("move 600 300") == ["clicked Save"]
    window = front()
    assert window is not None
    assert window.title == TITLE


def test_escape_puts_pointer_and_focus_back(app: WindowsApp, program: Program) -> None:
    find_save(app)
    press("escape")
    wait_until_in_front(TITLE)
    until(lambda: WindowsPointer().position()[1] >= 699, "the pointer back")
    assert (app.told, program.obey("move 600 300")) == ([], [])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("name Save Send", "What is there has changed. Search again. Nothing was clicked."),
        ("move 20 20", "Another window is at that place now. Nothing was clicked."),
        ("cover 600 300", "Another window is at that place now. Nothing was clicked."),
    ],
)
def test_what_is_no_longer_as_it_was_is_not_clicked(app: WindowsApp, program: Program, change: str, told: str) -> None:
    find_save(app)
    program.obey(change)
    time.sleep(MIN_GAP_S)
    press("enter")
    app.wait_until_told(told)
    assert program.obey("move 600 300") == []
