"""Boxes as arrays, and what stands apart along one direction."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.float64]
"""One row for each box: left, top, right, bottom."""
Indexes = npt.NDArray[np.intp]
"""Numbers of boxes of a page."""
Labels = npt.NDArray[np.intp]
"""For each box the number of the part that it is in."""
Flags = npt.NDArray[np.bool_]
SHRINK = 0.2
"""Share of a box's height at each of its sides that may overlap what is beside it: boxes are larger than their text."""
SAME_ROW = 0.3
"""Heights of a line by which the middles of two boxes in a row may differ."""


def sides_of(boxes: Boxes) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the left and right edges of what boxes surely cover."""
    spare = np.minimum(SHRINK * (boxes[:, 3] - boxes[:, 1]), 0.25 * (boxes[:, 2] - boxes[:, 0]))
    return boxes[:, 0] + spare, boxes[:, 2] - spare


def segments(starts: npt.NDArray[np.float64], ends: npt.NDArray[np.float64], gap: float) -> Labels:
    """Number stretches by the segments they form: in the order of their starts, where more than `gap` lies between."""
    order = np.argsort(starts, kind="stable")
    reach = np.maximum.accumulate(ends[order])
    found = np.empty(len(starts), np.intp)
    found[order] = np.concatenate([[0], (starts[order][1:] > reach[:-1] + gap).cumsum()])
    return found


def split(indexes: Indexes, labels: Labels) -> list[Indexes]:
    """Return the indexes of each label, by label; every label from 0 is used."""
    order = np.argsort(labels, kind="stable")
    return np.split(indexes[order], np.cumsum(np.bincount(labels))[:-1])


def are_rows(boxes: Boxes, labels: Labels) -> Flags:
    """Return for each label whether its boxes stand on one line."""
    middles, heights = (boxes[:, 1] + boxes[:, 3]) / 2, boxes[:, 3] - boxes[:, 1]
    counts = np.bincount(labels)
    least, most = np.full(len(counts), np.inf), np.full(len(counts), -np.inf)
    np.minimum.at(least, labels, middles)
    np.maximum.at(most, labels, middles)
    usual = np.bincount(labels, heights) / counts
    found: Flags = most - least <= 2 * SAME_ROW * usual
    return found
