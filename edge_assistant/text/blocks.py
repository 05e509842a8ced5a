"""Markup of lines: headings, lists, quotes, rules, code and tables, turned into lines of plain text."""

from __future__ import annotations

import re

from edge_assistant.text import symbols
from edge_assistant.text.answer_words import AnswerWords
from edge_assistant.text.html_tables import HtmlTable
from edge_assistant.text.inline import InlineReader, Stop
from edge_assistant.text.lines import LineJoiner
from edge_assistant.text.tables import MAX_ROW, Table, is_rule, may_be_rule, split_row

_SPACE = re.compile(r"[ \t\u00a0\u3000]*")
_RULE = re.compile(r"([-*_=~─━═—–•·#.])(?:[ \t]*\1)*[ \t]*(?=\n|\Z)")
_RULE_MINIMUM = {"=": 2, "-": 2, "*": 1, "_": 3, "~": 3, "•": 1, "#": 1, ".": 4, "–": 2}
_HEADING = re.compile(r"(#{1,6})[ \t]+|([=~*-])\2{1,5}[ \t]+(?=[^\W\d_])")
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*([^\n`]*)(?=\n|\Z)")
_FENCE_PART = re.compile(r"(?:`{1,2}|~{1,2}|(?:`{3,}|~{3,})[^\n`]*)\Z")
_QUOTE = re.compile(r">[ \t]?")
_BULLET = re.compile(rf"([{re.escape(symbols.BULLETS)}])\ufe0f?[ \t\u00a0]+(?=\S)")
_BULLET_PART = re.compile(rf"[{re.escape(symbols.BULLETS)}]\ufe0f?[ \t\u00a0]*\Z")
_NUMBERED = re.compile(r"\(?\d{1,3}[.)][ \t]+(?=\S)")
_NUMBERED_PART = re.compile(r"\(?\d{0,3}(?:[.)][ \t]*)?\Z")
_SIGNED = re.compile(r"\d+(?:[.,]\d+)*")
_SIGNED_UNIT = re.compile(
    r"[ \t\u00a0]*(?:[°%‰€$£¥º]|(?:k?g|mg|t|[kcmµ]?m|[mc]?l|h|m?s|min|k?W|[mk]?[VA]|[kM]?Hz|dB|K|C|F|hPa|[kM]?Pa|bar|[GMTk]B|pt|px"
    r"|EUR|USD|CHF|Euro?s?|Dollars?|Grad|degrees?|Prozent|per ?cent|Punkte?|points?)(?!\w)|[.,;)]?[ \t]*(?:\n|\Z))"
)
_YEAR = re.compile(r"(?:1[89]|20)\d\d\Z")
_DEFINITION = re.compile(r"\[(?!\^)[^\[\]\n]{1,200}\]:[ \t]+\S+[^\n]*(?=\n|\Z)")
_DEFINITION_PART = re.compile(r"\[(?!\^)[^\[\]\n]{0,200}(?:\](?::[^\n]*)?)?\Z")
_FOOTNOTE_TEXT = re.compile(r"\[\^([^\[\]\s]{1,40})\]:[ \t]*")
_CLOSING_MARKS = re.compile(r"[ \t]+[#=~*-]+[ \t]*\Z")
_TRANSPARENT = frozenset(("html", "htm", "xml", "xhtml", "markdown", "md", "latex", "tex", "math", "svg"))
_PIPES = "|│┃║"
_FRAMES = "+├┼┤┌┬┐└┴┘╔╦╗╠╬╣╚╩╝╞╪╡┏┳┓┣╋┫┗┻┛"
_MAX_HEADING, _MAX_RULE = 300, 300
_SPECIAL_TOKEN = re.compile(r"<[|｜][^|｜<>\n]{1,60}[|｜]>|</?(?:tool_call|tool_response|think)>")
_KEPT = 400  # characters before the position that are kept, for what looks back
_MAX_DEPTH = 6


class BlockReader:
    """Reads the model's text piece by piece and writes lines of plain text."""

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
        self._fence = ""  # the mark that closes the code
        self._transparent = False  # whether what the fence encloses is markup itself
        self._in_code_line = False
        self._quote = False  # whether the line before was a quotation
        self._item = ""  # the bullet of the line before, if no number followed
        self._table: Table | None = None
        self._first_row: list[str] | None = None  # a row that may be the header
        self._outer = True  # whether the rows of the table begin with a mark
        self._html: HtmlTable | None = None
        self._row_start = 0
        self._line_begin = 0  # where the line began
        self._pipes = False  # whether the marks in this line are known to divide no table
        self._may_be_header = False  # whether the next row may be one: a rule began the table

    def feed(self, text: str) -> None:
        """Add text, and write what is certain."""
        self._buffer += text
        self._run()
        kept = min(self._position, self._line_begin)
        if (cut := min(self._position - _KEPT, kept)) > 0:
            self._buffer = self._buffer[cut:]
            self._position -= cut
            self._line_begin -= cut

    def finish(self, *, cut: bool = False) -> None:
        """Write the rest. `cut`: the text ends at a limit, so nothing is missing but what was not written yet."""
        self._final, self._cut = True, cut
        self._run()
        if self._html is not None:
            self._html.finish(self._lines, cut=cut)
            self._html = None
        self._write_first_row()
        if self._in_line:
            self._end_line()

    def convert(self, text: str) -> str:
        """Return the plain text of a text that stands inside of another; its lines become parts of a list."""
        if self._depth >= _MAX_DEPTH:
            return text.strip()
        lines = LineJoiner()
        reader = BlockReader(lines, self._words, reading=self._reading, depth=self._depth + 1)
        reader._in_line = True
        reader.feed(text.replace("\n", " "))
        reader.finish()
        plain = lines.finish().strip("\n")
        return re.sub(r"([,;:.!?]?)\n+", lambda found: f"{found[1] or ','} ", plain)

    def _run(self) -> None:
        while self._position < len(self._buffer):
            if self._html is not None:
                done = self._read_html()
            elif self._fence and not self._transparent:
                done = self._read_code()
            elif self._in_line:
                done = self._read_line()
            else:
                done = self._read_start()
            if not done:
                return

    # ---- Lines

    def _begin_line(self, position: int) -> None:
        """Read the rest of the line, from `position`, as text."""
        self._position = position
        self._in_line = True

    def _end_line(self) -> None:
        self._lines.end(own=self._own_line or self._inline.began_bold or self._inline.has_box)
        self._in_line = self._own_line = self._pipes = False
        self._inline.has_box = False

    def _read_line(self) -> bool:
        position, stop = self._inline.read(self._buffer, self._position, final=self._final, cut=self._cut)
        moved = position > self._position
        self._position = position
        if stop is Stop.LINE:
            if position < len(self._buffer):
                self._position += 1
                self._end_line()
                return True
            return moved
        if stop is Stop.TABLE:
            self._open_html()
            return True
        if stop is Stop.PIPE:
            return self._read_pipe()
        if stop is Stop.JSON:
            return self._read_json()
        return False

    def _read_start(self) -> bool:
        """Read what marks the beginning of a line."""
        text, final = self._buffer, self._final
        space = _SPACE.match(text, self._position)
        i = space.end() if space else self._position
        if i == len(text):
            if final:
                self._position = i
            return final
        if text[i] == "\n":
            self._end_paragraph()
            self._position = i + 1
            return True
        self._line_begin = self._position
        self._inline.new_line()
        return self._read_block(i)

    def _end_paragraph(self) -> None:
        self._end_table()
        self._lines.blank()
        self._inline.new_paragraph()
        self._quote = False
        self._item = ""

    def _line_end(self, start: int, limit: int) -> int | None:
        """Return the end of the line, at most `limit` characters on; None if it is not known yet."""
        end = self._buffer.find("\n", start, start + limit)
        if end >= 0:
            return end
        return min(len(self._buffer), start + limit) if self._final or len(self._buffer) - start >= limit else None

    def _read_block(self, i: int) -> bool:
        """Read the mark at `i`, the first character of a line that is no space; False if more is needed."""
        text, final = self._buffer, self._final
        c = text[i]
        if self._fence and self._is_closing_fence(i) is not False:
            return self._close_fence(i)
        if self._table is not None or c in _PIPES or c in _FRAMES:
            row = self._read_row(i)
            if row is not None:
                return row
        if c in "`~":
            fence = _FENCE.match(text, i)
            if fence and (fence.end() < len(text) or final):
                self._open_fence(fence)
                return True
            if not fence and not final and _FENCE_PART.match(text, i):
                return False
            if fence:
                return False
        if c in "-*_=~─━═—–•·#.":
            rule = self._read_rule(i)
            if rule is not None:
                return rule
        heading = _HEADING.match(text, i)
        if heading:
            return self._read_heading(heading)
        if not final and re.match(r"(?:#{1,6}|([=~*-])\1{1,5})[ \t]*\Z", text[i : i + 400]):
            return False
        if c == ">":
            return self._read_quote(i)
        if c in symbols.BULLETS:
            if not final and _BULLET_PART.match(text, i):
                return False
            bullet = _BULLET.match(text, i)
            if bullet:
                return self._read_bullet(bullet)
        if c.isdigit() or c == "(":
            if not final and _NUMBERED_PART.match(text, i):
                return False
            if numbered := _NUMBERED.match(text, i):
                return self._read_item(numbered.end(), numbered[0])
        if c == "[":
            definition = self._read_definition(i)
            if definition is not None:
                return definition
        self._quote = self._quote and self._position != i
        self._item = ""
        self._start("text", i)
        return True

    def _start(self, kind: str, position: int) -> None:
        if kind == "own":
            self._lines.separate()
            self._own_line = True
            self._lines.start("own")
        elif kind == "item":
            self._lines.start("item")
        else:
            self._lines.start("text")
        self._begin_line(position)

    def _skip_line(self, end: int) -> bool:
        """Leave the line out that ends at `end`."""
        self._lines.separate()
        self._position = min(end + 1, len(self._buffer)) if self._buffer[end : end + 1] == "\n" else end
        return True

    def _read_rule(self, i: int) -> bool | None:
        """Read a line of nothing but dashes or the like; None if it is none, False if more is needed."""
        text = self._buffer
        c = text[i]
        rule = _RULE.match(text, i, i + _MAX_RULE)
        if rule and (rule.end() < len(text) or self._final):
            long_enough = text[i : rule.end()].count(c) >= _RULE_MINIMUM.get(c, 3)
            return self._skip_line(rule.end()) if long_enough else None
        if rule and len(text) - i < _MAX_RULE:
            return False
        return None

    def _read_heading(self, heading: re.Match[str]) -> bool:
        start = heading.end()
        end = self._line_end(start, _MAX_HEADING)
        if end is None:
            return False
        line = self._buffer[start:end]
        closed = _CLOSING_MARKS.search(line)
        self._end_table()
        self._start("own", start)
        self._inline.new_paragraph()
        if end < len(self._buffer) and self._buffer[end] != "\n":
            return True  # too long to look for its end
        if closed:
            before, self._buffer = self._buffer, f"{self._buffer[: start + closed.start()]}{self._buffer[end:]}"
            assert len(before) >= len(self._buffer)
        return True

    def _read_quote(self, i: int) -> bool:
        """Drop the mark of a quotation; before a number, where none was before, it may be a sign and stays."""
        text = self._buffer
        mark = _QUOTE.match(text, i)
        start = mark.end() if mark else i + 1
        after = _SPACE.match(text, start)
        following = after.end() if after else start
        if following == len(text) and not self._final:
            return False
        if text[i + 1 : i + 2] not in ("", " ", "\t", "\n", ">"):
            self._start("text", i)  # ">5", ">= 3"
            return True
        if not self._quote and text[following : following + 1].isdigit():
            self._start("text", i)
            return True
        self._quote = True
        self._position = start
        if text[following : following + 1] == "\n":
            self._position = following
        return True

    def _read_bullet(self, bullet: re.Match[str]) -> bool:
        text, end, mark = self._buffer, bullet.end(), bullet[1]
        number = _SIGNED.match(text, end)
        if mark in "-+–—" and number and self._item != mark:
            stop = number.end()
            if stop + 12 > len(text) and not self._final and "\n" not in text[stop:]:
                return False
            is_number = not re.match(r"[.)][ \t]|[:/.-]\d|\.\w|[a-zA-Z]\d", text[stop : stop + 3])
            if is_number:
                close = _SIGNED_UNIT.match(text, stop) is not None
                if _YEAR.match(number[0]) and not close:
                    return self._read_item(end, "")
                return self._read_item(end, f"{mark}{'' if close else ' '}", line_start=False)
        self._item = "" if number else mark
        return self._read_item(end, "")

    def _read_item(self, position: int, said: str, *, line_start: bool = True) -> bool:
        self._inline.new_paragraph()
        self._start("item", position)
        if said:
            self._lines.text(said)
        self._inline.new_line()
        if not line_start:
            self._inline.write_nothing()
        return True

    def _read_definition(self, i: int) -> bool | None:
        """Leave out the address of a link that is named elsewhere; a footnote's number is said."""
        text = self._buffer
        if not self._final and re.match(r"\[(?:\^[^\[\]\s]{0,40}(?:\](?::[ \t]*)?)?)?\Z", text[i : i + 60]):
            return False
        if footnote := _FOOTNOTE_TEXT.match(text, i):
            return self._read_item(footnote.end(), f"{footnote[1]}: ")
        if not self._final and len(text) - i < _MAX_HEADING and _DEFINITION_PART.match(text, i):
            closed = text.find("]", i)
            if closed < 0 or closed + 1 == len(text) or text[closed + 1] == ":":
                return False if "\n" not in text[i:] else None
        definition = _DEFINITION.match(text, i)
        if definition and re.match(r"\[[^\]]*\]:[ \t]+<?(?:https?:|www\.|/|#|\.|mailto:)", text[i : i + 300]):
            return self._skip_line(definition.end())
        return None

    # ---- Code

    def _open_fence(self, fence: re.Match[str]) -> None:
        self._fence = fence[1]
        self._transparent = fence[2].strip().lower() in _TRANSPARENT
        self._end_table()
        self._skip_line(fence.end())
        self._in_code_line = False

    def _is_closing_fence(self, i: int) -> bool | None:
        """Return whether the line at `i` closes the code; None if more is needed."""
        text, mark = self._buffer, self._fence[0]
        end = i
        while end < len(text) and text[end] == mark:
            end += 1
        if end - i < len(self._fence):
            return None if end == len(text) and end > i and not self._final else False
        space = _SPACE.match(text, end)
        end = space.end() if space else end
        if end == len(text):
            return True if self._final else None
        return text[end] == "\n"

    def _close_fence(self, i: int) -> bool:
        if self._is_closing_fence(i) is None:
            return False
        end = self._line_end(i, len(self._buffer) - i)
        self._fence, self._transparent = "", False
        return self._skip_line(len(self._buffer) if end is None else end)

    def _read_code(self) -> bool:
        text = self._buffer
        if not self._in_code_line:
            space = _SPACE.match(text, self._position)
            i = space.end() if space else self._position
            if i == len(text):
                if self._final:
                    self._position = i
                return self._final
            closing = self._is_closing_fence(i)
            if closing is not False:
                return self._close_fence(i)
            self._in_code_line = True
            self._lines.start("own")
            self._position = i
            return True
        end = text.find("\n", self._position)
        stop = end if end >= 0 else len(text)
        if end < 0 and not self._final:
            mark = text.rfind("<", max(self._position, stop - 70))
            if mark >= 0 and ">" not in text[mark:]:
                stop = mark
        if stop > self._position:
            self._lines.text(_SPECIAL_TOKEN.sub("", text[self._position : stop]))
        moved = stop > self._position
        self._position = stop
        if end >= 0:
            self._position = end + 1
            if self._lines.line_is_empty:
                self._lines.blank()
            self._lines.end(own=True)
            self._in_code_line = False
            return True
        return moved

    # ---- Tables

    def _read_row(self, i: int) -> bool | None:
        """Read a row of a table; None if the line at `i` is none, False if more is needed."""
        text = self._buffer
        c = text[i]
        inside = self._table is not None
        framed = c in _FRAMES and (c != "+" or text[i + 1 : i + 2] in ("-", "=", ""))
        may_belong = inside and (not self._outer or (self._first_row is not None and may_be_rule(c)))
        if c not in _PIPES and not framed and not may_belong:
            self._end_table()
            return None
        end = self._line_end(i, MAX_ROW)
        if end is None:
            return False
        line = text[i:end]
        if is_rule(line):
            self._read_table_rule()
            return self._skip_row(end)
        if not inside and c in _PIPES and not _is_row(line):
            return None
        if inside and not any(each in line for each in _PIPES):
            self._end_table()
            return None
        if c in _FRAMES and c != "+":
            return None
        self._add_row(line, ended=text[end : end + 1] == "\n")
        return self._skip_row(end)

    def _skip_row(self, end: int) -> bool:
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
        self._outer = False
        return self._skip_row(rule_end)

    # ---- HTML tables and JSON

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

    def _read_json(self) -> bool:
        return False


def _is_row(line: str) -> bool:
    """Return whether a first line with a mark at its start is a row: it ends with one, or has cells."""
    line = line.strip()
    return (line[-1] in _PIPES and len(line) > 1) or re.search(r"\s[|│┃║]\s", line) is not None
