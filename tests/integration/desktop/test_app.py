"""The app on a real X server with and without a tray: real keys over a real other window, the real engine."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from apps import AppRun
from describing import PATIENCE
from desktops import XDesktop, needs, scene, until, x_desktop
from listening import WINDOW, private_folders

SCENE = scene()
TITLE = "Invoice 1042, Writer"
NO_TRAY = "There is no tray here, so the window of Edge Assistant stays."


@pytest.fixture(scope="module")
def desktop() -> Iterator[XDesktop]:
    with x_desktop((1600, 900), manager=True) as made:
        made.show(SCENE.picture, TITLE, "1000", "500")
        made.wait_until_active(TITLE)
        yield made


@pytest.fixture(scope="module")
def desktop_with_tray() -> Iterator[XDesktop]:
    needs(trayer="trayer")
    with x_desktop((1600, 900), manager=True) as made:
        made.start("trayer", "--edge", "bottom", "--align", "right", "--width", "10", "--height", "32")
        until(lambda: made.output("xdotool", "search", "--class", "trayer"), "trayer")
        made.show(SCENE.picture, TITLE, "1000", "300")
        made.wait_until_active(TITLE)
        yield made


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    return private_folders(tmp_path)


def active(desktop: XDesktop) -> str:
    return desktop.output("xdotool", "getactivewindow", "getwindowname").strip()


def test_with_a_tray_it_starts_without_a_window_and_a_second_start_brings_it(
    desktop_with_tray: XDesktop, folders: dict[str, str]
) -> None:
    with AppRun(desktop_with_tray, "--no-speak", **folders) as app:
        app.wait_until_told("Ready.")
        app.wait_until("ready")
        assert app.conditions[0] == "loading"
        assert app.ask("tooltip") == "Edge Assistant: Ready"
        assert app.ask("visible") == "False"
        assert active(desktop_with_tray) == TITLE
        assert app.start_another() == (0, "Edge Assistant is already running.\n")
        until(lambda: active(desktop_with_tray) == "Edge Assistant", "the window")
        desktop_with_tray.output("xdotool", "key", "Escape")
        until(lambda: active(desktop_with_tray) == TITLE, "the focus where it was")
        assert app.ask("visible") == "False"
        assert NO_TRAY not in app.told


def test_without_a_tray_it_says_so_once_and_its_window_does_everything(
    desktop: XDesktop, folders: dict[str, str]
) -> None:
    with AppRun(desktop, "--no-speak", **folders) as app:
        app.wait_until_told("Ready.")
        app.wait_until_told(NO_TRAY)
        until(lambda: active(desktop) == "Edge Assistant", "the window")
        desktop.output("xdotool", "key", "alt+l")
        desktop.output("xdotool", "key", "w")
        app.wait_until_told(TITLE)
        app.wait_for(lambda _: any(SCENE.facts[0] in each for each in app.told), "an answer about the window beneath")
        app.wait_until("ready")
        assert SCENE.facts[0] in app.ask("text")
        assert active(desktop) == "Edge Assistant", "it is back as it was"
        assert app.told.count(NO_TRAY) == 1
        desktop.output("xdotool", "key", "ctrl+q")
        assert app.process.wait(PATIENCE) == 0


def test_a_key_is_answered_while_another_window_keeps_the_focus(
    desktop_with_tray: XDesktop, folders: dict[str, str]
) -> None:
    with AppRun(desktop_with_tray, "--no-speak", **folders) as app:
        app.wait_until_told("Ready.")
        app.press(WINDOW)
        app.wait_until_told(TITLE)
        app.wait_for(lambda _: any(SCENE.facts[0] in each for each in app.told), "an answer")
        assert active(desktop_with_tray) == TITLE
        assert "looking" in app.conditions


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_when_it_ends_by_a_signal_nothing_of_it_is_left_within_a_second(
    number: signal.Signals, desktop_with_tray: XDesktop, folders: dict[str, str]
) -> None:
    with AppRun(desktop_with_tray, **folders) as app:
        app.wait_until_told("Ready.")
        pids = {child.pid for child in app.children()}
        assert len(pids) >= 2, "engine and voice"
        app.process.send_signal(number)
        code = app.process.wait(PATIENCE)
        assert app.wait_until_gone(pids) < 1.0
        assert code == (-number if number == signal.SIGKILL else 0)


def test_quit_by_trigger_ends_it(desktop_with_tray: XDesktop, folders: dict[str, str]) -> None:
    with AppRun(desktop_with_tray, "--no-speak", **folders) as app:
        app.wait_until_told("Ready.")
        assert app.trigger("status") == (0, "Ready.\n")
        assert app.trigger("quit") == (0, "")
        assert app.process.wait(PATIENCE) == 0
