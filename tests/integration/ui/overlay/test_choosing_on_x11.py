"""Palette and region selector on a real X server: real keys over a real other window that changes."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.apps import NO_TRAY, AppRun
from support.describing import SAMPLES
from support.desktops import XDesktop, scene, x_desktop
from support.listening import private_folders
from support.sound_card import SoundCard, references
from support.waiting import until

SCENE = scene()
TITLE = "Invoice 1042, Writer"
PALETTE, REGION = "Edge Assistant, choices", "Edge Assistant, region"
LEADER = "ctrl+shift+F12"
OTHER = SAMPLES / "error-notification.png"
OTHER_FACT = "Printer offline"


@pytest.fixture(scope="module")
def desktop() -> Iterator[XDesktop]:
    with x_desktop((1600, 900), manager=True) as result:
        yield result


@pytest.fixture(autouse=True)
def shown(desktop: XDesktop) -> Iterator[subprocess.Popen[bytes]]:
    """Another program, whose window shows the scene and is active."""
    program = desktop.show(SCENE.picture, TITLE, "1000", "500")
    desktop.wait_until_active(TITLE)
    yield program
    desktop.end(program)


@pytest.fixture(scope="module")
def running(desktop: XDesktop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppRun]:
    """One app for most tests, because its start takes seconds."""
    with AppRun(desktop, "--no-speak", **private_folders(tmp_path_factory.mktemp("app"))) as result:
        ready(result, desktop)
        yield result


@pytest.fixture
def app(running: AppRun, desktop: XDesktop) -> Iterator[AppRun]:
    """The app, doing nothing, with nothing told yet."""
    for _ in range(2):
        assert running.tell("stop") == ""
    desktop.wait_until_active(TITLE)
    running.lines.clear()
    yield running
    assert not [line for line in running.said if "Traceback" in line or "in the program" in line]


def ready(app: AppRun, desktop: XDesktop) -> None:
    """The app is ready, and its window (there is no tray here) put away."""
    app.wait_until_told("Ready.")
    until(lambda: desktop.active() == "Edge Assistant", "the window")
    press(desktop, "Escape")
    until(lambda: not visible(desktop, "^Edge Assistant$"), "that it is put away")


def visible(desktop: XDesktop, title: str) -> str:
    """The windows with this title, a regular expression, that are on the screen."""
    return desktop.output("xdotool", "search", "--onlyvisible", "--name", title)


def press(desktop: XDesktop, *keys: str) -> None:
    for key in keys:
        desktop.output("xdotool", "key", key)


def open_palette(desktop: XDesktop) -> None:
    press(desktop, LEADER)
    desktop.wait_until_active(PALETTE)


def answers(app: AppRun, fact: str = SCENE.facts[0]) -> list[str]:
    """The sentences with a fact."""
    return [each for each in app.told if fact in each]


def wait_for_scene(app: AppRun, times: int = 1) -> None:
    """Block until the scene has been described that often, with all its facts."""
    app.wait_for(lambda _: all(len(answers(app, fact)) == times for fact in SCENE.facts), "the whole answer")


def test_the_palette_has_the_keyboard_and_a_letter_describes_what_was_there_at_the_press(
    app: AppRun, desktop: XDesktop, shown: subprocess.Popen[bytes]
) -> None:
    open_palette(desktop)
    desktop.change(shown, OTHER)
    press(desktop, "w")
    app.wait_until_told(TITLE)
    wait_for_scene(app)
    desktop.wait_until_active(TITLE)
    assert not answers(app, OTHER_FACT)

    app.wait_until("ready")
    open_palette(desktop)
    press(desktop, "w")
    app.wait_for(lambda _: answers(app, OTHER_FACT), "the next press is the next moment")


def test_arrows_and_enter_choose_as_letters_do(app: AppRun, desktop: XDesktop) -> None:
    open_palette(desktop)
    press(desktop, "Down", "Up", "Return")
    wait_for_scene(app)
    desktop.wait_until_active(TITLE)


def test_escape_gives_the_focus_back_and_nothing_is_described(app: AppRun, desktop: XDesktop) -> None:
    open_palette(desktop)
    press(desktop, "Escape")
    desktop.wait_until_active(TITLE)
    press(desktop, LEADER)
    desktop.wait_until_active(PALETTE)
    press(desktop, LEADER)
    desktop.wait_until_active(TITLE)
    assert app.trigger("status") == (0, "Ready.\n")
    assert not answers(app)


def test_a_palette_that_is_left_for_another_window_closes_and_does_not_take_that_ones_focus(
    app: AppRun, desktop: XDesktop
) -> None:
    other = desktop.show(OTHER, "Another one", "100", "100")
    try:
        desktop.wait_until_active("Another one")
        open_palette(desktop)
        until(lambda: app.ask("front") == PALETTE, "that it knows that it has the keyboard")
        desktop.output("xdotool", "search", "--name", TITLE, "windowactivate")
        until(lambda: not visible(desktop, PALETTE), "the end of it")
        assert desktop.active() == TITLE
    finally:
        desktop.end(other)


def describe_again(app: AppRun, desktop: XDesktop, words: str, times: int = 1) -> None:
    """Press the window's key; block until these words were said so often, and all that came of it was spoken."""
    before = app.conditions.count("ready")  # the old one may still hold when the first words are said
    press(desktop, "ctrl+shift+F9")
    app.wait_until_told(words, times)
    app.wait_for(lambda _: app.conditions.count("ready") > before and app.conditions[-1] == "ready", "its end")


def test_the_same_key_in_another_window_is_about_that_one_and_a_title_may_change(
    app: AppRun, desktop: XDesktop
) -> None:
    detail = "The same picture in detail."
    open_palette(desktop)
    press(desktop, "w")
    wait_for_scene(app)
    desktop.wait_until_active(TITLE)
    app.wait_until("ready")
    other = desktop.show(OTHER, "Printers", "100", "100")
    try:
        desktop.wait_until_active("Printers")
        describe_again(app, desktop, "Printers")
        assert answers(app, OTHER_FACT)
        assert app.told.count(detail) == 0
        window = desktop.output("xdotool", "getactivewindow").strip()
        desktop.output("xdotool", "set_window", "--name", "Printers (1 new)", window)
        desktop.wait_until_active("Printers (1 new)")
        describe_again(app, desktop, detail)
        describe_again(app, desktop, "Printers (1 new)")
    finally:
        desktop.end(other)
    desktop.wait_until_active(TITLE)
    describe_again(app, desktop, TITLE, 2)
    open_palette(desktop)
    press(desktop, "e")
    desktop.wait_until_active("Edge Assistant")
    press(desktop, "ctrl+shift+F9")
    app.wait_until_told(detail, 2)
    desktop.wait_until_active("Edge Assistant")
    press(desktop, "Escape")


def test_a_region_is_chosen_by_keyboard_and_its_pixels_are_described(app: AppRun, desktop: XDesktop) -> None:
    open_palette(desktop)
    press(desktop, "r")
    desktop.wait_until_active(REGION)
    # It begins as the window. Away from it there is nothing, and back again it is what it was.
    press(desktop, "7", "w", "Return")
    wait_for_scene(app)
    desktop.wait_until_active(TITLE)

    app.wait_until("ready")
    assert app.tell("region") == ""
    app.wait_until_told("The same picture in detail.")


def test_a_region_with_nothing_in_it_is_not_described(app: AppRun, desktop: XDesktop) -> None:
    open_palette(desktop)
    press(desktop, "r")
    desktop.wait_until_active(REGION)
    press(desktop, "7", "Return")
    app.wait_for(lambda _: any("has only one colour" in each for each in app.told), "that it is blank")
    desktop.wait_until_active(TITLE)


def test_escape_in_the_region_chooser_gives_the_focus_back(app: AppRun, desktop: XDesktop) -> None:
    assert app.tell("screen") == ""  # so that it is no other region's detail that is asked for
    assert app.tell("region") == ""
    desktop.wait_until_active(REGION)
    press(desktop, "Escape")
    desktop.wait_until_active(TITLE)
    assert not answers(app)


def test_the_palette_is_in_no_picture(app: AppRun, desktop: XDesktop) -> None:
    """The one window is where the palette opens, so that a picture with the palette in it would show."""
    window = desktop.output("xdotool", "search", "--name", TITLE).split()[-1]
    desktop.output("xdotool", "windowmove", window, "672", "370")
    open_palette(desktop)
    press(desktop, "ctrl+shift+F9")
    wait_for_scene(app)
    app.wait_until("ready")
    open_palette(desktop)
    press(desktop, "Escape", "ctrl+shift+F9")
    wait_for_scene(app, 2)


def test_over_our_own_window_the_one_beneath_is_meant_and_ours_gets_the_focus_back(
    app: AppRun, desktop: XDesktop
) -> None:
    assert app.start_another()[0] == 0
    desktop.wait_until_active("Edge Assistant")
    open_palette(desktop)
    press(desktop, "Escape")
    desktop.wait_until_active("Edge Assistant")
    open_palette(desktop)
    press(desktop, "w")
    app.wait_until_told(TITLE)
    wait_for_scene(app)
    desktop.wait_until_active("Edge Assistant")
    press(desktop, "Escape")
    desktop.wait_until_active(TITLE)


def test_keys_pressed_fast_and_at_the_wrong_time_leave_it_whole(app: AppRun, desktop: XDesktop) -> None:
    for keys in ((LEADER, LEADER, LEADER), (LEADER, "ctrl+shift+F9", LEADER), ("ctrl+shift+F8", LEADER, LEADER)):
        press(desktop, *keys)
    press(desktop, "Escape", "Escape")
    desktop.wait_until_active(TITLE)
    assert app.tell("stop") == ""
    assert app.tell("stop") == ""
    until(lambda: app.tell("status") == "Ready.", "the end of what the keys began")
    app.lines.clear()  # a first sentence may have been said before the stop
    open_palette(desktop)
    press(desktop, "w")
    wait_for_scene(app)


def test_asking_from_the_palette_is_about_the_moment(
    app: AppRun, desktop: XDesktop, shown: subprocess.Popen[bytes]
) -> None:
    open_palette(desktop)
    desktop.change(shown, OTHER)
    press(desktop, "a")
    app.wait_until_told("What do you want to know?")
    until(lambda: app.ask("front") == "Edge Assistant", "the window to ask in")
    until(lambda: app.ask("focus") == "Question", "the line for the question")
    desktop.output("xdotool", "type", "What is on the screen?")
    press(desktop, "Return")
    app.wait_for(lambda _: answers(app), "an answer about what was there")
    assert not answers(app, OTHER_FACT)
    press(desktop, "Escape")
    desktop.wait_until_active(TITLE)


@contextlib.contextmanager
def two_monitors() -> Iterator[XDesktop]:
    """Two of 800 x 600 side by side, Qt's screens too; the right one shows the scene."""
    width, height = 800, 600
    with x_desktop((2 * width, height), manager=True) as wide:
        for number, output in ((0, "screen"), (1, "none")):
            place = f"{width}/200x{height}/200+{number * width}+0"
            wide.output("xrandr", "--setmonitor", f"monitor-{number}", place, output)
        wide.show(SCENE.picture, TITLE, "1000", "200")
        yield wide


def describe_monitor(app: AppRun, wide: XDesktop, number: int) -> None:
    """By the menus' keys; Qt opens the inner one a moment after its key, and until then other keys go to the outer."""
    for key, menu in (("alt+l", "&Look"), ("m", "&Monitor")):
        press(wide, key)
        until(lambda menu=menu: app.ask("menu") == menu, menu)
    press(wide, str(number))


def test_the_windows_menu_describes_one_of_two_monitors(tmp_path: Path) -> None:
    with two_monitors() as wide, AppRun(wide, "--no-speak", **private_folders(tmp_path)) as app:
        app.wait_until_told("Ready.")
        app.wait_until_told(NO_TRAY)
        until(lambda: app.ask("front") == "Edge Assistant", "the keyboard's way to the window")
        describe_monitor(app, wide, 2)
        app.wait_for(lambda _: any("A dialog titled" in each for each in app.told), "an answer about the right one")
        app.wait_until("ready")
        assert app.ask("picture") == "Screen, 800 by 600 pixels"
        describe_monitor(app, wide, 1)
        app.wait_for(lambda _: any("has only one colour" in each for each in app.told), "that the left one is blank")


def test_each_monitor_is_chosen_by_its_number(tmp_path: Path) -> None:
    with two_monitors() as wide, AppRun(wide, "--no-speak", **private_folders(tmp_path)) as app:
        ready(app, wide)
        wide.wait_until_active(TITLE)
        open_palette(wide)
        press(wide, "1")
        app.wait_until_told("Monitor 1 of 2")
        app.wait_for(lambda _: any("has only one colour" in each for each in app.told), "that it is blank")
        open_palette(wide)
        press(wide, "r")
        wide.wait_until_active(REGION)
        press(wide, "shift+ctrl+Left", "shift+ctrl+Right", "Return")
        wait_for_scene(app)
        open_palette(wide)
        press(wide, "2")
        app.wait_until_told("Monitor 2 of 2")


def test_the_focus_and_the_help_are_heard(tmp_path: Path) -> None:
    card = SoundCard(tmp_path, speed=8)
    heard_by = {**private_folders(tmp_path), "ALSA_CONFIG_PATH": str(card.configuration)}
    try:
        # A desktop of its own: on the other one the keys are taken.
        with x_desktop((1600, 900), manager=True) as other, AppRun(other, **heard_by) as app:
            other.show(SCENE.picture, TITLE)
            ready(app, other)
            other.wait_until_active(TITLE)
            card.wait_for_silence()

            def wait_to_hear(*sentences: str) -> None:
                card.wait_until_heard(*references(tmp_path, sentences))

            open_palette(other)
            wait_to_hear(f"Choices. Window: {TITLE}, W. Press its letter, or a question mark to hear all.")
            press(other, "Down")
            wait_to_hear("Read the window's text, T")
            press(other, "question")
            wait_to_hear("The whole screen, S.", "The camera, C.", "Escape closes.")
            press(other, "r")
            other.wait_until_active(REGION)
            press(other, "7")
            wait_to_hear("top left quarter")
            press(other, "Escape")
            other.wait_until_active(TITLE)
    finally:
        card.close()
