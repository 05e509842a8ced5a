"""Widgets have outlines that are visible on every background."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QListWidget,
    QMenu,
    QProxyStyle,
    QPushButton,
    QSpinBox,
    QStyle,
    QStyleFactory,
    QStyleOptionButton,
    QStyleOptionFrame,
    QWidget,
)
from support.accessible_walk import application

from edge_assistant.ui.contrast import contrast, outline_colour
from edge_assistant.ui.style import CheckBox, OutlinedStyle, use_outlines
from edge_assistant.ui.theme import Theme, theme_palette


@pytest.fixture
def desk() -> Iterator[QApplication]:
    qt = application()
    usual = qt.palette()
    yield qt
    qt.setPalette(usual)


def make_palette(window: str, text: str, *, base: str = "", button: str = "") -> QPalette:
    palette = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, window),
        (QPalette.ColorRole.Base, base or window),
        (QPalette.ColorRole.Button, button or window),
        (QPalette.ColorRole.WindowText, text),
        (QPalette.ColorRole.Text, text),
        (QPalette.ColorRole.ButtonText, text),
        (QPalette.ColorRole.Highlight, "#ffff00"),
    ):
        palette.setColor(role, QColor(colour))
    return palette


def edge_colours(widget: QWidget) -> list[QColor]:
    """The pixels along the widget's edge, without those of its rounded corners."""
    widget.resize(max(90, widget.sizeHint().width()), max(30, widget.sizeHint().height()))
    picture = widget.grab().toImage()
    width, height = picture.width(), picture.height()
    rows = [(x, y) for x in range(8, width - 8) for y in (0, height - 1)]
    columns = [(x, y) for y in range(8, height - 8) for x in (0, width - 1)]
    return [picture.pixelColor(x, y) for x, y in rows + columns]


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
@pytest.mark.parametrize("theme", ["light", "dark", "high-contrast"])
def test_what_can_be_ticked_in_a_menu_has_a_box_that_is_seen(desk: QApplication, theme: Theme, ticked: bool) -> None:
    palette = theme_palette(theme)
    desk.setPalette(palette)
    menu, style = QMenu(), OutlinedStyle()
    menu.setStyle(style)
    action = menu.addAction("")
    action.setCheckable(True)
    action.setChecked(ticked)
    menu.resize(menu.sizeHint())
    picture, row = menu.grab().toImage(), menu.actionGeometry(action)
    middle = [picture.pixelColor(x, row.center().y()) for x in range(2, row.width() // 2)]
    assert sum(each == palette.text().color() for each in middle) >= 2


@pytest.mark.parametrize("ticked", [False, True])
def test_a_box_has_an_outline_in_the_colour_of_the_text_ticked_or_not(desk: QApplication, ticked: bool) -> None:
    desk.setPalette(make_palette("#000000", "#fefefe"))
    box, usual = CheckBox("Speak"), QCheckBox("Speak")
    for each in (box, usual):
        each.setChecked(ticked)
    assert light_part_of_the_edge(box) > 0.9
    assert light_part_of_the_edge(usual) < 0.5, "the desktop's style does that by itself now"


KINDS = (QPushButton, QComboBox, QLineEdit, QListWidget, QSpinBox)
DARK = ("#1e1f22", "#e8e8e8", "#141517", "#2d2f33")
LIGHT = ("#f0f0f0", "#101010", "#ffffff", "#e6e6e6")
BLACK = ("#000000", "#ffffff", "#000000", "#000000")


@pytest.mark.parametrize("colours", [DARK, LIGHT, BLACK])
@pytest.mark.parametrize("kind", KINDS)
def test_what_can_be_used_has_an_outline_that_is_seen(
    desk: QApplication, kind: type[QWidget], colours: tuple[str, str, str, str]
) -> None:
    window, text, base, button = colours
    palette = make_palette(window, text, base=base, button=button)
    desk.setPalette(palette)
    style = OutlinedStyle()
    widget = kind()
    widget.setStyle(style)
    edge = edge_colours(widget)
    seen = [colour for colour in edge if contrast(colour, QColor(window)) >= 3]
    assert len(seen) == len(edge)
    if colours == BLACK:
        assert all(colour == QColor(text) for colour in edge)


def test_fusion_alone_does_not_outline_them_on_black(desk: QApplication) -> None:
    desk.setPalette(make_palette(*BLACK[:2]))
    style = QProxyStyle("fusion")
    button = QPushButton()
    button.setStyle(style)
    faint = [colour for colour in edge_colours(button) if contrast(colour, QColor("#000000")) < 3]
    assert len(faint) > 50, "the style does that by itself now"


def test_what_has_the_focus_is_outlined_in_another_colour(desk: QApplication) -> None:
    desk.setPalette(make_palette(*BLACK[:2]))
    style = OutlinedStyle()
    field = QLineEdit()
    field.setStyle(style)
    field.show()
    field.activateWindow()
    field.setFocus()
    desk.processEvents()
    assert field.hasFocus()
    assert {colour.name() for colour in edge_colours(field)} == {"#ffff00"}


def test_the_contrast_ratio_is_that_of_wcag() -> None:
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)
    assert contrast(QColor("#ff0000"), QColor("#ff0000")) == 1


def test_the_outline_stays_between_text_and_background_unless_all_is_black_and_white() -> None:
    assert outline_colour(make_palette("#f0f0f0", "#101010")).name() == "#808080"
    assert outline_colour(make_palette("#ffffff", "#000000")).name() == "#000000"


@pytest.mark.parametrize(("usual", "outlined"), [("Fusion", True), ("Windows", False)])
def test_only_fusion_is_outlined(desk: QApplication, usual: str, *, outlined: bool) -> None:
    before = desk.style().name()
    desk.setStyle(usual)
    use_outlines(desk)
    style = desk.style()
    assert isinstance(style, OutlinedStyle) == outlined
    desk.setStyle(before)


@pytest.mark.parametrize("widget_class", [QLineEdit, QSpinBox])
def test_the_text_of_a_field_stands_apart_from_its_frame_and_has_the_room_that_this_takes(
    widget_class: type[QLineEdit | QSpinBox],
) -> None:
    application()
    usual, style, plain = widget_class(), OutlinedStyle(), QStyleFactory.create("Fusion")
    option = QStyleOptionFrame()
    option.rect = QRect(0, 0, 200, 30)
    contents = [
        each.subElementRect(QStyle.SubElement.SE_LineEditContents, option, QLineEdit()) for each in (style, plain)
    ]
    assert contents[0].left() >= contents[1].left() + 4
    usual.setStyle(plain)
    widths = [usual.sizeHint().width()]
    usual.setStyle(style)
    assert usual.sizeHint().width() >= widths[0] + contents[1].width() - contents[0].width()


def test_the_text_of_a_row_stands_apart_from_the_frame_of_its_list() -> None:
    assert OutlinedStyle().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin) >= 6
