"""The conversation is read with the keyboard and a screen reader's cursor, while it grows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QTextCharFormat, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from support.accessible_walk import application, until
from support.heard_focus import heard_focus
from support.layouts import TEXT_SIZES, text_size
from support.own_look import look_of_pictures

from edge_assistant.assistant.events import (
    NoticeEvent,
    ReadEvent,
    ReadTimings,
    SentenceEvent,
    WindowEvent,
    cancelled,
)
from edge_assistant.ocr.page import Page
from edge_assistant.ui.conversation_view import MOST_PARAGRAPHS, ConversationView
from edge_assistant.ui.read_only_text import ReadOnlyText


class Window(QWidget):
    """A conversation beside another place for the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.view, self.question = ConversationView(), QLineEdit()
        layout = QHBoxLayout(self)
        layout.addWidget(self.view)
        layout.addWidget(self.question)
        self.number = 0

    def add_sentence(self) -> None:
        self.number += 1
        self.view.show_event(SentenceEvent(0, f"Sentence {self.number}.", before=" "))

    def caret(self) -> int:
        return self.view.textCursor().position()


@pytest.fixture
def window() -> Iterator[Window]:
    application()
    made = Window()
    made.show()
    made.activateWindow()
    made.add_sentence()
    yield made
    made.hide()
    made.deleteLater()


def focus(widget: QWidget) -> None:
    widget.setFocus()
    until(widget.hasFocus, "the focus")


def test_a_screen_reader_finds_the_whole_text_in_it_and_its_caret(window: Window) -> None:
    window.add_sentence()
    accessible = QAccessible.queryAccessibleInterface(window.view)
    text = accessible.textInterface()
    assert text.text(0, text.characterCount()) == "Answer: Sentence 1. Sentence 2."
    assert accessible.state().readOnly
    assert accessible.state().focusable
    text.setCursorPosition(3)
    assert window.caret() == 3
    window.add_sentence()
    assert text.cursorPosition() == 3


def test_the_arrow_keys_read_it_and_tab_leaves_it(window: Window) -> None:
    focus(window.view)
    QTest.keyClick(window.view, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window.view, Qt.Key.Key_Right)
    assert window.caret() == 1
    QTest.keyClick(window.view, Qt.Key.Key_Tab)
    assert not window.view.hasFocus()


def test_the_caret_stays_where_it_is_read_even_at_the_end(window: Window) -> None:
    focus(window.view)
    window.view.moveCursor(QTextCursor.MoveOperation.End)
    end = window.caret()
    window.add_sentence()
    assert window.caret() == end
    QTest.keyClick(window.view, Qt.Key.Key_Right)
    window.view.moveCursor(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
    window.add_sentence()
    assert window.view.textCursor().selectedText() == "Sentence 2."


def test_elsewhere_the_caret_waits_at_the_end_and_the_end_stays_in_sight(window: Window) -> None:
    focus(window.question)
    window.resize(300, 60)
    for _ in range(60):
        window.add_sentence()
    scroll_bar = window.view.verticalScrollBar()
    assert window.caret() == len(window.view.toPlainText())
    assert scroll_bar.value() == scroll_bar.maximum() > 0
    window.resize(200, 50)
    application().processEvents()
    assert scroll_bar.value() == scroll_bar.maximum(), "in less room, too"
    scroll_bar.setValue(1)
    window.add_sentence()
    assert scroll_bar.value() == 1, "who looks further up is left there"


def test_what_could_not_be_confirmed_is_marked_by_words_and_a_line_and_not_in_a_copy(window: Window) -> None:
    view = window.view
    view.show_event(SentenceEvent(1, "\U0001f600 Code 4711, \u201cSave\u201d."))
    view.show_event(NoticeEvent(1, "unconfirmed", "I could not confirm: 4711"))
    view.show_event(replace(cancelled(1, "What?"), stop="end", unconfirmed=("4711", "Save")))
    assert view.toPlainText().splitlines()[-2:] == [
        "Answer: \U0001f600 Code 4711 (not confirmed), \u201cSave (not confirmed)\u201d.",
        "Note: I could not confirm: 4711",
    ]
    assert view.answer == "\U0001f600 Code 4711, \u201cSave\u201d."
    marked = view.document().find("4711")
    assert marked.charFormat().underlineStyle() == QTextCharFormat.UnderlineStyle.WaveUnderline
    view.show_event(SentenceEvent(2, "Next."))
    unmarked = view.document().find("Next").charFormat()
    assert unmarked.underlineStyle() == QTextCharFormat.UnderlineStyle.NoUnderline


def test_lines_of_recognised_text_stand_below_each_other_and_what_follows_is_a_new_line(window: Window) -> None:
    window.view.forget()
    for text in ("Total: 12.50", "Due on Monday"):
        window.view.show_event(SentenceEvent(3, text, "\n"))
    window.view.show_event(ReadEvent.from_page(3, Page(1, 1), ReadTimings()))
    window.view.show_event(NoticeEvent(3, "other-reader", "The same shortcut lets the model read."))
    assert (
        window.view.toPlainText() == "Answer: Total: 12.50\nDue on Monday\nNote: The same shortcut lets the model read."
    )
    assert window.view.answer == "Total: 12.50\nDue on Monday"


def test_our_voice_reads_the_paragraphs_each_with_its_kind(window: Window) -> None:
    focus(window.question)
    window.view.forget()
    window.view.show_question("What is it?")
    window.view.show_event(SentenceEvent(1, "A dialog."))
    window.view.show_event(NoticeEvent(1, "cut-off", "There is more."))
    with heard_focus() as heard:
        focus(window.view)
        assert "Note: There is more." in heard.take()[0]
        for expected in ("Answer: A dialog.", "You: What is it?"):
            QTest.keyClick(window.view, Qt.Key.Key_Up)
            assert heard.take() == [expected]


def converse(window: Window, first: int, count: int, *, windows: bool = True) -> None:
    """So many windows, or files, are described, each with an answer and a notice."""
    for number in range(first, first + count):
        if windows:
            window.view.show_event(WindowEvent(number, f"Window {number}", 0, 0, 9, 9))
        window.view.show_event(SentenceEvent(number, f"Answer {number} has 4711."))
        window.view.show_event(NoticeEvent(number, "after", f"Notice {number}."))


ENOUGH = MOST_PARAGRAPHS * 3 // 5  # questions for more paragraphs than are kept
DROPPED = "Note: What was before this is no longer shown."


@pytest.mark.parametrize("windows", [True, False])
def test_of_a_long_conversation_the_oldest_questions_go_whole_and_that_is_said(window: Window, windows: bool) -> None:
    focus(window.question)
    converse(window, 1, ENOUGH, windows=windows)
    shown = window.view.toPlainText().splitlines()
    assert MOST_PARAGRAPHS <= len(shown) <= MOST_PARAGRAPHS + 45
    assert shown[0] == DROPPED
    assert shown.count(DROPPED) == 1
    assert shown[1].startswith("Window: Window " if windows else "Answer: "), "not in the midst of a question"
    assert shown[-1] == f"Note: Notice {ENOUGH}."
    scroll_bar = window.view.verticalScrollBar()
    assert scroll_bar.value() == scroll_bar.maximum() > 0
    assert window.caret() == len(window.view.toPlainText())


def test_of_many_notes_without_a_question_the_oldest_go_too(window: Window) -> None:
    focus(window.question)
    for number in range(MOST_PARAGRAPHS + 60):
        window.view.show_event(NoticeEvent(0, "status", f"Ready {number}."))
    shown = window.view.toPlainText().splitlines()
    assert shown[0] == DROPPED
    assert len(shown) <= MOST_PARAGRAPHS + 41
    assert shown[-1] == f"Note: Ready {MOST_PARAGRAPHS + 59}."


def test_an_answer_of_many_lines_stays_whole(window: Window) -> None:
    focus(window.question)
    for number in range(MOST_PARAGRAPHS + 60):
        window.view.show_event(SentenceEvent(5, f"Line {number}.", "\n"))
    window.view.show_event(NoticeEvent(5, "after", "That was all."))
    lines = [line for line in window.view.toPlainText().splitlines() if "Line" in line]
    assert len(lines) == MOST_PARAGRAPHS + 60


def test_what_is_marked_in_a_long_conversation_is_the_newest_answer(window: Window) -> None:
    focus(window.question)
    converse(window, 1, ENOUGH)
    view = window.view
    assert view.toPlainText().startswith(DROPPED)
    view.show_event(replace(cancelled(ENOUGH, "What?"), stop="end", unconfirmed=("4711",)))
    assert [line for line in view.toPlainText().splitlines() if "not confirmed" in line] == [
        f"Answer: Answer {ENOUGH} has 4711 (not confirmed)."
    ]


def test_while_somebody_reads_the_beginning_it_stays(window: Window) -> None:
    focus(window.view)
    window.view.moveCursor(QTextCursor.MoveOperation.Start)
    converse(window, 1, ENOUGH)
    assert window.view.toPlainText().startswith("Answer: Sentence 1.")
    focus(window.question)
    converse(window, 1, 1)
    assert window.view.toPlainText().startswith(DROPPED)


def test_who_looks_further_up_in_a_long_conversation_still_sees_the_same(window: Window) -> None:
    focus(window.question)
    window.resize(300, 60)
    view, scroll_bar = window.view, window.view.verticalScrollBar()

    def seen() -> str:
        return view.cursorForPosition(QPoint(view.viewport().width() // 2, 20)).block().text()

    converse(window, 1, MOST_PARAGRAPHS // 3)
    scroll_bar.setValue(scroll_bar.maximum() * 3 // 4)
    before = seen()
    converse(window, 1000, 30)
    assert view.toPlainText().startswith(DROPPED)
    assert seen() == before


@pytest.mark.parametrize("percent", TEXT_SIZES)
@pytest.mark.parametrize("view_class", [ConversationView, ReadOnlyText])
def test_lines_are_no_longer_than_can_be_read_however_wide_the_window_is(
    view_class: type[ReadOnlyText], percent: int
) -> None:
    with look_of_pictures(), text_size(percent):
        view = view_class()
        words = "The window shows an invoice with five rows, and below them a sum in bold letters. " * 12
        if isinstance(view, ConversationView):
            view.show_event(SentenceEvent(0, words))
        else:
            view.add(words)
        for width in (5000, 600):
            view.resize(width, 400)
            view.show()
            application().processEvents()
            layout = view.document().lastBlock().layout()
            longest = max(layout.lineAt(number).textLength() for number in range(layout.lineCount()))
            assert longest <= 88
            assert longest >= 70 or width == 600, "there is room for more"
            assert view.horizontalScrollBar().maximum() == 0
        view.hide()
        view.deleteLater()


def test_lines_are_as_long_as_before_with_other_letters_and_wider_in_pixels() -> None:
    with look_of_pictures():
        view = ConversationView()
        view.resize(5000, 400)
        view.show()
        widths = []
        for percent in (100, 200):
            with text_size(percent):
                application().processEvents()
                widths.append(view.lineWrapColumnOrWidth())
        assert widths[1] == pytest.approx(2 * widths[0], rel=0.1)
        view.hide()
        view.deleteLater()
