"""Find and click on a real X server: real keys, a real other program, and the real recogniser."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from support import SUPPORT
from support.apps import AppRun
from support.desktops import XDesktop, private_bus, x_desktop
from support.listening import private_folders
from support.waiting import until

from edge_assistant.ui.overlay.find_window import MIN_GAP_S

TITLE, FIND = "Invoice 1042, Writer", "Edge Assistant, find"
BUTTONS = ("Save", "Discard", "Settings")
AT_SAVE = "Pointer at Save. Enter clicks, Escape puts it back."
CHANGED = "What is there has changed. Search again. Nothing was clicked."
OTHER = "Another window is at that place now. Nothing was clicked."
PLACE = (1000, 400)


class Program:
    """Another program with buttons; `printed` are its lines."""

    def __init__(self, desktop: XDesktop, title: str, place: tuple[int, int], *buttons: str) -> None:
        self._process = desktop.start(
            sys.executable, SUPPORT / "click_window.py", title, *map(str, place), *buttons,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self._desktop = desktop
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"shown\n"
        desktop.wait_until_active(title)

    def obey(self, line: str) -> list[str]:
        """Let it do something; return what it printed before."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()
        return [each.decode().strip() for each in iter(self._process.stdout.readline, b"done\n")]

    @property
    def printed(self) -> list[str]:
        """What it printed since it was asked for the last time."""
        return self.obey(f"move {PLACE[0]} {PLACE[1]}")

    def close(self) -> None:
        self._desktop.end(self._process)


@pytest.fixture(scope="module")
def desktop() -> Iterator[XDesktop]:
    with x_desktop((1600, 900), manager=True) as result, private_bus(result):
        yield result


@pytest.fixture(scope="module")
def running(desktop: XDesktop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppRun]:
    """One app for all tests, because its start takes seconds."""
    with AppRun(desktop, "--no-speak", **private_folders(tmp_path_factory.mktemp("app"))) as result:
        result.wait_until_told("Ready.")
        until(lambda: desktop.active() == "Edge Assistant", "the window")
        press(desktop, "Escape")
        until(lambda: not visible(desktop, "^Edge Assistant$"), "that it is put away")
        yield result


@pytest.fixture
def program(desktop: XDesktop, running: AppRun) -> Iterator[Program]:
    """Another program, whose window is active, and the pointer far from it."""
    desktop.output("xdotool", "mousemove", "5", "895")
    result = Program(desktop, TITLE, PLACE, *BUTTONS)
    running.lines.clear()
    yield result
    result.close()


def visible(desktop: XDesktop, title: str) -> str:
    return desktop.output("xdotool", "search", "--onlyvisible", "--name", title)


def press(desktop: XDesktop, *keys: str) -> None:
    for key in keys:
        desktop.output("xdotool", "key", key)


def pointer(desktop: XDesktop) -> tuple[int, int]:
    words = desktop.output("xdotool", "getmouselocation").split()
    return int(words[0].removeprefix("x:")), int(words[1].removeprefix("y:"))


def find(app: AppRun, desktop: XDesktop, text: str, said: str) -> None:
    """Open the search, type, and wait for what is said."""
    assert app.tell("find") == ""
    desktop.wait_until_active(FIND)
    press(desktop, *text)
    until(lambda: said == app.ask("found"), said)


def go(app: AppRun, desktop: XDesktop, said: str = AT_SAVE) -> None:
    press(desktop, "Return")
    until(lambda: app.ask("found") == said, said)


def press_again(desktop: XDesktop, key: str = "Return") -> None:
    """Press Enter again, as soon as that counts."""
    time.sleep(MIN_GAP_S)
    press(desktop, key)


def test_a_few_letters_find_the_button_enter_goes_there_and_a_second_enter_clicks_it_once(
    running: AppRun, desktop: XDesktop, program: Program
) -> None:
    find(running, desktop, "sa", "Save: at the top")
    assert pointer(desktop) == (5, 895), "nothing moves it but Enter"
    go(running, desktop)
    x, y = pointer(desktop)
    assert PLACE[0] < x < PLACE[0] + 420
    assert PLACE[1] < y < PLACE[1] + 110
    press_again(desktop)
    running.wait_until_told("Clicked Save.")
    printed: list[str] = []
    until(lambda: printed.extend(program.printed) or printed, "the click")
    time.sleep(MIN_GAP_S)
    assert [*printed, *program.printed] == ["clicked Save"]
    desktop.wait_until_active(TITLE)
    assert pointer(desktop) == (x, y)


def test_a_held_enter_is_one_press_and_one_that_trembles_too(
    running: AppRun, desktop: XDesktop, program: Program
) -> None:
    find(running, desktop, "sett", "Settings: in the middle")
    held = ("keydown", "Return", "sleep", "1.5", "keyup", "Return")  # the X server repeats it after 0.66 s
    trembling = ("sleep", "0.05", "key", "--delay", "20", "--repeat", "6", "Return")
    desktop.output("xdotool", *held, *trembling)  # by one program, whose keys no busy machine parts
    until(lambda: running.ask("found").startswith("Pointer at Settings."), "the pointer there")
    press(desktop, "Escape")
    desktop.wait_until_active(TITLE)
    assert not [each for each in running.told if "licked" in each]
    assert program.printed == []


def test_escape_puts_the_pointer_and_the_focus_back(running: AppRun, desktop: XDesktop, program: Program) -> None:
    find(running, desktop, "sa", "Save: at the top")
    go(running, desktop)
    assert pointer(desktop) != (5, 895)
    press(desktop, "Escape")
    desktop.wait_until_active(TITLE)
    until(lambda: pointer(desktop) == (5, 895), "the pointer back")
    assert (running.told, program.printed) == ([], [])


def test_arrows_go_through_the_places_and_other_letters_start_anew(
    running: AppRun, desktop: XDesktop, program: Program
) -> None:
    find(running, desktop, "s", "Save: at the top, 1 of 3")
    for key, said in (("Down", "Settings: in the middle, 2 of 3"), ("Up", "Save: at the top, 1 of 3")):
        press(desktop, key)
        until(lambda said=said: running.ask("found") == said, said)  # type: ignore[misc]
    press(desktop, "q")
    until(lambda: running.ask("found") == "sq was not found. Enter asks the model.", "nothing")
    press(desktop, "Return")
    until(lambda: running.ask("found") == "The demo model cannot find things.", "why not")
    assert pointer(desktop) == (5, 895)
    press(desktop, "Escape")
    desktop.wait_until_active(TITLE)
    assert program.printed == []


def test_what_changed_there_is_not_clicked(running: AppRun, desktop: XDesktop, program: Program) -> None:
    find(running, desktop, "sa", "Save: at the top")
    go(running, desktop)
    program.obey("name Save Send")
    press_again(desktop)
    running.wait_until_told(CHANGED)
    assert program.printed == []
    desktop.wait_until_active(TITLE)


def test_a_window_that_moved_away_is_not_clicked_nor_one_that_came_in_its_place(
    running: AppRun, desktop: XDesktop, program: Program
) -> None:
    find(running, desktop, "sa", "Save: at the top")
    go(running, desktop)
    program.obey("move 100 100")
    press_again(desktop)
    running.wait_until_told(OTHER)
    assert program.printed == []

    find(running, desktop, "sa", "Save: at the top")
    go(running, desktop)
    program.obey(f"cover {PLACE[0]} {PLACE[1]}")
    press_again(desktop)
    running.wait_until_told(OTHER, 2)
    assert program.printed == []


def test_nothing_is_clicked_in_a_locked_session(running: AppRun, desktop: XDesktop, program: Program) -> None:
    find(running, desktop, "sa", "Save: at the top")
    go(running, desktop)
    saver = ("none", "none", "-", "org.gnome.ScreenSaver")
    service = desktop.start(sys.executable, SUPPORT / "fake_services.py", *saver, stdout=subprocess.PIPE)
    assert service.stdout is not None
    assert service.stdout.readline() == b"ready\n"
    press_again(desktop)
    running.wait_until_told("The session is locked. Nothing was clicked.")
    desktop.end(service)
    assert program.printed == []


def test_f_in_the_list_of_choices_opens_it_over_the_same_picture(
    running: AppRun, desktop: XDesktop, program: Program
) -> None:
    assert running.tell("palette") == ""
    desktop.wait_until_active("Edge Assistant, choices")
    program.obey("name Save Send")
    press(desktop, "f")
    desktop.wait_until_active(FIND)
    press(desktop, "s", "a")
    until(lambda: running.ask("found") == "Save: at the top", "what was there at the press")
    press(desktop, "Escape")
    desktop.wait_until_active(TITLE)
