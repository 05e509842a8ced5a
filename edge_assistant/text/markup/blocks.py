"""Markup of lines: headings, lists, quotes, rules, code and tables, turned into lines of plain text."""

from __future__ import annotations

import re

from edge_assistant.text.markup import symbols
from edge_assistant.text.markup.block_text import SPACE
from edge_assistant.text.markup.code_blocks import CodeReader
from edge_assistant.text.markup.inline_text import Stop
from edge_assistant.text.markup.lines import Kind, LineJoiner
from edge_assistant.text.markup.table_rows import FRAMES, PIPES

_RULE = re.compile(r"([-*_=~─━═—–•·#.])(?:[ \t]*\1)*[ \t]*(?=\n|\Z)")
_RULE_MINIMUM = {"=": 2, "-": 2, "*": 1, "_": 3, "~": 3, "•": 1, "#": 1, ".": 4, "–": 2}
_HEADING = re.compile(r"(#{1,6})[ \t]+|([=~*-])\2{1,5}[ \t]+(?=[^\W\d_])")
_BOLD_HEADING = re.compile(r"\*{1,3}(?=#{1,6}[ \t])")
_BOLD_HEADING_PART = re.compile(r"\*{1,3}#{0,6}\Z")
_RADIO = re.compile(r"\(([ xX•●o*])\)[ \t]+(?=\S)")
_RADIO_PART = re.compile(r"\((?:[ xX•●o*](?:\)[ \t]*)?)?\Z")
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*([^\n`]*)(?=\n|\Z)")
_FENCE_PART = re.compile(r"(?:`{1,2}|~{1,2}|(?:`{3,}|~{3,})[^\n`]*)\Z")
_QUOTE = re.compile(r">[ \t]?")
_BULLET = re.compile(rf"([{re.escape(symbols.BULLETS)}])\ufe0f?[ \t\u00a0]+(?=\S)")
_BULLET_PART = re.compile(rf"[{re.escape(symbols.BULLETS)}]\ufe0f?[ \t\u00a0]*\Z")
_NUMBERED = re.compile(r"\(?\d{1,3}[.)][ \t]+(?=\S)")
_NUMBERED_PART = re.compile(r"\(?\d{0,3}(?:[.)][ \t]*)?\Z")
_SIGNED = re.compile(r"\d+(?:[.,]\d+)*")
_SIGNED_UNIT = re.compile(
    r"[ \t\u00a0]*(?:[°%‰€$£¥º]|(?:k?g|mg|t|[kcmµ]?m|[mc]?l|h|m?s|min|k?W|[mk]?[VA]|[kM]?Hz|dB|K|C|F|hPa|[kM]?Pa|bar"
    r"|[GMTk]B|pt|px|EUR|USD|CHF|Euro?s?|Dollars?|Grad|degrees?|Prozent|per ?cent|Punkte?|points?)(?!\w)"
    r"|[.,;)]?[ \t]*(?:\n|\Z))"
)
_YEAR = re.compile(r"(?:1[89]|20)\d\d\Z")
_DEFINITION = re.compile(r"\[(?!\^)[^\[\]\n]{1,200}\]:[ \t]+\S+[^\n]*(?=\n|\Z)")
_DEFINITION_PART = re.compile(r"\[(?!\^)[^\[\]\n]{0,200}(?:\](?::[^\n]*)?)?\Z")
_FOOTNOTE_TEXT = re.compile(r"\[\^([^\[\]\s]{1,40})\]:[ \t]*")
_CLOSING_MARKS = re.compile(r"[ \t]+[#=~*-]+[ \t]*\Z")
_MAX_HEADING, _MAX_RULE = 300, 300
_KEPT = 400  # characters before the position that are kept, for what looks back
_MAX_DEPTH = 6


class BlockReader(CodeReader):
    """Reads the model's text piece by piece and writes lines of plain text."""

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
        self._lines.at_end = True
        self._run()
        if self._html is not None:
            self._html.finish(self._lines, cut=cut)
            self._html = None
        self._end_table()
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

    def _begin_line(self, position: int) -> None:
        """Read the rest of the line, from `position`, as text."""
        self._position = position
        self._in_line = True

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
        if stop is Stop.TAG:
            self._in_line = self._own_line = self._pipes = False
            self._after_tag = True
            return True
        if stop is Stop.TABLE:
            self._open_html()
            return True
        if stop is Stop.PIPE:
            return self._read_pipe()
        return False

    def _read_start(self) -> bool:
        """Read what marks the beginning of a line."""
        text, final = self._buffer, self._final
        space = SPACE.match(text, self._position)
        i = space.end() if space else self._position
        if i == len(text):
            if final:
                self._position = i
            return final
        after_tag, self._after_tag = self._after_tag, False
        if text[i] == "\n":
            if not after_tag:
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
        self._quote = self._in_quote = False
        self._item = ""

    def _read_block(self, i: int) -> bool:
        """Read the mark at `i`, the first character of a line that is no space; False if more is needed."""
        text, final = self._buffer, self._final
        c = text[i]
        if self._fence and self._is_closing_fence(i) is not False:
            return self._close_fence(i)
        if c == ">" and self._quote:
            return self._read_quote(i)
        if self._table is not None or c in PIPES or c in FRAMES:
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
        if bold := _BOLD_HEADING.match(text, i):
            i = bold.end()
        elif not final and _BOLD_HEADING_PART.match(text, i):
            return False
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
        if c == "(" and (radio := _RADIO.match(text, i)):
            self._lines.start("item")
            self._inline.write_radio(selected=radio[1] != " ")
            self._own_line = True
            self._begin_line(radio.end())
            return True
        if c == "(" and not final and _RADIO_PART.match(text, i):
            return False
        if c.isdigit() or c == "(":
            if not final and _NUMBERED_PART.match(text, i):
                return False
            if numbered := _NUMBERED.match(text, i):
                return self._read_item(numbered.end(), numbered[0])
        if c == "[":
            definition = self._read_definition(i)
            if definition is not None:
                return definition
        self._item = ""
        self._start("text", i)
        return True

    def _start(self, kind: Kind, position: int) -> None:
        self._quote, self._in_quote = self._in_quote, False
        if kind == "own":
            self._lines.separate()
            self._own_line = True
            self._lines.start("own")
        elif kind == "item":
            self._lines.start("item")
        else:
            self._lines.start("text")
        self._begin_line(position)

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
        after = SPACE.match(text, start)
        following = after.end() if after else start
        if following == len(text) and not self._final:
            return False
        if text[i + 1 : i + 2] not in ("", " ", "\t", "\n", ">"):
            self._start("text", i)  # ">5", ">= 3"
            return True
        if not (self._quote or self._in_quote) and text[following : following + 1].isdigit():
            self._start("text", i)
            return True
        self._in_quote = True
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
