"""The entries of a text: lines, and tables with their cells."""

from __future__ import annotations

from dataclasses import replace

from support.text_pages import HEIGHT, WIDTH, page

from edge_assistant.ocr.page import Box, Cell, Line, Page
from edge_assistant.ui.lines.entries import Entries, LineEntry, TableEntry

PRICES = (("Fruit", "Price"), ("Apples", "3.20"))


def table_of(content: Page) -> TableEntry:
    entry = Entries.of(content, "en").entries[0]
    assert isinstance(entry, TableEntry)
    return entry


def test_a_table_is_one_entry_and_its_cells_have_their_texts_and_places() -> None:
    entries = Entries.of(page("Today", PRICES, "Thanks"), "en")
    assert [each.label for each in entries] == ["Today", "Table, 1 row, 2 columns", "Thanks"]
    assert entries.rows == [0, 1, 1, 1, 1, 2], "by the number of the line"
    table = entries.entries[1]
    assert isinstance(table, TableEntry)
    assert table.box == Box(0, HEIGHT, 2 * WIDTH, 3 * HEIGHT)
    assert [table.header(column) for column in range(2)] == ["Fruit", "Price"]


def test_the_lines_of_one_cell_are_one_text() -> None:
    box, below = Box(0, 0, 50, 20), Box(0, 20, 70, 40)
    content = Page(80, 40, (Line("Two", box, cell=Cell(0, 0, 0)), Line("lines", below, cell=Cell(0, 0, 0))))
    cell = table_of(content).cells[0, 0]
    assert (cell.text, cell.box) == ("Two lines", Box(0, 0, 70, 40))


def test_a_cross_alone_may_be_an_icon_but_not_within_a_text_or_a_table() -> None:
    entries = Entries.of(page("X", "x = 3", (("Seat", "Taken"), ("5", "x")), "\N{MULTIPLICATION SIGN}"), "en").entries
    assert [each.label for each in entries] == [
        "X, perhaps an icon",
        "x = 3",
        "Table, 1 row, 2 columns",
        "\N{MULTIPLICATION SIGN}, perhaps an icon",
    ]
    assert [each.spoken for each in entries] == [each.label for each in entries]
    assert entries[0].copied == "X"
    table = entries[2]
    assert isinstance(table, TableEntry)
    assert table.text_of(1, 1) == "x"


def test_a_header_alone_is_a_row() -> None:
    assert table_of(page((("Fruit", "Price"),), header=True)).rows == 1


def test_of_a_table_that_the_page_does_not_tell_of_no_row_is_a_header() -> None:
    content = replace(page(PRICES), tables=())
    assert table_of(content).label == "Table, 2 rows, 2 columns"
    assert table_of(content).header(0) == ""


def test_a_page_that_became_another_at_its_end_counts() -> None:
    came, whole = page("One", "Too"), page("One", "Two", PRICES)
    entries = Entries()
    for line in came.lines:
        entries.add(line, "en")
    assert [each.label for each in entries.finished(whole, "en")] == ["One", "Two", "Table, 1 row, 2 columns"]
    assert entries.finished(came, "en") is entries


def test_empty_cells_are_copied_as_such() -> None:
    assert table_of(page((("a", ""), ("", "b")), header=False)).copied == "a\t\n\tb"


def test_a_line_without_a_language_of_its_own_has_that_of_the_one_before() -> None:
    content = page("Bitte wählen Sie einen Ordner für die Dateien", "OK 17")
    languages = [each.text.language for each in Entries.of(content, "en") if isinstance(each, LineEntry)]
    assert languages == ["de", "de"]
