"""The list of lines: by keyboard alone, with every step said, by us or by a screen reader."""

from __future__ import annotations

import gc
import time
import weakref
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from support.accessible_walk import application, nameless, until, walk
from support.text_pages import HEIGHT, WIDTH, PageReader, page

from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.geometry import Rect
from edge_assistant.controller.lines import LinesSource
from edge_assistant.ocr.client import OcrError
from edge_assistant.ocr.page import Box, Page
from edge_assistant.text.languages import language_of
from edge_assistant.ui.contrast import contrast
from edge_assistant.ui.lines.window import LinesWindow
from edge_assistant.ui.style import OutlinedStyle

PRICES = (("Fruit", "Price"), ("Apples", "3.20"), ("Pears", ""))
SHOP = page("Invoice 1042", "Thank you for your order", PRICES, "Total: 3.20")
TABLE = "Table, 2 rows, 2 columns"
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
KEY = Qt.Key


class Shown:
    """The window, and what is said; "(silence)" is where speech was stopped."""

    def __init__(self) -> None:
        application()
        self.said: list[str] = []
        self.closed: list[bool] = []
        self.places: list[Box | None] = []
        self.reader = False
        self.window = LinesWindow(
            self.said.append, lambda: self.said.append("(silence)"), lambda: self.reader, lambda: "en"
        )
        self.window.closed.connect(self.closed.append)
        self.window.place_changed.connect(lambda _, box: self.places.append(box))

    def source(self, reader: PageReader, *, start: int = 0, title: str = "") -> LinesSource:
        picture = CapturedPicture(Image.new("RGB", (800, 600)), area=Rect(0, 0, 800, 600))
        return LinesSource(reader.text(), picture, title, start)

    def open(self, content: Page = SHOP, *, start: int = 0, title: str = "") -> None:
        """Open a page that is there at once, and go on when all of it has come."""
        self.open_source(self.source(PageReader(content), start=start, title=title))
        until(lambda: self.window._complete, "the text")
        application().processEvents()

    def open_source(self, source: LinesSource) -> None:
        self.window.open_lines(source)
        until(lambda: self.window.list.hasFocus() and self.window.isActiveWindow(), "the list")

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> list[str]:
        """Press a key; return what is said at it."""
        self.said.clear()
        QTest.keyClick(QApplication.focusWidget(), key, modifiers)
        return list(self.said)

    @property
    def rows(self) -> list[str]:
        return [self.window.list.item(row).text() for row in range(self.window.list.count())]

    @property
    def in_table(self) -> bool:
        return self.window.table.hasFocus()


@pytest.fixture
def shown() -> Iterator[Shown]:
    result = Shown()
    yield result
    result.window.hide()
    result.window.deleteLater()


def test_each_line_is_one_item_and_a_table_is_one(shown: Shown) -> None:
    shown.open(title="Shop")
    assert shown.rows == ["Invoice 1042", "Thank you for your order", TABLE, "Total: 3.20"]
    assert shown.said[0] == "Lines."
    assert "Invoice 1042" in shown.said
    assert nameless(shown.window) == []


def test_the_arrows_go_by_line_and_say_the_number_of_each(shown: Shown) -> None:
    shown.open()
    assert shown.press(KEY.Key_Down) == ["(silence)", "Thank you for your order", "2 of 4"]
    assert shown.press(KEY.Key_Down) == ["(silence)", TABLE, "Tab enters it.", "3 of 4"]
    assert shown.press(KEY.Key_End) == ["(silence)", "Total: 3.20", "4 of 4"]
    assert shown.press(KEY.Key_Down) == ["(silence)", "Total: 3.20"], "the end is heard"
    assert shown.press(KEY.Key_End) == ["(silence)", "Total: 3.20"]
    assert shown.press(KEY.Key_Home)[1] == "Invoice 1042"
    assert shown.press(KEY.Key_Home) == ["(silence)", "Invoice 1042"]
    assert shown.press(KEY.Key_PageUp) == ["(silence)", "Invoice 1042"]
    assert shown.press(KEY.Key_PageDown)[1] == "Total: 3.20"
    assert shown.press(KEY.Key_Space) == ["(silence)", "Total: 3.20"]
    assert shown.press(KEY.Key_Return) == ["(silence)", "Total: 3.20"]


def test_first_letters_go_to_a_line(shown: Shown) -> None:
    shown.open()
    assert shown.press(KEY.Key_T)[1] == "Thank you for your order"


@pytest.mark.parametrize("reader", [False, True])
def test_a_letter_with_which_nothing_begins_is_answered_but_not_within_a_word(shown: Shown, reader: bool) -> None:
    shown.reader = reader
    shown.open()
    usual = QApplication.keyboardInputInterval()
    try:
        QApplication.setKeyboardInputInterval(0)
        assert shown.press(KEY.Key_Q) == ["(silence)", "Nothing begins with q."]
        assert not [said for said in shown.press(KEY.Key_T) if said.startswith("Nothing")]
        QApplication.setKeyboardInputInterval(600_000)
        assert shown.press(KEY.Key_X) == [], "it goes on with a word"
    finally:
        QApplication.setKeyboardInputInterval(usual)


def test_words_and_letters_go_on_into_the_next_line(shown: Shown) -> None:
    shown.open()
    assert shown.press(KEY.Key_Right, CONTROL) == ["(silence)", "Invoice"]
    assert shown.press(KEY.Key_Right, SHIFT) == ["(silence)", "capital I"]
    assert shown.press(KEY.Key_Right, SHIFT) == ["(silence)", "n"]
    assert shown.press(KEY.Key_Right, CONTROL)[1] == "1042"
    assert shown.press(KEY.Key_Left, SHIFT)[1] == "space"
    assert shown.press(KEY.Key_Right, CONTROL)[1] == "1042"
    assert shown.press(KEY.Key_Right, CONTROL)[1] == "Thank"
    assert shown.window.list.currentRow() == 1
    assert shown.press(KEY.Key_Left, CONTROL)[1] == "1042"
    assert shown.press(KEY.Key_Left, CONTROL)[1] == "Invoice"
    assert shown.press(KEY.Key_Left, CONTROL)[1] == "Start of the text."
    shown.press(KEY.Key_End)
    assert [shown.press(KEY.Key_Right, CONTROL)[1] for _ in range(3)] == ["Total:", "3.20", "End of the text."]


def test_a_table_is_entered_and_only_what_changes_of_the_place_is_said(shown: Shown) -> None:
    shown.open(start=2)
    assert shown.window.list.currentRow() == 2
    assert shown.press(KEY.Key_Tab) == ["(silence)", "Fruit", "row 1", "Apples"]
    assert shown.in_table
    assert shown.press(KEY.Key_Right) == ["(silence)", "Price", "3.20"]
    assert shown.press(KEY.Key_Down) == ["(silence)", "row 2", "empty"]
    assert shown.press(KEY.Key_Down) == ["(silence)", "empty"], "the last row"
    assert shown.press(KEY.Key_Left) == ["(silence)", "Fruit", "Pears"]
    assert shown.press(KEY.Key_Right, SHIFT)[1] == "capital P"
    assert shown.press(KEY.Key_Escape) == ["(silence)", TABLE, "3 of 4"]
    assert shown.window.isVisible()
    assert not shown.in_table
    assert shown.press(KEY.Key_Return)[-1] == "Pears", "where it was left"


def test_without_a_header_columns_and_rows_have_numbers(shown: Shown) -> None:
    shown.open(page((("7", "8"), ("9", "10")), header=False))
    assert shown.press(KEY.Key_Tab) == ["(silence)", "column 1", "row 1", "7"]
    assert shown.press(KEY.Key_Right) == ["(silence)", "column 2", "8"]


def test_a_table_of_one_cell(shown: Shown) -> None:
    shown.open(page((("Only",),)))
    assert shown.rows == ["Table, 1 row, 1 column"]
    assert shown.press(KEY.Key_Tab)[-1] == "Only"
    assert shown.press(KEY.Key_Right) == ["(silence)", "Only"]


def test_lines_cells_and_everything_are_copied(shown: Shown) -> None:
    clipboard = QGuiApplication.clipboard()
    shown.open()
    assert shown.press(KEY.Key_C, CONTROL) == ["(silence)", "Copied."]
    assert clipboard.text() == "Invoice 1042"
    everything = "Invoice 1042\nThank you for your order\nFruit\tPrice\nApples\t3.20\nPears\t\nTotal: 3.20"
    shown.press(KEY.Key_C, CONTROL | SHIFT)
    assert clipboard.text() == everything
    clipboard.clear()
    assert shown.press(KEY.Key_A, CONTROL)[-1] == "Everything is selected."
    shown.press(KEY.Key_C, CONTROL)
    assert clipboard.text() == everything
    shown.press(KEY.Key_Home)
    shown.press(KEY.Key_Down, SHIFT)
    shown.press(KEY.Key_C, CONTROL)
    assert clipboard.text() == "Invoice 1042\nThank you for your order"
    shown.press(KEY.Key_Down)
    shown.press(KEY.Key_Tab)
    shown.press(KEY.Key_C, CONTROL)
    assert clipboard.text() == "Apples"
    shown.press(KEY.Key_A, CONTROL)
    shown.press(KEY.Key_C, CONTROL)
    assert clipboard.text() == "Apples\t3.20\nPears\t"


def test_lines_are_shown_as_they_come_and_what_has_the_focus_keeps_it(shown: Shown) -> None:
    reader = PageReader(SHOP, waits=True)
    shown.open_source(shown.source(reader))
    assert shown.rows == []
    reader.let_go(1)
    until(lambda: shown.rows == ["Invoice 1042"], "the first line")
    assert shown.said[-1] == "Invoice 1042", "without a number: of how many is not known"
    reader.let_go(1)
    until(lambda: len(shown.rows) == 2, "the second line")
    shown.press(KEY.Key_Down)
    shown.said.clear()
    reader.let_go(4)
    until(lambda: shown.rows[2:] == ["Table, 2 rows, 2 columns"], "the table")
    reader.let_go(10)
    until(lambda: len(shown.rows) == 4, "the rest")
    assert shown.said == [], "what has the focus is not said again"
    assert shown.window.list.currentRow() == 1


def test_it_begins_at_the_line_where_a_reading_was_stopped(shown: Shown) -> None:
    reader = PageReader(SHOP, waits=True)
    shown.open_source(shown.source(reader, start=1))
    reader.let_go(1)
    until(lambda: len(shown.rows) == 1, "the first line")
    shown.window.list.setCurrentRow(0)  # as Qt does where a list gets the focus that has no current line
    assert shown.said == ["Lines."]
    reader.let_go(1)
    until(lambda: shown.window.list.currentRow() == 1, "the line")
    assert shown.said == ["Lines.", "Thank you for your order"]


def test_a_start_behind_the_last_line_is_the_last_line(shown: Shown) -> None:
    shown.open(start=99)
    assert shown.window.list.currentRow() == 3


def test_an_empty_page_is_said(shown: Shown) -> None:
    shown.open(page())
    assert shown.said[-1] == "No text was found."
    assert shown.window.status.text() == "No text was found."
    for key in (KEY.Key_Down, KEY.Key_Tab, KEY.Key_Space, KEY.Key_Return):
        shown.press(key)
    assert shown.press(KEY.Key_Right, CONTROL)[-1] == "End of the text."
    assert shown.press(KEY.Key_C, CONTROL)[-1] == "There is nothing to copy."


def test_what_cannot_be_read_is_said(shown: Shown) -> None:
    shown.open(page("One", unreadable=3))
    assert shown.said.count("Some of the text is in a script that I cannot read here.") == 1
    shown.window._take_lines()  # as for a second message of lines that the first one has brought
    assert shown.said.count("Some of the text is in a script that I cannot read here.") == 1


def test_a_reading_that_fails_keeps_its_lines_and_says_why(shown: Shown) -> None:
    shown.open_source(shown.source(PageReader(page("One"), OcrError("The text could not be recognised. Try again."))))
    until(lambda: shown.window._complete, "the failure")
    assert shown.rows == ["One"]
    assert shown.window.status.text() == "The text could not be recognised. Try again."
    assert shown.window.status.text() in shown.said


def test_a_screen_reader_says_lines_and_cells_and_we_what_it_cannot(shown: Shown) -> None:
    shown.reader = True
    shown.open(start=2)
    assert shown.said == []
    assert shown.press(KEY.Key_Tab) == []
    assert shown.press(KEY.Key_Down) == []
    assert shown.press(KEY.Key_Escape) == []
    assert shown.press(KEY.Key_Up) == []
    assert shown.press(KEY.Key_Right, CONTROL)[-1] == "Thank"
    assert shown.press(KEY.Key_C, CONTROL)[-1] == "Copied."


def test_a_screen_reader_finds_a_list_and_a_table_with_the_names_of_its_columns(shown: Shown) -> None:
    shown.open(start=2)
    found = walk(shown.window)
    roles = QAccessible.Role
    assert [each.name for each in found if each.role == roles.ListItem] == shown.rows
    assert [each.name for each in found if each.role == roles.Table] == ["Table"]
    cells = [each.name for each in found if each.role == roles.Cell]
    assert cells == ["Apples", "3.20", "Pears", ""]
    assert [each.name for each in found if each.role == roles.ColumnHeader] == ["Fruit", "Price"]
    assert [each.name for each in found if each.role == roles.RowHeader] == ["1", "2"]


def test_each_line_is_said_in_its_language(shown: Shown) -> None:
    shown.open(page("Open the file and choose a folder", "Bitte wählen Sie einen Ordner für die Dateien"))
    assert [language_of(each) for each in shown.said if "folder" in each] == ["en"]
    said = shown.press(KEY.Key_Down)
    assert [language_of(each) for each in said[1:]] == ["de", None]


def test_in_text_from_right_to_left_the_left_arrow_goes_on(shown: Shown) -> None:
    shown.open(page("שלום עולם"))
    assert shown.press(KEY.Key_Left, CONTROL)[1] == "שלום"
    assert shown.press(KEY.Key_Left, CONTROL)[1] == "עולם"
    assert shown.press(KEY.Key_Right, CONTROL)[1] == "שלום"


def test_ten_thousand_lines_are_there_at_once(shown: Shown) -> None:
    content = page(*(f"Line {number}" for number in range(10_000)))
    start = time.monotonic()
    shown.open(content)
    assert time.monotonic() - start < 10, "measured: 0.4 seconds"
    assert shown.press(KEY.Key_End) == ["(silence)", "Line 9999", "10000 of 10000"]


def test_a_line_of_ten_thousand_letters_does_not_widen_the_window(shown: Shown) -> None:
    shown.open(page("a" * 10_000, "b " * 5_000))
    width = shown.window.width()
    assert shown.press(KEY.Key_Right, SHIFT)[1] == "a"
    shown.press(KEY.Key_End)
    assert [shown.press(KEY.Key_Right, CONTROL)[1] for _ in range(3)] == ["b"] * 3
    assert shown.window.width() == width


def test_escape_closes_it_and_it_opens_again_at_the_same_line(shown: Shown) -> None:
    source = shown.source(PageReader(SHOP))
    shown.open_source(source)
    until(lambda: shown.window._complete, "the text")
    shown.press(KEY.Key_End)
    shown.press(KEY.Key_Escape)
    assert not shown.window.isVisible()
    assert shown.closed == [True]
    shown.said.clear()
    shown.open_source(source)
    assert "Total: 3.20" in shown.said


def test_another_picture_closes_it(shown: Shown) -> None:
    shown.open()
    shown.window.show_picture(CapturedPicture(Image.new("RGB", (8, 8))), None, "")
    assert not shown.window.isVisible()
    assert shown.window.source is None


def test_opened_again_after_another_stopped_reading_it_goes_to_the_line_of_that(shown: Shown) -> None:
    source = shown.source(PageReader(SHOP))
    shown.open_source(source)
    until(lambda: shown.window._complete, "the text")
    shown.press(KEY.Key_Escape)
    shown.open_source(replace(source, start=1))
    assert shown.window.list.currentRow() == 1


def test_what_is_forgotten_is_not_left_in_it(shown: Shown) -> None:
    source = shown.source(PageReader(SHOP))
    shown.open_source(source)
    until(lambda: shown.window._complete, "the text")
    image, text = weakref.ref(source.captured.image), weakref.ref(source.text)
    shown.press(KEY.Key_Down)
    shown.window.show_picture(replace(source.captured, notices=(("code", "Said."),)), None, "")
    assert shown.window.isVisible(), "the same picture for another request"
    shown.window.show_picture(None, None, "")
    assert shown.said[-1] == "The lines are closed."
    assert not shown.window.isVisible()
    assert shown.rows == []
    assert shown.window.source is None
    del source
    until(lambda: gc.collect() * 0 == 0 and image() is None and text() is None, "the picture to go")
    shown.said.clear()
    shown.window.forget()
    assert shown.said == [], "what is not open is closed silently"


def test_the_place_of_what_has_the_focus_is_told_for_the_frame_on_the_screen(shown: Shown) -> None:
    shown.open(start=1)
    assert shown.places[-1] == Box(0, HEIGHT, WIDTH, 2 * HEIGHT)
    shown.press(KEY.Key_Down)
    assert shown.places[-1] == Box(0, 2 * HEIGHT, 2 * WIDTH, 5 * HEIGHT), "the whole table"
    shown.press(KEY.Key_Tab)
    shown.press(KEY.Key_Right)
    assert shown.places[-1] == Box(WIDTH, 3 * HEIGHT, 2 * WIDTH, 4 * HEIGHT)
    shown.window.hide()
    assert shown.places[-1] is None
    shown.window.show()
    assert shown.places[-1] is not None


def test_the_keys_are_read_on_demand(shown: Shown) -> None:
    shown.open()
    said = shown.press(KEY.Key_F1)
    assert said[0] == "(silence)"
    assert said[-1] == "Escape closes."


def test_what_has_the_focus_is_shown_in_inverted_colours_whatever_the_theme(shown: Shown) -> None:
    shown.open(start=2)
    for view in (shown.window.list, shown.window.table):
        colours = view.palette()
        assert contrast(colours.highlight().color(), colours.base().color()) > 15
        assert contrast(colours.highlight().color(), colours.highlightedText().color()) > 15
        assert isinstance(view.style(), OutlinedStyle)
