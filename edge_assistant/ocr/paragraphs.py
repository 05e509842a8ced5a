"""Which lines are one paragraph."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from edge_assistant.ocr.geometry import Boxes

_GAP = 0.6
"""Heights of a line between two lines of a paragraph, at most."""
_LIKE = 0.7
"""How high the lower of two lines of a paragraph is at least, in heights of the other."""


def number_paragraphs(boxes: Boxes, tables: Sequence[int | None]) -> list[int]:
    """Return the number of each line's paragraph, counting up from 0; `tables` has the number of the line's table.

    Lines follow each other in a paragraph where they stand close below each other and are of like height; a table is
    one paragraph, and what stands in one row is one.
    """
    if not len(boxes):
        return []
    left, top, right, bottom = boxes.T
    height = bottom - top
    least, most = np.minimum(height[1:], height[:-1]), np.maximum(height[1:], height[:-1])
    gap = top[1:] - bottom[:-1]
    overlap = np.minimum(right[1:], right[:-1]) - np.maximum(left[1:], left[:-1])
    below = (gap <= _GAP * least) & (gap > -0.5 * least) & (overlap > 0)
    row = np.abs(top[1:] + bottom[1:] - top[:-1] - bottom[:-1]) <= 0.6 * least
    same = ((least >= _LIKE * most) & below) | (row & (left[1:] >= right[:-1]))
    for at, (one, other) in enumerate(itertools.pairwise(tables)):
        if one is not None or other is not None:
            same[at] = one == other
    return [0, *(~same).cumsum().tolist()]
