"""The window that spells words: by keyboard, with every step said, by us or by a screen reader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from support.accessible_walk import application, nameless, until
from support.heard_focus import HeardFocus

from edge_assistant.ui.spelling_window import SpellingWindow

WORDS = ["A", "dialog", "titled", "Music"]


class Shown:
    """The window, and what is said; "(silence)" is where speech was stopped."""

    def __init__(self) -> None:
        application()
        self.said: list[str] = []
        self.heard = HeardFocus(self.said)
        self.window = SpellingWindow(self.said.append, lambda: self.said.append("(silence)"), lambda: "en")

    def open(self, words: list[str]) -> None:
        self.window.open_words(words)
        until(self.window.list.hasFocus, "the list")

    def press(self, key: Qt.Key) -> list[str]:
        """Press a key; return what is said at it."""
        self.heard.take()
        QTest.keyClick(self.window.list, key)
        return self.heard.take()


@pytest.fixture
def shown() -> Iterator[Shown]:
    result = Shown()
    yield result
    shiboken6.delete(result.heard.announcer)
    result.window.hide()
    result.window.deleteLater()


def test_it_opens_at_the_first_word_and_says_what_to_do(shown: Shown) -> None:
    shown.open(WORDS)
    assert shown.heard.take() == ["Spell a word, dialog. Words of the last answer, Enter spells one, list, A, 1 of 4."]
    assert nameless(shown.window) == []


def test_each_word_that_is_gone_to_is_said_and_enter_spells_it(shown: Shown) -> None:
    shown.open(WORDS)
    assert shown.press(Qt.Key.Key_Down) == ["dialog, 2 of 4."]
    assert shown.press(Qt.Key.Key_Return) == ["(silence)", "d, i, a, l, o, g"]
    assert shown.press(Qt.Key.Key_End) == ["Music, 4 of 4."]
    assert shown.press(Qt.Key.Key_Enter) == ["(silence)", "capital M, u, s, i, c"]


def test_the_first_letters_go_to_a_word(shown: Shown) -> None:
    shown.open(WORDS)
    assert shown.press(Qt.Key.Key_T) == ["titled, 3 of 4."]


def test_a_screen_reader_says_the_words_and_we_the_letters(shown: Shown) -> None:
    shown.heard.reader = True
    shown.open(WORDS)
    assert shown.heard.take() == []
    assert shown.press(Qt.Key.Key_Down) == []
    assert shown.press(Qt.Key.Key_Return)[-1] == "d, i, a, l, o, g"


def test_escape_closes_it_and_the_next_answer_begins_anew(shown: Shown) -> None:
    shown.open(WORDS)
    QTest.keyClick(shown.window.list, Qt.Key.Key_Escape)
    assert not shown.window.isVisible()
    shown.open(["<b>x</b>", "B"])
    assert shown.window.list.count() == 2
    assert shown.press(Qt.Key.Key_Return)[-1].startswith("less-than sign, b")


def test_what_is_forgotten_is_not_left_in_it(shown: Shown) -> None:
    shown.open(WORDS)
    shown.window.forget()
    assert not shown.window.isVisible()
    assert shown.window.list.count() == 0
