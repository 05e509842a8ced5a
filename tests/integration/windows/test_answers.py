"""The running app on a Windows desktop: other programs' windows described, its own in front and back, lost workers."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from support import SUPPORT
from support.desktops import scene
from support.on_windows import (
    CHOICES,
    WINDOW,
    Person,
    Window,
    WindowsApp,
    another_program,
    bring_to_front,
    children,
    front,
    hide_tray_of_wine,
    needs_windows,
    picture,
    press,
    terminate,
    wait_until_gone,
    wait_until_in_front,
    windows,
)
from support.waiting import until

pytestmark = needs_windows
TITLE = "Songs"
DONE, FAILED = "event: DoneEvent", "condition: error"


@pytest.fixture(scope="module")
def app(person: Person) -> Iterator[WindowsApp]:
    with WindowsApp(person, "--no-speak") as running:
        running.wait_until("ready")
        yield running


@pytest.fixture(scope="module")
def shown() -> Iterator[Window]:
    """Another program whose window is a screen that the demo model knows."""
    command = [sys.executable, SUPPORT / "show_picture.py", scene().picture, TITLE, "40", "60"]
    with another_program(*command, title=TITLE) as window:
        yield window


@pytest.fixture(autouse=True)
def in_front(app: WindowsApp, shown: Window) -> Window:
    """That window is in front, and nothing of the app is open."""
    app.wait_for(lambda _: app.conditions[-1:] in (["ready"], ["error"]), "the end of what came before")
    hide_tray_of_wine()
    until(lambda: not windows(app.process.pid), "the end of its windows", meanwhile=lambda: close_all(app))
    bring_to_front(shown)
    return shown


def close_all(app: WindowsApp) -> None:
    """Press Escape in every window of the app; what is above a window gets it first."""
    for window in windows(app.process.pid)[::-1]:
        bring_to_front(window)
        press("escape")
    time.sleep(0.5)


def answer(app: WindowsApp, *, begin: int) -> str:
    """What was said since that line, up to the end of the answer."""
    app.wait_for(lambda lines: DONE in lines[begin:] or FAILED in lines[begin:], DONE)
    lines = app.said[begin:]
    return " ".join(line.removeprefix("said: ") for line in lines if line.startswith("said: "))


def test_the_window_in_front_is_described_and_stays_there(app: WindowsApp, shown: Window) -> None:
    begin = len(app.said)
    assert app.trigger("window") == (0, "")
    told = answer(app, begin=begin)
    assert told.startswith(TITLE)
    assert all(fact in told for fact in scene().facts), told
    assert front() == shown


def test_notepad_is_described_with_its_title(app: WindowsApp, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Sir, the meeting is at nine.\r\n" * 12)
    with another_program("notepad.exe", letter, title="letter") as notepad:
        begin = len(app.said)
        assert app.trigger("window") == (0, "")
        assert answer(app, begin=begin).startswith("letter")
        assert front() == notepad


def test_the_choices_come_to_the_front_and_give_it_back(app: WindowsApp, shown: Window) -> None:
    assert app.trigger("palette") == (0, "")
    choices = wait_until_in_front(CHOICES)
    assert choices.pid == app.process.pid
    press("escape")
    assert wait_until_in_front(TITLE) == shown


def test_each_time_the_choices_look_the_same_and_the_selected_one_stands_out(app: WindowsApp) -> None:
    pictures = []
    for _ in range(2):
        assert app.trigger("palette") == (0, "")
        choices = wait_until_in_front(CHOICES)
        until(lambda choices=choices: is_drawn(picture(choices)), "the choices drawn")
        pictures.append(picture(choices))
        press("escape")
        wait_until_in_front(TITLE)
    assert pictures[0].size == pictures[1].size
    for each in pictures:
        dark = dark_rows(each)
        assert 15 < len(dark) < each.height // 4, "not one row is inverted"


def dark_rows(image: Image.Image) -> list[int]:
    """The rows of pixels that are mostly dark."""
    lightness = image.convert("L")
    rows = (lightness.crop((0, row, image.width, row + 1)).histogram() for row in range(image.height))
    return [number for number, row in enumerate(rows) if sum(row[:64]) > image.width // 2]


def is_drawn(image: Image.Image) -> bool:
    """Whether it has both something dark and something light, as every window with text has."""
    lightness = image.convert("L").histogram()
    return all(sum(part) > 500 for part in (lightness[:64], lightness[192:]))


def test_a_choice_by_letter_describes_what_was_in_front(app: WindowsApp, shown: Window) -> None:
    assert app.trigger("palette") == (0, "")
    wait_until_in_front(CHOICES)
    begin = len(app.said)
    press("w")
    told = answer(app, begin=begin)
    assert all(fact in told for fact in scene().facts), told
    assert front() == shown


def test_a_region_is_chosen_over_the_screen_by_keyboard(app: WindowsApp, shown: Window) -> None:
    assert app.trigger("region") == (0, "")
    wait_until_in_front("Edge Assistant, region")
    begin = len(app.said)
    press("enter")  # the window that was in front is chosen at first
    told = answer(app, begin=begin)
    assert all(fact in told for fact in scene().facts), told
    assert wait_until_in_front(TITLE) == shown


def test_a_question_is_asked_in_the_window_which_gives_the_front_back(app: WindowsApp, shown: Window) -> None:
    assert app.trigger("ask") == (0, "")
    window = wait_until_in_front(WINDOW)
    assert app.ask("focus") == "Question"
    assert TITLE in app.ask("picture")
    begin = len(app.said)
    press("w", "h", "y", "enter")
    answer(app, begin=begin)
    assert "You: why" in app.ask("text")
    assert is_drawn(picture(window))
    press("escape")
    assert wait_until_in_front(TITLE) == shown


@pytest.mark.parametrize("kind", [(), ("file",)])
def test_what_another_program_copied_is_described(app: WindowsApp, kind: tuple[str, ...]) -> None:
    command = [sys.executable, str(SUPPORT / "copy_picture.py"), str(scene().picture), *kind]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as program:
        try:
            assert program.stdout is not None
            assert program.stdout.readline().strip() == b"copied"
            begin = len(app.said)
            assert app.trigger("clipboard") == (0, "")
            told = answer(app, begin=begin)
        finally:
            terminate(program.pid)
    assert all(fact in told for fact in scene().facts), told


def test_after_a_window_was_closed_a_question_is_about_what_is_in_front(app: WindowsApp, shown: Window) -> None:
    app.choose("Settings")
    settings = wait_until_in_front("Edge Assistant settings")
    until(lambda: is_drawn(picture(settings)), "the settings drawn")
    until(lambda: app.ask("front") == settings.title, "the keyboard in the settings")
    press("escape")
    until(lambda: not windows(app.process.pid), "the end of the settings")
    bring_to_front(shown)
    begin = len(app.said)
    assert app.trigger("ask") == (0, "")
    wait_until_in_front(WINDOW)
    assert f"said: {TITLE}" in app.said[begin:]


def test_an_answer_is_repeated_and_the_status_told(app: WindowsApp) -> None:
    begin = len(app.said)
    assert app.trigger("window") == (0, "")
    answer(app, begin=begin)
    app.wait_until("ready")
    assert app.trigger("repeat") == (0, "")
    app.wait_until("ready")
    assert app.trigger("status") == (0, "Ready.\n")


def test_without_a_camera_that_is_said_and_else_its_picture_described(app: WindowsApp) -> None:
    begin = len(app.said)
    assert app.trigger("camera") == (0, "")
    app.wait_for(
        lambda lines: DONE in lines[begin:] or any("amera" in line and "said: " in line for line in lines[begin:]),
        "the camera",
    )
    app.trigger("stop")
    app.wait_for(lambda _: app.conditions[-1:] in (["ready"], ["error"]), "its end")


@pytest.mark.parametrize(
    ("label", "title"), [("Settings", "Edge Assistant settings"), ("Models", "Models"), ("The window", WINDOW)]
)
def test_every_window_opens_in_front_with_the_programs_icon(
    app: WindowsApp, shown: Window, label: str, title: str
) -> None:
    app.choose(label)
    window = wait_until_in_front(title)
    until(lambda: is_drawn(picture(window)), f"{title} drawn")
    assert app.ask("no icon") == "[]"
    until(lambda: app.ask("front") == title, f"the keyboard in {title}")
    press("escape")
    assert wait_until_in_front(TITLE) == shown


def test_a_menu_is_not_called_python(app: WindowsApp) -> None:
    assert app.trigger("ask") == (0, "")
    wait_until_in_front(WINDOW)
    press("alt+f")
    until(lambda: app.ask("menu"), "the menu")
    titles = {each.title for each in windows(app.process.pid)}
    press("escape")
    assert titles == {WINDOW, "edge-assistant"}


def test_an_engine_that_is_killed_is_told_and_replaced(app: WindowsApp) -> None:
    workers = children(app.process.pid)
    assert workers
    for pid in workers:
        terminate(pid)
    wait_until_gone(workers)
    begin = len(app.said)
    assert app.trigger("window") == (0, "")
    told = answer(app, begin=begin)
    assert "The engine had stopped and is restarting." in told
    assert all(fact in told for fact in scene().facts), told
    assert children(app.process.pid)


def test_an_engine_that_is_killed_at_work_is_told_and_the_question_answered(app: WindowsApp) -> None:
    begin = len(app.said)
    assert app.trigger("screen") == (0, "")
    app.wait_for(lambda lines: "event: StageEvent" in lines[begin:], "the work")
    for pid in children(app.process.pid):
        terminate(pid)
    told = answer(app, begin=begin)
    sentences = (
        "The engine had stopped. It is restarting, and the answer follows.",
        "The engine had stopped and is restarting.",  # the question had not reached it yet
    )
    assert sum(told.count(each) for each in sentences) == 1, told
    begin = len(app.said)
    assert app.trigger("window") == (0, "")
    assert all(fact in answer(app, begin=begin) for fact in scene().facts)


def test_a_second_start_shows_the_window_of_the_first(app: WindowsApp) -> None:
    assert app.start_another() == (0, "Edge Assistant is already running.\n")
    assert wait_until_in_front(WINDOW).pid == app.process.pid


def test_the_report_of_a_problem_holds_nothing_of_what_was_described(
    app: WindowsApp, person: Person, tmp_path: Path
) -> None:
    begin = len(app.said)
    assert app.trigger("window") == (0, "")
    told = answer(app, begin=begin)
    assert all(fact in told for fact in scene().facts), told
    file = tmp_path / "report.txt"
    done = person.run("report", file)
    assert done.returncode == 0, done.stdout
    text = file.read_text(encoding="utf-8")
    assert "- Engine: works." in text
    for mark in (TITLE, *scene().facts, str(person.place), str(tmp_path)):
        assert mark.lower() not in text.lower(), mark


def test_it_ends_at_once_and_leaves_neither_a_process_nor_a_file(app: WindowsApp, person: Person) -> None:
    assert app.quit() == 0
    left = [each for each in (person.place / "Temp").rglob("*") if each.is_file()]
    assert left == []
    assert windows(app.process.pid) == []
