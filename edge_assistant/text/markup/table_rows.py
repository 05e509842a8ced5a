"""Rows of tables, of Markdown, drawn with lines, and of HTML, in the text as it comes."""

from __future__ import annotations

import re

from edge_assistant.text.markup import symbols
from edge_assistant.text.markup.block_text import BlockText
from edge_assistant.text.markup.html_tables import HtmlTable
from edge_assistant.text.markup.tables import MAX_ROW, Table, is_rule, may_be_rule, split_row

PIPES = "|│┃║"
FRAMES = "+├┼┤┌┬┐└┴┘╔╦╗╠╬╣╚╩╝╞╪╡┏┳┓┣╋┫┗┻┛"


class TableReader(BlockText):
    """Reads tables: a row is said when its line ends, the first one when the next line tells whether it is a header."""

    def _read_row(self, i: int) -> bool | None:
        """Read a row of a table; None if the line at `i` is none, False if more is needed."""
        text = self._buffer
        c = text[i]
        inside = self._table is not None
        framed = c in FRAMES and (c != "+" or text[i + 1 : i + 2] in ("-", "=", ""))
        may_belong = inside and (not self._outer or (self._first_row is not None and may_be_rule(c)))
        if c not in PIPES and not framed and not may_belong:
            self._end_table()
            return None
        end = self._line_end(i, MAX_ROW)
        if end is None:
            return False
        line = text[i:end]
        if is_rule(line):
            self._read_table_rule()
            return self._skip_row(end)
        if not inside and c in PIPES and not _is_row(line):
            return None
        if inside and not any(each in line for each in PIPES):
            self._end_table()
            return None
        if c in FRAMES and c != "+":
            return None
        self._add_row(line, ended=text[end : end + 1] == "\n")
        return self._skip_row(end)

    def _skip_row(self, end: int) -> bool:
        self._quote, self._in_quote = self._in_quote, False
        self._position = end + 1 if self._buffer[end : end + 1] == "\n" else end
        return True

    def _read_table_rule(self) -> None:
        if self._table is None:
            self._lines.separate()
            self._table = Table(self._words)
            self._outer = self._may_be_header = True
        elif self._first_row is not None:
            self._table = Table(self._words, self._first_row)
            self._first_row = None
            self._write_row(self._table.header_line())

    def _add_row(self, line: str, *, ended: bool) -> None:
        cells, closed = split_row(line)
        # An unfinished cell ends the answer as an unfinished word does.
        plain = [self._cell(cell) for cell in cells]
        if self._table is None or self._may_be_header:
            self._lines.separate()
            self._table = Table(self._words)
            self._first_row, self._outer, self._may_be_header = plain, True, False
            return
        self._write_first_row()
        self._write_row(self._table.row(plain, complete=ended or (closed and not self._cut)))

    def _cell(self, cell: str) -> str:
        """Return what is said for a cell, "" for an empty one; a sign that is all of it is kept."""
        if not cell.strip(" -–—−_~"):
            return ""
        return self.convert(cell) or (cell if symbols.SIGN.search(cell) else "")

    def _end_table(self) -> None:
        self._write_first_row()
        if self._table is not None:
            self._write_row(self._table.left_header())
        self._table = None
        self._may_be_header = False

    def _write_first_row(self) -> None:
        if self._first_row is not None and self._table is not None:
            row, self._first_row = self._first_row, None
            self._write_row(self._table.row(row))

    def _write_row(self, said: str) -> None:
        if said:
            self._lines.start("own")
            self._lines.text(said)
            self._lines.end(own=True)

    def _read_pipe(self) -> bool:
        """Decide about a line with a mark between two words: the header of a table, or parts with a pause between."""
        text, i = self._buffer, self._position
        if not self._pipes and self._depth == 0:
            end = self._line_end(i, MAX_ROW)
            if end is None:
                return False
            next_end = self._line_end(end + 1, MAX_ROW) if text[end : end + 1] == "\n" else end
            rest = text[end + 1 : next_end]
            if next_end is None and may_be_rule(rest) and len(rest) < MAX_ROW:
                return False
            if next_end is not None and next_end > end and is_rule(rest) and "-" in rest:
                return self._open_table(end, next_end)
            self._pipes = True
        self._inline.write_pause()
        self._position = i + 1
        return True

    def _open_table(self, end: int, rule_end: int) -> bool:
        """Begin a table whose rows have no marks at their ends; part of its header has been written already."""
        cells, _ = split_row(self._buffer[self._line_begin : end])
        header = [self._cell(re.sub(r"^\s*(?:[-*+>]\s+)+", "", cell)) for cell in cells]
        for cell in header[1:]:
            if cell:
                self._inline.write_pause()
                self._lines.text(cell)
        self._end_line()
        self._lines.separate()
        self._table = Table(self._words, header)
        self._table.header_said = True
        self._outer = False
        return self._skip_row(rule_end)

    def _open_html(self) -> None:
        self._lines.end(own=True)
        self._lines.separate()
        self._html = HtmlTable(self._words, self._cell)

    def _read_html(self) -> bool:
        assert self._html is not None
        position = self._html.read(self._buffer, self._position, self._lines, final=self._final)
        moved = position > self._position
        self._position = position
        if self._html.closed and not moved and self._html.unread:  # no tag after all
            self._lines.text(self._buffer[position])
            self._position += 1
        if self._html.closed:
            self._in_line = not self._html.at_line_start
            self._html = None
            self._inline.new_line()
            return True
        return moved


def _is_row(line: str) -> bool:
    """Return whether a first line with a mark at its start is a row: it ends with one, or has cells."""
    line = line.strip()
    return (line[-1] in PIPES and len(line) > 1) or re.search(r"\s[|│┃║]\s", line) is not None
