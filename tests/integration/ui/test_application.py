"""The app on a real X server with and without a tray: real keys over a real other window, the real engine."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import mss
import psutil
import pytest
from PIL import Image
from support.apps import NO_TRAY, AppRun
from support.describing import APPLES, ROOT, is_engine
from support.desktops import XDesktop, environment, needs, scene, x_desktop
from support.listening import WINDOW, private_folders
from support.processes import kill_workers
from support.sound_card import SoundCard, references
from support.waiting import PATIENCE, until

SCENE = scene()
TITLE = "Invoice 1042, Writer"
ASK, SCREEN = "ctrl+shift+F5", "ctrl+shift+F11"


@pytest.fixture(scope="module")
def desktop() -> Iterator[XDesktop]:
    with x_desktop((1600, 900), manager=True) as result:
        result.show(SCENE.picture, TITLE, "1000", "500")
        result.wait_until_active(TITLE)
        yield result


@pytest.fixture(scope="module")
def desktop_with_tray() -> Iterator[XDesktop]:
    needs(trayer="trayer")
    with x_desktop((1600, 900), manager=True) as result:
        result.start("trayer", "--edge", "bottom", "--align", "right", "--widthtype", "request", "--height", "32")
        until(lambda: result.output("xdotool", "search", "--class", "trayer"), "trayer")
        result.show(SCENE.picture, TITLE, "1000", "300")
        result.wait_until_active(TITLE)
        yield result


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    return private_folders(tmp_path)


def test_with_a_tray_it_starts_without_a_window_and_a_second_start_brings_it(
    desktop_with_tray: XDesktop, folders: dict[str, str]
) -> None:
    with AppRun(desktop_with_tray, "--no-speak", **folders) as app:
        app.wait_until_told("Ready.")
        app.wait_until("ready")
        assert app.conditions[0] == "loading"
        assert app.ask("tooltip") == "Edge Assistant: Ready"
        assert app.ask("visible") == "False"
        assert desktop_with_tray.active() == TITLE
        assert app.start_another() == (0, "Edge Assistant is already running.\n")
        app.wait_until_told("Edge Assistant is already running.")
        until(lambda: desktop_with_tray.active() == "Edge Assistant", "the window")
        desktop_with_tray.output("xdotool", "key", "Escape")
        until(lambda: desktop_with_tray.active() == TITLE, "the focus where it was")
        assert app.ask("visible") == "False"
        assert NO_TRAY not in app.told


def test_without_a_tray_it_says_so_once_and_its_window_does_everything(
    desktop: XDesktop, folders: dict[str, str]
) -> None:
    with AppRun(desktop, "--no-speak", **folders) as app:
        app.wait_until_told("Ready.")
        app.wait_until_told(NO_TRAY)
        until(lambda: desktop.active() == "Edge Assistant", "the window")
        desktop.output("xdotool", "key", "alt+l")
        desktop.output("xdotool", "key", "n")
        app.wait_until_told(TITLE)
        app.wait_for(lambda _: any(SCENE.facts[0] in each for each in app.told), "an answer about the window beneath")
        app.wait_until("ready")
        assert SCENE.facts[0] in app.ask("text")
        until(lambda: desktop.active() == "Edge Assistant", "the window, back as it was")
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
        assert desktop_with_tray.active() == TITLE
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
        app.wait_until_gone(pids)
        assert code == (-number if number == signal.SIGKILL else 0)


def test_quit_by_trigger_ends_it(desktop_with_tray: XDesktop, folders: dict[str, str]) -> None:
    with AppRun(desktop_with_tray, "--no-speak", **folders) as app:
        app.wait_until_told("Ready.")
        assert app.trigger("status") == (0, "Ready.\n")
        assert app.trigger("quit") == (0, "")
        assert app.process.wait(PATIENCE) == 0


def type_line(desktop: XDesktop, text: str) -> None:
    desktop.output("xdotool", "type", text)
    desktop.output("xdotool", "key", "Return")


def press_ask(desktop: XDesktop, app: AppRun) -> None:
    app.press(ASK)
    until(lambda: desktop.active() == "Edge Assistant", "the window")
    app.wait_until_told("What do you want to know?")


def answered(app: AppRun, words: str, times: int = 1) -> None:
    """Wait until the window shows an answer, and all is said."""
    app.wait_for(lambda _: len([each for each in app.told if words in each]) >= times, f"an answer with {words}")
    app.wait_until("ready")


def test_ask_takes_the_picture_first_and_follow_ups_are_about_it(
    desktop_with_tray: XDesktop, folders: dict[str, str]
) -> None:
    desktop = desktop_with_tray
    with AppRun(desktop, "--no-speak", **folders) as app:
        app.wait_until_told("Ready.")
        press_ask(desktop, app)
        assert TITLE in app.told
        width, height = SCENE.size
        assert app.ask("picture") == f"Window {TITLE}, {width} by {height} pixels"
        assert app.ask("focus") == "Question"

        type_line(desktop, "What is on the screen?")
        answered(app, SCENE.facts[0])
        assert "This is only the demo model," in app.ask("text")
        type_line(desktop, "Read the text.")
        answered(app, "Save.")
        shown = app.ask("text").split(" / ")
        asked = shown.index("You: What is on the screen?")
        assert SCENE.facts[0] in shown[asked + 2]
        assert shown[-2:] == ["You: Read the text.", "Answer: Music. Cancel. Save."]

        app.press(ASK)
        assert app.trigger("status") == (0, "Ready.\n")
        assert app.told.count("What do you want to know?") == 1, "it took a picture of itself"
        desktop.output("xdotool", "key", "Escape")
        until(lambda: desktop.active() == TITLE, "the focus where it was")


def test_forget_empties_the_window_and_the_engine(desktop_with_tray: XDesktop, folders: dict[str, str]) -> None:
    desktop = desktop_with_tray
    with AppRun(desktop, "--no-speak", **folders) as app:
        app.wait_until_told("Ready.")
        press_ask(desktop, app)
        type_line(desktop, "What is on the screen?")
        answered(app, SCENE.facts[0])
        engines = {child.pid for child in app.children() if is_engine(child)}
        desktop.output("xdotool", "key", "ctrl+shift+Delete")
        app.wait_until_told("Everything was forgotten.")
        app.wait_until("ready")
        assert app.ask("text") == "Note: Everything was forgotten."
        assert app.ask("picture").startswith("There is no picture.")
        assert engines - {child.pid for child in app.children()}, "the engine remembers"
        type_line(desktop, "What was it?")
        app.wait_until_told("There is no picture to ask about. Describe something first.")


def test_think_harder_is_checked_says_what_it_costs_and_shows_how_it_was_thought_out(
    desktop_with_tray: XDesktop, folders: dict[str, str]
) -> None:
    desktop = desktop_with_tray
    with AppRun(desktop, "--no-speak", "--sampled", **folders) as app:
        app.wait_until_told("Ready.")
        press_ask(desktop, app)
        desktop.output("xdotool", "key", "alt+h")
        app.wait_until_told("Think harder is on.")
        app.wait_until("ready")
        assert app.told[-2] == "How long an answer takes on this computer is not measured yet."
        assert app.ask("think") == "True"
        open_file(desktop, APPLES)
        until(lambda: app.ask("picture").startswith(f"File {APPLES.name}"), "the file")
        app.wait_until("ready")
        type_line(desktop, "How many apples are in this image?")
        answered(app, "There are 6 apples.")
        assert "thinking" in app.conditions
        assert "2 + 2 + 2 = 6" in app.ask("reasoning")
        assert "2 + 2 + 2" not in app.ask("text"), "the reasoning is no answer"
        assert app.tell("think") == ""
        app.wait_until_told("Think harder is off.")
        app.wait_until("ready")
        assert app.ask("think") == "False"
        app.tell("think")
        app.wait_until_told("Think harder is on.", 2)
        assert "Turning it on took" in " ".join(app.told[-2:])
        assert "The last answer took" in " ".join(app.told[-2:])


def test_think_harder_by_its_access_key_while_a_question_is_written_loses_nothing_of_it(
    desktop_with_tray: XDesktop, folders: dict[str, str]
) -> None:
    desktop = desktop_with_tray
    with AppRun(desktop, "--no-speak", "--sampled", **folders) as app:
        app.wait_until_told("Ready.")
        press_ask(desktop, app)
        until(lambda: app.ask("focus") == "Question", "the line")
        desktop.output("xdotool", "key", "alt+h")
        type_line(desktop, "What is on the screen?")  # while the weights change
        app.wait_until_told("Think harder is on.")
        until(lambda: "Answer:" in app.ask("text"), "the answer")
        app.wait_until("ready")
        assert "The title is Music." in app.ask("reasoning"), "it did not think"
        assert app.ask("text").count("You: What is on the screen?") == 1
        assert app.ask("think") == "True"
        assert app.ask("focus") == "Question"
        assert "Think harder is off." not in app.told
        desktop.output("xdotool", "type", "and then ")
        app.press(ASK)  # it is where one asks
        type_line(desktop, "what?")
        until(lambda: "You: and then what?" in app.ask("text"), "what was written before and after the key")


def open_file(desktop: XDesktop, path: Path) -> None:
    """Through the menu, as people do."""
    desktop.output("xdotool", "key", "ctrl+o")
    until(lambda: desktop.active() == "Open a picture", "the dialog")
    type_line(desktop, str(path))


def test_a_file_is_opened_and_one_that_is_none_is_a_sentence(
    desktop: XDesktop, folders: dict[str, str], tmp_path: Path
) -> None:
    with AppRun(desktop, "--no-speak", **folders) as app:
        app.wait_until_told(NO_TRAY)
        app.wait_until_told("Ready.")
        until(lambda: desktop.active() == "Edge Assistant", "the window")
        broken = tmp_path / "notes.png"
        broken.write_text("no picture")
        open_file(desktop, broken)
        app.wait_until_told("notes.png is not a picture that can be read.")
        app.wait_until("error")
        open_file(desktop, SCENE.picture)
        answered(app, SCENE.facts[0])
        assert app.ask("picture").startswith("File save-dialog.png, ")
        assert not any("do not trust its answers" in each for each in app.told), "a sample is what they know"


def pixel(desktop: XDesktop, place: tuple[int, int]) -> object:
    with mss.MSS(display=desktop.environment["DISPLAY"]) as screen:
        seen = screen.grab(screen.monitors[0])
    return seen.pixel(*place)


def test_its_own_window_is_not_in_the_picture_of_the_screen(
    desktop: XDesktop, folders: dict[str, str], tmp_path: Path
) -> None:
    with AppRun(desktop, "--no-speak", folder=tmp_path, **folders) as app:
        app.wait_until_told(NO_TRAY)
        app.wait_until_told("Ready.")
        until(lambda: desktop.active() == "Edge Assistant", "the window")
        shell = desktop.output("xdotool", "getactivewindow", "getwindowgeometry", "--shell")
        place = dict(line.split("=") for line in shell.splitlines())
        ours = (int(place["X"]) + 200, int(place["Y"]) + 200)  # amid the conversation
        until(lambda: pixel(desktop, ours) != (0, 0, 0), "the window's white")
        app.press(SCREEN)
        app.wait_until("ready")
        until(lambda: app.ask("picture").startswith("Screen, "), "the picture")
        app.ask("save")
        with Image.open(tmp_path / "picture.png") as sent:
            assert sent.size == (1600, 900)
            assert sent.convert("RGB").getpixel(ours) == (0, 0, 0), "the window is in the picture"
            assert sent.convert("RGB").getpixel((1010, 520)) != (0, 0, 0), "the other window is missing"
        until(lambda: app.ask("visible") == "True", "the window again")


def test_it_survives_the_death_of_its_engine_and_of_its_voice(
    desktop_with_tray: XDesktop, folders: dict[str, str], tmp_path: Path
) -> None:
    card = SoundCard(tmp_path, speed=4)
    try:
        with AppRun(desktop_with_tray, ALSA_CONFIG_PATH=str(card.configuration), **folders) as app:
            app.wait_until_told("Ready.")
            kill_workers(app.children())
            app.press(WINDOW)
            app.wait_for(lambda _: any(SCENE.facts[0] in each for each in app.told), "the answer")
            assert "The engine had stopped and is restarting." in app.told
            (answer,) = references(tmp_path, ["A dialog titled Music."])
            card.wait_until_heard(answer)  # by a new voice
            assert app.ask("visible") == "False"
    finally:
        card.close()


def test_when_the_display_goes_it_goes_on_for_triggers_and_says_so(folders: dict[str, str]) -> None:
    with x_desktop((320, 240), manager=False) as desktop, AppRun(desktop, "--no-speak", **folders) as app:
        app.wait_until_told("Ready.")
        old = {child.pid for child in app.children()}
        server = next(
            process
            for process in psutil.Process().children()
            if process.status() != psutil.STATUS_ZOMBIE and "320x240x24" in process.cmdline()
        )
        server.kill()
        app.wait_for_line(
            "Shortcuts do not work, because no X display answers. The command edge-assistant trigger still works."
        )
        app.wait_for_line("Ready.")
        app.wait_until_gone(old)
        assert app.tell("status") == "Ready."
        assert app.tell("quit") == ""
        assert app.process.wait(PATIENCE) == 0


@pytest.mark.parametrize("display", ["", ":4711"])
def test_without_a_display_it_says_what_to_start_instead(display: str, folders: dict[str, str]) -> None:
    with XDesktop({**environment(DISPLAY=display), **folders}) as nowhere:
        done = subprocess.run(
            [sys.executable, "-m", "edge_assistant"],
            cwd=ROOT,
            env=nowhere.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    sentence = "No display answers. Start edge-assistant listen, which needs none.\n"
    assert (done.returncode, done.stdout, done.stderr) == (5, "", sentence)
