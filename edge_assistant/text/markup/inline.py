"""Markup inside a line: emphasis, code, links, HTML, formulas, escapes and signs, turned into plain text.

Every decision waits until what it depends on has arrived, so that it is the same however the text was cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar

from edge_assistant.text.markup import html, links, symbols
from edge_assistant.text.markup.emphasis import EmphasisReader
from edge_assistant.text.markup.inline_formulas import SUPERSCRIPTS
from edge_assistant.text.markup.inline_html import HtmlReader
from edge_assistant.text.markup.inline_text import Stop

_SPECIAL = re.compile(
    rf"[\n*_~`<\[!&\\$^|│┃║{symbols.SIGNS}]|●|(?<=\s)\([ xX•●o*]\)(?=\s)|(?<=\s)[-=]{{1,2}}>(?=\s)|==(?=\S)"
    rf"|[{SUPERSCRIPTS}]"
)
_TAIL = re.compile(r"(?<=\s)(?:[-=]{1,2}>?|\((?:[ xX•●o*]\)?)?)\Z|={1,2}\Z")


class InlineReader(EmphasisReader, HtmlReader):
    """Reads lines from a buffer, from the position behind what marks their beginning, and writes their plain text."""

    def read(self, text: str, start: int, *, final: bool, cut: bool) -> tuple[int, Stop]:
        """Read on from `start`; return the new position and why it stops there. `final`: no more text comes.

        With `cut` the text ends where a limit cut it, so that what is open was meant to be closed.
        """
        self._text, self._final, self._cut = text, final, cut
        i = start
        while i < len(text):
            if self._skip:
                i = self._skip_text(i)
                if self._skip:
                    break
                continue
            stop = self._next_special(i)
            if stop > i:
                self._write(text[i:stop])
                i = stop
            if i == len(text):
                break
            if text[i] == "\n":
                return i, Stop.LINE
            if _TAIL.match(text, i) and not final:
                return i, Stop.MORE
            step = self._read_special(i)
            if isinstance(step, Stop):
                return i, step
            if step == i and not final:
                return i, Stop.MORE
            i = max(step, i + 1)
            if self.broke_line:
                self.broke_line = False
                return i, Stop.TAG
        return i, Stop.LINE if final else Stop.MORE

    def _next_special(self, i: int) -> int:
        """Return where the next character that may be markup is, or the text's end; what may grow to it counts."""
        text = self._text
        found = _SPECIAL.search(text, i)
        stop = found.start() if found else len(text)
        stop = links.find_address(text, i, stop)
        if stop == len(text) and not self._final:
            stop = min(stop, links.hold_address(text, i))
            if tail := _TAIL.search(text, max(i, len(text) - 5)):
                stop = min(stop, tail.start())
        return stop

    def _skip_text(self, i: int) -> int:
        """Leave out what is no text, up to its end or to what may begin that."""
        text, mark = self._text, self._skip
        if found := html.silent_end(mark).search(text, i):
            self._skip = ""
            return found.end()
        return len(text) if self._final else max(i, len(text) - 40)

    def _read_special(self, i: int) -> int | Stop:
        """Handle the special character at `i`: the position behind it, `i` itself if more is needed, or why to stop."""
        c = self._text[i]
        handler = self._HANDLERS.get(c)
        if handler is not None:
            return handler(self, i)
        if c in "-=":
            highlight = self._text.startswith("==", i) and self._text[i + 2 : i + 3] != ">"
            return self._read_pair(i, "==") if highlight else self._read_ascii_arrow(i)
        if c in SUPERSCRIPTS:
            return self._read_superscript(i)
        if c in "(●":
            return self._read_radio(i, i + (3 if c == "(" else 1))
        if c in "hHwWfF":
            return self._read_address(i)
        return self._read_sign(i)

    _HANDLERS: ClassVar[dict[str, Callable[[InlineReader, int], int | Stop]]] = {
        "*": EmphasisReader._read_stars,
        "_": EmphasisReader._read_underscores,
        "~": EmphasisReader._read_tildes,
        "`": EmphasisReader._read_code,
        "<": HtmlReader._read_angle,
        "&": HtmlReader._read_entity,
        "[": HtmlReader._read_bracket,
        "!": HtmlReader._read_exclamation,
        "$": HtmlReader._read_dollar,
        "\\": HtmlReader._read_backslash,
        "^": HtmlReader._read_caret,
        "|": HtmlReader._read_pipe,
        "│": HtmlReader._read_pipe,
        "┃": HtmlReader._read_pipe,
        "║": HtmlReader._read_pipe,
    }
