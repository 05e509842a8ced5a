"""Spin boxes have buttons that are hit and seen, at every size of text, and words that are not cut in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QSpinBox,
    QStyle,
    QStyleOptionSpinBox,
    QToolTip,
    QVBoxLayout,
    QWidget,
)
from support.accessible_walk import until
from support.layouts import TEXT_SIZES, text_size
from support.own_look import look_of_pictures

from edge_assistant.ui.contrast import LEAST_CONTRAST, contrast
from edge_assistant.ui.settings.spin_box import SpinBox
from edge_assistant.ui.theme import Theme, theme_palette

UP, DOWN = QStyle.SubControl.SC_SpinBoxUp, QStyle.SubControl.SC_SpinBoxDown
WORDS = "As many as this processor has cores that compute"


@pytest.fixture(autouse=True)
def desk() -> Iterator[QApplication]:
    with look_of_pictures() as qt:
        yield qt


def place(box: QSpinBox, part: QStyle.SubControl) -> QRect:
    option = QStyleOptionSpinBox()
    box.initStyleOption(option)
    return box.style().subControlRect(QStyle.ComplexControl.CC_SpinBox, option, part, box)


@pytest.fixture
def box() -> Iterator[QSpinBox]:
    made = QSpinBox()
    made.setRange(0, 99)
    made.setValue(50)
    made.resize(made.sizeHint())
    made.show()
    yield made
    made.hide()
    made.deleteLater()


@pytest.mark.parametrize("percent", TEXT_SIZES)
@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_each_button_is_as_large_as_a_fingertip_needs_and_beside_the_text(
    percent: int, direction: Qt.LayoutDirection
) -> None:
    with text_size(percent):
        box = QSpinBox()
        box.setLayoutDirection(direction)
        box.setRange(0, 1000)
        box.resize(box.sizeHint())
        up, down, text = (place(box, part) for part in (UP, DOWN, QStyle.SubControl.SC_SpinBoxEditField))
        for each in (up, down):
            assert min(each.width(), each.height()) >= 24
            assert box.rect().contains(each)
        assert not (up & down) | (up & text) | (down & text)
        assert text.width() >= box.fontMetrics().horizontalAdvance("1000")
        box.deleteLater()


def test_a_click_on_each_steps(box: QSpinBox) -> None:
    for part, value in ((UP, 51), (UP, 52), (DOWN, 51)):
        QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=place(box, part).center())
        assert box.value() == value
    inner = place(box, DOWN).adjusted(1, 1, -2, -2)
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=inner.bottomLeft())
    assert box.value() == 50


@pytest.mark.parametrize("theme", get_args(Theme))
@pytest.mark.parametrize("percent", TEXT_SIZES)
def test_the_arrows_are_large_and_stand_out(desk: QApplication, theme: Theme, percent: int) -> None:
    desk.setPalette(theme_palette(theme))
    with text_size(percent):
        box = QSpinBox()
        box.setRange(0, 99)
        box.setValue(50)
        box.resize(box.sizeHint())
        picture = box.grab().toImage()
        for part in (UP, DOWN):
            inner = place(box, part).adjusted(2, 2, -2, -2)
            ground = picture.pixelColor(inner.topLeft())
            seen = [
                [x for x in range(inner.left(), inner.right() + 1)
                 if contrast(picture.pixelColor(x, y), ground) >= LEAST_CONTRAST]
                for y in range(inner.top(), inner.bottom() + 1)
            ]  # fmt: skip
            widths = [len(row) for row in seen if row]
            assert max(widths) >= 0.14 * percent, part
            assert (widths[0] < widths[-1]) == (part == UP), "one points up, the other down"
        box.deleteLater()


def test_a_button_that_does_nothing_is_fainter_and_one_that_is_pressed_is_seen(box: QSpinBox) -> None:
    usual = box.grab(place(box, UP)).toImage()
    QTest.mousePress(box, Qt.MouseButton.LeftButton, pos=place(box, UP).center())
    pressed = box.grab(place(box, UP)).toImage()
    QTest.mouseRelease(box, Qt.MouseButton.LeftButton, pos=place(box, UP).center())
    box.setValue(99)
    unable = box.grab(place(box, UP)).toImage()
    middle = QPoint(usual.width() // 2, usual.height() // 2)
    assert unable.pixelColor(middle) != usual.pixelColor(middle)
    assert pressed.pixelColor(4, 3) != usual.pixelColor(4, 3)


@pytest.fixture
def words() -> Iterator[SpinBox]:
    """A spin box with words that it has no room for, and another field."""
    window = QWidget()
    layout = QVBoxLayout(window)
    made = SpinBox(4, 10)
    made.setRange(0, 99)
    made.setSpecialValueText(WORDS)
    made.setToolTip("<p>How many cores compute.</p>")
    layout.addWidget(made)
    other = QLineEdit()
    layout.addWidget(other)
    window.resize(220, 100)
    window.show()
    window.activateWindow()
    other.setFocus()
    until(other.hasFocus, "the other field")
    yield made
    window.hide()
    window.deleteLater()


def test_words_without_room_end_in_an_ellipsis_unless_they_are_edited(words: SpinBox) -> None:
    shown = words.words.shown_text
    assert shown.endswith("…")
    assert WORDS.startswith(shown[:-1])
    at_rest = words.words.grab().toImage()
    words.setFocus()
    assert words.words.grab().toImage() != at_rest
    assert words.text() == WORDS, "that is what a screen reader gets"
    words.window().resize(900, 100)
    until(lambda: words.width() > 800, "more room")
    assert words.words.shown_text == WORDS


def test_what_is_painted_is_the_cut_text(words: SpinBox) -> None:
    cut = words.words.grab().toImage()
    words.setSpecialValueText(words.words.shown_text)
    assert not words.words.is_cut
    assert words.words.grab().toImage() == cut


def test_the_tooltip_of_words_that_are_cut_begins_with_all_of_them(words: SpinBox) -> None:
    middle = words.rect().center()
    event = QHelpEvent(QEvent.Type.ToolTip, middle, words.mapToGlobal(middle))
    QApplication.sendEvent(words, event)
    assert QToolTip.text() == f"<p>{WORDS}</p><p>How many cores compute.</p>"
    QToolTip.hideText()


def test_the_first_step_goes_to_a_usual_value(words: SpinBox) -> None:
    words.stepUp()
    assert words.value() == 4
    words.stepUp()
    assert words.value() == 5
