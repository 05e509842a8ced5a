"""Boxes that can be ticked are seen on every background."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from accessible_walk import application
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QCheckBox, QStyle, QStyleOptionButton

from edge_assistant.ui.appearance import TickBox


@pytest.fixture
def desk() -> Iterator[QApplication]:
    qt = application()
    usual = qt.palette()
    yield qt
    qt.setPalette(usual)


def light_part_of_the_edge(box: QCheckBox) -> float:
    """How much of the outline of the box has the text's colour, from 0 to 1."""
    option = QStyleOptionButton()
    box.resize(box.sizeHint())
    box.initStyleOption(option)
    edge = box.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, box)
    picture = box.grab().toImage()
    pixels = [(x, y) for x in (edge.left(), edge.right()) for y in range(edge.top(), edge.bottom() + 1)]
    pixels += [(x, y) for y in (edge.top(), edge.bottom()) for x in range(edge.left(), edge.right() + 1)]
    return sum(picture.pixelColor(*each).lightness() > 200 for each in pixels) / len(pixels)


@pytest.mark.parametrize("ticked", [False, True])
def test_a_box_has_an_outline_in_the_colour_of_the_text_ticked_or_not(desk: QApplication, ticked: bool) -> None:
    palette = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, "#000000"),
        (QPalette.ColorRole.Base, "#000000"),
        (QPalette.ColorRole.Button, "#000000"),
        (QPalette.ColorRole.WindowText, "#fefefe"),
    ):
        palette.setColor(role, QColor(colour))
    desk.setPalette(palette)
    box, usual = TickBox("Speak"), QCheckBox("Speak")
    for each in (box, usual):
        each.setChecked(ticked)
    assert light_part_of_the_edge(box) > 0.9
    assert light_part_of_the_edge(usual) < 0.5, "the desktop's style does that by itself now"
