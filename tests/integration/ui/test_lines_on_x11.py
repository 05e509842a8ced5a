"""The list of lines in the app on a real X server: real keys, real recognition, a real accessibility bus."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import mss
import pytest
from PIL import Image, ImageChops
from support import SUPPORT
from support.accessibility_bus import accessibility_bus
from support.apps import AppRun
from support.desktops import XDesktop, scene, x_desktop
from support.listening import WINDOW, private_folders
from support.replay_engine import Replay
from support.waiting import until

SCENE = scene()
TITLE, LINES = "Invoice 1042, Writer", "Lines of the picture"
PALETTE, LEADER = "Edge Assistant, choices", "ctrl+shift+F12"


class LinesRun(AppRun):
    """The app, and what its voice was given."""

    @property
    def spoken(self) -> list[str]:
        """Without the number of the line, which is not said while lines are still coming."""
        said = [line.removeprefix("spoken: ") for line in self.said if line.startswith("spoken: ")]
        return [each for each in said if not re.fullmatch(r"\d+ of \d+", each)]

    def wait_until_spoken(self, *words: str) -> None:
        """Block until the last that was spoken is this."""
        self.wait_for(lambda _: self.spoken[-len(words) :] == list(words), words)


@pytest.fixture
def desktop() -> Iterator[XDesktop]:
    with x_desktop((1366, 768), manager=True) as result:
        yield result


@contextlib.contextmanager
def running(desktop: XDesktop, tmp_path: Path, *arguments: str) -> Iterator[LinesRun]:
    """The app, its own window closed, over another program's window."""
    desktop.show(SCENE.picture, TITLE, "900", "500")
    desktop.wait_until_active(TITLE)
    folder = tmp_path / "replay"
    folder.mkdir()
    replay = Replay(folder)
    replay.says("A dialog titled Music.")
    replay.says("A dialog again.")
    program = (*replay.program(SUPPORT / "lines_app.py"), *arguments)
    with LinesRun(desktop, "--no-speak", program=program, **private_folders(tmp_path)) as app:
        app.wait_until_told("Ready.")
        until(lambda: desktop.active() == "Edge Assistant", "the window")
        press(desktop, "Escape")
        desktop.wait_until_active(TITLE)
        yield app
    assert not [line for line in app.said if "Traceback" in line or "in the program" in line], "\n".join(app.said)


def press(desktop: XDesktop, *keys: str) -> None:
    for key in keys:
        desktop.output("xdotool", "key", key)


def pointer(desktop: XDesktop) -> str:
    return desktop.output("xdotool", "getmouselocation").partition(" screen")[0]


def screen(desktop: XDesktop) -> Image.Image:
    """What the screen shows."""
    with mss.MSS(display=desktop.environment["DISPLAY"]) as grabber:
        shot = grabber.grab(grabber.monitors[0])
    return Image.frombytes("RGB", shot.size, shot.rgb)


def framed(desktop: XDesktop) -> tuple[int, int, int, int] | None:
    """What is within the yellow frame on the screen."""
    red, green, blue = screen(desktop).split()
    yellow = ImageChops.multiply(
        ImageChops.multiply(
            red.point(lambda value: 255 * (value == 255)), green.point(lambda value: 255 * (value == 221))
        ),
        blue.point(lambda value: 255 * (value == 0)),
    )
    return yellow.getbbox()


def test_by_command_the_lines_of_the_window_framed_there_and_back_again(desktop: XDesktop, tmp_path: Path) -> None:
    with running(desktop, tmp_path, "real") as app:
        before = pointer(desktop)
        assert app.tell("lines") == ""
        desktop.wait_until_active(LINES)
        app.wait_until_spoken("Lines.", "Music")
        desktop.output("xdotool", "getactivewindow", "windowmove", "0", "0")  # away from the text
        until(lambda: framed(desktop), "the frame")
        left, top, right, bottom = framed(desktop) or (0, 0, 0, 0)
        assert (right - left, bottom - top) == (52 + 2 * 6, 19 + 2 * 6), (
            "the word, with a gap and a line of 3 pixels each"
        )
        assert desktop.active() == LINES, "the frame takes no focus"

        press(desktop, "Down")
        app.wait_until_spoken("Cancel")
        until(lambda: (framed(desktop) or (0, 0))[1] > bottom, "the frame of the next line")
        press(desktop, "ctrl+Right")
        app.wait_until_spoken("Cancel", "Cancel")
        press(desktop, "shift+Right", "shift+Right")
        app.wait_until_spoken("capital C", "a")
        moved = desktop.output("xdotool", "search", "--name", TITLE).split()[-1]
        desktop.output("xdotool", "windowmove", moved, "700", "300")
        until(lambda: framed(desktop) is None, "no frame where the text is no longer")
        press(desktop, "s")
        app.wait_until_spoken("Save")
        press(desktop, "ctrl+c")
        app.wait_until_spoken("Copied.")
        assert pointer(desktop) == before
        press(desktop, "Escape")
        desktop.wait_until_active(TITLE)


def test_by_letter_those_of_the_described_picture_found_by_a_screen_reader(desktop: XDesktop, tmp_path: Path) -> None:
    with accessibility_bus(desktop) as bus, running(desktop, tmp_path, "table") as app:
        app.press(WINDOW)
        app.wait_until_told("A dialog titled Music.")
        press(desktop, LEADER)
        desktop.wait_until_active(PALETTE)
        press(desktop, "z")
        desktop.wait_until_active(LINES)
        app.wait_until_spoken("Lines.", "Prices of today")
        until(lambda: (found := bus.find(LINES, "list")) and len(bus.children(found)) == 2, "all lines")
        press(desktop, "Down")
        app.wait_until_spoken("Table, 2 rows, 2 columns", "Tab enters it.")
        found = bus.find(LINES, "list")
        assert found is not None
        assert [(bus.role(each), bus.name(each)) for each in bus.children(found)] == [
            ("list item", "Prices of today"),
            ("list item", "Table, 2 rows, 2 columns"),
        ]
        table = bus.find("Table", "table")
        assert table is not None
        assert bus.cells(table) == [
            [("Apples", "Fruit", "1"), ("3.20", "Price", "1")],
            [("Pears", "Fruit", "2"), ("4.10", "Price", "2")],
        ]
        press(desktop, "Tab")
        app.wait_until_spoken("Fruit", "row 1", "Apples")
        press(desktop, "Right", "Down")
        app.wait_until_spoken("Price", "3.20", "row 2", "4.10")
        press(desktop, "Escape")
        app.wait_until_spoken("Table, 2 rows, 2 columns")
        press(desktop, "Escape")
        desktop.wait_until_active(TITLE)

        app.tell("lines")
        desktop.wait_until_active(LINES)
        app.press("ctrl+shift+F11")
        app.wait_until_told("A dialog again.")
        assert "The lines are closed." in app.spoken
        desktop.wait_until_active(TITLE)
