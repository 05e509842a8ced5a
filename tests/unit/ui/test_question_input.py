"""The question line: former questions come back, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from support.accessible_walk import application

from edge_assistant.ui.question_input import MOST_QUESTIONS, QuestionInput

UP, DOWN = Qt.Key.Key_Up, Qt.Key.Key_Down


@pytest.fixture
def line() -> Iterator[QuestionInput]:
    application()
    result = QuestionInput()
    yield result
    result.deleteLater()


def ask(line: QuestionInput, *questions: str) -> None:
    for question in questions:
        QTest.keyClicks(line, question)
        line.remember(line.text())


def walk(line: QuestionInput, *keys: Qt.Key) -> list[str]:
    """Press the keys; return the text after each."""
    texts = []
    for key in keys:
        QTest.keyClick(line, key)
        texts.append(line.text())
    return texts


def test_up_brings_the_former_questions_and_down_goes_back_to_what_was_typed(line: QuestionInput) -> None:
    ask(line, "What is it?", "Which colour?")
    QTest.keyClicks(line, "And")
    assert walk(line, UP, UP, UP, DOWN, DOWN, DOWN) == [
        "Which colour?",
        "What is it?",
        "What is it?",
        "Which colour?",
        "And",
        "And",
    ]


def test_what_came_back_is_told_and_so_is_that_there_is_no_other(line: QuestionInput) -> None:
    told: list[object] = []
    line.recalled.connect(told.append)
    line.at_end.connect(told.append)
    walk(line, UP, DOWN)
    assert told == [True, False]
    ask(line, "What is it?")
    told.clear()
    walk(line, UP, UP, DOWN)
    assert told == ["What is it?", True, ""]


def test_a_former_question_that_is_changed_is_typed_anew_and_what_was_typed_before_is_kept(line: QuestionInput) -> None:
    ask(line, "What is it?")
    QTest.keyClicks(line, "Half a")
    walk(line, UP)
    QTest.keyClicks(line, "!")
    assert line.text() == "What is it?!"
    assert walk(line, UP, UP, DOWN, DOWN) == ["Half a", "What is it?", "Half a", "What is it?!"]


def test_what_is_typed_while_a_question_is_accepted_stays(line: QuestionInput) -> None:
    QTest.keyClicks(line, "And")
    line.remember("What is it?")
    assert line.text() == "And"
    assert walk(line, UP, DOWN) == ["What is it?", "And"]


def test_a_question_that_is_asked_again_is_kept_once_and_only_so_many_are(line: QuestionInput) -> None:
    ask(line, "One", "Two", "One")
    assert walk(line, UP, UP, UP) == ["One", "Two", "Two"]
    line.forget()
    ask(line, *(f"Number {number}" for number in range(MOST_QUESTIONS + 1)))
    assert walk(line, *[UP] * (MOST_QUESTIONS + 1))[-1] == "Number 1"


def test_nothing_is_left_after_everything_was_forgotten(line: QuestionInput) -> None:
    ask(line, "What is it?")
    QTest.keyClicks(line, "Half a")
    line.forget()
    assert (line.text(), line.isUndoAvailable()) == ("", False)
    assert walk(line, UP) == [""]
