"""The order of boxes: columns, rows, tables, cards, paragraphs; and what holds for any boxes."""

from __future__ import annotations

import random
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_assistant.ocr.page import Box, Cell, Line, Table, Word
from edge_assistant.ocr.reading_order import Layout, arrange

HEIGHT = 20


def box(left: int, top: int, width: int = 100, height: int = HEIGHT) -> Box:
    return Box(left, top, left + width, top + height)


def column(left: int, top: int, *widths: int, pitch: int = 22) -> list[Box]:
    """Lines below each other."""
    return [box(left, top + number * pitch, width) for number, width in enumerate(widths)]


def order(*parts: list[Box]) -> list[int]:
    """Arrange the boxes of all parts in some order; return the place that each of them, in the order given, got."""
    boxes = [each for part in parts for each in part]
    mixed = random.Random(4).sample(boxes, len(boxes))
    layout = arrange(mixed)
    return [boxes.index(each) for each in layout.boxes]


def in_order(*parts: list[Box]) -> bool:
    found = order(*parts)
    return found == list(range(len(found)))


def test_lines_are_read_from_the_top() -> None:
    assert in_order(column(10, 10, 300, 280, 120))


def test_two_columns_of_text_are_read_one_after_the_other() -> None:
    """Though their lines stand in rows, and a title is above both."""
    title = [box(10, 10, 500, 30)]
    assert in_order(title, column(10, 60, 230, 240, 225, 235, 90), column(280, 60, 220, 240, 235, 230))


def test_a_list_at_the_side_is_read_before_the_text() -> None:
    entries = column(10, 60, 60, 80, 50, 70, pitch=31)
    assert in_order([box(10, 10, 80)], entries, column(150, 60, 300, 310, 290, 305, 120, 300, 150))


def test_a_form_is_read_label_by_label() -> None:
    rows = [[box(10, top, 60 + top % 30), box(160, top, 120)] for top in range(10, 210, 40)]
    assert in_order(*rows, [box(10, 250, 130)], [box(180, 320, 60), box(260, 320, 60)])


def test_messages_of_a_chat_are_read_by_time() -> None:
    people = column(10, 40, 60, 80, 50, pitch=33)
    theirs, ours = column(150, 30, 180, 175, 60), column(400, 110, 170, 160)
    assert in_order(people, theirs, ours, column(150, 180, 180, 90), column(400, 240, 160, 165, 40))


def test_cards_are_read_one_by_one_and_row_by_row() -> None:
    cards = [
        column(left, top, 60, *widths, pitch=24)
        for top in (10, 130, 250)
        for left, widths in ((10, (150, 160, 70)), (220, (155, 120)))
    ]
    assert in_order(*cards)


def test_code_is_read_line_by_line_whatever_its_indentation() -> None:
    widths = ((0, 200), (40, 150), (80, 260), (80, 130), (40, 90), (0, 180))
    lines = [box(60 + indent, 10 + number * 20, width) for number, (indent, width) in enumerate(widths)]
    numbers = [box(10, 10 + number * 20, 18) for number in range(len(widths))]
    assert in_order(*([number, line] for number, line in zip(numbers, lines, strict=True)))


def grid(lefts: list[tuple[int, int]], rows: int, top: int = 100, pitch: int = 30) -> list[Box]:
    """The cells of a table, row by row; columns by their left edges and widths."""
    return [box(left, top + row * pitch, width) for row in range(rows) for left, width in lefts]


def test_a_table_is_read_by_rows_and_knows_its_cells() -> None:
    cells = grid([(10, 90), (150, 40), (300, 70)], 5)
    title, buttons = [box(10, 20, 150)], [box(230, 280, 60), box(310, 280, 60)]
    assert in_order(title, cells, buttons)
    layout = arrange([*title, *cells, *buttons])
    assert layout.cells[1:-2] == tuple(Cell(0, row, column) for row in range(5) for column in range(3))
    assert (layout.cells[0], *layout.cells[-2:]) == (None, None, None)
    assert layout.tables == (Table(5, 3),)
    assert len(set(layout.paragraphs[1:-2])) == 1


def test_an_empty_cell_leaves_the_others_in_their_columns() -> None:
    cells = grid([(10, 90), (150, 40), (300, 70)], 4)
    del cells[7]
    layout = arrange(cells)
    assert layout.cells[6:8] == (Cell(0, 2, 0), Cell(0, 2, 2))


def test_two_cells_in_one_box_are_parted_by_their_words() -> None:
    cells = grid([(10, 90), (150, 40), (196, 70)], 5)
    whole = Box(cells[7].left, cells[7].top, cells[8].right, cells[8].bottom)
    layout = arrange([*cells[:7], whole, *cells[9:]])
    assert layout.tables == (Table(5, 3),)
    number = layout.boxes.index(whole)
    words = tuple(Word(text, Box(*edges)) for text, edges in (("4,20", cells[7]), ("Bad", cells[8]), ("Ems", cells[8])))
    placed = layout.place(number, Line("4,20 Bad Ems", whole, words))
    assert [(line.text, line.cell, line.box) for line in placed] == [
        ("4,20", Cell(0, 2, 1), cells[7]),
        ("Bad Ems", Cell(0, 2, 2), cells[8]),
    ]


def test_a_line_keeps_its_words_where_it_is_one_cell() -> None:
    cells = grid([(10, 90), (150, 40), (300, 70)], 4)
    line = Line("3,20", cells[4], (Word("3,20", cells[4]),))
    assert arrange(cells).place(4, line)[0].cell == Cell(0, 1, 1)
    assert arrange(cells[:1]).place(0, line)[0].cell is None


def test_a_paragraph_ends_at_a_gap_and_where_letters_are_of_another_size() -> None:
    lines = [box(10, 10, 200, 34), *column(10, 60, 300, 290, 120), *column(10, 150, 280, 60)]
    assert arrange(lines).paragraphs == (0, 1, 1, 1, 2, 2)


def test_a_bar_of_menus_above_columns_and_buttons_below_are_read_by_themselves() -> None:
    menus = [box(10, 10, 40), box(70, 10, 40), box(160, 10, 45), box(230, 10, 50)]
    entries, lines = column(10, 60, 60, 80, 50, 70, pitch=37), column(150, 55, 300, 310, 290, 305, 120, 300)
    buttons = [box(160, 300, 70), box(250, 300, 70)]
    assert in_order(menus, entries, lines, buttons)


def test_noise_beside_a_line_does_not_move_it() -> None:
    lines = column(10, 60, 300, 310, 305, 150, pitch=30)
    assert order(lines, [box(800, 300, 9, 9)])[:4] == [0, 1, 2, 3]


numbers = st.integers(0, 1200)
sizes = st.integers(1, 400)
anywhere = st.lists(st.builds(box, numbers, numbers, sizes, st.integers(1, 90)), max_size=60)
in_a_grid = st.lists(
    st.builds(
        lambda column, row, width, shift: box(column * 110, row * 26 + shift, width),
        st.integers(0, 6),
        st.integers(0, 9),
        st.integers(5, 180),
        st.integers(-3, 3),
    ),
    max_size=60,
)


@given(st.one_of(anywhere, in_a_grid))
@settings(max_examples=150, deadline=None)
def test_any_boxes_are_each_read_once(boxes: list[Box]) -> None:
    layout = arrange(boxes)
    assert Counter(layout.boxes) == Counter(boxes)
    check(layout)
    assert arrange(boxes) == layout


def check(layout: Layout) -> None:
    """What holds for every layout."""
    assert len(layout.boxes) == len(layout.paragraphs) == len(layout.cells)
    steps = [later - earlier for earlier, later in zip((0, *layout.paragraphs), layout.paragraphs, strict=False)]
    assert set(steps) <= {0, 1}
    assert not steps or steps[0] == 0
    seen: list[Cell] = [cell for cell in layout.cells if cell is not None]
    assert seen == sorted(seen), "a table is read row by row"
    for number, table in enumerate(layout.tables):
        mine = [cell for cell in seen if cell.table == number]
        assert {cell.row for cell in mine} == set(range(table.rows))
        assert max(cell.column for cell in mine) < table.columns
        assert len(layout.edges[number]) == table.columns - 1
    assert {cell.table for cell in seen} == set(range(len(layout.tables)))


def many(kind: str) -> list[Box]:
    rng = random.Random(3)
    if kind == "grid":
        return [box(column * 60, row * 25, 40) for column in range(100) for row in range(100)]
    if kind == "noise":
        return [box(rng.randrange(30_000), rng.randrange(30_000), rng.randrange(2, 90), 12) for _ in range(10_000)]
    if kind == "dense":
        return [box(rng.randrange(1900), rng.randrange(1000), rng.randrange(2, 90), 12) for _ in range(10_000)]
    if kind == "stairs":
        return [box(number * 7, number * 9, 40) for number in range(10_000)]
    if kind == "lines":
        return [box(10, number * 22, rng.randrange(100, 900)) for number in range(10_000)]
    return [Box(0, 0, 1900, 1000)] * 10_000


@pytest.mark.parametrize("kind", ["grid", "noise", "dense", "stairs", "lines", "one place"])
def test_ten_thousand_boxes_are_no_trouble(kind: str) -> None:
    boxes = many(kind)
    start = time.monotonic()
    layout = arrange(boxes)
    assert time.monotonic() - start < 10, "one second is the aim"
    assert Counter(layout.boxes) == Counter(boxes)
    check(layout)


@pytest.mark.parametrize(
    "boxes",
    [
        [],
        [box(0, 0)],
        [Box(0, 0, 1900, 1000)],
        [Box(0, 0, 1900, 1000), *column(10, 10, 90, 80, 70)],
        [box(5, 5, 1, 1), box(5, 5, 1, 1)],
        [Box(0, 0, 30_000, 1), Box(0, 0, 1, 30_000)],
    ],
)
def test_odd_pages(boxes: list[Box]) -> None:
    layout = arrange(boxes)
    assert Counter(layout.boxes) == Counter(boxes)
    check(layout)
