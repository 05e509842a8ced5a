"""A text that a combo box has no room for ends in an ellipsis, and is in its tooltip."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from support.own_look import look_of_pictures

from edge_assistant.ui.combo_box import ComboBox

LONG = "Text recognition; the model where that cannot read the letters <b>"


@pytest.fixture
def box() -> Iterator[ComboBox]:
    with look_of_pictures():
        made = ComboBox()
        made.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        made.addItems([LONG, "Short"])
        made.setToolTip("<p>Who reads text.</p>")
        made.resize(200, made.sizeHint().height())
        made.show()
        yield made
        made.hide()
        made.deleteLater()


def tooltip_of(box: ComboBox) -> str:
    middle = box.rect().center()
    QApplication.sendEvent(box, QHelpEvent(QEvent.Type.ToolTip, middle, box.mapToGlobal(middle)))
    shown = QToolTip.text()
    QToolTip.hideText()
    return shown


def test_a_long_text_ends_in_an_ellipsis_as_if_that_were_its_text(box: ComboBox) -> None:
    shown, picture = box.shown_text, box.grab().toImage()
    assert shown.endswith("…")
    assert LONG.startswith(shown[:-1])
    assert box.currentText() == LONG, "that is what a screen reader gets"
    box.setItemText(0, shown)
    assert box.grab().toImage() == picture


def test_a_text_with_room_is_shown_as_it_is(box: ComboBox) -> None:
    box.setCurrentIndex(1)
    assert box.shown_text == "Short"
    box.setCurrentIndex(0)
    box.resize(900, box.height())
    assert box.shown_text == LONG


def test_the_tooltip_of_a_long_text_begins_with_all_of_it(box: ComboBox) -> None:
    assert tooltip_of(box) == f"<p>{LONG.replace('<b>', '&lt;b&gt;')}</p><p>Who reads text.</p>"
    box.setCurrentIndex(1)
    assert LONG[:20] not in tooltip_of(box)


def test_the_list_that_opens_is_as_wide_as_its_longest_text(box: ComboBox) -> None:
    box.showPopup()
    QApplication.processEvents()
    assert box.view().width() >= box.fontMetrics().horizontalAdvance(LONG)
    box.hidePopup()
