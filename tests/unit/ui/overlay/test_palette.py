"""The palette by itself: what its keys choose, what is spoken, and what is dropped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListWidget, QProxyStyle, QStyle, QStyleOption, QWidget
from support.accessible_walk import application, nameless, tab_order, until, walk
from support.heard_focus import heard_focus

from edge_assistant.controller.palette_items import QUESTIONS, PaletteItem
from edge_assistant.ui.contrast import contrast
from edge_assistant.ui.overlay.palette import ENTRY_PREFIX, Palette

CHOICES = (
    PaletteItem("w", "window", "Window: Invoice"),
    PaletteItem("2", "monitor-2", "Monitor 2 of 2"),
    PaletteItem("x", "stop", "Stop"),
)


class Desk:
    """A palette, and what it reports."""

    def __init__(self) -> None:
        application()
        self.heard: list[tuple[str, bool]] = []
        self.chosen: list[str] = []
        self.dismissed: list[bool] = []
        self.screen_reader = False
        self.palette = Palette(lambda text, at_once: self.heard.append((text, at_once)), lambda: self.screen_reader)
        self.palette.chosen.connect(self.chosen.append)
        self.palette.dismissed.connect(self.dismissed.append)

    def open(self) -> None:
        self.palette.open(CHOICES, QApplication.primaryScreen())
        until(self.palette.isActiveWindow, "the palette")

    def press(self, key: Qt.Key, text: str = "") -> None:
        target = QApplication.focusWidget()
        assert target is not None
        if text:
            QTest.keyClicks(target, text)
        else:
            QTest.keyClick(target, key)

    @property
    def list(self) -> QListWidget:
        found = self.palette.findChild(QListWidget)
        assert isinstance(found, QListWidget)
        return found


@pytest.fixture
def desk() -> Iterator[Desk]:
    result = Desk()
    yield result
    result.palette.close_quietly()
    result.palette.deleteLater()


@pytest.mark.parametrize(("text", "name"), [("w", "window"), ("W", "window"), ("2", "monitor-2"), ("x", "stop")])
def test_a_letter_or_digit_chooses_and_hides_it(desk: Desk, text: str, name: str) -> None:
    desk.open()
    desk.press(Qt.Key.Key_unknown, text)
    assert desk.chosen == [name]
    assert not desk.palette.isVisible()


def test_arrows_and_enter_choose_and_each_choice_is_heard_when_it_gets_the_focus(desk: Desk) -> None:
    desk.open()
    assert desk.heard == [("Choices. Window: Invoice, W. Press its letter, or a question mark to hear all.", False)]
    desk.press(Qt.Key.Key_Down)
    assert desk.heard[-1] == ("Monitor 2 of 2, 2", True)
    desk.press(Qt.Key.Key_Up)
    desk.press(Qt.Key.Key_Up)
    assert desk.heard[-2:] == [("Window: Invoice, W", True)] * 2, "at the end it says where it is"
    desk.press(Qt.Key.Key_End)
    desk.press(Qt.Key.Key_Return)
    assert desk.chosen == ["stop"]


@pytest.mark.parametrize("name", ["history", f"{ENTRY_PREFIX}2"])
def test_a_chosen_window_that_was_below_the_choices_is_heard(desk: Desk, name: str) -> None:
    answers = QListWidget()
    answers.setWindowTitle("The last answers")
    with heard_focus() as heard:
        desk.palette.open((PaletteItem("n", name, "The last answers"),), QApplication.primaryScreen())
        answers.show()
        desk.palette.activateWindow()
        until(desk.palette.isActiveWindow, "the palette again")
        heard.take()
        desk.press(Qt.Key.Key_unknown, "n")
        answers.activateWindow()
        until(lambda: heard.said, "the window")
        assert heard.take()[0].startswith("The last answers")
    answers.hide()
    answers.deleteLater()


def test_with_a_screen_reader_the_focus_is_left_to_it_but_the_help_is_said(desk: Desk) -> None:
    desk.screen_reader = True
    desk.open()
    desk.press(Qt.Key.Key_Down)
    assert desk.heard == []
    desk.press(Qt.Key.Key_F1)
    assert len(desk.heard) == len(CHOICES) + 1


@pytest.mark.parametrize("key", [(Qt.Key.Key_F1, ""), (Qt.Key.Key_unknown, "?")])
def test_help_reads_all_choices_with_their_keys(desk: Desk, key: tuple[Qt.Key, str]) -> None:
    desk.open()
    desk.press(*key)
    said = ["Window: Invoice, W.", "Monitor 2 of 2, 2.", "Stop, X.", "Escape closes."]
    assert desk.heard[1:] == [(each, each == said[0]) for each in said], "in place of what was being said"
    assert desk.palette.isVisible()


def test_a_letter_that_is_no_choice_is_answered(desk: Desk) -> None:
    desk.open()
    desk.press(Qt.Key.Key_unknown, "z")
    assert desk.heard[-1][0].startswith("There is no choice Z.")
    assert desk.palette.isVisible()


def test_escape_closes_it_gives_the_focus_back_and_forgets_what_it_showed(desk: Desk) -> None:
    desk.open()
    desk.press(Qt.Key.Key_Escape)
    assert (desk.chosen, desk.dismissed) == ([], [True])
    assert not desk.palette.isVisible()
    assert desk.list.count() == 0


def test_a_palette_that_is_left_closes_and_leaves_the_focus_where_it_went(desk: Desk) -> None:
    desk.open()
    other = QWidget()
    other.show()
    other.activateWindow()
    until(lambda: desk.dismissed, "its end")
    assert desk.dismissed == [False]
    other.deleteLater()


def test_p_leads_to_the_persons_own_questions_and_escape_back(desk: Desk) -> None:
    children = (PaletteItem("1", "question Seat", "Seat"), PaletteItem("2", "question Total", "Total"))
    items = (*CHOICES, PaletteItem("p", QUESTIONS, "Your own questions", children))
    desk.palette.open(items, QApplication.primaryScreen())
    until(desk.palette.isActiveWindow, "the palette")
    desk.press(Qt.Key.Key_unknown, "p")
    assert desk.heard[-1] == ("Questions. Seat, 1", True)
    desk.press(Qt.Key.Key_F1)
    assert [text for text, _ in desk.heard[-3:]] == ["Seat, 1.", "Total, 2.", "Escape goes back."]
    desk.press(Qt.Key.Key_Escape)
    assert desk.heard[-1] == ("Your own questions, P", True)
    assert (desk.list.count(), desk.list.currentRow(), desk.dismissed) == (len(items), 3, [])
    desk.press(Qt.Key.Key_Return)
    desk.press(Qt.Key.Key_unknown, "2")
    assert desk.chosen == ["question Total"]
    assert not desk.palette.isVisible()


def test_without_questions_p_says_where_to_write_them(desk: Desk) -> None:
    desk.palette.open((*CHOICES, PaletteItem("p", QUESTIONS, "Your own questions")), QApplication.primaryScreen())
    until(desk.palette.isActiveWindow, "the palette")
    desk.press(Qt.Key.Key_unknown, "p")
    assert desk.heard[-1] == ("You have no questions of your own yet. Write them in the settings.", True)
    assert desk.palette.isVisible()
    assert desk.list.count() == len(CHOICES) + 1


def test_a_click_chooses(desk: Desk) -> None:
    desk.open()
    place = desk.list.visualItemRect(desk.list.item(1)).center()
    QTest.mouseClick(desk.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert desk.chosen == ["monitor-2"]


def test_everything_in_it_has_a_name_and_each_choice_is_read_with_its_key(desk: Desk) -> None:
    desk.open()
    assert nameless(desk.palette) == []
    assert {each.spoken for each in CHOICES} <= {each.name for each in walk(desk.palette)}
    assert desk.palette.windowTitle() == "Edge Assistant, choices"


def test_the_list_is_the_only_stop_of_the_tab_key(desk: Desk) -> None:
    desk.open()
    assert tab_order(desk.palette) == [desk.list]


def test_it_stays_on_a_small_screen_with_whole_rows(desk: Desk) -> None:
    many = tuple(PaletteItem(chr(97 + n), f"entry-{n}", f"Entry {n} " + "with a long label " * 20) for n in range(26))
    desk.palette.open(many, QApplication.primaryScreen())
    space = QApplication.primaryScreen().availableGeometry()
    assert space.contains(desk.palette.geometry())
    assert desk.list.height() % desk.list.sizeHintForRow(0) == 0


def test_it_shows_as_many_rows_each_time_it_opens(desk: Desk) -> None:
    choices = tuple(PaletteItem(chr(97 + n), f"entry-{n}", f"Entry {n}") for n in range(20))
    heights = []
    for _ in range(3):
        desk.palette.open(choices, QApplication.primaryScreen())
        heights.append(desk.list.height())
        desk.palette.close_quietly()
    assert heights == [heights[0]] * 3


class PaleStyle(QProxyStyle):
    """A style with colours of its own for the row of a list that is selected, as that of Windows is."""

    def drawControl(
        self, element: QStyle.ControlElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        if element == QStyle.ControlElement.CE_ItemViewItem:
            painter.fillRect(option.rect, QColor("#e8f4ff"))
        else:
            super().drawControl(element, option, painter, widget)


def test_the_selected_row_is_inverted_whatever_the_style_of_the_system(desk: Desk) -> None:
    QApplication.setStyle(PaleStyle("fusion"))
    try:
        desk.open()
        picture = desk.list.grab().toImage()
        corners = [desk.list.visualItemRect(desk.list.item(row)).bottomRight() - QPoint(3, 3) for row in (0, 1)]
        selected, other = (picture.pixelColor(corner * picture.devicePixelRatio()) for corner in corners)
    finally:
        QApplication.setStyle("fusion")
    assert contrast(selected, other) > 7
