"""The app on a real X server: by what is heard alone to the rest of an answer, and to the letters of its words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import SUPPORT
from support.apps import AppRun
from support.desktops import XDesktop, scene, x_desktop
from support.listening import WINDOW, private_folders
from support.replay_engine import Replay
from support.waiting import until

SCENE = scene()
TITLE = "Invoice 1042, Writer"
PALETTE, LEADER = "Edge Assistant, choices", "ctrl+shift+F12"
FROM_PALETTE = "There is more. To go on, press ctrl shift F12, then M."
IN_WINDOW = "There is more. To go on, press Enter in the empty question."


@pytest.fixture
def desktop() -> Iterator[XDesktop]:
    with x_desktop((1600, 900), manager=True) as result:
        result.show(SCENE.picture, TITLE, "1000", "500")
        result.wait_until_active(TITLE)
        yield result


def press(desktop: XDesktop, *keys: str) -> None:
    for key in keys:
        desktop.output("xdotool", "key", key)


def hear_again(app: AppRun, desktop: XDesktop) -> None:
    """Walk through the former questions and the last answers, by keys; the window beneath gets the focus back."""
    press(desktop, "Tab", "Up")
    until(lambda: app.ask("focus") == "Question", "the question")
    press(desktop, "w", "h", "y", "Return")
    app.wait_until_told("A small list.")
    press(desktop, "Up")
    until(lambda: app.ask("question") == "why", "the former question")
    press(desktop, "Escape")
    desktop.wait_until_active(TITLE)
    press(desktop, LEADER)
    desktop.wait_until_active(PALETTE)
    press(desktop, "n")
    desktop.wait_until_active("Last answers")
    until(lambda: app.ask("answer").startswith("A small list. / why, "), "the newest answer")
    press(desktop, "Down", "Down", "Down")
    until(lambda: app.ask("answer").startswith("A dialog."), "the oldest answer")
    press(desktop, "Escape")
    desktop.wait_until_active(TITLE)


def change_the_voice(app: AppRun, folder: Path) -> None:
    """Make the voice faster and quieter; the settings file has both from then on, and still what was written there."""
    for action, said in (("faster", "220 words a minute."), ("quieter", "Volume 90 percent.")):
        assert app.tell(action) == said
        app.wait_until_told(said)
    (file,) = folder.rglob("settings.toml")
    written = file.read_text(encoding="utf-8").splitlines()
    assert {"rate = 220", "volume = 90"} <= set(written)


def test_by_the_letter_m_and_by_enter_on_the_empty_question_and_then_letter_by_letter(
    desktop: XDesktop, tmp_path: Path
) -> None:
    folder = tmp_path / "replay"
    folder.mkdir()
    replay = Replay(folder)
    replay.says("A dialog.", " Two", " buttons", cut=True)
    replay.says(" and a list.", " It is", cut=True)
    replay.says(" red.", " Its title", cut=True)
    replay.says(" is Music.")
    replay.says("A small list.")
    program = replay.program(SUPPORT / "app_under_test.py")
    with AppRun(desktop, "--no-speak", program=program, **private_folders(tmp_path)) as app:
        app.wait_until_told("Ready.")
        until(lambda: desktop.active() == "Edge Assistant", "the window")
        press(desktop, "Escape")
        desktop.wait_until_active(TITLE)

        press(desktop, WINDOW)
        app.wait_until_told(FROM_PALETTE)
        press(desktop, LEADER)
        desktop.wait_until_active(PALETTE)
        press(desktop, "m")
        app.wait_until_told("Two buttons and a list.")
        app.wait_until_told(FROM_PALETTE, 2)
        desktop.wait_until_active(TITLE)

        press(desktop, LEADER)
        desktop.wait_until_active(PALETTE)
        press(desktop, "e")
        desktop.wait_until_active("Edge Assistant")
        until(lambda: app.ask("focus") == "Question", "the question")
        press(desktop, "Return")
        app.wait_until_told("It is red.")
        app.wait_until_told(IN_WINDOW)
        press(desktop, "Return")
        app.wait_until_told("Its title is Music.")
        text = app.ask("text")
        assert text.endswith("You: More / Answer: Its title is Music."), text
        assert text.count("You: More") == 3

        assert app.tell("spell") == ""
        desktop.wait_until_active("Spell a word")
        until(lambda: app.ask("focus").startswith("Words of the last answer"), "the list")
        press(desktop, "End", "Return", "Escape")
        until(lambda: desktop.active() == "Edge Assistant", "the window again")
        hear_again(app, desktop)
        change_the_voice(app, tmp_path)
    assert [each.continues for each in replay.requests()] == [False, True, True, True, False]
    assert not [line for line in app.said if "Traceback" in line or "in the program" in line]
