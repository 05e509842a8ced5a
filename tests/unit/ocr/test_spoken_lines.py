"""Lines as sentences to speak: rows of tables with their headers, all else as it is."""

from __future__ import annotations

import pytest

from edge_assistant.ocr.page import Box, Cell, Line, Table
from edge_assistant.ocr.spoken_lines import Spoken, SpokenLines
from edge_assistant.ocr.tables import find_headers

BOX = Box(0, 0, 10, 10)


def plain(text: str, paragraph: int = 0) -> Line:
    """A line outside of tables."""
    return Line(text, BOX, paragraph=paragraph)


def table(*rows: str, number: int = 0) -> list[Line]:
    """The lines of a table, of which each row has its cells between bars; a "+" in a cell begins another line of it."""
    return [
        Line(text, BOX, paragraph=number, cell=Cell(number, at, column))
        for at, row in enumerate(rows)
        for column, cell in enumerate(row.split("|"))
        for text in cell.split("+")
        if text
    ]


def spoken(lines: list[Line]) -> list[str]:
    """All that is said of the lines."""
    made = SpokenLines()
    return [each.text for line in lines for each in made.add(line)] + [each.text for each in made.finish(None)]


def test_a_line_is_said_as_it_is_at_once() -> None:
    line = plain("Do you want to save", paragraph=3)
    assert SpokenLines().add(line) == [Spoken("Do you want to save", (line,), 3)]


def test_rows_are_said_with_the_names_of_their_columns() -> None:
    lines = table("Name|Town|Price", "Anna|Rome|3,20", "Bert|Bern|4,10")
    assert spoken(lines) == ["Name: Anna; Town: Rome; Price: 3,20", "Name: Bert; Town: Bern; Price: 4,10"]


def test_a_row_is_said_when_the_next_one_begins() -> None:
    made = SpokenLines()
    lines = table("Name|Town|Price", "Anna|Rome|3,20", "Bert|Bern|4,10")
    said = [made.add(line) for line in lines]
    assert [len(each) for each in said] == [0, 0, 0, 0, 0, 0, 1, 0, 0]
    assert said[6] == [Spoken("Name: Anna; Town: Rome; Price: 3,20", (lines[3], lines[4], lines[5]), 0)]


def test_rows_without_headers_are_said_with_pauses() -> None:
    assert spoken(table("Anna|Berlin", "Bert|Rome|new")) == ["Anna, Berlin", "Bert, Rome, new"]


def test_a_label_with_a_colon_is_followed_by_its_value() -> None:
    assert spoken(table("Name:|Anna", "Town:|Rome")) == ["Name: Anna", "Town: Rome"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (("Item|Price|Town", "Tea|3,20", "Milk||Rome"), ["Item: Tea; Price: 3,20; Town: empty"]),
        (("Anna||new", "Bert|Rome"), ["Anna, new", "Bert, Rome"]),
        (("|2025|2026", "Rome|12|15"), ["Rome; 2025: 12; 2026: 15"]),
    ],
)
def test_empty_cells(rows: tuple[str, ...], said: list[str]) -> None:
    assert spoken(table(*rows))[: len(said)] == said


def test_lines_of_one_cell_belong_together() -> None:
    assert spoken(table("Name|Count|Town", "Green+tea|3"))[0] == "Name: Green tea; Count: 3; Town: empty"


def test_a_table_of_one_row_is_said_where_it_ends() -> None:
    assert spoken([*table("Name|Price"), plain("Total")]) == ["Name, Price", "Total"]
    assert spoken(table("Name|Price")) == ["Name, Price"]


def test_a_table_after_another_has_its_own_headers() -> None:
    lines = [*table("Name|Price|Day", "Anna|3|9"), *table("Town|Count|Day", "Rome|7|2", number=1)]
    assert spoken(lines) == ["Name: Anna; Price: 3; Day: 9", "Town: Rome; Count: 7; Day: 2"]


def test_a_form_has_no_header() -> None:
    assert spoken(table("Town|Rome", "Order|4711", "Quantity|3")) == ["Town, Rome", "Order, 4711", "Quantity, 3"]


def test_a_page_knows_which_tables_have_headers() -> None:
    tables = (Table(2, 3), Table(2, 2), Table(2, 3))
    lines = [
        *table("Name|Price|Day", "Anna|3|9"),
        *table("Town|Rome", "Order|7", number=1),
        *table("Anna|3|9", "Bert|4|8", number=2),
    ]
    assert [each.has_header for each in find_headers(tables, lines)] == [True, False, False]


def test_a_letter_alone_may_be_an_icon_and_is_said_so_but_no_digit_and_none_in_a_table() -> None:
    lines = [plain("X"), plain("三"), plain("3"), plain("OK"), *table("A|B", "C|D")]
    assert spoken(lines) == ["X, perhaps an icon", "三, perhaps an icon", "3", "OK", "A, B", "C, D"]
    sentences = SpokenLines()
    shown = [each.shown for line in lines for each in sentences.add(line)]
    assert shown == ["X", "三", "3", "OK"], "what is shown and copied is what was recognised"
