"""The entries of the list of lines: a line of text, or a whole table with its cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from edge_assistant.ocr.page import Box, Line, Page
from edge_assistant.system.i18n import tr, tr_count
from edge_assistant.text.languages import LanguageTracker, Sentence

_CROSSES = frozenset("Xx×✕✖")
"""What an icon with a cross is read as."""


@dataclass(slots=True)
class Cell:
    """The text of a table's cell, which may have several lines, and its place in the picture."""

    text: Sentence
    box: Box


@dataclass(slots=True)
class LineEntry:
    """One line of text, with its language and its place in the picture."""

    text: Sentence
    box: Box

    @property
    def label(self) -> str:
        """What the list shows of it."""
        return self.spoken

    @property
    def spoken(self) -> Sentence:
        """What is said of it; a cross alone is rarely text, but what closes a window or a tab."""
        if self.text.strip() in _CROSSES:
            return Sentence(tr("{sign}, perhaps an icon", sign=self.text.strip()), None)
        return self.text

    @property
    def copied(self) -> str:
        """What is copied of it."""
        return str(self.text)


@dataclass(slots=True)
class TableEntry:
    """A table: its cells by row and column, from 0; with `has_header` row 0 has the names of the columns."""

    number: int
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    has_header: bool = False

    @property
    def columns(self) -> int:
        """How many columns it has."""
        return max(column for _, column in self.cells) + 1

    @property
    def rows(self) -> int:
        """How many rows it has below its header."""
        return max(row for row, _ in self.cells) + 1 - self.first_row

    @property
    def first_row(self) -> int:
        """The number of the first row below the header."""
        return 1 if self.has_header else 0

    @property
    def box(self) -> Box:
        """Its place in the picture."""
        return _enclosing(cell.box for cell in self.cells.values())

    @property
    def label(self) -> str:
        """What the list shows of it."""
        rows = tr_count("{number} row", "{number} rows", self.rows)
        columns = tr_count("{number} column", "{number} columns", self.columns)
        return tr("Table, {rows}, {columns}", rows=rows, columns=columns)

    @property
    def spoken(self) -> Sentence:
        """What is said of it."""
        return Sentence(self.label, None)

    @property
    def copied(self) -> str:
        """Its rows, with a tab between the cells, as spreadsheets take them."""
        rows, columns = range(self.first_row + self.rows), range(self.columns)
        return "\n".join("\t".join(self.text_of(row, column) for column in columns) for row in rows)

    def text_of(self, row: int, column: int) -> str:
        """Return the text of a cell, "" where it has none; row 0 is the header's, where there is one."""
        cell = self.cells.get((row, column))
        return cell.text if cell is not None else ""

    def header(self, column: int) -> str:
        """Return the name of a column, "" where it has none."""
        return self.text_of(0, column) if self.has_header else ""


Entry = LineEntry | TableEntry


def line_languages(language: str) -> LanguageTracker:
    """Return what tells the language of each line; `language` is the code of the one that is expected.

    A line that shows none has that of the line before it.
    """
    return LanguageTracker(language, follow=True)


class Entries:
    """The entries of a text whose lines come in reading order."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.lines: list[Line] = []
        self.rows: list[int] = []
        """The number of the entry that each line belongs to."""
        self._tables: dict[int, int] = {}

    @classmethod
    def of(cls, page: Page, language: str) -> Entries:
        """Return the entries of a whole page; `language` as for `line_languages`."""
        entries, tracker = cls(), line_languages(language)
        for line in page.lines:
            entries.add(line, tracker.language_of(line.text))
        entries._take_tables(page)
        return entries

    def add(self, line: Line, language: str) -> None:
        """Add the next line, in the language with this code."""
        self.lines.append(line)
        text = Sentence(line.text, language)
        if line.cell is None:
            self.rows.append(len(self.entries))
            self.entries.append(LineEntry(text, line.box))
            return
        if line.cell.table not in self._tables:
            self._tables[line.cell.table] = len(self.entries)
            self.entries.append(TableEntry(line.cell.table))
        row = self._tables[line.cell.table]
        self.rows.append(row)
        table = self.entries[row]
        assert isinstance(table, TableEntry)
        place = (line.cell.row, line.cell.column)
        before = table.cells.get(place)
        if before is not None:
            text = Sentence(f"{before.text} {text}", before.text.language)
        table.cells[place] = Cell(text, _enclosing((before.box, line.box)) if before is not None else line.box)

    def finished(self, page: Page, language: str) -> Entries:
        """Return the entries of a page that was read to its end: these, if its lines are those that came."""
        if self.lines != list(page.lines):
            return Entries.of(page, language)
        self._take_tables(page)
        return self

    def _take_tables(self, page: Page) -> None:
        for number, row in self._tables.items():
            table = self.entries[row]
            if isinstance(table, TableEntry) and number < len(page.tables):
                # A header alone would leave a table without rows.
                more_than_header = any(row > 0 for row, _ in table.cells)
                table.has_header = page.tables[number].has_header and more_than_header

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)


def _enclosing(boxes: Iterable[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return Box(min(lefts), min(tops), max(rights), max(bottoms))
