"""Pages with known words for text recognition: drawn screens by themselves, and several on a picture of 1920 x 1080."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarking.machine import SCREEN
from edge_assistant.drawn_screens.drawing import draw_screens
from edge_assistant.drawn_screens.truth import READING_KINDS, DrawnScreen, Kind, ScreenTruth

_KINDS: tuple[Kind, ...] = ("dialog", "error", "form", "table", "mail", "settings", "menu", "page", *READING_KINDS)
_WITH_BUTTONS: tuple[Kind, ...] = ("dialog", "error")
_LANGUAGES = ("en", "de")
_WINDOWS = 8
"""How many of the screens are read by themselves, too."""
_WIDEST_WINDOW = 1280
_GAP = 12


def write_pages(folder: Path, seed: int, count: int = 1) -> None:
    """Draw pages into screen/ and window/ below `folder`: each as PNG, and its words, lines and buttons as JSON."""
    screens = list(draw_screens(_KINDS, seed=seed, languages=_LANGUAGES, count=count, scale=1.0))
    screens += draw_screens(_WITH_BUTTONS, seed=seed + 1, languages=_LANGUAGES, count=count, scale=1.0)
    windows = [each for each in screens if each.image.width <= _WIDEST_WINDOW][:_WINDOWS]
    for number, screen in enumerate(windows):
        _write(folder / "window", number, screen.image, _known(screen.truth, 0, 0))
    for number, (image, known) in enumerate(_desktops(screens)):
        _write(folder / "screen", number, image, known)


def _write(folder: Path, number: int, image: Image.Image, known: Sequence[dict[str, Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    image.save(folder / f"{number:02}.png")
    (folder / f"{number:02}.json").write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")


def _known(truth: ScreenTruth, left: int, top: int) -> list[dict[str, Any]]:
    """The lines of a screen whose corner is at this place of the page."""
    return [
        {
            "button": text.role == "button",
            "words": [
                [word.text, [word.box[0] + left, word.box[1] + top, word.box[2] + left, word.box[3] + top]]
                for word in line.words
            ],
        }
        for text in truth.texts
        for line in text.lines
    ]


def _desktops(screens: Sequence[DrawnScreen]) -> Iterator[tuple[Image.Image, list[dict[str, Any]]]]:
    """Pictures of 1920 x 1080 with as many screens side by side, in rows, as find room."""
    left, top, row = _GAP, _GAP, 0
    page, known = Image.new("RGB", SCREEN, "#3a6ea5"), list[dict[str, Any]]()
    for screen in screens:
        width, height = screen.image.size
        if left + width > SCREEN[0]:
            left, top, row = _GAP, top + row + _GAP, 0
        if known and top + height > SCREEN[1]:
            yield page, known
            page, known = Image.new("RGB", SCREEN, "#3a6ea5"), []
            left, top, row = _GAP, _GAP, 0
        if width > SCREEN[0] - _GAP or height > SCREEN[1] - _GAP:
            continue
        page.paste(screen.image, (left, top))
        known += _known(screen.truth, left, top)
        left, row = left + width + _GAP, max(row, height)
    if known:
        yield page, known
