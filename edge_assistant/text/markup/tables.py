"""Tables, said row by row with header and cell: "Monday: Maths; Tuesday: empty"."""

from __future__ import annotations

import re

from edge_assistant.text import answer_words
from edge_assistant.text.answer_words import AnswerWords

MAX_ROW = 4000
"""The most characters of a row that are waited for."""

_CELL_END = re.compile(r"(?<!\\)((?:\\\\)*)[|│┃║¦]")
_RULE_CELL = re.compile(r"\s*(?::?[-=—–─]+:?)?\s*")
_GRID_RULE = re.compile(r"\s*[+├┼┤┌┬┐└┴┘╔╦╗╠╬╣╚╩╝╞╪╡┏┳┓┣╋┫┗┻┛|:\-=─═━—\s]+\Z")


def split_row(line: str) -> tuple[list[str], bool]:
    """Return the cells of a Markdown row, as they are written, and whether a mark ends the last one."""
    line = line.strip()
    cells, start = [], 0
    for mark in _CELL_END.finditer(line):
        cells.append(line[start : mark.start() + len(mark[1])])
        start = mark.end()
    closed = start == len(line)
    if not closed:
        cells.append(line[start:])
    if cells and line[:1] in "|│┃║¦" and not cells[0]:
        del cells[0]
    return [cell.replace("\\|", "|").strip() for cell in cells], closed


def is_rule(line: str) -> bool:
    """Return whether a line is the one of dashes between the header and the rows, or any line of a drawn frame."""
    if not any(each in line for each in "-=─═━—"):
        return False
    if _GRID_RULE.match(line):
        return True
    return all(map(_RULE_CELL.fullmatch, split_row(line)[0]))


def may_be_rule(line: str) -> bool:
    """Return whether the beginning of a line may become a rule."""
    return not line.strip() or _GRID_RULE.match(line) is not None


class Table:
    """Puts rows into words; cells are plain text already, "" for an empty one."""

    def __init__(self, words: AnswerWords, header: list[str] | None = None) -> None:
        self.words = words
        self.header = header or []
        self.header_said = False
        """Whether the header was said, with a row or alone."""

    def header_line(self) -> str:
        """Return what is said before the first row: the header of the only column."""
        return self.header[0] if len(self.header) == 1 else ""

    def left_header(self) -> str:
        """Return what is said of the header at the end of a table: all of it where no row came."""
        if self.header_said or len(self.header) < 2:
            return ""
        return self.words.pause.join(filter(None, self.header))

    def row(self, cells: list[str], *, complete: bool = True) -> str:
        """Return what is said for a row. `complete`: cells that are missing at its end are empty ones."""
        self.header_said = True
        empty = self.words.word(answer_words.EMPTY)
        if complete:
            cells = cells + [""] * (len(self.header) - len(cells))
        if not any(cells):
            return self.words.word(answer_words.EMPTY_ROW) if self.header else ""
        if len(cells) == 1 and len(self.header) < 2:
            return cells[0]
        if not any(self.header):
            if self.header and len(cells) == 2:
                return f"{cells[0] or empty}: {cells[1] or empty}"
            return self.words.pause.join(cell or empty for cell in cells)
        said = []
        for number, cell in enumerate(cells):
            name = self.header[number] if number < len(self.header) else ""
            if name:
                said.append(f"{name}: {cell or empty}" if name[-1] not in ":?" else f"{name} {cell or empty}")
            elif cell or number:
                said.append(cell or empty)
        return "; ".join(said)
