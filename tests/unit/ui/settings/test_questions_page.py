"""The page of the person's own questions in the settings dialog, by keyboard, with what is spoken."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from support.accessible_walk import application, nameless, tab_order, until
from support.heard_focus import heard_focus

from edge_assistant.controller.global_hotkeys import KeyReport
from edge_assistant.hotkeys.key import Key
from edge_assistant.settings.entry import QUESTIONS
from edge_assistant.settings.questions import Question
from edge_assistant.settings.schema import HotkeySettings, Settings
from edge_assistant.ui.settings.dialog import SettingsDialog
from edge_assistant.ui.settings.question_dialog import QuestionDialog
from edge_assistant.ui.settings.questions_page import QuestionsPage

SEAT, TOTAL = Question("Free seat", "Which seat is free?"), Question("Total", "Read the total.", "ctrl+shift+F3")
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Desk:
    """The settings dialog at the page of the questions, what it applies and what it says."""

    def __init__(self) -> None:
        application()
        self.applied: list[Settings] = []
        self.said: list[str] = []
        self.suspended: list[bool] = []
        self.dialog = SettingsDialog(
            Settings(hotkeys=HotkeySettings(window="ctrl+shift+F9"), questions=(SEAT, TOTAL)),
            on_apply=self.applied.append,
            say=self.said.append,
            suspend_hotkeys=self.suspended.append,
            check_key=self._check,
            providers={},
        )
        self.dialog.show()
        self.dialog._browser.groups.choose(QUESTIONS)
        self.page.list.setFocus()

    def _check(self, name: str, key: Key) -> None:
        self.dialog.show_key_report(name, KeyReport(key, True, f"{key.spoken} is free."))

    @property
    def page(self) -> QuestionsPage:
        return self.dialog.questions

    @property
    def open_dialog(self) -> QuestionDialog:
        assert self.page.dialog is not None
        return self.page.dialog

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        target = QApplication.focusWidget()
        assert target is not None
        QTest.keyClick(target, key, modifiers)

    def new(self) -> QuestionDialog:
        (button,) = (each for each in self.page.findChildren(QPushButton) if each.text() == "&New…")
        button.setFocus()
        self.press(Qt.Key.Key_Space)
        until(self.open_dialog.isActiveWindow, "the dialog")
        return self.open_dialog


@pytest.fixture
def desk() -> Iterator[Desk]:
    result = Desk()
    until(result.dialog.isActiveWindow, "the settings")
    yield result
    result.dialog.done(0)
    result.dialog.deleteLater()


def test_the_list_has_each_with_its_key_and_everything_a_name(desk: Desk) -> None:
    assert [desk.page.list.item(row).text() for row in range(2)] == ["Free seat", "Total (Ctrl+Shift+F3)"]
    assert nameless(desk.dialog) == []
    assert nameless(desk.new()) == []


def test_a_new_question_is_written_by_keyboard_and_saved_with_the_rest(desk: Desk) -> None:
    desk.new()
    QTest.keyClicks(QApplication.focusWidget(), "Exit")
    desk.press(Qt.Key.Key_Tab)
    QTest.keyClicks(QApplication.focusWidget(), "Where is the exit?")
    desk.press(Qt.Key.Key_Tab)
    assert desk.suspended == [True], "our own keys are released while one is pressed"
    desk.press(Qt.Key.Key_F4, CTRL_SHIFT)
    assert desk.said[-1] == "ctrl shift F4 is free."
    desk.press(Qt.Key.Key_Return)
    until(lambda: desk.page.dialog is None, "the end of the dialog")
    assert desk.dialog.focusWidget() is desk.page.list
    assert desk.suspended[-1] is False
    assert desk.said[-1] == "Exit (Ctrl+Shift+F4): kept. OK saves it."
    assert desk.applied == []
    desk.dialog.accept()
    written = Question("Exit", "Where is the exit?", "ctrl+shift+F4")
    assert [each.questions for each in desk.applied] == [(SEAT, TOTAL, written)]


def test_enter_edits_and_a_question_that_cannot_be_stays_open_with_the_reason_spoken(desk: Desk) -> None:
    desk.press(Qt.Key.Key_Return)
    until(desk.open_dialog.isActiveWindow, "the dialog")
    dialog = desk.open_dialog
    assert (dialog.name.text(), dialog.text.text(), dialog.key.key) == ("Free seat", "Which seat is free?", "")
    for name, key, reason in (
        ("total", "", "Two questions are called Total. Rename one."),
        ("", "", "A question needs a name."),
        (
            "Seat",
            "ctrl+shift+F9",
            (
                "ctrl+shift+F9 is used twice: "
                "it describes the active window, and it asks the question Seat. Change one of them."
            ),
        ),
    ):
        dialog.name.setText(name)
        dialog.key.set_key(key)
        dialog.accept()
        assert (dialog.isVisible(), dialog.message, desk.said[-1]) == (True, reason, reason)
    dialog.key.set_key("")
    dialog.accept()
    assert desk.page.questions == (Question("Seat", "Which seat is free?"), TOTAL)
    assert desk.page.list.currentRow() == 0


def test_delete_removes_the_question_and_cancel_takes_it_back(desk: Desk) -> None:
    desk.press(Qt.Key.Key_Delete)
    assert (desk.page.questions, desk.said[-1]) == ((TOTAL,), "Free seat: removed.")
    assert desk.page.list.hasFocus()
    desk.press(Qt.Key.Key_Escape)
    assert desk.applied == []


def test_what_was_removed_is_heard_before_what_is_there_now_and_enter_begins_the_first_question() -> None:
    with heard_focus() as heard:
        desk = Desk()
        until(lambda: heard.said, "the window")
        heard.take()
        heard.interruptions.clear()
        desk.press(Qt.Key.Key_Delete)
        assert heard.take() == ["Total (Ctrl+Shift+F3). Read the total."]
        desk.press(Qt.Key.Key_Delete)
        assert heard.take() == ["empty."]
        assert heard.interruptions == [], "the sentence that a question was removed is heard to its end"
        desk.press(Qt.Key.Key_Return)
        until(desk.open_dialog.isActiveWindow, "the dialog")
        assert heard.take()[-1] == "New question, dialog. Name, edit, empty, Alt N. For example: Free seat"
        desk.dialog.done(0)
        desk.dialog.deleteLater()


@pytest.mark.parametrize(("letters", "words"), [("", "Closed."), ("x", "Closed. The changes were not saved.")])
def test_escape_from_a_question_tells_whether_something_is_lost(letters: str, words: str) -> None:
    with heard_focus() as heard:
        desk = Desk()
        until(desk.dialog.isActiveWindow, "the settings")
        desk.press(Qt.Key.Key_Return)
        until(desk.open_dialog.isActiveWindow, "the dialog")
        assert heard.take()[-1] == "Edit the question, dialog. Name, edit, Free seat, Alt N.", "no example is seen"
        QTest.keyClicks(QApplication.focusWidget(), letters)
        desk.press(Qt.Key.Key_Escape)
        assert words in heard.take()
        desk.dialog.done(0)
        desk.dialog.deleteLater()


def test_a_key_that_is_used_for_something_else_is_told_while_it_is_recorded(desk: Desk) -> None:
    dialog = desk.new()
    dialog.key.setFocus()
    desk.press(Qt.Key.Key_F9, CTRL_SHIFT)
    assert desk.said[-1] == (
        "ctrl+shift+F9 is used twice: "
        "it describes the active window, and it asks the question New question. Change one of them."
    )
    desk.press(Qt.Key.Key_F4, CTRL_SHIFT)
    assert desk.said[-1] == "ctrl shift F4 is free."


def test_a_key_that_another_field_gets_is_refused_there(desk: Desk) -> None:
    desk.dialog.field("hotkeys.camera").show("ctrl+shift+F3")
    assert not desk.dialog.apply()
    assert desk.said[-1] == (
        "ctrl+shift+F3 is used twice: "
        "it counts to three and describes what the camera sees, "
        "and it asks the question Total. Change one of them."
    )
    assert desk.page.list.hasFocus()


def test_tab_goes_from_the_categories_to_the_questions(desk: Desk) -> None:
    desk.dialog._browser.groups.setFocus()
    order = tab_order(desk.dialog)
    start = order.index(desk.dialog._browser.groups)
    assert order[start + 1 : start + 5] == desk.page.focus_widgets
