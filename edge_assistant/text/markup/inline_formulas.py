"""Formulas, powers and backslashes inside a line."""

from __future__ import annotations

import re

from edge_assistant.text.formulas import formula_to_text
from edge_assistant.text.markup import latex_document
from edge_assistant.text.markup.inline_text import InlineText
from edge_assistant.text.markup.latex import LATEX_START, find_formula_end, is_formula, is_price

_MAX_FORMULA = 2000
_ESCAPED = frozenset("\\`*_{}[]()#+-.!|~>$<\"'&%:=^@,;/?")
_POWER = re.compile(r"\^(\{[^{}\n]{1,40}\}|\([^()\n]{1,40}\)|[-−+–]?\d+(?:[.,]\d+)*|[A-Za-z](?![A-Za-z]))")
_POWER_PART = re.compile(r"\^(?:\{[^{}\n]{0,40}|\([^()\n]{0,40}|[-−+–]?(?:\d+(?:[.,]\d*)*)?|[A-Za-z])?\Z")
_SUPERSCRIPT = str.maketrans("0123456789+-−–n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻ⁿ")
_DEGREE = re.compile(r"\^(?:\\circ(?![a-z])|\{\\circ\})")
_DEGREE_PART = re.compile(r"\^\{?(?:\\(?:c(?:i(?:rc?)?)?)?)?\Z|\^\{\\circ\Z")
_BASE = re.compile(r"(?:\d|(?<![^\W\d_]{3})[^\W\d_]|[)\]}])\Z")
_UNIT = re.compile(r"(?:^|[\d/·])[cdkmµ]?(?:m|s|in|ft|yd|mi)\Z")
_EXPONENT = re.compile(r"[-+]?\d+(?:[.,/]\d+)?|(?=.*[a-z])(?!(?:st|nd|rd|th)\Z)[-+]?[0-9a-z]?[-+*/]?[0-9a-z]")
_NO_DISPLAY = re.compile(r"[ \t]*(?:[·•,;.|)–]|[ \t][^\W\d_]{4,})")
_INDEX = re.compile(r"_\{([^{}\n]{1,30})\}")
_INDEX_PART = re.compile(r"_\{[^{}\n]{0,30}\Z")
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ"
"""The characters that are powers."""

_PLAIN_EXPONENT = str.maketrans(SUPERSCRIPTS, "0123456789+-n")
_PATH = re.compile(r"(?:(?<!\w)[A-Za-z]:|(?<!\S)\\\\)[^\s\"'<>|]*\Z")


class FormulaReader(InlineText):
    """Reads formulas, powers and escapes."""

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
        if text[i + 1].isspace() or text[i + 1] in ",.;:!?)" or self._previous(i).isalnum():
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
        if mark == "$$":  # how dear a restaurant is
            if len(text) - start < 8 and "\n" not in text[start:] and not self._final:
                return i
            if _NO_DISPLAY.match(text, start):
                return self._literal(i, start)
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
        is_math = is_formula(inner) and (mark != "\\[" or re.search(r"[\\^_=+<>≤≥]", inner) is not None)
        if close < 0 or (mark != "$$" and not is_math):
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
        if not self._final and latex_document.PART.match(text, i):
            return i
        in_word = text[max(0, i - 2) : i].isalpha() and len(text[max(0, i - 2) : i]) == 2 and not self._line_start
        command = latex_document.COMMAND.match(text, i)
        if command and not (in_word and command[0][-1] != "}" and not command["heading"]):
            end = self._read_document(command)
            if end is not None:
                return end
        if in_word or not LATEX_START.match(text, i):
            return self._literal(i, i + 1)
        end = find_formula_end(text, i, final=self._final)
        if end is None:
            return i
        self._write_formula(text[i:end])
        return end

    def _read_document(self, command: re.Match[str]) -> int | None:
        """Read a command that sets text, up to its end; None where it is none of those that are known."""
        start, end = command.start(), command.end()
        environment = command["environment"]
        if command["heading"]:
            return self._read_heading_command(end)
        if environment in latex_document.TABLES | latex_document.FORMULAS and command["edge"] == "begin":
            return self._read_environment(environment, start, end)
        known = latex_document.TABLES | latex_document.FORMULAS | latex_document.OTHERS
        if environment and environment not in known:
            return None
        if environment or command["item"]:
            self._lines.end(own=True)
            self._lines.start("item")
            if command["label"]:
                self._write(f"{command['label'][1:-1]}: ")
        return end

    def _read_heading_command(self, end: int) -> int:
        """Read what stands in braces at `end` as a line of its own."""
        group = latex_document.NESTED.match(self._text, end)
        if group is None:  # its end is missing
            return end + 1
        self._lines.separate()
        self._lines.start("own")
        self._write(self._convert(group[0][1:-1]))
        self._lines.separate()
        return group.end()

    def _read_environment(self, name: str, start: int, end: int) -> int:
        """Read a table or a formula up to its end, or all that has come where that is missing."""
        text, limit = self._text, min(len(self._text), start + latex_document.MAX_ENVIRONMENT)
        close = re.compile(rf"\\end[ \t]*\{{{name}\*?\}}").search(text, end, limit)
        if close is None and limit < start + latex_document.MAX_ENVIRONMENT and not self._final:
            return start
        inner = text[end : close.start() if close else limit]
        if name in latex_document.FORMULAS:
            self._write_formula(rf"\begin{{aligned}}{inner}\end{{aligned}}")
        else:
            self._lines.separate()
            for row in latex_document.table_rows(inner, self._words, self._convert):
                self._lines.start("own")
                self._lines.text(row)
                self._lines.end(own=True)
        return close.end() if close else limit

    def _read_caret(self, i: int) -> int:
        text = self._text
        if not self._final and _DEGREE_PART.match(text, i):
            return i
        if degree := _DEGREE.match(text, i):
            self._write("°")
            return degree.end()
        if not self._final and _POWER_PART.match(text, i):
            return i
        power = _POWER.match(text, i)
        before = self._previous(i)
        if power and (before.isalnum() or (before and before in ")]}°")) and self._write_power(power[1].strip("{}()")):
            return power.end()
        return self._literal(i, i + 1)

    def _write_power(self, exponent: str) -> bool:
        """Write the power that the text before is raised to; False where that is no base."""
        before = self._lines.last_word
        exponent = exponent.replace("−", "-").replace("–", "-").strip()
        if not _BASE.search(before) or exponent == "1" or not (_EXPONENT.fullmatch(exponent) or "\\" in exponent):
            return False
        words = formula_to_text(f"x^{{{exponent}}}", self._words.language)
        if _UNIT.search(before) and exponent in ("2", "3"):
            self._write(exponent.translate(_SUPERSCRIPT))  # square metres
        elif words.startswith("x") and not re.search(r"[\^{}]", words):
            self._write(words[1:])
        else:
            self._write(exponent.translate(_SUPERSCRIPT))
        return True

    def _read_index(self, i: int) -> int:
        """Read an index in braces behind a letter, at its underscore."""
        text = self._text
        if not self._final and _INDEX_PART.match(text, i):
            return i
        index = _INDEX.match(text, i)
        words = formula_to_text(f"x_{{{index[1]}}}", self._words.language) if index else ""
        if index is None or not words.startswith("x"):
            return self._literal(i, i + 1)
        self._write(words[1:])
        return index.end()

    def _read_superscript(self, i: int) -> int:
        text = self._text
        end = i
        while end < len(text) and text[end] in SUPERSCRIPTS:
            end += 1
        if end == len(text) and not self._final:
            return i
        if self._write_power(text[i:end].translate(_PLAIN_EXPONENT)):
            return end
        return self._literal(i, end)
