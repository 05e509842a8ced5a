"""Boxes that can be ticked are seen on every background."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from accessible_walk import application
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QCheckBox

from edge_assistant.ui.appearance import outline_boxes


@pytest.fixture
def desk() -> Iterator[QApplication]:
    qt = application()
    usual = qt.palette()
    yield qt
    qt.setStyleSheet("")
    qt.setPalette(usual)


def colours_of(box: QCheckBox) -> set[str]:
    picture = box.grab().toImage()
    return {picture.pixelColor(x, y).name() for x in range(20) for y in range(picture.height())}


def test_a_box_that_is_not_ticked_has_an_outline_in_the_colour_of_the_text(desk: QApplication) -> None:
    palette = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, "#000000"),
        (QPalette.ColorRole.Base, "#000000"),
        (QPalette.ColorRole.WindowText, "#fefefe"),
    ):
        palette.setColor(role, QColor(colour))
    desk.setPalette(palette)
    outline_boxes(desk)
    box = QCheckBox()
    assert "#fefefe" in colours_of(box)
    desk.setStyleSheet("")
    assert "#fefefe" not in colours_of(box), "the desktop's style does that by itself now"
