"""HTML inside a line: tags, comments, special tokens and character references."""

from __future__ import annotations

import re

from edge_assistant.system.text_cleaning import clean
from edge_assistant.text.markup import html, links, symbols
from edge_assistant.text.markup.brackets import BracketReader
from edge_assistant.text.markup.inline_formulas import FormulaReader
from edge_assistant.text.markup.inline_text import MAX_EMPHASIS, QUOTES, Stop

_MAX_SUPERSCRIPT = 40
_MAX_SILENT = 4000  # characters in which the end of what is no text is waited for
# Prose that names a tag: the "<title>" element, das <p>-Tag.
_BEFORE_NAME = (" ", *QUOTES)
_NAMED = re.compile(r"[\s-]?(?:elements?|tags?|attributes?|element[se]?n?|tags|attribute?s?)\b", re.IGNORECASE)
_MAX_NAMED = 12
_CODE = re.compile(r"[{};=(<]")
_LEAVING = frozenset(("table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"))


class HtmlReader(BracketReader, FormulaReader):
    """Reads what stands in angle brackets."""

    def _read_angle(self, i: int) -> int | Stop:
        text = self._text
        if text.startswith("<!--", i):
            return self._leave_out(i, i + 4, "-->")
        link = links.read_autolink(text, i, final=self._final)
        if isinstance(link, tuple):
            self._write(self._address_text(link[0]))
            return link[1]
        tag = html.read_tag(text, i, final=self._final)
        if tag is True or (link is True and tag is False):
            return i
        if not isinstance(tag, html.Tag):
            return self._literal(i, i + 1)
        return self._apply_tag(i, tag)

    def _apply_tag(self, i: int, tag: html.Tag) -> int | Stop:
        name, text = tag.name, self._text
        if name and not tag.attributes and self._previous(i) in _BEFORE_NAME:
            if tag.end + _MAX_NAMED > len(text) and "\n" not in text[tag.end :] and not self._final:
                return i
            if _NAMED.match(text, tag.end) or (self._previous(i) in QUOTES and text[tag.end : tag.end + 1] in QUOTES):
                self._write(name)
                return tag.end
        if name in _LEAVING:
            return Stop.TABLE
        if name in html.SILENT_TAGS and not tag.closing and not text[i : tag.end].endswith("/>"):
            return self._leave_out(i, tag.end, name)
        if name in html.SILENT_TAGS and self._previous(i) == " ":  # prose names it
            self._write(name)
        elif name in ("sup", "sub") and not tag.closing:
            return self._read_script(i, tag)
        if name == "img" and not tag.closing:
            self._write(f" {tag.get('alt') or ''} ")
        elif name == "input" and tag.get("type") in ("checkbox", "radio"):
            self._write_box(ticked=tag.get("checked") is not None, radio=tag.get("type") == "radio")
        elif name == "input" and tag.get("type") != "hidden":
            self._write(f" {tag.get('value') or tag.get('placeholder') or ''} ")
        elif name in ("del", "s", "strike"):
            return self._read_crossed_out(i, tag)
        elif name == "q":
            self._write('"')
        elif name in html.LINE_TAGS:
            self._break_line(tag)
            self.broke_line = self._lines.line_is_empty
        return tag.end

    def _read_crossed_out(self, i: int, tag: html.Tag) -> int:
        text, limit = self._text, tag.end + MAX_EMPHASIS
        if tag.closing:
            if self._crossed_out:
                self._crossed_out -= 1
                self._cross_out(closing=True)
        elif html.find_close(text[:limit], tag.end, tag.name):
            self._crossed_out += 1
            self._cross_out(closing=False)
        elif len(text) < limit and "\n\n" not in text[tag.end :] and not self._final:
            return i
        return tag.end

    def _leave_out(self, i: int, start: int, mark: str) -> int:
        """Leave out what is no text, up to `mark`; where that does not come, or prose only names the tag, it is text.

        `i` is where the tag or the comment begins, `start` the place behind that.
        """
        text = self._text
        limit = start + _MAX_SILENT
        found = html.silent_end(mark).search(text, start, limit)
        if found is None and len(text) < limit and not self._final:
            return i
        if mark == "-->":
            return found.end() if found else start
        if not _CODE.search(text, start, found.start() if found else limit) and (found is None or self._previous(i)):
            self._write(mark)
            return start
        if found:
            return found.end()
        self._skip = mark
        return start

    def _break_line(self, tag: html.Tag) -> None:
        name = tag.name
        self._lines.end(own=True)
        self.new_line()
        if name in ("ol", "ul", "menu", "dl"):
            if not tag.closing:
                start = tag.get("start") or "1"
                self._lists.append((int(start[:6]) if start.isdecimal() else 1) - 1 if name == "ol" else -1)
            elif self._lists:
                self._lists.pop()
        elif name == "li" and not tag.closing:
            self._lines.start("item")
            if self._lists and self._lists[-1] >= 0:
                self._lists[-1] += 1
                self._lines.text(f"{self._lists[-1]}. ")
        elif name in ("h1", "h2", "h3", "h4", "h5", "h6", "pre", "button", "option", "title"):
            self._lines.start("own")

    def _read_script(self, i: int, tag: html.Tag) -> int:
        text = self._text
        close = html.find_close(text[: tag.end + _MAX_SUPERSCRIPT + 6], tag.end, tag.name)
        if close is None or "\n" in text[tag.end : close[0]]:
            if not self._final and len(text) - tag.end < _MAX_SUPERSCRIPT + 6 and "\n" not in text[tag.end :]:
                return i
            return tag.end
        inner = self._convert(text[tag.end : close[0]])
        if tag.name == "sub":
            self._write(inner)
        elif not self._write_power(inner):
            reference = inner.strip("[]()").isdecimal() and not self._lines.last[-1:].isdigit()
            self._write(f" [{inner.strip('[]()')}] " if reference and self._lines.last_word else inner)
        return close[1]

    def _read_entity(self, i: int) -> int:
        entity = html.read_entity(self._text, i, final=self._final)
        if entity is True:
            return i
        if not isinstance(entity, tuple):
            return self._literal(i, i + 1)
        if symbols.SIGN.match(entity[0]):
            self._write_sign(entity[0], alone=False, line_start=self._lines.line_is_empty, following="")
        else:
            self._write(clean(entity[0]))
        return entity[1]
