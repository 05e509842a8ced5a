"""Tables among bands of boxes: bands of one row each, at like distances, whose boxes stand in columns."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge_assistant.ocr.columns import find_cuts
from edge_assistant.ocr.geometry import Boxes, Flags, Indexes, Labels, are_rows, sides_of, split

_LEAST_ROWS = 3
"""Rows of two boxes that a table has at least; two rows are one with as many boxes each."""
_MOST_ALONE = 2
"""Bands in a table, one after the other, that have one box only."""
_LARGE_GAP = 2.5
"""Usual distances of rows that end a table."""
_OFF, _OFF_HALF = 1.3, 1.15
"""Usual distances from which on the first or last row stands off the table: any row, and one that is half empty."""
_EDGE, _AT_EDGE = 0.5, 0.6
"""Heights of a line within which edges are one edge, and the share of a column's boxes that have one in common."""
_DIVIDED, _DIVIDED_OF_MANY = 0.4, 0.1
"""The share of rows in which a column is two from which on it is: in the others two cells were found as one box. Less
where there are three columns at least."""
_FEW = 2
"""Boxes of a column that may stand anyhow, as a wide name and a narrow number."""
_WRAPPED = 0.75
"""Usual distances of rows below which a row goes on."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its boxes in reading order, each with its row and column; where its columns meet, in pixels across."""

    boxes: list[int]
    places: list[tuple[int, int]]
    edges: tuple[float, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class _Row:
    """A band: its boxes, the middle in pixels down, and whether they stand on one line."""

    boxes: Indexes
    middle: float
    is_row: bool


def find_grids(boxes: Boxes, bands: Labels) -> list[Grid]:
    """Return the tables from the top. Boxes are their numbers among the given ones."""
    order = np.argsort(boxes[:, 0], kind="stable")
    middles = np.bincount(bands, boxes[:, 1] + boxes[:, 3]) / (2 * np.bincount(bands))
    rows = [
        _Row(inside, middle, is_row)
        for inside, middle, is_row in zip(
            split(order, bands[order]), middles.tolist(), are_rows(boxes, bands).tolist(), strict=True
        )
    ]
    found = (_grid(boxes, _trim(stretch)) for stretch in _stretches(rows))
    return [each for each in found if each is not None]


def _stretches(rows: Sequence[_Row]) -> list[list[_Row]]:
    """Return the stretches of rows that may be tables."""
    full = [at for at, row in enumerate(rows) if row.is_row and len(row.boxes) > 1]
    distances = [rows[later].middle - rows[earlier].middle for earlier, later in itertools.pairwise(full)]
    usual = float(np.median(distances)) if distances else 0.0
    found: list[list[int]] = []
    for at in full:
        last = found[-1][-1] if found else at
        between = rows[last : at + 1]
        if (
            last < at <= last + _MOST_ALONE + 1
            and all(row.is_row for row in between)
            and all(low.middle - high.middle <= _LARGE_GAP * usual for high, low in itertools.pairwise(between))
        ):
            found[-1] += range(last + 1, at + 1)
        else:
            found.append([at])
    return [[rows[at] for at in stretch] for stretch in found if len(stretch) > 1]


def _trim(rows: list[_Row]) -> list[_Row]:
    """Leave out a title above and buttons below: rows that stand off, or somewhat off and are half empty."""
    while len(rows) > 2:
        distances = [low.middle - high.middle for high, low in itertools.pairwise(rows)]
        usual, fullest = float(np.median(distances)), max(len(row.boxes) for row in rows)
        first, last = (
            distance > _OFF * usual or (distance > _OFF_HALF * usual and 2 * len(row.boxes) <= fullest)
            for row, distance in ((rows[0], distances[0]), (rows[-1], distances[-1]))
        )
        if not (first or last):
            break
        rows = rows[1:] if first else rows[:-1]
    return rows


def _grid(boxes: Boxes, rows: list[_Row]) -> Grid | None:
    """Make a table of rows; None where they are none."""
    whole = np.concatenate([row.boxes for row in rows])
    left, right = sides_of(boxes[whole])
    numbers = np.repeat(np.arange(len(rows)), [len(row.boxes) for row in rows])
    edges = _edges(left, right, numbers)
    columns, last = np.searchsorted(edges, left), np.searchsorted(edges, right)
    alone = columns == last
    for end, shorter in ((len(rows) - 1, rows[:-1]), (0, rows[1:])):
        inside = numbers == end
        if _is_foreign(columns[inside], columns[~inside]):
            return _grid(boxes, shorter) if len(shorter) > 1 else None
    full = sorted(len(row.boxes) for row in rows)[-_LEAST_ROWS:]
    if not edges or min(full) < 2 or (len(rows) < _LEAST_ROWS and min(full) < _LEAST_ROWS):
        return None
    if not _are_columns(boxes[whole[alone]], columns[alone]):
        return None
    usual = float(np.median([low.middle - high.middle for high, low in itertools.pairwise(rows)]))
    goes_on = [
        len(low.boxes) == 1 and low.middle - high.middle < _WRAPPED * usual for high, low in itertools.pairwise(rows)
    ]
    at = np.concatenate([[0], (~np.array(goes_on)).cumsum()])[numbers]
    order = np.lexsort((left, numbers, columns, at))
    places = list(zip(at[order].tolist(), columns[order].tolist(), strict=True))
    return Grid(whole[order].tolist(), places, tuple(edges), int(at.max()) + 1)


def _is_foreign(row: Labels, others: Labels) -> bool:
    """Whether the first or last row, by the columns of its boxes, is a title with signs, or buttons."""
    used = np.unique(row)
    own = np.setdiff1d(used, others)
    return len(used) < len(row) or (len(own) > 0 and 2 * (len(used) - len(own)) <= len(np.unique(others)))


def _edges(left: npt.NDArray[np.float64], right: npt.NDArray[np.float64], rows: Labels) -> list[float]:
    """Return where columns meet: where no box is, and where in many rows none is and in the others one that is two."""
    same = rows[1:] == rows[:-1]
    starts, ends = right[:-1][same], left[1:][same]
    starts, ends = starts[starts < ends], ends[starts < ends]
    if not len(starts):
        return []
    xs = np.unique(np.concatenate([left, right, starts, ends]))
    middles = (xs[1:] + xs[:-1]) / 2
    gaps, covers = _count(starts, ends, middles), _count(left, right, middles)
    clear = (covers == 0) & (gaps > 0)
    found = []
    least = _DIVIDED_OF_MANY if np.diff(clear.astype(int), prepend=0).clip(0).sum() > 1 else _DIVIDED
    parts = np.concatenate([[0], (clear[1:] != clear[:-1]).cumsum()])
    for part in range(int(parts[-1]) + 1):
        inside = np.nonzero(parts == part)[0]
        if clear[inside[0]]:
            found.append(float(middles[inside[np.argmax(gaps[inside])]]))
            continue
        # A column from one clear gap to the next is two, where many rows have two boxes in it.
        within = (starts >= xs[inside[0]]) & (ends <= xs[inside[-1] + 1])
        divided = _count(starts[within], ends[within], middles[inside])
        best = int(np.argmax(np.where(divided > 0, divided - covers[inside], -len(left))))
        if divided[best] >= least * (divided[best] + covers[inside[best]]) > 0:
            found.append(float(middles[inside[best]]))
    return found


def _count(starts: npt.NDArray[np.float64], ends: npt.NDArray[np.float64], at: npt.NDArray[np.float64]) -> Indexes:
    """Return how many stretches each place is in."""
    found: Indexes = np.searchsorted(np.sort(starts), at) - np.searchsorted(np.sort(ends), at)
    return found


def _are_columns(boxes: Boxes, columns: Labels) -> bool:
    """Whether each column is aligned, and all are read by rows."""
    if not len(boxes):
        return False
    height = float(np.median(boxes[:, 3] - boxes[:, 1]))
    used, numbers = np.unique(columns, return_inverse=True)
    return all(_is_aligned(boxes[numbers == each], height) for each in range(len(used))) and not find_cuts(
        boxes, numbers
    )


def _is_aligned(boxes: Boxes, height: float) -> bool:
    """Whether the boxes of a column have their left or right edges, or their middles, in common."""
    if len(boxes) <= _FEW:
        return True
    edges = (boxes[:, 0], boxes[:, 2], (boxes[:, 0] + boxes[:, 2]) / 2)
    near: list[Flags] = [np.abs(edge - np.median(edge)) <= _EDGE * height for edge in edges]
    return any(float(each.mean()) >= _AT_EDGE for each in near)
