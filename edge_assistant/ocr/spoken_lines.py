"""Recognised lines as sentences to speak: a line as it is, a row of a table with its headers."""

from __future__ import annotations

from dataclasses import dataclass

from edge_assistant.ocr.page import Cell, Line, Page
from edge_assistant.ocr.tables import is_header, row_texts
from edge_assistant.system.i18n import tr
from edge_assistant.text.answer_words import AnswerWords
from edge_assistant.text.markup.tables import Table


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence to speak: what is said, the lines it was made of, and their paragraph."""

    text: str
    lines: tuple[Line, ...]
    paragraph: int

    @property
    def shown(self) -> str:
        """What is shown and copied of it: a line as it was recognised, without words that tell what it may be."""
        is_line = len(self.lines) == 1 and self.lines[0].cell is None
        return self.lines[0].text if is_line else self.text


class SpokenLines:
    """Makes sentences of lines that come in reading order; a row is said once it is complete.

    A table's first row is kept until the second has come, which tells whether it names the columns: then it is said
    with each cell, and not by itself.
    """

    def __init__(self) -> None:
        self._words = AnswerWords(None)
        self._row: list[Line] = []
        self._first: list[Line] = []  # the first row of the table, while nothing is known of it
        self._table: Table | None = None

    def add(self, line: Line) -> list[Spoken]:
        """Take the next line; return what can be said now."""
        if line.cell is None:
            return [*self._end_table(), Spoken(_text_of(line), (line,), line.paragraph)]
        cell = line.cell
        said = []
        if self._row and _cell(self._row[0]).table != cell.table:
            said = self._end_table()
        elif self._row and _cell(self._row[0]).row != cell.row:
            said = self._end_row()
        self._row.append(line)
        return said

    def finish(self, page: Page | None) -> list[Spoken]:  # noqa: ARG002 (what is known of a whole page may be of use)
        """Return what is left when no more lines come; `page` is None where they ended too early."""
        return self._end_table()

    def _end_table(self) -> list[Spoken]:
        said = self._end_row() if self._row else []
        if self._first:  # it was the only row
            said = [self._spoken(self._first, Table(self._words)), *said]
        self._first, self._table = [], None
        return said

    def _end_row(self) -> list[Spoken]:
        row, self._row = self._row, []
        if self._table is None and not self._first:
            self._first = row
            return []
        if self._table is None:
            first, self._first = self._first, []
            names = row_texts(first)
            if is_header(names, row_texts(row)):
                self._table = Table(self._words, names)
            else:
                self._table = Table(self._words)
                return [self._spoken(first, self._table), self._spoken(row, self._table)]
        return [self._spoken(row, self._table)]

    def _spoken(self, lines: list[Line], table: Table) -> Spoken:
        cells = row_texts(lines)
        text = table.row(cells) if table.header else self._join([cell for cell in cells if cell])
        return Spoken(text, tuple(lines), lines[0].paragraph)

    def _join(self, cells: list[str]) -> str:
        """Cells beside each other, as a label that ends with a colon and its value."""
        text = cells[0]
        for cell in cells[1:]:
            text += (" " if text[-1] in ":?" else self._words.pause) + cell
        return text


def _text_of(line: Line) -> str:
    """The text of a line that is no part of a table. A letter alone may be an icon that text recognition took for one:
    the cross that closes a window is read as X.
    """
    text = line.text.strip()
    return tr("{letter}, perhaps an icon", letter=text) if len(text) == 1 and text.isalpha() else line.text


def _cell(line: Line) -> Cell:
    assert line.cell is not None
    return line.cell
