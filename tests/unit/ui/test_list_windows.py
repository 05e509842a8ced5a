"""The windows that show one list, the last answers and the words to spell: by keyboard, with every step said, by us or
by a screen reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from support.accessible_walk import application, nameless, until
from support.heard_focus import HeardFocus

from edge_assistant.controller.history import PastAnswer
from edge_assistant.ui.history_window import HistoryWindow
from edge_assistant.ui.list_window import ListWindow
from edge_assistant.ui.spelling_window import SpellingWindow

ANSWERS = (
    PastAnswer(("Row 5.", "It is by the window."), 940.0, "Which seat is free?", "Tickets", "window"),
    PastAnswer(("A dialog.", "Two buttons."), 400.0, "", "Invoice", "window"),
)
WORDS = ["A", "dialog", "titled", "Music"]

Window = TypeVar("Window", bound=ListWindow)


class Shown(Generic[Window]):
    """A window, and what is said; "(silence)" is where speech was stopped."""

    def __init__(self, make: Callable[[Callable[[str], None], Callable[[], None]], Window]) -> None:
        application()
        self.said: list[str] = []
        self.heard = HeardFocus(self.said)
        self.closed: list[bool] = []
        self.window = make(self.said.append, lambda: self.said.append("(silence)"))
        self.window.closed.connect(self.closed.append)

    def open(self, show: Callable[[], None]) -> list[str]:
        """Open it; return what is said."""
        show()
        until(self.window.list.hasFocus, "the list")
        return self.heard.take()

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> list[str]:
        """Press a key; return what is said at it."""
        self.heard.take()
        QTest.keyClick(self.window.list, key, modifier)
        return self.heard.take()

    def end(self) -> None:
        shiboken6.delete(self.heard.announcer)
        self.window.hide()
        self.window.deleteLater()


@pytest.fixture
def history() -> Iterator[Shown[HistoryWindow]]:
    shown = Shown(HistoryWindow)
    yield shown
    shown.end()


@pytest.fixture
def spelling() -> Iterator[Shown[SpellingWindow]]:
    shown = Shown(lambda say, silence: SpellingWindow(say, silence, lambda: "en"))
    yield shown
    shown.end()


def open_answers(shown: Shown[HistoryWindow]) -> list[str]:
    return shown.open(lambda: shown.window.open_answers(ANSWERS, 1000.0))


def open_words(shown: Shown[SpellingWindow], words: list[str] = WORDS) -> list[str]:
    return shown.open(lambda: shown.window.open_words(words))


def test_it_opens_at_the_newest_answer_with_its_title_said_once(history: Shown[HistoryWindow]) -> None:
    assert open_answers(history) == [
        "Last answers, dialog. Answers, Enter speaks one, list, "
        "Row 5. Which seat is free?, Tickets, 1 minute ago, 1 of 2."
    ]
    assert nameless(history.window) == []


def test_it_opens_at_the_first_word_and_says_what_to_do(spelling: Shown[SpellingWindow]) -> None:
    assert open_words(spelling) == [
        "Spell a word, dialog. Words of the last answer, Enter spells one, list, A, 1 of 4."
    ]
    assert nameless(spelling.window) == []


def test_the_next_answer_begins_anew(spelling: Shown[SpellingWindow]) -> None:
    open_words(spelling)
    spelling.press(Qt.Key.Key_Escape)
    open_words(spelling, ["<b>x</b>", "B"])
    assert spelling.window.list.count() == 2
    assert spelling.press(Qt.Key.Key_Return)[-1].startswith("less-than sign, b")


@pytest.mark.parametrize("kind", ["history", "spelling"])
def test_escape_closes_it_says_so_and_tells_that_the_focus_is_to_be_given_back(
    kind: str, request: pytest.FixtureRequest
) -> None:
    shown = request.getfixturevalue(kind)
    (open_answers if kind == "history" else open_words)(shown)
    assert shown.press(Qt.Key.Key_Escape) == ["Closed."]
    assert shown.heard.interruptions[-1] == "Closed.", "what it was saying ends"
    assert (shown.window.isVisible(), shown.closed) == (False, [True])


@pytest.mark.parametrize("kind", ["history", "spelling"])
def test_nothing_stays_in_it_after_everything_was_forgotten(kind: str, request: pytest.FixtureRequest) -> None:
    shown = request.getfixturevalue(kind)
    (open_answers if kind == "history" else open_words)(shown)
    shown.window.forget()
    assert (shown.window.isVisible(), shown.window.list.count(), shown.closed) == (False, 0, [])
    assert shown.heard.take() == [], "the person did not close it"


def test_the_arrows_say_the_first_sentence_of_an_answer_and_what_it_was_about(history: Shown[HistoryWindow]) -> None:
    open_answers(history)
    assert history.press(Qt.Key.Key_Down) == ["A dialog. Invoice, 10 minutes ago, 2 of 2."]
    assert history.press(Qt.Key.Key_Up) == ["Row 5. Which seat is free?, Tickets, 1 minute ago, 1 of 2."]


def test_enter_speaks_the_whole_answer_and_the_copy_key_copies_it(history: Shown[HistoryWindow]) -> None:
    open_answers(history)
    history.press(Qt.Key.Key_Down)
    assert history.press(Qt.Key.Key_Return) == ["(silence)", "A dialog.", "Two buttons."]
    assert history.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier) == ["(silence)", "Copied."]
    assert QGuiApplication.clipboard().text() == "A dialog. Two buttons."


def test_each_word_that_is_gone_to_is_said_and_enter_spells_it(spelling: Shown[SpellingWindow]) -> None:
    open_words(spelling)
    assert spelling.press(Qt.Key.Key_Down) == ["dialog, 2 of 4."]
    assert spelling.press(Qt.Key.Key_Return) == ["(silence)", "d, i, a, l, o, g"]
    assert spelling.press(Qt.Key.Key_End) == ["Music, 4 of 4."]
    assert spelling.press(Qt.Key.Key_Enter) == ["(silence)", "capital M, u, s, i, c"]


def test_the_first_letters_go_to_a_word(spelling: Shown[SpellingWindow]) -> None:
    open_words(spelling)
    assert spelling.press(Qt.Key.Key_T) == ["titled, 3 of 4."]


def test_a_screen_reader_says_the_words_and_that_it_is_closed_and_we_the_letters(
    spelling: Shown[SpellingWindow],
) -> None:
    spelling.heard.reader = True
    assert open_words(spelling) == []
    assert spelling.press(Qt.Key.Key_Down) == []
    assert spelling.press(Qt.Key.Key_Return)[-1] == "d, i, a, l, o, g"
    assert spelling.press(Qt.Key.Key_Escape) == []
