"""Markup inside a line: emphasis, code, links, HTML, formulas, escapes and signs, turned into plain text.

Every decision waits until what it depends on has arrived, so that it is the same however the text was cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum

from edge_assistant.system.text_cleaning import clean
from edge_assistant.text import answer_words, html, links, symbols
from edge_assistant.text.answer_words import AnswerWords
from edge_assistant.text.formulas import formula_to_text
from edge_assistant.text.latex import LATEX_START, find_formula_end, is_formula, is_price
from edge_assistant.text.lines import LineJoiner

_MAX_EMPHASIS, _MAX_CODE, _MAX_FORMULA, _MAX_SUPERSCRIPT = 600, 1000, 2000, 40

_SPECIAL = re.compile(rf"[\n*_~`<\[!&\\$^|│┃║{{{symbols.SIGNS}]|(?<=\s)[-=]{{1,2}}>(?=\s)|==(?=\S)|[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ]")
_TAIL = re.compile(r"(?<=\s)[-=]{1,2}>?\Z|={1,2}\Z")
# Letters that have no spaces between words: there, emphasis may begin inside a word.
_WIDE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d]")
_DUNDER = re.compile(
    r"__(?:init|main|name|file|call|str|repr|dict|class|doc|all|version|new|del|enter|exit|iter|next|len|slots|eq|hash"
    r"|getitem|setitem|pycache|module|import|path|author|future|add|bool|int|lt|gt|contains)__"
)
_BOX = re.compile(r"\[([ xX✓✔✗]?)\](?=[\s.,;:)|]|\Z)")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,40}\]")
_FOOTNOTE_PART = re.compile(r"\[\^[^\[\]\s]{0,40}\Z")
_ESCAPED = frozenset("\\`*_{}[]()#+-.!|~>$<\"'&%:=^@,;/?")
_QUOTES = "\"'“”„‘’‚«»「『》《"
_POWER = re.compile(r"\^(\{[^{}\n]{1,40}\}|\([^()\n]{1,40}\)|[-−+–]?\d+(?:[.,]\d+)*|[A-Za-z](?![A-Za-z]))")
_POWER_PART = re.compile(r"\^(?:\{[^{}\n]{0,40}|\([^()\n]{0,40}|[-−+–]?(?:\d+(?:[.,]\d*)*)?|[A-Za-z])?\Z")
_SUPERSCRIPT = str.maketrans("0123456789+-−–n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻ⁿ")
_BASE = re.compile(r"(?:\d|(?<![^\W\d_]{3})[^\W\d_]|[)\]}])\Z")
_UNIT = re.compile(r"(?:^|[\d/·])[cdkmµ]?(?:m|s|in|ft|yd|mi)\Z")
_EXPONENT = re.compile(r"[-+]?\d+(?:[.,/]\d+)?|(?=.*[a-z])(?!(?:st|nd|rd|th)\Z)[-+]?[0-9a-z]?[-+*/]?[0-9a-z]")
_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ"
_PLAIN_EXPONENT = str.maketrans(_SUPERSCRIPTS, "0123456789+-n")
_KEY_BEFORE = re.compile(
    r"\b(?:press|hit|keys?|use|drücken(?: sie)?|drücke|tasten?)(?: the| die)?\W*\Z"
    r"|\b(?:arrow|pfeil nach \w+)\W*(?:or|and|oder|und)?\W*\Z",
    re.IGNORECASE,
)
_ASCII_ARROW = re.compile(r"[-=]{1,2}>")
_BLOCK_START = re.compile(r"\n(?=[ \t]*(?:\n|[-*+#>|]|\d{1,3}[.)]))")
_BOX_PART = re.compile(r"\[(?:[ xX✓✔✗]?\]?)?\Z")
_PATH = re.compile(r"(?:(?<!\w)[A-Za-z]:|(?<!\S)\\\\)[^\s\"'<>|]*\Z")
_COMMAND_PART = re.compile(r"\\[A-Za-z]{0,20}\Z")
_LEAVING = frozenset(("table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"))


class Stop(Enum):
    """Why reading stopped."""

    MORE = 1  # more text is needed
    LINE = 2  # at a line end, or at the end of the text
    TABLE = 3  # at a tag of a table
    PIPE = 4  # at a "|" that may divide the columns of a table
    JSON = 5  # at a bracket that may begin JSON


class InlineReader:
    """Reads lines from a buffer, from the position behind what marks their beginning, and writes their plain text."""

    def __init__(self, lines: LineJoiner, words: AnswerWords, convert: Callable[[str], str], *, reading: bool) -> None:
        """`convert` makes plain text of a text that stands inside of another, such as a link's."""
        self._lines = lines
        self._words = words
        self._convert = convert
        self._reading = reading
        self._stars = 0  # asterisks of emphasis that is open
        self._opened = False  # whether the line began with emphasis
        self._box_first: bool | None = None  # whether the line's first tick box stood at its start
        self._lists: list[int] = []  # open HTML lists: the number of the last item, or -1 where they are not counted
        self._boxes = False  # whether this answer has boxes that are not ticked
        self._line_start = True
        self._state_last = False  # whether the state of a tick box came last, behind its label
        self._skip = ""  # the mark up to which nothing is text
        self._text = ""
        self._final = False
        self._cut = False
        self.has_box = False

    def new_paragraph(self) -> None:
        """Forget emphasis that is still open."""
        self._stars = 0

    def new_line(self) -> None:
        """Begin a line."""
        self._line_start = True
        self._opened = False
        self._box_first = None
        self._state_last = False

    @property
    def began_bold(self) -> bool:
        """Whether all of the line so far is one piece of emphasis."""
        return self._opened and not self._stars

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
        return i, Stop.LINE if final else Stop.MORE

    def _next_special(self, i: int) -> int:
        """Return where the next character that may be markup is, or the text's end; what may grow to it counts."""
        text = self._text
        found = _SPECIAL.search(text, i)
        stop = found.start() if found else len(text)
        stop = links.find_address(text, i, stop)
        if stop == len(text) and not self._final:
            stop = min(stop, links.hold_address(text, i))
            if tail := _TAIL.search(text, max(i, len(text) - 4)):
                stop = min(stop, tail.start())
        return stop

    def _skip_text(self, i: int) -> int:
        """Leave out what is no text, up to its end or to what may begin that."""
        text, mark = self._text, self._skip
        pattern = re.compile(re.escape(mark) if mark == "-->" else rf"</{mark}\s*>", re.IGNORECASE)
        if found := pattern.search(text, i):
            self._skip = ""
            return found.end()
        return len(text) if self._final else max(i, len(text) - 40)

    def _write(self, text: str) -> None:
        """Write plain text; a state that stands behind its label is divided from the text after it."""
        if not text or text.isspace():
            self._lines.text(text)
            return
        if self._state_last:
            self._state_last = False
            if text.lstrip()[0].isalnum():
                self._lines.drop_space()
                self._lines.text(self._words.pause)
        self._lines.text(text)
        self._line_start = False

    def _read_special(self, i: int) -> int | Stop:
        """Handle the special character at `i`: the position behind it, `i` itself if more is needed, or why to stop."""
        c = self._text[i]
        handler = self._HANDLERS.get(c)
        if handler is not None:
            return handler(self, i)
        if c in "-=":
            return self._read_ascii_arrow(i)
        if c in _SUPERSCRIPTS:
            return self._read_superscript(i)
        if c in "hHwWfF":
            return self._read_address(i)
        return self._read_sign(i)

    def _literal(self, i: int, end: int) -> int:
        self._write(self._text[i:end])
        return end

    def _previous(self, i: int) -> str:
        """Return the character before `i` in its line, "" at the line's beginning."""
        return "" if self._line_start or i == 0 or self._text[i - 1] == "\n" else self._text[i - 1]

    def _run_end(self, i: int) -> int | None:
        """Return the end of the run of equal characters at `i`, None if that is not known yet."""
        text, end = self._text, i
        while end < len(text) and text[end] == text[i]:
            end += 1
        return None if end == len(text) and not self._final else end

    # ---- Emphasis

    def _read_stars(self, i: int) -> int:
        end = self._run_end(i)
        if end is None:
            return i
        text, count = self._text, end - i
        before, after = self._previous(i), text[end : end + 1]
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
        if closes and not opens or (closes and not inside):
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
        limit = min(len(text), start + _MAX_EMPHASIS)
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
                if count > 1 or not (following.isalnum() and not _WIDE.match(following)) and following != "*":
                    return True
                if count == 1 and following == "*" and text[end + 1 : end + 2] == "*":
                    return True
            while end < limit and text[end] == "*":
                end += 1
            i = text.find(mark, end, limit)
        if block or limit == start + _MAX_EMPHASIS or self._final:
            return False
        return None

    def _read_underscores(self, i: int) -> int:
        end = self._run_end(i)
        if end is None:
            return i
        text, count = self._text, end - i
        before, after = self._previous(i), text[end : end + 1]
        if (
            count > 3
            or before.isalnum()
            or not after
            or after.isspace()
            or not (after.isalnum() or after in _QUOTES + "*([`")
        ):
            return self._literal(i, end)
        close = self._find_close(i, end, "_" * count)
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

    def _find_close(self, start: int, inner: int, mark: str) -> int | None:
        """Return where the mark that closes emphasis in this line begins, 0 without one, None if not known yet."""
        text = self._text
        line_end = text.find("\n", inner, inner + _MAX_EMPHASIS)
        limit = line_end if line_end >= 0 else min(len(text), inner + _MAX_EMPHASIS)
        i = text.find(mark, inner + 1, limit)
        while i >= 0:
            end = i + len(mark)
            # two more characters decide: "__init__.py"
            if end + 2 > len(text) and not self._final and line_end < 0:
                return None
            if not text[i - 1].isspace() and text[i - 1] not in "\\" + mark[0] and text[end : end + 1] != mark[0]:
                following = text[end : end + 1]
                if mark[0] != "_" or not following.isalnum():
                    return i
            i = text.find(mark, i + 1, limit)
        if line_end >= 0 or limit == inner + _MAX_EMPHASIS or self._final:
            return 0
        return None

    def _read_tildes(self, i: int) -> int:
        return self._read_pair(i, "~~")

    def _read_pair(self, i: int, mark: str) -> int:
        end = self._run_end(i)
        if end is None:
            return i
        after = self._text[end : end + 1]
        if end - i != 2 or not after or after.isspace() or (mark == "==" and self._previous(i).isalnum()):
            return self._literal(i, end)
        close = self._find_close(i, end, mark)
        if close is None:
            return i
        return self._nested(self._text[end:close], close + 2) if close else self._literal(i, end)

    def _nested(self, inner: str, end: int) -> int:
        """Write the plain text of what stands between two marks."""
        before = " " if inner[:1].isspace() else ""
        after = " " if inner[-1:].isspace() else ""
        self._write(f"{before}{self._convert(inner)}{after}")
        return end

    # ---- Code

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

    # ---- HTML

    def _read_angle(self, i: int) -> int | Stop:
        text = self._text
        if text.startswith("<!--", i):
            self._skip = "-->"
            return i + 4
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
        if name in _LEAVING:
            return Stop.TABLE
        if name in html.SILENT_TAGS and not tag.closing and not text[i : tag.end].endswith("/>"):
            self._skip = name
            return tag.end
        if name in ("sup", "sub") and not tag.closing:
            return self._read_script(i, tag)
        if name == "img" and not tag.closing:
            self._write(f" {tag.get('alt') or ''} ")
        elif name == "input" and tag.get("type") in ("checkbox", "radio"):
            self._write_box(ticked=tag.get("checked") is not None, radio=tag.get("type") == "radio")
        elif name == "input" and tag.get("type") != "hidden":
            self._write(f" {tag.get('value') or tag.get('placeholder') or ''} ")
        elif name == "q":
            self._write('"')
        elif name in html.LINE_TAGS:
            self._break_line(tag)
        return tag.end

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

    def _write_power(self, exponent: str) -> bool:
        """Write the power that the text before is raised to; False where that is no base."""
        before = self._lines.last_word
        exponent = exponent.replace("−", "-").replace("–", "-").strip()
        if not _BASE.search(before) or not _EXPONENT.fullmatch(exponent):
            return False
        words = formula_to_text(f"x^{{{exponent}}}", self._words.language)
        if _UNIT.search(before) and exponent in ("2", "3"):
            self._write(exponent.translate(_SUPERSCRIPT))  # square metres
        elif words.startswith("x") and not re.search(r"[\^{}]", words):
            self._write(words[1:])
        else:
            self._write(exponent.translate(_SUPERSCRIPT))
        return True

    def _read_superscript(self, i: int) -> int:
        text = self._text
        end = i
        while end < len(text) and text[end] in _SUPERSCRIPTS:
            end += 1
        if end == len(text) and not self._final:
            return i
        if self._write_power(text[i:end].translate(_PLAIN_EXPONENT)):
            return end
        return self._literal(i, end)

    def _read_entity(self, i: int) -> int:
        entity = html.read_entity(self._text, i, final=self._final)
        if entity is True:
            return i
        if not isinstance(entity, tuple):
            return self._literal(i, i + 1)
        self._write(clean(entity[0]))
        return entity[1]

    # ---- Brackets

    def _read_bracket(self, i: int) -> int | Stop:
        text, final = self._text, self._final
        if not self._previous(i).isalnum():
            if not final and _BOX_PART.match(text, i):
                return i
            box = _BOX.match(text, i)
            if box and (box[1] or self._line_start) and not (box.end() == len(text) and not final):
                self._write_box(ticked=box[1] in ("x", "X", "✓", "✔"))
                return box.end()
        if not final and _FOOTNOTE_PART.match(text, i) and len(text) - i < 42 and text[i + 1 : i + 2] in ("", "^"):
            return i
        if footnote := _FOOTNOTE.match(text, i):
            return footnote.end()
        if self._starts_json(i):
            return Stop.JSON
        end = links.read_brackets(text, i, final=final)
        if end is True:
            return i
        if end is False:
            return self._literal(i, i + 1)
        target = links.read_target(text, end, final=final)
        if target is True:
            return i
        inner = text[i + 1 : end - 1]
        if target is False:
            if "](" in inner or re.search(r"[*_`<&\\$~!]", inner):
                return self._literal(i, i + 1)
            return self._literal(i, end)
        address, stop = target
        return self._write_link(inner, address, stop)

    def _write_link(self, inner: str, address: str, end: int) -> int:
        if not inner.strip():
            self._write(self._address_text(address) if address else "")
        else:
            self._nested(inner, end)
        return end

    def _read_exclamation(self, i: int) -> int:
        text = self._text
        if i + 1 == len(text) and not self._final:
            return i
        if text[i + 1 : i + 2] != "[":
            return self._literal(i, i + 1)
        end = links.read_brackets(text, i + 1, final=self._final)
        if end is True:
            return i
        if end is False:
            return self._literal(i, i + 1)
        target = links.read_target(text, end, final=self._final)
        if target is True:
            return i
        if target is False:
            return self._literal(i, i + 1)
        if inner := text[i + 2 : end - 1].strip():
            self._nested(inner, end)
        return target[1]

    def _starts_json(self, i: int) -> bool:
        return False

    def _read_brace(self, i: int) -> int | Stop:
        return Stop.JSON if self._starts_json(i) else self._literal(i, i + 1)

    def _write_box(self, *, ticked: bool, radio: bool = False) -> None:
        if radio:
            word = self._words.word(answer_words.SELECTED if ticked else answer_words.NOT_SELECTED)
        else:
            word = self._words.word(answer_words.TICKED if ticked else answer_words.NOT_TICKED)
        self._write_state(word)
        self._boxes = self._boxes or not ticked
        self.has_box = True

    def _write_state(self, word: str) -> None:
        """Write a state before what it belongs to, or after it, as the line's first one stands."""
        empty = self._lines.line_is_empty
        first = empty or self._line_start
        if self._box_first is None:
            self._box_first = first
        if self._box_first:
            if not first:
                self._lines.drop_space()
                self._lines.text("; ")
            self._lines.start("item")
            self._lines.text(f"{word}: ")
        else:
            self._lines.drop_space()
            self._lines.text(f" {word}" if self._lines.last[-1:] in ":;,(" else f": {word}")
            self._state_last = True
        self._line_start = False

    # ---- Addresses

    def _read_address(self, i: int) -> int:
        if links.find_address(self._text, i, i + 9) != i:
            return i  # it may become one: wait
        address = links.read_address(self._text, i, final=self._final)
        if address is None:
            return i
        self._write(self._address_text(address[0]) if len(links.host(address[0])) > 1 else address[0])
        return address[1]

    def _address_text(self, address: str) -> str:
        if "@" in address and "://" not in address:
            return address
        short = "://" not in address and len(address) <= 40 and not re.search(r"[?=&%#]", address)
        if self._reading and short:
            return address
        return self._words.link(links.host(address))

    # ---- Formulas

    def _read_dollar(self, i: int) -> int:
        text = self._text
        if i + 1 == len(text):
            return self._literal(i, i + 1) if self._final else i
        if text[i + 1] == "$":
            if i + 2 == len(text) and not self._final:
                return i
            if text[i + 2 : i + 3] == "$":
                run = self._run_end(i)
                return i if run is None else self._literal(i, run)
            return self._read_display(i, "$$", "$$")
        if text[i + 1].isspace() or (self._previous(i).isalnum()):
            return self._literal(i, i + 1)
        price = is_price(text, i, final=self._final)
        if price is None:
            return i
        line_end = text.find("\n", i, i + _MAX_FORMULA)
        limit = line_end if line_end >= 0 else min(len(text), i + _MAX_FORMULA)
        close = -1 if price else text.find("$", i + 1, limit)
        while close >= 0:
            if close + 1 == len(text) and not self._final:
                return i
            if text[close - 1] != "\\" and not text[close - 1].isspace() and not text[close + 1 : close + 2].isdigit():
                inner = text[i + 1 : close]
                if is_formula(inner):
                    self._write_formula(inner)
                    return close + 1
                break
            close = text.find("$", close + 1, limit)
        if close < 0 and not price and line_end < 0 and limit < i + _MAX_FORMULA and not self._final:
            return i
        return self._literal(i, i + 1)

    def _read_display(self, i: int, mark: str, end_mark: str) -> int:
        """Read a formula between two marks, over several lines too."""
        text, start = self._text, i + len(mark)
        limit = text.find("\n", start, start + _MAX_FORMULA) if mark == "\\(" or not self._lines.line_is_empty else -1
        if limit < 0:
            limit = text.find("\n\n", start, start + _MAX_FORMULA)
        known = limit >= 0 or self._final or len(text) - start >= _MAX_FORMULA
        limit = limit if limit >= 0 else min(len(text), start + _MAX_FORMULA)
        close = text.find(end_mark, start, limit)
        if close < 0 and not known:
            return i
        inner = text[start : close if close >= 0 else limit]
        end = close + len(end_mark) if close >= 0 else start
        if mark == "$$" and (close < 0 or not inner.strip()):
            return end if is_formula(inner) else self._literal(i, start)
        if close < 0 or (mark != "$$" and not is_formula(inner)):
            return self._literal(i + 1, start)  # an escaped bracket
        self._write_formula(inner)
        return end

    def _write_formula(self, latex: str) -> None:
        self._write(formula_to_text(latex, self._words.language))

    def _read_backslash(self, i: int) -> int:
        text = self._text
        if i + 1 == len(text):
            return self._literal(i, i + 1) if self._final else i
        following = text[i + 1]
        if following == "\\" and i + 2 == len(text) and not self._final:
            return i
        if _PATH.search(text[max(0, i - 300) : i]):
            return self._literal(i, i + 1)
        if following == "\\" and not self._previous(i).strip() and text[i + 2 : i + 3].isalnum():
            return self._literal(i, i + 2)
        if following in "[(":
            return self._read_display(i, "\\" + following, "\\]" if following == "[" else "\\)")
        if following == "\n":
            return i + 1
        if following in _ESCAPED:
            self._write(following)
            return i + 2
        if not self._final and _COMMAND_PART.match(text, i):
            return i
        in_word = text[max(0, i - 2) : i].isalpha() and len(text[max(0, i - 2) : i]) == 2 and not self._line_start
        if in_word or not LATEX_START.match(text, i):
            return self._literal(i, i + 1)
        end = find_formula_end(text, i, final=self._final)
        if end is None:
            return i
        self._write_formula(text[i:end])
        return end

    def _read_caret(self, i: int) -> int:
        text = self._text
        if not self._final and _POWER_PART.match(text, i):
            return i
        power = _POWER.match(text, i)
        before = self._previous(i)
        if power and (before.isalnum() or (before and before in ")]}°")) and self._write_power(power[1].strip("{}()")):
            return power.end()
        return self._literal(i, i + 1)

    # ---- Signs

    def _read_pipe(self, i: int) -> int | Stop:
        before, after = self._previous(i), self._text[i + 1 : i + 2]
        if not after and not self._final:
            return i
        if self._text[i] == "|" and (after == "|" or before == "|"):
            return self._literal(i, i + 1)
        if (not before or before.isspace() or self._text[i] != "|") and (not after or after.isspace()):
            return Stop.PIPE
        return self._literal(i, i + 1)

    def write_nothing(self) -> None:
        """Note that the line's beginning is behind."""
        self._line_start = False

    def write_pause(self) -> None:
        """Write a pause, as between the columns of a line."""
        if not self._lines.line_is_empty and self._lines.last[-1:] not in ",;:、，،":
            self._lines.drop_space()
            self._lines.text(self._words.pause)

    def _read_ascii_arrow(self, i: int) -> int:
        text = self._text
        if text.startswith("==", i):
            return self._read_pair(i, "==")
        arrow = _ASCII_ARROW.match(text, i)
        if arrow is None:
            return self._literal(i, i + 1)
        self.write_pause()
        return arrow.end()

    def _read_sign(self, i: int) -> int:
        text = self._text
        end = symbols.sign_run(text, i)
        if end == len(text) and not self._final:
            return i
        rest = end
        while rest < len(text) and text[rest] in " \t":
            rest += 1
        if rest == len(text) and not self._final:
            return i
        run = text[i:end]
        line_start = self._lines.line_is_empty
        if line_start:
            self._lines.start("item")
        at_end = rest == len(text) or text[rest] == "\n"
        previous = self._lines.last[-1:]
        alone = at_end and (line_start or previous in ":–—")
        stars = symbols.count_stars(run)
        if stars:
            self._write(self._words.stars(*stars))
            return end
        following = text[end : end + 1]
        if self._lines.last_word[-1:] and previous in _QUOTES and following and following in _QUOTES:
            return self._literal(i, end)
        for sign in run:
            self._write_sign(sign, i, alone=alone, line_start=line_start, following=text[rest : rest + 1])
        if following and following in ".,;:!?)" + _QUOTES:
            self._lines.drop_space()
        return end

    def _write_sign(self, sign: str, i: int, *, alone: bool, line_start: bool, following: str) -> None:
        if sign in symbols.OPERATORS:
            self._write(symbols.OPERATORS[sign])
        elif word := symbols.box_word(sign, alone=alone, boxes=self._boxes, line_start=line_start):
            if alone and line_start:
                self._write(self._words.word(word))
            else:
                self._write_state(self._words.word(word))
            self._boxes = self._boxes or word in (answer_words.NOT_TICKED, answer_words.SELECTED)
        elif symbols.is_arrow(sign):
            self._write_arrow(sign, alone=alone, line_start=line_start, following=following)

    def _write_arrow(self, sign: str, *, alone: bool, line_start: bool, following: str) -> None:
        name = symbols.arrow_word(sign)
        key = _KEY_BEFORE.search(self._lines.last)
        on = symbols.is_right_arrow(sign)
        if name and (alone or key or (not on and not line_start)):
            self._write(f" {self._words.word(name)} ")
        elif line_start and not following.isdigit():
            return
        elif name and not on:
            self._write(f" {self._words.word(name)} ")
        elif not line_start:
            self.write_pause()

    _HANDLERS: dict[str, Callable[[InlineReader, int], int | Stop]] = {
        "*": _read_stars,
        "_": _read_underscores,
        "~": _read_tildes,
        "`": _read_code,
        "<": _read_angle,
        "&": _read_entity,
        "[": _read_bracket,
        "!": _read_exclamation,
        "{": _read_brace,
        "$": _read_dollar,
        "\\": _read_backslash,
        "^": _read_caret,
        "|": _read_pipe,
        "│": _read_pipe,
        "┃": _read_pipe,
        "║": _read_pipe,
    }
