"""What is read from widgets: their texts in reading order, their states, and what is not seen whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)
from support.accessible_walk import application

from edge_assistant.drawn_screens.qt.look import fitting_families
from edge_assistant.drawn_screens.qt.survey import LABEL, Survey, Surveyor

pytestmark = pytest.mark.gui


@pytest.fixture
def root() -> Iterator[QWidget]:
    """A screen of 400 x 300 logical pixels that is nowhere to be seen."""
    application()
    made = QWidget()
    made.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    made.setFont(QFont(fitting_families("ABC")[0], 10))
    made.resize(400, 300)
    yield made
    made.deleteLater()


def survey(root: QWidget, scale: float = 1.0) -> Survey:
    root.show()
    application().processEvents()
    surveyor = Surveyor(root, scale)
    surveyor.read(root)
    return surveyor.found


def table(root: QWidget, width: int) -> QTableWidget:
    made = QTableWidget(1, 2, root)
    made.resize(320, 100)
    made.setHorizontalHeaderLabels(["Item", "Price"])
    made.setItem(0, 0, QTableWidgetItem("Carrots and apples"))
    made.setItem(0, 1, QTableWidgetItem(""))
    made.verticalHeader().hide()
    made.setColumnWidth(0, width)
    return made


def test_texts_come_in_the_order_of_the_layout_not_in_that_of_their_making(root: QWidget) -> None:
    last, first, between = QPushButton("Last"), QLabel("First"), QCheckBox("Between")
    whole, line = QVBoxLayout(), QHBoxLayout()
    line.addWidget(between)
    line.addWidget(last)
    whole.addWidget(first)
    whole.addLayout(line)
    root.setLayout(whole)
    found = survey(root)
    assert [each.text for each in found.texts] == ["First", "Between", "Last"]
    assert [each.role for each in found.texts] == ["text", "option", "button"]
    assert found.counts == {"tick box": 1, "button": 1}
    assert found.states == {"Between": ("not ticked",)}
    assert not found.cut


def test_boxes_are_pixels_of_the_picture(root: QWidget) -> None:
    button = QPushButton("Play", root)
    button.setGeometry(10, 20, 100, 30)
    places = [survey(root, scale).places["Play"] for scale in (1.0, 1.5, 2.0)]
    assert places == [(10, 20, 110, 50), (15, 30, 165, 75), (20, 40, 220, 100)]


def test_hidden_widgets_are_not_read(root: QWidget) -> None:
    QLabel("Secret", root).hide()
    QLabel("Shown", root)
    assert [each.text for each in survey(root).texts] == ["Shown"]


@pytest.mark.parametrize("width", [10, 40])
def test_a_label_that_is_too_narrow_is_told(root: QWidget, width: int) -> None:
    QLabel("A long sentence that needs room", root).setFixedWidth(width)
    assert survey(root).cut


def test_wrapped_text_that_is_too_high_is_told(root: QWidget) -> None:
    label = QLabel("A long sentence that needs several lines", root)
    label.setWordWrap(True)
    label.setGeometry(0, 0, 90, 200)
    assert not survey(root).cut
    label.setGeometry(0, 0, 90, 20)
    assert survey(root).cut


def test_a_widget_beyond_the_screen_is_told(root: QWidget) -> None:
    button = QPushButton("Play", root)
    button.setGeometry(320, 0, 80, 30)
    assert not survey(root).cut
    button.setGeometry(330, 0, 80, 30)
    assert "Play" in survey(root).cut


def test_a_widget_that_another_one_cuts_off_is_told(root: QWidget) -> None:
    box = QWidget(root)
    box.setGeometry(0, 0, 100, 100)
    QLabel("Music", box).move(0, 90)
    assert "Music" in survey(root).cut


def test_a_table_is_read_row_by_row_with_its_empty_cell_and_a_narrow_column_is_told(root: QWidget) -> None:
    table(root, 200)
    found = survey(root)
    assert [each.text for each in found.texts] == ["Item", "Price", "Carrots and apples"]
    assert found.states == {"Carrots and apples, Price": ("empty",)}
    assert found.counts == {"row": 1}
    assert not found.cut


def test_a_cell_that_is_shortened_is_told(root: QWidget) -> None:
    table(root, 40)
    assert survey(root).cut == ["Carrots and apples"]


def test_an_entry_of_a_list_that_is_shortened_is_told(root: QWidget) -> None:
    listed = QListWidget(root)
    listed.addItems(["Inbox\nA long line that does not fit"])
    listed.resize(60, 100)
    listed.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    assert survey(root).cut


def test_fields_have_their_states_by_the_label(root: QWidget) -> None:
    grid = QGridLayout(root)
    for number, (label, text) in enumerate((("Town", "Leeds"), ("Remarks", ""))):
        edit = QLineEdit(text)
        edit.setProperty(LABEL, label)
        edit.setEnabled(bool(text))
        grid.addWidget(QLabel(label), number, 0)
        grid.addWidget(edit, number, 1)
    found = survey(root)
    assert [each.text for each in found.texts] == ["Town", "Leeds", "Remarks"]
    assert found.states == {"Remarks": ("empty", "greyed")}
    assert found.places["Town"][0] > 0
    assert "Leeds" not in found.places


def test_a_label_that_stands_twice_has_no_place(root: QWidget) -> None:
    for y in (0, 100, 200):
        QPushButton("Play", root).move(0, y)
    QPushButton("Stop", root).move(200, 0)
    found = survey(root)
    assert list(found.places) == ["Stop"]
    assert found.counts == {"button": 4}


def test_a_font_without_the_letters_does_not_fit() -> None:
    application()
    assert fitting_families("ABC")
    assert set(fitting_families("ABC\u0416")) <= set(fitting_families("ABC"))
    assert not fitting_families("\U000e0fff")
