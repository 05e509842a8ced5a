"""Tables of HTML, said row by row as each closes."""

from __future__ import annotations

import re
from collections.abc import Callable

from edge_assistant.text.answer_words import AnswerWords
from edge_assistant.text.markup.lines import LineJoiner
from edge_assistant.text.markup.tables import Table

_MAX_CELL = 4000
_TAG = re.compile(
    r"<(/?)(table|thead|tbody|tfoot|tr|th|td|caption|colgroup|col)(?![^\s>/])((?:\"[^\"]*\"|'[^']*'|[^<>\"'])*)>",
    re.IGNORECASE,
)
_TAG_NAMES = ("table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "colgroup", "col")
_TAG_PART = re.compile(r"</?([a-z]*)(\s(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*(?:\"[^\"]*|'[^']*)?)?\Z", re.IGNORECASE)
_SPAN = re.compile(r"\b(colspan|rowspan)\s*=\s*[\"']?(\d{1,3})", re.IGNORECASE)
_MAX_SPAN = 50


class HtmlTable:
    """Reads a table from the tag that begins it; `closed` when it has ended, or text follows that is in no cell."""

    def __init__(self, words: AnswerWords, cell_text: Callable[[str], str]) -> None:
        self._table = Table(words)
        self._cell_text = cell_text
        self._row: list[str] = []
        self._in_row = False
        self._is_header = False  # whether all cells of the row are header cells
        self._in_head = False
        self._head_rows: list[list[str]] = []
        self._began = False  # whether a row of data came
        self._raw: list[str] | None = None  # the cell that is open
        self._caption = False
        self._spans: tuple[int, int] = (1, 1)
        self._down: dict[int, tuple[str, int]] = {}  # cells that reach into the next rows, by column
        self._depth = 0
        self.closed = False
        self.unread = True  # whether no tag came yet
        self.at_line_start = False  # whether a line end came since the last tag

    def read(self, text: str, start: int, lines: LineJoiner, *, final: bool) -> int:
        """Read on from `start`; return the new position."""
        i = start
        while not self.closed and i < len(text):
            if self._raw is None and text[i].isspace():
                self.at_line_start = self.at_line_start or text[i] == "\n"
                i += 1
                continue
            tag = text.find("<", i)
            stop = tag if tag >= 0 else len(text)
            if stop > i:
                if not self._add_text(text[i:stop], lines):
                    return i
                i = stop
                continue
            found = _TAG.match(text, i)
            if found:
                i = found.end()
                self._apply(found, lines)
                continue
            if _may_be_tag(text, i):
                return len(text) if final else i  # half a tag is no text
            if not self._add_text("<", lines):
                return i
            i += 1
        return i

    def finish(self, lines: LineJoiner, *, cut: bool) -> None:
        """Say the last row as far as it came."""
        self._end_cell()
        self._end_row(lines, complete=not cut)
        if self._head_rows and not self._began:
            self._table.header = _join_headers(self._head_rows)
            self._write(lines, self._table.left_header() or self._table.header_line())

    def _add_text(self, text: str, lines: LineJoiner) -> bool:
        """Add text to the open cell; False if it belongs to no cell, which ends the table."""
        if self._raw is not None:
            self._raw.append(text)
            if sum(map(len, self._raw)) > _MAX_CELL:
                self._end_cell()
                self._raw = []
            return True
        self.finish(lines, cut=False)
        self.closed = True
        return False

    def _apply(self, tag: re.Match[str], lines: LineJoiner) -> None:
        closing, name = bool(tag[1]), tag[2].lower()
        self.at_line_start = self.unread = False
        if self._depth > 1 or (name == "table" and self._raw is not None and not closing):
            self._nest(closing=closing, name=name)
        elif name == "table":
            if closing:
                self.finish(lines, cut=False)
                self.closed = True
            else:
                self._depth = 1
        elif name in ("td", "th", "caption"):
            self._end_cell()
            if not closing:
                self._open_cell(tag, name)
        elif name in ("tr", "thead", "tbody", "tfoot"):
            self._end_cell()
            self._end_row(lines, complete=True)
            if name == "thead":
                self._in_head = not closing
            self._in_row = name == "tr" and not closing
            self._is_header = True
        self._caption_line(lines)

    def _nest(self, *, closing: bool, name: str) -> None:
        """Keep a table inside a cell as text."""
        self._depth = max(self._depth, 1)
        if name == "table":
            self._depth += -1 if closing else 1
        if self._raw is not None:
            self._raw.append(" " if name in ("td", "th") and closing else "")
            if name == "tr" and closing:
                self._raw.append(", ")

    def _open_cell(self, tag: re.Match[str], name: str) -> None:
        self._raw = []
        self._caption = name == "caption"
        spans = {each[1].lower(): min(_MAX_SPAN, max(1, int(each[2]))) for each in _SPAN.finditer(tag[3])}
        self._spans = spans.get("colspan", 1), spans.get("rowspan", 1)
        if name == "td":
            self._is_header = False
        if not self._caption:
            self._in_row = True

    def _end_cell(self) -> None:
        if self._raw is None:
            return
        text = self._cell_text("".join(self._raw).strip().removesuffix(",").rstrip())
        self._raw = None
        if self._caption:
            self._pending_caption = text
            return
        self._fill_down()
        across, down = self._spans
        for number in range(across):
            column = len(self._row)
            self._row.append(text if number == 0 or self._in_head or self._is_header else "\0")
            if down > 1:
                self._down[column] = (self._row[-1], down - 1)

    _pending_caption = ""

    def _caption_line(self, lines: LineJoiner) -> None:
        if self._pending_caption:
            self._write(lines, self._pending_caption)
            self._pending_caption = ""
            self._caption = False

    def _fill_down(self) -> None:
        """Repeat the cells of the rows before that reach down to this place."""
        while len(self._row) in self._down:
            column = len(self._row)
            text, left = self._down.pop(column)
            self._row.append(text)
            if left > 1:
                self._down[column] = (text, left - 1)

    def _end_row(self, lines: LineJoiner, *, complete: bool) -> None:
        if not self._row:
            return
        self._fill_down()
        row, self._row = self._row, []
        header = self._in_head or (self._is_header and not self._began and len(row) > 1)
        self._in_row = False
        if header:
            self._head_rows.append(row)
            return
        if self._head_rows and not self._began:
            self._table.header = _join_headers(self._head_rows)
            self._write(lines, self._table.header_line())
        self._began = True
        self._write(lines, self._say(row, complete=complete))

    def _say(self, row: list[str], *, complete: bool) -> str:
        """Say a row; a cell over several columns is said with the headers of all of them."""
        header = self._table.header
        if "\0" not in row:
            return self._table.row(row, complete=complete)
        names: list[str] = []
        cells: list[str] = []
        for number, cell in enumerate(row):
            name = header[number] if number < len(header) else ""
            if cell == "\0" and cells:
                names[-1] = ", ".join(filter(None, (names[-1], name)))
            else:
                names.append(name)
                cells.append(cell)
        table = Table(self._table.words, names if any(header) else [])
        return table.row(cells, complete=complete)

    @staticmethod
    def _write(lines: LineJoiner, said: str) -> None:
        if said:
            lines.start("own")
            lines.text(said)
            lines.end(own=True)


def _may_be_tag(text: str, start: int) -> bool:
    """Return whether more text may make a tag of a table of what begins at `start`."""
    part = _TAG_PART.match(text, start) if len(text) - start < _MAX_CELL else None
    if part is None:
        return False
    name = part[1].lower()
    return name in _TAG_NAMES if part[2] else any(each.startswith(name) for each in _TAG_NAMES)


def _join_headers(rows: list[list[str]]) -> list[str]:
    """Join the header cells of several rows that stand above each other; a repeated one is said once."""
    joined = []
    for column in range(max(map(len, rows))):
        names: list[str] = []
        for row in rows:
            if column < len(row) and row[column] and row[column] not in names:
                names.append(row[column])
        joined.append(" ".join(names))
    return joined
