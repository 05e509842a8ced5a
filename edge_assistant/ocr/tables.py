"""Tables of a page once their texts are known: which of them name their columns in the first row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from edge_assistant.ocr.page import Line, Table

_LEAST_COLUMNS = 3
"""Columns of a table whose first row may be a header."""


def find_headers(tables: Sequence[Table], lines: Iterable[Line]) -> tuple[Table, ...]:
    """Return the tables of a page with whether their first rows are headers."""
    rows: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for line in lines:
        if line.cell is not None and line.cell.row < 2:
            rows[line.cell.table, line.cell.row].append(line)
    return tuple(
        replace(table, has_header=is_header(row_texts(rows[number, 0]), row_texts(rows[number, 1])))
        for number, table in enumerate(tables)
    )


def row_texts(row: Iterable[Line]) -> list[str]:
    """Return the texts of a row by column: the lines of one cell follow each other, and a column without any is ""."""
    texts: list[str] = []
    for line in row:
        assert line.cell is not None
        column = line.cell.column
        texts += [""] * (column + 1 - len(texts))
        texts[column] = f"{texts[column]} {line.text}".strip()
    return texts


def is_header(first: Sequence[str], second: Sequence[str]) -> bool:
    """Return whether the first row of a table names its columns; both rows as texts by column, "" for no text.

    It does where it has words and the row below has a number in a column, or where only the corner is empty. Names over
    columns of words look like any row and are taken for one. A table of two columns has no header: it may be a form, of
    which a label and its value would be said before all others.
    """
    if max(len(first), len(second)) < _LEAST_COLUMNS or sum(map(bool, first)) < 2:
        return False
    if not first[0] and all(first[1:]) and second and second[0] and not is_number(second[0]):
        return True
    return not any(map(is_number, first)) and any(
        is_number(below) and bool(above) for above, below in zip(first, second, strict=False)
    )


def is_number(text: str) -> bool:
    """Return whether a cell has a number, an amount, a size, a date or a time: at least half of its letters are digits.

    A single sign does not count, nor does a dash.
    """
    letters = [each for each in text if each.isalnum()]
    return bool(letters) and sum(each.isdigit() for each in letters) * 2 >= len(letters)
