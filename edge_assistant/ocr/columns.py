"""Columns that stand beside each other: read one after the other, or by rows."""

from __future__ import annotations

import numpy as np

from edge_assistant.ocr.geometry import SAME_ROW, SHRINK, Boxes, Flags, Labels

_ROWS = 0.75
"""The share of the boxes beside each other that are in rows, from which on two columns are read by rows."""
_BESIDE = 0.3
"""The share of a column's boxes that stand beside the other column, from which on the two are cut apart."""
_SMALL = 0.5
"""The share of the usual height below which a box is noise."""
_BETWEEN = 0.3
"""Heights of a line above and below a box that count as beside it, between two lines of a text."""
_ROWS_OF_PROSE = 0.6
"""The share of both columns' boxes that are in rows, from which on a text on the right is a table's column."""
_WITH_LABEL, _WITH_LABEL_OF_ALL = 0.7, 0.45
"""The share of a column's rows that have something on their left, where the columns are read by rows: of those in one
series, and of all."""
_FAR = 1.35
"""Usual distances of a column's boxes from which on one stands off the others."""
_PROSE_FILL = 0.75
"""The share of its column that half of the lines of a running text fill at least."""
_PROSE = ((5.5, 1.25), (12.0, 1.7))
"""Of a running text, heights of a line: how wide lines are at least, and how far they are apart at most."""
_TALL, _MOST_TALL = 2.2, 50
"""Usual heights from which on a box has more than one line, or is no text; and how many such boxes are looked at."""


def find_cuts(boxes: Boxes, columns: Labels) -> list[int]:
    """Return the columns that are not read in rows with what is left of them; small boxes are noise."""
    heights = boxes[:, 3] - boxes[:, 1]
    counted = heights >= _SMALL * float(np.median(heights))
    parts = [np.nonzero((columns == each) & counted)[0] for each in range(int(columns.max()) + 1)]
    cuts = []
    begin = 0
    for at in range(1, len(parts)):
        left = np.concatenate(parts[begin:at])
        if len(left) and len(parts[at]) and _is_cut(boxes[left], boxes[parts[at]]):
            cuts.append(at)
            begin = at
    return cuts


def _is_cut(left: Boxes, right: Boxes) -> bool:
    """Whether two columns are read one after the other, as they stand beside each other, but not in rows."""
    left, right = _without_tall(left, right)
    row_left, near_left = _neighbours(left, right)
    row_right, near_right = _neighbours(right, left)
    small, large = (left, right) if len(left) <= len(right) else (right, left)
    if np.logical_or(*_neighbours(small, large, -_BETWEEN)).mean() < _BESIDE:
        return False
    if _is_prose(right):
        # A list beside a text: not all of its lines have an entry beside them.
        return _is_prose(left) or bool(min(row_left.mean(), row_right.mean()) < _ROWS_OF_PROSE)
    if not _are_values(right, row_right):
        return True
    in_rows = row_left.sum() + row_right.sum()
    return bool(in_rows < _ROWS * (in_rows + near_left.sum() + near_right.sum()))


def _neighbours(mine: Boxes, theirs: Boxes, shrink: float = SHRINK) -> tuple[Flags, Flags]:
    """Return which of the boxes have one of the others in their row, and which have one beside them in another way.

    `shrink` is the share of a box's height at its top and foot that does not count.
    """
    middles, others = (mine[:, 1] + mine[:, 3]) / 2, np.sort((theirs[:, 1] + theirs[:, 3]) / 2)
    at = np.searchsorted(others, middles)
    distance = np.minimum(
        np.abs(middles - others[np.minimum(at, len(others) - 1)]), np.abs(middles - others[np.maximum(at - 1, 0)])
    )
    heights = mine[:, 3] - mine[:, 1]
    spare = shrink * heights
    tops, feet = np.sort(theirs[:, 1]), np.sort(theirs[:, 3])
    # Some begin above its foot that do not end above its top.
    near = np.searchsorted(tops, mine[:, 3] - spare) > np.searchsorted(feet, mine[:, 1] + spare, side="right")
    row = distance <= SAME_ROW * heights
    return row, near & ~row


def _without_tall(left: Boxes, right: Boxes) -> tuple[Boxes, Boxes]:
    """Leave out boxes of several lines and what is beside them, which tells nothing, if there are others."""
    both = np.concatenate([left, right])
    heights = both[:, 3] - both[:, 1]
    tall = both[heights > _TALL * np.median(heights)]
    if not 0 < len(tall) <= _MOST_TALL:
        return left, right
    kept = []
    for boxes in (left, right):
        middles = (boxes[:, 1] + boxes[:, 3]) / 2
        beside = (middles[:, None] > tall[None, :, 1]) & (middles[:, None] < tall[None, :, 3])
        kept.append(boxes[~beside.any(axis=1)])
    return (kept[0], kept[1]) if len(kept[0]) and len(kept[1]) else (left, right)


def _are_values(boxes: Boxes, has_label: Flags) -> bool:
    """Whether enough rows of a column have something beside them, those that stand far off these apart."""
    order = np.argsort(boxes[:, 1] + boxes[:, 3], kind="stable")
    distances = np.diff((boxes[:, 1] + boxes[:, 3])[order] / 2)
    apart = distances > SAME_ROW * float(np.median(boxes[:, 3] - boxes[:, 1]))
    rows = np.concatenate([[0], apart.cumsum()])
    labelled = np.bincount(rows, has_label[order]) > 0
    if labelled.mean() < _WITH_LABEL_OF_ALL or not apart.any():
        return bool(labelled.all())
    series = np.concatenate([[0], (distances[apart] > _FAR * np.median(distances[apart])).cumsum()])
    counts = np.bincount(series, labelled)[series] > 0
    return bool(labelled[counts].mean() >= _WITH_LABEL)


def _is_prose(boxes: Boxes) -> bool:
    """Whether a column is a running text: close lines, of which most fill the column."""
    if len(boxes) < 2:
        return False
    widths, middles = boxes[:, 2] - boxes[:, 0], np.sort(boxes[:, 1] + boxes[:, 3]) / 2
    height, width = np.median(boxes[:, 3] - boxes[:, 1]), np.median(widths)
    if width < _PROSE_FILL * widths.max():
        return False
    pitch = np.median(np.diff(middles)) / height
    return any(width >= least * height and pitch <= most for least, most in _PROSE)
