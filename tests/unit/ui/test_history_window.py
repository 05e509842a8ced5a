"""The list of the last answers: by keyboard, with every step said, by us or by a screen reader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from support.accessible_walk import application, nameless, until
from support.heard_focus import HeardFocus

from edge_assistant.controller.history import PastAnswer
from edge_assistant.ui.history_window import HistoryWindow

ANSWERS = (
    PastAnswer(("Row 5.", "It is by the window."), 940.0, "Which seat is free?", "Tickets", "window"),
    PastAnswer(("A dialog.", "Two buttons."), 400.0, "", "Invoice", "window"),
)


class Shown:
    """The window, and what is said; "(silence)" is where speech was stopped."""

    def __init__(self) -> None:
        application()
        self.said: list[str] = []
        self.heard = HeardFocus(self.said)
        self.closed: list[bool] = []
        self.window = HistoryWindow(self.said.append, lambda: self.said.append("(silence)"))
        self.window.closed.connect(self.closed.append)

    def open(self) -> None:
        self.window.open_answers(ANSWERS, 1000.0)
        until(self.window.list.hasFocus, "the list")

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> list[str]:
        """Press a key; return what is said at it."""
        self.heard.take()
        QTest.keyClick(self.window.list, key, modifier)
        return self.heard.take()


@pytest.fixture
def shown() -> Iterator[Shown]:
    result = Shown()
    yield result
    shiboken6.delete(result.heard.announcer)
    result.window.hide()
    result.window.deleteLater()


def test_it_opens_at_the_newest_answer_and_all_has_a_name(shown: Shown) -> None:
    shown.open()
    assert shown.heard.take() == [
        "Last answers, dialog. Last answers, Enter speaks one, list, "
        "Row 5. Which seat is free?, Tickets, 1 minute ago, 1 of 2."
    ]
    assert nameless(shown.window) == []


def test_the_arrows_say_the_first_sentence_and_what_it_was_about(shown: Shown) -> None:
    shown.open()
    assert shown.press(Qt.Key.Key_Down) == ["A dialog. Invoice, 10 minutes ago, 2 of 2."]
    assert shown.press(Qt.Key.Key_Up) == ["Row 5. Which seat is free?, Tickets, 1 minute ago, 1 of 2."]


def test_enter_speaks_the_whole_answer_and_the_copy_key_copies_it(shown: Shown) -> None:
    shown.open()
    shown.press(Qt.Key.Key_Down)
    assert shown.press(Qt.Key.Key_Return) == ["(silence)", "A dialog.", "Two buttons."]
    assert shown.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier) == ["(silence)", "Copied."]
    assert QGuiApplication.clipboard().text() == "A dialog. Two buttons."


def test_escape_closes_it_and_tells_that_the_focus_is_to_be_given_back(shown: Shown) -> None:
    shown.open()
    shown.press(Qt.Key.Key_Escape)
    assert (shown.window.isVisible(), shown.closed) == (False, [True])


def test_nothing_stays_after_everything_was_forgotten(shown: Shown) -> None:
    shown.open()
    shown.window.forget()
    assert (shown.window.isVisible(), shown.window.list.count()) == (False, 0)
    assert shown.closed == []
