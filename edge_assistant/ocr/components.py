"""Connected areas of a map of probabilities, given as runs: pieces of rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.intp]
Doubles = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]


class Runs(NamedTuple):
    """Runs by row and start: the row, the start, the end, and the sum of the probabilities of each."""

    rows: Places
    starts: Places
    ends: Places
    totals: Doubles


class Component(NamedTuple):
    """A rectangle around a connected area and the mean of its probabilities.

    `along` and `below` are the distances of its four sides from the origin, along the angle and across it: start, end.
    """

    score: float
    angle: float
    along: tuple[float, float]
    below: tuple[float, float]


def find_runs(probability: Floats, threshold: float, left: int, top: int) -> Runs:
    """Return the runs above the threshold of a part of the map whose corner is at `left` and `top`."""
    height, width = probability.shape
    mask = np.zeros((height, width + 2), np.int8)
    mask[:, 1:-1] = probability > threshold
    edges = np.diff(mask, axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    sums = np.zeros((height, width + 1), np.float64)
    np.cumsum(probability, 1, out=sums[:, 1:])
    return Runs(rows + top, starts + left, ends + left, sums[rows, ends] - sums[rows, starts])


def join(parts: list[Runs]) -> Runs:
    """Return the runs of all parts of a map."""
    rows, starts, ends, totals = (np.concatenate(each) for each in zip(*parts, strict=True))
    if not len(rows):
        return Runs(rows, starts, ends, totals)
    order = np.lexsort((starts, rows))
    rows, starts, ends, totals = (each[order] for each in (rows, starts, ends, totals))
    goes_on = (rows[1:] == rows[:-1]) & (starts[1:] == ends[:-1])  # it was cut at the edge of a part
    firsts = np.nonzero(np.concatenate([[True], ~goes_on]))[0]
    lasts = np.concatenate([firsts[1:], [len(rows)]]) - 1
    return Runs(rows[firsts], starts[firsts], ends[lasts], np.add.reduceat(totals, firsts))


def find_components(runs: Runs, *, finds_angles: bool) -> list[Component]:
    """Return the connected areas of these runs; upright rectangles, or with angles between -45 and 45 degrees."""
    if not len(runs.rows):
        return []
    _, index = np.unique(_connect(runs.rows, runs.starts, runs.ends), return_inverse=True)
    count = int(index.max()) + 1
    lengths = (runs.ends - runs.starts).astype(np.float64)
    area: Doubles = np.bincount(index, lengths).astype(np.float64)
    score = np.bincount(index, runs.totals) / area
    angle = _angles(runs, index, lengths, area) if finds_angles else np.zeros(count)
    cosine, sine = np.cos(angle)[index], np.sin(angle)[index]
    along, below = (np.stack([np.full(count, np.inf), np.full(count, -np.inf)]) for _ in range(2))
    for across in (runs.starts, runs.ends):
        for down in (runs.rows, runs.rows + 1):
            for sides, distance in ((along, across * cosine + down * sine), (below, down * cosine - across * sine)):
                np.minimum.at(sides[0], index, distance)
                np.maximum.at(sides[1], index, distance)
    table = np.stack([score, angle, *along, *below]).T.tolist()
    return [Component(each[0], each[1], (each[2], each[3]), (each[4], each[5])) for each in table]


_LONG = 3.0
"""How many times as long as high a line must be for its own angle to be trusted."""


def _angles(runs: Runs, index: Places, lengths: Doubles, area: Doubles) -> Doubles:
    """Return the angle of each area's longest axis; where it is short, or steep, that of most of the others."""
    middles, rows = (runs.starts + runs.ends) / 2, runs.rows + 0.5  # of the runs
    x, y = (np.bincount(index, lengths * each) / area for each in (middles, rows))
    xx = np.bincount(index, lengths * middles**2 + lengths**3 / 12) / area - x**2
    yy = np.bincount(index, lengths * rows**2) / area - y**2 + 1 / 12
    xy = np.bincount(index, lengths * middles * rows) / area - x * y
    angle: Doubles = np.arctan2(2 * xy, xx - yy) / 2
    root = np.sqrt((xx - yy) ** 2 + 4 * xy**2)
    is_long = (xx + yy + root > _LONG**2 * np.maximum(xx + yy - root, 1e-9)) & (np.abs(angle) < np.pi / 4)
    common = float(np.median(angle[is_long])) if is_long.any() else 0.0
    return np.where(is_long, angle, common)


def _connect(rows: Places, starts: Places, ends: Places) -> Places:
    """Return a label for each run of a row, the same for runs that touch; the runs are sorted by row and start."""
    labels = np.arange(len(rows))
    width = int(ends.max()) + 2
    key_start, key_end = rows * width + starts, rows * width + ends
    # The runs of the row above that overlap, corners included, are those between two places in the sorted runs.
    first = np.searchsorted(key_end, key_start - width, side="left")
    last = np.searchsorted(key_start, key_end - width, side="right")
    counts = np.maximum(last - first, 0)
    lower = np.repeat(np.arange(len(rows)), counts)
    upper = np.repeat(first - np.concatenate([[0], counts.cumsum()[:-1]]), counts) + np.arange(counts.sum())
    while True:
        least = np.minimum(labels[lower], labels[upper])
        after = labels.copy()
        np.minimum.at(after, labels[lower], least)
        np.minimum.at(after, labels[upper], least)
        after = after[after]
        after = after[after]
        if np.array_equal(after, labels):
            return labels
        labels = after
