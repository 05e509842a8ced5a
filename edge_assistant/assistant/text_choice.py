"""Chooses from the recognised text of a picture what matters most: the largest lines, the buttons, related lines."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from statistics import median

from PIL import Image

from edge_assistant.assistant.button_shapes import is_button
from edge_assistant.engine.messages import QuotedLine
from edge_assistant.ocr.page import Line, Page
from edge_assistant.system.i18n import tr
from edge_assistant.system.text_cleaning import one_line
from edge_assistant.text.similar_text import fold, similar

_LARGE = 1.3
"""A line is large if it is so many times as high as the usual one."""
_SAME = 0.85
_WORD = re.compile(r"\w{3,}")
_CELLS = " | "
"""Between the cells of a row."""
_CUT = "…"


@dataclass(frozen=True, slots=True)
class ChosenText:
    """The largest lines of a picture, the larger ones first, or the first ones; and the labels of its buttons."""

    lines: tuple[str, ...]
    buttons: tuple[str, ...]


def choose_text(page: Page, picture: Image.Image) -> ChosenText:
    """Choose the largest lines and the buttons of a page; `picture` is what was read, in RGB."""
    readable = [line for line in page.lines if sum(map(str.isalpha, line.text)) > 1]
    buttons = [line for line in readable if line.cell is None and is_button(picture, line.text, line.box)]
    others = [line for line in readable if line not in buttons]
    return ChosenText(_unique(_by_size(others)), _unique(buttons))


def choose_for_glance(chosen: ChosenText, fits: Callable[[str], bool], known: str = "") -> ChosenText:
    """Choose the first lines and buttons that fit into one sentence together, the largest line before all.

    `known` has been said before: the title of the window.
    """
    lines = [line.strip(" .:") for line in chosen.lines if not (known and _says(known, line))]
    found = ChosenText((), ())
    for text in lines[:1]:
        found = _first(lambda cut: fits(said_sentence(ChosenText((cut,), ()))), text)
    for button in chosen.buttons:
        more = ChosenText(found.lines, (*found.buttons, button))
        found = more if fits(said_sentence(more)) else found
    for line in lines[1:3]:
        more = ChosenText((*found.lines, line), found.buttons)
        found = more if fits(said_sentence(more)) else found
    return found


def said_sentence(chosen: ChosenText) -> str:
    """Return lines and buttons as they are said."""
    parts = [*chosen.lines, ", ".join(chosen.buttons)]
    return "".join(f"{part}. " for part in parts if part).strip().replace(f"{_CUT}.", _CUT)


def shown_sentence(chosen: ChosenText) -> str:
    """Return lines and buttons as they are shown: named as what they are."""
    text, buttons = ". ".join(chosen.lines), ", ".join(chosen.buttons)
    if text and buttons:
        return tr("Text: {text}. Buttons: {buttons}.", text=text, buttons=buttons)
    if text:
        return tr("Text: {text}.", text=text).replace(f"{_CUT}.", _CUT)
    return tr("Buttons: {buttons}.", buttons=buttons) if buttons else ""


def lines_for_prompt(chosen: ChosenText, page: Page, question: str | None, used: Collection[str]) -> list[QuotedLine]:
    """Return lines for the model, the most useful first: those that share words with the question, buttons, large ones.

    A row of a table is one line. What is in `used` is left out.
    """
    rows = _rows(page)
    words = [set(_WORD.findall(fold(row))) for row in rows]
    counts = Counter(itertools.chain.from_iterable(words))
    asked = set(_WORD.findall(fold(question or "")))
    # A word that few lines have tells more than one that many have.
    shared = [sum(1 / counts[word] for word in asked & own) for own in words]
    best = sorted((place for place in range(len(rows)) if shared[place]), key=lambda place: -shared[place])
    ranked = [rows[place] for place in best]
    for text in (*chosen.buttons, *chosen.lines):
        ranked += [row for row in rows if row == text or text in row.split(_CELLS)][:1]
    return [QuotedLine(text, rows.index(text)) for text in dict.fromkeys(ranked) if text not in used]


def _by_size(lines: list[Line]) -> list[Line]:
    """Return the large lines, the largest first, and then the others in reading order."""
    if not lines:
        return []
    usual = median(line.box.height for line in lines)
    large = [line for line in lines if line.box.height >= _LARGE * usual and line.cell is None]
    large.sort(key=lambda line: -line.box.height)
    return [*large, *(line for line in lines if line not in large)]


def _unique(lines: list[Line]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one_line(line.text) for line in lines))


def _rows(page: Page) -> list[str]:
    """Return the lines of a page in reading order, those of one row of a table as one."""
    rows = []
    for cell, lines in itertools.groupby(page.lines, lambda line: line.cell and line.cell[:2]):
        if cell is None:
            rows += [one_line(line.text) for line in lines]
        else:
            rows.append(_CELLS.join(one_line(line.text) for line in lines))
    return list(dict.fromkeys(rows))


def _says(known: str, line: str) -> bool:
    return similar(known, line) >= _SAME or fold(line) in fold(known)


def _first(fits: Callable[[str], bool], text: str) -> ChosenText:
    """Return the text, or its first words, as far as that fits."""
    cut = text
    while cut and not fits(cut):
        cut = cut.removesuffix(_CUT).rpartition(" ")[0]
        cut = f"{cut}{_CUT}" if cut else ""
    return ChosenText((cut,) if cut else (), ())
