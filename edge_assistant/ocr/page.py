"""Recognised text with its places: a page of lines, the words of a line, the cells of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle in pixels of the picture, from its top left corner; right and bottom are outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.bottom - self.top

    @property
    def center(self) -> tuple[int, int]:
        """The pixel in the middle, across and down."""
        return (self.left + self.right) // 2, (self.top + self.bottom) // 2


class Cell(NamedTuple):
    """A place in a table: the table's number on the page, row and column; all from 0."""

    table: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Word:
    """One word and its place."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text, or what a table's cell has of one.

    `score` is how sure the recogniser is, from 0 to 1: the mean of the probabilities of the letters. `paragraph` counts
    up in reading order, from 0; the lines of a table are one paragraph. `cell` is None outside of tables.
    """

    text: str
    box: Box
    words: tuple[Word, ...] = ()
    score: float = 1.0
    paragraph: int = 0
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The size of a table; `has_header` tells that its first row names the columns."""

    rows: int
    columns: int
    has_header: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The text of a picture of `width` by `height` pixels: its lines in reading order.

    `tables` are those that the lines' cells refer to, by number. `unreadable` is how many lines were found in a script
    that cannot be recognised; they are not among `lines`.
    """

    width: int
    height: int
    lines: tuple[Line, ...] = ()
    tables: tuple[Table, ...] = ()
    unreadable: int = 0

    @property
    def is_unreadable(self) -> bool:
        """Whether most of the text is in a script that cannot be recognised."""
        return self.unreadable > len(self.lines)

    @property
    def text(self) -> str:
        """All lines, one below the other."""
        return "\n".join(line.text for line in self.lines)
