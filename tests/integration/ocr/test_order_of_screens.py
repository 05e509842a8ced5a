"""Drawn screens are read in their true order, from boxes such as the detector finds."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from edge_assistant.drawn_screens.drawing import draw_screens
from edge_assistant.drawn_screens.truth import DrawnScreen, Kind
from edge_assistant.ocr.page import Box
from edge_assistant.ocr.reading_order import arrange

# The least share of neighbours in true order.
LEAST: dict[Kind, float] = {
    "mail": 0.72,
    "form": 0.94,
    "chat": 1.0,
    "code": 0.98,
    "table": 1.0,
    "settings": 0.9,
    "columns": 0.9,
    "grid": 0.9,
}
PADDING = 0.08
"""Heights of a line that the detector's boxes are larger than the letters' at each side."""


@pytest.fixture(scope="module")
def screens() -> list[DrawnScreen]:
    return list(draw_screens(tuple(LEAST), seed=8, languages=("de", "en"), count=2))


def found_boxes(screen: DrawnScreen) -> list[Box]:
    """The boxes of a screen's lines in true order."""
    boxes = []
    for line in screen.truth.lines:
        left, top, right, bottom = line.box
        spare = round(PADDING * (bottom - top))
        boxes.append(Box(left - spare, top - spare, right + spare, bottom + spare))
    return boxes


def test_neighbours_are_neighbours(screens: list[DrawnScreen]) -> None:
    right: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for screen in screens:
        boxes = found_boxes(screen)
        read = arrange(sorted(boxes)).boxes
        follows = set(itertools.pairwise(read))
        for names in (screen.kind, screen.language):
            whole[names] += len(boxes) - 1
            right[names] += sum(pair in follows for pair in itertools.pairwise(boxes))
    shares = {name: right[name] / whole[name] for name in whole}
    assert all(shares[kind] >= least for kind, least in LEAST.items()), shares
    assert shares["de"] >= 0.89, shares


def test_tables_have_their_cells(screens: list[DrawnScreen]) -> None:
    right = whole = 0
    for screen in screens:
        if screen.kind == "table":
            boxes = found_boxes(screen)
            layout = arrange(boxes)
            cells = dict(zip(layout.boxes, layout.cells, strict=True))
            truth = [text.cell for text in screen.truth.texts for _ in text.lines]
            for box, cell in zip(boxes, truth, strict=True):
                if cell is not None:
                    whole += 1
                    right += cells[box] == cell
    assert right >= 0.8 * whole, (right, whole)


def test_a_paragraph_is_what_was_drawn_as_one(screens: list[DrawnScreen]) -> None:
    """Lines of one text of several are mostly in one paragraph, and the next text in another."""
    same = lines = 0
    for screen in screens:
        if screen.kind not in ("mail", "columns"):
            continue
        layout = arrange(found_boxes(screen))
        numbers = dict(zip(layout.boxes, layout.paragraphs, strict=True))
        boxes = iter(found_boxes(screen))
        for text in screen.truth.texts:
            mine = [numbers[next(boxes)] for _ in text.lines]
            lines += len(mine) - 1
            same += sum(one == other for one, other in itertools.pairwise(mine))
    assert same >= 0.95 * lines, (same, lines)
