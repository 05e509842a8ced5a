"""What all readers of lines share: the text that has come, the position in it, and what is open."""

from __future__ import annotations

import re

from edge_assistant.text.answer_words import AnswerWords
from edge_assistant.text.markup.html_tables import HtmlTable
from edge_assistant.text.markup.inline import InlineReader
from edge_assistant.text.markup.lines import LineJoiner
from edge_assistant.text.markup.tables import Table

SPACE = re.compile(r"[ \t\u00a0\u3000]*")


class BlockText:
    """The state of reading lines. A method `_read_…` returns True when it has read something, False if more is needed,
    and None, where it may, if what it reads does not stand there.
    """

    def __init__(self, lines: LineJoiner, words: AnswerWords, *, reading: bool, depth: int = 0) -> None:
        self._lines = lines
        self._words = words
        self._reading = reading
        self._depth = depth
        self._inline = InlineReader(lines, words, self.convert, reading=reading)
        self._buffer, self._position = "", 0
        self._final = self._cut = False
        self._in_line = False
        self._own_line = False
        self._after_tag = False  # whether a tag began the line: a line end after it is none
        self._fence = ""  # the mark that closes the code
        self._transparent = False  # whether what the fence encloses is markup itself
        self._in_code_line = False
        self._quote = False  # whether the line before was a quotation
        self._in_quote = False  # whether this one is
        self._item = ""  # the bullet of the line before, if no number followed
        self._table: Table | None = None
        self._first_row: list[str] | None = None  # a row that may be the header
        self._outer = True  # whether the rows of the table begin with a mark
        self._html: HtmlTable | None = None
        self._line_begin = 0  # where the line began
        self._pipes = False  # whether the marks in this line are known to divide no table
        self._may_be_header = False  # whether the next row may be one: a rule began the table

    def _end_line(self) -> None:
        self._lines.end(own=self._own_line or self._inline.began_bold or self._inline.has_box)
        self._in_line = self._own_line = self._pipes = False
        self._inline.has_box = False

    def _line_end(self, start: int, limit: int) -> int | None:
        """Return the end of the line, at most `limit` characters on; None if it is not known yet."""
        end = self._buffer.find("\n", start, start + limit)
        if end >= 0:
            return end
        return min(len(self._buffer), start + limit) if self._final or len(self._buffer) - start >= limit else None

    def _skip_line(self, end: int) -> bool:
        """Leave the line out that ends at `end`."""
        self._lines.separate()
        self._position = min(end + 1, len(self._buffer)) if self._buffer[end : end + 1] == "\n" else end
        return True

    def convert(self, text: str) -> str:
        """Return the plain text of a text that stands inside of another."""
        raise NotImplementedError
