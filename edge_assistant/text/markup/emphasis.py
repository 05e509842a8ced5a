"""Emphasis and code inside a line: the marks are dropped, unless they are part of a word, a product or code."""

from __future__ import annotations

import re

from edge_assistant.text.markup.inline_formulas import FormulaReader
from edge_assistant.text.markup.inline_text import MAX_EMPHASIS, QUOTES

_MAX_CODE = 1000
# Letters that have no spaces between words: there, emphasis may begin inside a word.
_WIDE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d]")
_DUNDER = re.compile(
    r"__(?:init|main|name|file|call|str|repr|dict|class|doc|all|version|new|del|enter|exit|iter|next|len|slots|eq|hash"
    r"|getitem|setitem|pycache|module|import|path|author|future|add|bool|int|lt|gt|contains)__"
)
_BLOCK_START = re.compile(r"\n(?=[ \t]*(?:\n|[-*+#>|]|\d{1,3}[.)]))")


class EmphasisReader(FormulaReader):
    """Reads asterisks, underscores, tildes, equals signs and backticks."""

    def _read_stars(self, i: int) -> int:
        end = self._run_end(i)
        if end is None:
            return i
        text, count = self._text, end - i
        before, after = self._previous(i), text[end : end + 1]
        if count == 1 and after == "." and end + 1 == len(text) and not self._final:
            return i
        if count == 1 and after == "." and text[end + 1 : end + 2].isalnum():  # "*.txt"
            return self._literal(i, end)
        opens = bool(after) and not after.isspace()
        closes = bool(before) and not before.isspace()
        ended = not after or after == "\n"
        if self._stars and closes and self._closes(count, before, after, opens=opens):
            return end
        if count > 3:
            return self._literal(i, end)
        if not before:  # at the line's start
            found = opens and (count > 1 or after.isalpha() or self._find_stars(end, count))
            if found is None:
                return i
            if found:
                self._stars, self._opened = count, True
                return end
            if not opens and count > 1:
                return end
        if not opens and not closes:  # with space around: a product, a power
            return self._literal(i, end) if not ended or count == 1 else end
        inside = closes and before.isalnum() and not _WIDE.match(before)
        if opens and not inside:
            found = self._find_stars(end, count)
            if found is None:
                return i
            if found:
                self._stars = min(3, self._stars + count)
                return end
            if self._final and self._cut and after.isalpha():
                return end
        if (closes and not opens) or (closes and not inside):
            sentence_end = before in ".!?…。！？:)"
            if (ended and (count > 1 or sentence_end)) or (count > 1 and sentence_end):
                return end
        return self._literal(i, end)

    def _closes(self, count: int, before: str, after: str, *, opens: bool) -> bool:
        """Return whether a run of asterisks behind text closes emphasis that is open, and close it."""
        inside = opens and before.isalnum() and after.isalnum() and not _WIDE.match(before)
        if inside and (count != self._stars or after.isdigit()):
            return False
        if count == 4 and opens:  # closes and opens again
            return True
        if count > 3 or count == self._stars or self._stars == 3 or not opens:
            if count < self._stars < 3:
                return False
            self._stars = max(0, self._stars - count)
            return True
        return False

    def _find_stars(self, start: int, count: int) -> bool | None:
        """Return whether emphasis that begins before `start` is closed in its paragraph; None: not known yet."""
        text = self._text
        limit = min(len(text), start + MAX_EMPHASIS)
        block = _BLOCK_START.search(text, start, limit)
        if block:
            limit = block.start()
        mark = "*" * count
        i = text.find(mark, start, limit)
        while i >= 0:
            end = i + count
            if end == len(text) and count == 1 and not self._final:
                return None
            following = text[end : end + 1]
            before = text[i - 1]
            if i > start and not before.isspace() and before not in "\\([{„‚“":
                if count > 1 or (not (following.isalnum() and not _WIDE.match(following)) and following != "*"):
                    return True
                if count == 1 and following == "*" and text[end + 1 : end + 2] == "*":
                    return True
            while end < limit and text[end] == "*":
                end += 1
            i = text.find(mark, end, limit)
        if block or limit == start + MAX_EMPHASIS or self._final:
            return False
        return None

    def _read_underscores(self, i: int) -> int:
        end = self._run_end(i)
        if end is None:
            return i
        text, count = self._text, end - i
        before, after = self._previous(i), text[end : end + 1]
        if count == 1 and before.isalnum() and after == "{":
            return self._read_index(i)
        if (
            count > 3
            or before.isalnum()
            or not after
            or after.isspace()
            or not (after.isalnum() or after in QUOTES + "*([`")
        ):
            return self._literal(i, end)
        close = self._find_close(end, "_" * count)
        if close is None:
            return i
        if close == 0:
            return self._literal(i, end)
        stop = close + count
        if _DUNDER.match(text, i) or text[stop : stop + 1] in ("(", "/", "="):
            return self._literal(i, stop)
        if text[stop : stop + 1] == "." and text[stop + 1 : stop + 2].isalnum():
            return self._literal(i, stop)
        return self._nested(text[end:close], stop)

    def _read_tildes(self, i: int) -> int:
        return self._read_pair(i, "~~")

    def _read_pair(self, i: int, mark: str) -> int:
        end = self._run_end(i)
        if end is None:
            return i
        after = self._text[end : end + 1]
        if end - i != 2 or not after or after.isspace() or (mark == "==" and self._previous(i).isalnum()):
            return self._literal(i, end)
        close = self._find_close(end, mark)
        if close is None:
            return i
        if not close:
            return self._literal(i, end)
        if mark == "~~":
            self._cross_out(closing=False)
        self._nested(self._text[end:close], close + 2)
        if mark == "~~":
            self._cross_out(closing=True)
        return close + 2

    def _read_code(self, i: int) -> int:
        end = self._run_end(i)
        if end is None:
            return i
        text, mark = self._text, self._text[i:end]
        line_end = text.find("\n", end, end + _MAX_CODE)
        limit = line_end if line_end >= 0 else min(len(text), end + _MAX_CODE)
        close = text.find(mark, end, limit)
        while close >= 0:
            stop = close + len(mark)
            if stop == len(text) and not self._final:
                return i
            if text[close - 1] != "`" and text[stop : stop + 1] != "`":
                self._write(text[end:close])
                return stop
            while stop < limit and text[stop] == "`":
                stop += 1
            close = text.find(mark, stop, limit)
        if line_end < 0 and limit < end + _MAX_CODE and not self._final:
            return i
        if len(mark) == 1 and self._previous(i).isalpha() and text[end : end + 1].isalpha():
            return self._literal(i, end)
        return end
