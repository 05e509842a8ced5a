"""LaTeX formulas, put into words that can be spoken. The owner of pylatexenc, which parses them."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from edge_assistant.text import latex_macros
from edge_assistant.text.math_words import SIGNS, MathWords

_MAX_LENGTH = 1000
"""Characters of the longest formula that is parsed; longer ones lose their backslashes only."""
_MAX_DEPTH = 40
"""Braces in braces that are parsed."""


class _Item(NamedTuple):
    """A part of a formula: a number, a name, a sign, or something that is in words already."""

    text: str
    word: bool = False
    """Whether a space stands on both sides."""
    large: str = ""
    """The sign of a sum and the like, which takes bounds."""


def formula_to_text(latex: str, language: str | None) -> str:
    """Return a formula, without the marks around it, as words in the language of the answer, such as "de".

    None is the person's own language; in one that we do not speak signs are kept. Any text gives text, and nothing is
    raised.
    """
    latex = latex.strip().strip("$").strip()
    if "\\" not in latex and not re.search(r"[\^_{}]", latex) and not MathWords(language).spoken:
        return latex
    if len(latex) > _MAX_LENGTH or _depth(latex) > _MAX_DEPTH:
        return _without_commands(latex)
    try:
        text = _tidied(_Converter(MathWords(language)).text(_parse(latex)))
    except (_parse_error(), LookupError, AttributeError, ValueError, TypeError, RecursionError):
        text = ""
    return text or _without_commands(latex)


def _without_commands(latex: str) -> str:
    """Return LaTeX as plain text: what is left without backslashes, braces and marks around formulas."""
    return " ".join(re.sub(r"\\[,;:! ]|\\\\|[{}$&~]", " ", latex).replace("\\", "").split())


def _depth(latex: str) -> int:
    depth = deepest = 0
    for character in re.findall(r"[{}\[\]]|\\(?:begin|end|left|right)\b", latex):
        depth += 1 if character in ("{", "[", "\\begin", "\\left") else -1
        deepest = max(deepest, depth)
    return max(deepest, latex.count("\\begin"))


def _parse(latex: str) -> Sequence[Any]:
    from pylatexenc.latexwalker import LatexWalker

    # A "%" that begins a comment in LaTeX is a percent sign in what models write.
    latex = re.sub(r"(?<!\\)%", r"\\%", latex)
    nodes: Sequence[Any]
    nodes, _, _ = LatexWalker(latex, latex_context=_context(), tolerant_parsing=True).get_latex_nodes()
    return nodes


def _parse_error() -> type[Exception]:
    from pylatexenc.latexwalker import LatexWalkerError

    error: type[Exception] = LatexWalkerError
    return error


@functools.cache
def _context() -> Any:
    """Return pylatexenc's macros with those of ours that have arguments."""
    from pylatexenc.latexwalker import get_default_latex_context_db
    from pylatexenc.macrospec import MacroSpec, std_environment

    arguments = {name: spec for name, (spec, _) in latex_macros.CONTENT.items()}
    arguments |= dict.fromkeys(
        latex_macros.ACCENTS | latex_macros.CHEMISTRY | {"hspace", "vspace", "phantom", "hphantom", "color"}, "{"
    )
    arguments |= dict.fromkeys(latex_macros.FRACTIONS | latex_macros.BINOMIALS, "{{") | {
        "sqrt": "[{",
        "xrightarrow": "[{",
        "not": "",
    }
    arguments |= dict.fromkeys(latex_macros.DELIMITER_SIZES, "")
    context = get_default_latex_context_db()
    context.add_context_category(
        "spoken",
        macros=[MacroSpec(name, spec) for name, spec in arguments.items()],
        environments=[std_environment("array", "[{"), std_environment("aligned", "[")],
        prepend=True,
    )
    return context


class _Converter:
    """Converts pylatexenc's nodes to text."""

    def __init__(self, words: MathWords) -> None:
        self._words = words
        self._in_text = False

    def text(self, nodes: Sequence[Any]) -> str:
        """Return the text of a list of nodes."""
        return _joined(self._items(nodes))

    def _items(self, nodes: Sequence[Any]) -> list[_Item]:
        waiting = list(_flat(nodes))
        items: list[_Item] = []
        while waiting:
            node = waiting.pop(0)
            if _is_one_of(node, "^_") and items:
                self._add_script(items, str(node), self._argument(waiting))
            else:
                converted = self._convert(node, waiting)
                if _is_fraction(node) and re.fullmatch(
                    r"\d+", next((i.text for i in reversed(items) if i.text != " "), "")
                ):
                    items.append(_Item(self._words.mixed(), word=True))
                items += converted
        return [self._closed(item) for item in items]

    def _argument(self, waiting: list[Any]) -> str:
        """Take what a "^" or "_" belongs to: a group, a macro, or a number with its sign."""
        while waiting and _is_one_of(waiting[0], " "):
            waiting.pop(0)
        sign = ""
        if waiting and _is_one_of(waiting[0], "-−+"):
            sign = waiting.pop(0).replace("-", "−")
        if not waiting:
            return sign
        return sign + _joined([self._closed(item) for item in self._convert(waiting.pop(0), waiting)])

    def _add_script(self, items: list[_Item], mark: str, script: str) -> None:
        """Put an exponent, an index or a bound to the item before it."""
        while len(items) > 1 and items[-1].text == " ":
            items.pop()
        base = items.pop()
        if base.large:
            low, high = base.text.split("\n")
            bounds = (script, high) if mark == "_" else (low, script)
            items.append(base._replace(text="\n".join(bounds)))
        elif mark == "^" and script in ("°", "∘", "\\circ"):
            items.append(_Item(f"{base.text}°"))
        elif mark == "^" and script.strip("′'") == "":
            items.append(_Item(base.text + self._words.prime() * max(len(script), 1), word=self._words.spoken))
        elif mark == "^":
            text = base.text
            if text == ")":  # the brackets belong to the base
                text = _take_brackets(items)
            items.append(_Item(self._words.power(text, script), word=self._words.spoken))
        elif self._words.spoken:
            items.append(_Item(f"{base.text} {script}", word=True))
        else:
            items.append(_Item(f"{base.text}_{script}" if script.isalnum() else f"{base.text}_({script})"))

    def _closed(self, item: _Item) -> _Item:
        if not item.large:
            return item
        low, high = item.text.split("\n")
        return _Item(self._words.bounded(item.large, low, high), word=True)

    def _convert(self, node: Any, waiting: list[Any]) -> list[_Item]:
        if isinstance(node, str):
            return self._sign(node)
        kind = type(node).__name__
        if kind == "LatexGroupNode":
            left, right = node.delimiters
            inner = self._items(node.nodelist)
            return inner if left == "{" else [_Item(left), *inner, _Item(right)]
        if kind == "LatexMathNode":
            return self._items(node.nodelist)
        if kind == "LatexMacroNode":
            return self._macro(node, waiting)
        if kind == "LatexEnvironmentNode":
            return [_Item(self._rows(node.nodelist, node.environmentname), word=True)]
        return []

    def _sign(self, sign: str) -> list[_Item]:
        sign = {"-": "−", "*": "×", "'": "′", "--": "–", "&": " ", "~": " ", "``": "“", "''": "”"}.get(sign, sign)
        if sign == "′":
            return [_Item(self._words.prime(), word=self._words.spoken)]
        if sign in SIGNS and not sign.isalpha():
            return [_Item(self._words.sign(sign), word=True)]
        if self._words.spoken and not self._in_text and _is_product(sign):
            return [_Item(" ".join(sign), word=True)]
        return [_Item(sign)]

    def _macro(self, node: Any, waiting: list[Any]) -> list[_Item]:
        name = node.macroname
        given = [each for each in (node.nodeargd.argnlist if node.nodeargd else None) or [] if each is not None]
        after = [_Item(" ")] if node.macro_post_space else []
        if name in latex_macros.FRACTIONS | latex_macros.BINOMIALS and len(given) == 2:
            a, b = map(self._argument_text, given)
            made = self._words.fraction(a, b) if name in latex_macros.FRACTIONS else self._words.choose(a, b)
            return [_Item(made, word=True)]
        if name == "sqrt" and given:
            return [_Item(self._words.root(*map(self._argument_text, reversed(given))), word=True)]
        if name in latex_macros.CONTENT:
            index = latex_macros.CONTENT[name][1]
            return self._content(given[index], text=name in latex_macros.TEXT) if len(given) > index else []
        if name in latex_macros.ACCENTS and given:
            return [_Item(self._words.accent(name, self._argument_text(given[0])), word=True)]
        if name in latex_macros.CHEMISTRY:
            return [_Item(re.sub(r"[\^_{}]+", "", "".join(each.latex_verbatim() for each in given)), word=True)]
        if name in latex_macros.OPERATORS:
            return [_Item(self._words.sign(latex_macros.OPERATORS[name]), word=True)]
        if name in latex_macros.LARGE:
            return [_Item("\n", word=True, large=latex_macros.LARGE[name])]
        if name in latex_macros.FUNCTIONS:
            return [_Item(self._words.sign(latex_macros.FUNCTIONS[name]), word=True)]
        return self._simple_macro(name, waiting, after)

    def _simple_macro(self, name: str, waiting: list[Any], after: list[_Item]) -> list[_Item]:
        if name.removeprefix("var") in latex_macros.GREEK:
            return [_Item(self._words.greek(name.removeprefix("var")), word=self._words.spoken)]
        if name in latex_macros.SIGNS:
            return [_Item(latex_macros.SIGNS[name]), *after]
        if name == "circ":
            return [_Item("°" if not (waiting and _is_one_of(waiting[0], "(")) else "∘")]
        if name in latex_macros.SPACES:
            return [_Item("\u202f" if name == "," else " ")]
        if name == "\\":
            return [_Item(";", word=False), _Item(" ")]
        if name == "not":
            following = self._argument(waiting)
            return [
                _Item(self._words.sign("≠") if following in ("=", self._words.sign("=")) else f"¬{following}", True)
            ]
        if name in latex_macros.DROPPED:
            if name in ("left", "right") and waiting and _is_one_of(waiting[0], "."):
                waiting.pop(0)
            return after if name.islower() and len(name) == 2 else []
        return [_Item(name, word=True)]

    def _argument_text(self, node: Any) -> str:
        return _tidied(_joined(self._content(node)))

    def _content(self, node: Any, *, text: bool = False) -> list[_Item]:
        """Return what stands in braces or brackets; with `text` its words are words, not products of letters."""
        before, self._in_text = self._in_text, self._in_text or text
        items = self._items(node.nodelist if type(node).__name__ == "LatexGroupNode" else [node])
        self._in_text = before
        return items

    def _rows(self, nodes: Sequence[Any], environment: str) -> str:
        rows: list[list[list[Any]]] = [[[]]]
        for node in nodes:
            if type(node).__name__ == "LatexMacroNode" and node.macroname == "\\":
                rows.append([[]])
            elif type(node).__name__ == "LatexSpecialsNode" and node.specials_chars == "&":
                rows[-1].append([])
            else:
                rows[-1][-1].append(node)
        texts = [[_tidied(self.text(cell)) for cell in row] for row in rows]
        between = ", " if environment in latex_macros.TABLES | latex_macros.MATRICES else " "
        lines = list(filter(None, (between.join(filter(None, row)) for row in texts)))
        if environment in latex_macros.MATRICES:
            lines = [self._words.row(number, line) for number, line in enumerate(lines, 1)]
        return "; ".join(lines)


def _flat(nodes: Sequence[Any]) -> list[Any]:
    """Return the nodes with characters as strings: numbers and names whole, all else by itself."""
    flat: list[Any] = []
    for node in nodes:
        kind = type(node).__name__
        if kind == "LatexCharsNode":
            flat += re.findall(r"\d+(?:[.,]\d+)*|[^\W\d_]+|\s+|.", node.chars, re.DOTALL)
        elif kind == "LatexSpecialsNode":
            flat.append(node.specials_chars)
        else:
            flat.append(node)
    return [" " if isinstance(each, str) and each.isspace() else each for each in flat]


def _is_fraction(node: Any) -> bool:
    """Return whether this is a fraction of two numbers, which after a number belongs to it."""
    return getattr(node, "macroname", "") in latex_macros.FRACTIONS and bool(
        re.fullmatch(r"\\\w+\s*\{?\s*\d+\s*\}?\s*\{?\s*\d+\s*\}?", node.latex_verbatim())
    )


def _is_product(name: str) -> bool:
    """Return whether letters without a space are variables, as in "mc", rather than a word or a unit."""
    return name.isalpha() and 1 < len(name) < 4 and name.islower() and name not in latex_macros.SHORT_WORDS


def _is_one_of(node: Any, characters: str) -> bool:
    return isinstance(node, str) and node in characters


def _take_brackets(items: list[_Item]) -> str:
    """Take from the end of `items` what the bracket that has just been closed holds, and return all of it."""
    taken = [_Item(")")]
    depth = 1
    while items and depth:
        item = items.pop()
        depth += (item.text == ")") - (item.text == "(")
        taken.insert(0, item)
    return _joined(taken)


def _joined(items: Sequence[_Item]) -> str:
    text = ""
    for i, item in enumerate(items):
        spaced = item.word or (i > 0 and items[i - 1].word)
        text += (" " if spaced and text else "") + item.text
    return text


def _tidied(text: str) -> str:
    """Return the text with one space between words, and none before commas and after opening brackets."""
    text = re.sub(r"(?<=\d)\s*\u202f\s*(?=\d{3}(?!\d))", "\ufffe", text)
    text = re.sub(r"\s+", " ", text.replace("\\", " ")).strip()
    text = re.sub(r" +(?=[,;.)\]}%]|°(?![CF]))|(?<=[(\[{]) +", "", text)
    text = re.sub(r"(?<=\d)°(?=[CF]\b)", " °", text)
    text = re.sub(r"(^|[(\[{=<>≤≥≠≈+×÷,;] ?)− (?=\S)", r"\1−", text)  # a sign, rather than an operator
    return re.sub(r"^[,;] *", "", text.replace("\ufffe", "\u202f"))
