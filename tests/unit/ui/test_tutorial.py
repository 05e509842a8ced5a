"""The tutorial: each key once, what is said on the way, and what happens when another one is pressed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from support.accessible_walk import application, nameless, until

from edge_assistant.engine.task_entries import Mode
from edge_assistant.hotkeys.key import Key, parse_key
from edge_assistant.models.recommend import WARNING
from edge_assistant.ui.tutorial.presenter import TutorialPresenter
from edge_assistant.ui.tutorial.steps import steps_for
from edge_assistant.ui.tutorial.window import TutorialWindow

KEYS = {
    action: parse_key(f"ctrl+shift+{name}")
    for action, name in (("window", "F9"), ("read", "F10"), ("stop", "F8"), ("palette", "F12"), ("repeat", "F7"))
}
PRESS_WINDOW = "Press ctrl shift F9 now. It describes the window."
PRESS_READ = "Press ctrl shift F10 now. It reads the text of the window."
PRESS_STOP = "Press ctrl shift F8 now. It stops me."
PRESS_LIST = "Press ctrl shift F12 now. It lists everything else, and Escape closes the list."


class Program:
    """Stands for the program: what it was to do, and what was heard, in order."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.heard: list[str] = []

    def describe(self, picture: Path, mode: Mode) -> None:
        assert picture.exists()
        self.done.append(mode)

    def perform(self, action: str) -> None:
        self.done.append(action)
        if action == "stop":
            self.heard[:] = [] if self.heard else ["There is nothing to stop."]

    def end(self) -> None:
        self.done.append("end")

    def silence(self) -> None:
        self.heard.clear()


@pytest.fixture
def program() -> Program:
    return Program()


@pytest.fixture
def window(program: Program) -> Iterator[TutorialWindow]:
    application()
    result = TutorialWindow(program, program.heard.append, program.silence)
    result.show()
    result.activateWindow()
    until(result.isActiveWindow, "the keyboard")
    result.begin(KEYS)
    yield result
    result.hide()
    result.deleteLater()
    application().processEvents()


def answer(window: TutorialWindow) -> None:
    """The program answers, and is heard to the end."""
    window.on_status("looking")
    window.on_status("speaking")
    window.on_status("ready")


def test_each_key_is_asked_for_once_does_what_it_does_and_the_warning_comes_first(
    window: TutorialWindow, program: Program
) -> None:
    assert nameless(window) == []
    assert program.heard[1:] == [WARNING, "R repeats, N goes on, Escape ends.", PRESS_WINDOW]
    assert window.task.text() == "Step 1 of 4\nPress Ctrl+Shift+F9 now. It describes the window."
    window.on_status("ready")  # of the start: not of an answer
    window.on_pressed("window")
    window.on_status("ready")
    assert window.step.action == "window"
    answer(window)
    assert program.heard == ["Good.", PRESS_READ]
    window.on_pressed("read")
    answer(window)
    assert program.heard[-2] == PRESS_STOP
    assert program.heard[-1].startswith("1, 2, 3"), "there is something to stop"
    window.on_pressed("stop")
    assert program.heard == ["Good.", PRESS_LIST]
    window.on_pressed("palette")
    answer(window)
    assert window.step.action == "palette", "the list is still open"
    window.on_overlay_hidden()
    assert program.heard == ["Good.", "That was all. Escape closes the tutorial."]
    assert program.done == ["glance", "read", "stop", "palette"]
    assert not window.takes_keys
    QTest.keyClick(window.task, Qt.Key.Key_Escape)
    assert not window.isVisible()
    assert program.heard[-1] == "That was all. Escape closes the tutorial.", "it is heard to its end"
    assert program.done[-1] == "end"


def test_another_key_is_named_and_what_is_expected_is_said_again(window: TutorialWindow, program: Program) -> None:
    window.on_pressed("repeat")
    assert program.heard == [f"ctrl shift F7 repeats the last answer. {PRESS_WINDOW}"]
    window.on_pressed("camera")
    assert program.heard[0].startswith("That counts to three and describes what the camera sees.")
    window.on_pressed("question Free seat")
    assert program.heard[0].startswith("That asks the question Free seat.")
    QTest.keyClick(window.task, Qt.Key.Key_F9)
    assert program.heard == [f"That was F9. {PRESS_WINDOW}"]
    QTest.keyClick(window.task, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert program.heard == [f"That was ctrl k. {PRESS_WINDOW}"]
    assert program.done == []


def test_a_step_is_said_again_skipped_and_left_by_letters_and_enter(window: TutorialWindow, program: Program) -> None:
    program.silence()
    QTest.keyClick(window.task, Qt.Key.Key_R)
    assert program.heard == [PRESS_WINDOW]
    QTest.keyClick(window.task, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    assert program.heard == [PRESS_READ]
    QTest.keyClick(window.task, Qt.Key.Key_Return)
    assert program.heard[0] == PRESS_STOP
    QTest.keyClick(window.task, Qt.Key.Key_Escape)
    assert not window.isVisible()
    assert program.heard == []
    assert program.done == ["end"]


def test_any_key_stops_an_answer_that_comes(window: TutorialWindow, program: Program) -> None:
    window.on_pressed("window")
    window.on_status("speaking")
    program.heard.append("A dialog")
    window.on_pressed("window")
    assert program.done == ["glance", "stop"]
    window.on_status("ready")
    assert program.heard == ["Good.", PRESS_READ]


def test_the_keys_are_taken_only_while_the_window_is_in_front(window: TutorialWindow) -> None:
    assert window.takes_keys
    other = QWidget()
    other.show()
    other.activateWindow()
    until(lambda: not window.takes_keys, "the keys of the program")
    window.activateWindow()
    until(lambda: window.takes_keys, "the keys again")
    window.hide()  # as for a picture of the screen
    assert not window.takes_keys
    other.deleteLater()


@pytest.mark.parametrize(
    ("missing", "actions"),
    [
        ((), ["window", "read", "stop", "palette"]),
        (("palette",), ["window", "read", "stop", "repeat"]),
        (("palette", "repeat"), ["window", "read", "stop"]),
        (tuple(KEYS), ["window", "read"]),
    ],
)
def test_what_has_no_key_here_is_left_out_but_for_the_two_that_matter_most(
    missing: tuple[str, ...], actions: list[str]
) -> None:
    keys: dict[str, Key] = {action: key for action, key in KEYS.items() if action not in missing}
    assert [each.action for each in steps_for(keys)] == actions


def test_without_any_key_enter_shows_what_they_would_do(window: TutorialWindow, program: Program) -> None:
    window.begin({})
    assert program.heard[-1] == "No key describes the window here. Enter shows what it would do."
    QTest.keyClick(window.task, Qt.Key.Key_Return)
    answer(window)
    QTest.keyClick(window.task, Qt.Key.Key_Return)
    answer(window)
    assert program.done == ["glance", "read"]
    assert program.heard[-1] == "That was all. Escape closes the tutorial."


def test_the_programs_keys_lead_to_the_window_while_it_is_in_front_and_other_windows_wait() -> None:
    application()
    service = Mock()
    service.event_loop.post = lambda function, *arguments: function(*arguments)
    service.event_loop.posting = lambda function: function
    service.working_key = KEYS.get
    presenter, shown = TutorialPresenter(service), list[str]()
    assert not presenter.takes_press("window")
    presenter.open()
    until(lambda: presenter.window is not None and presenter.window.takes_keys, "the tutorial")
    assert presenter.window is not None
    presenter.call_after(lambda: shown.append("main window"))
    assert not presenter.takes_press("quit")
    assert presenter.takes_press("window")
    until(lambda: service.controller.describe.called, "the description")
    presenter.window.reject()
    assert shown == ["main window"]
    assert service.tutorial.end.called
    assert not presenter.takes_press("window")
    for each in (presenter.window, presenter):  # not by a collection of garbage on another thread
        shiboken6.delete(each)
