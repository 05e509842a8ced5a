"""Code between fences: its lines are kept as they are, one by one."""

from __future__ import annotations

import re

from edge_assistant.text.markup.block_text import SPACE
from edge_assistant.text.markup.table_rows import TableReader

_TRANSPARENT = frozenset(("html", "htm", "xml", "xhtml", "markdown", "md", "latex", "tex", "math", "svg"))
_SPECIAL_TOKEN = re.compile(r"<[|｜][^|｜<>\n]{1,60}[|｜]>|</?(?:tool_call|tool_response|think)>")


class CodeReader(TableReader):
    """Reads code. What says that it is HTML, Markdown or LaTeX is read as that."""

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
        space = SPACE.match(text, end)
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
            space = SPACE.match(text, self._position)
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
