"""The order in which the boxes of a page are read, its paragraphs and its tables: known before a word is.

The page is cut again and again: into columns at a gap from top to bottom, where what stands on its sides does not stand
in rows; otherwise into bands, from side to side. Bands whose boxes stand in columns are a table.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from edge_assistant.ocr.columns import find_cuts
from edge_assistant.ocr.geometry import SAME_ROW, SHRINK, Boxes, Indexes, Labels, are_rows, segments, sides_of, split
from edge_assistant.ocr.page import Box, Cell, Line, Table
from edge_assistant.ocr.paragraphs import number_paragraphs
from edge_assistant.ocr.runs import find_runs
from edge_assistant.ocr.table_rows import Grid, find_grids

_SHRINK_ROW = 0.35
"""Share of the height of lines that are known to be rows, above and below, that may overlap others."""
_BAR_GAP = 0.25
"""Heights of a line by which a bar stands off."""
_BLOCK_GAP = 0.8
"""The least gap between rows of blocks, in heights of a line."""
_OF_ONE_LINE = 0.25
"""The share of blocks that have only one line, at most: those of one line are a table."""
_MOST_COLUMNS, _MOST_CUTS = 60, 120
"""How many columns are looked at beside each other, and how often a page is cut: with more it is noise."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The boxes in reading order; `paragraphs` and `cells` have one entry for each box."""

    boxes: tuple[Box, ...]
    paragraphs: tuple[int, ...]
    cells: tuple[Cell | None, ...]
    tables: tuple[Table, ...] = ()
    edges: tuple[tuple[float, ...], ...] = ()
    """Of each table, where its columns meet, in pixels across."""

    def place(self, number: int, line: Line) -> list[Line]:
        """Return what a box, by its number, has of lines: one, but where it is two cells of a table."""
        placed = replace(line, paragraph=self.paragraphs[number], cell=self.cells[number])
        if placed.cell is None:
            return [placed]
        edges = self.edges[placed.cell.table]
        found: list[Line] = []
        for column, words in itertools.groupby(line.words, lambda word: bisect.bisect(edges, word.box.center[0])):
            part = tuple(words)
            text = " ".join(word.text for word in part)
            box = Box(part[0].box.left, line.box.top, part[-1].box.right, line.box.bottom)
            found.append(replace(placed, text=text, box=box, words=part, cell=placed.cell._replace(column=column)))
        return found if len(found) > 1 else [placed]


def arrange(boxes: Sequence[Box]) -> Layout:
    """Arrange the boxes of a page."""
    if not boxes:
        return Layout((), (), ())
    array = np.array(boxes, np.float64).reshape(-1, 4)
    order: list[int] = []
    cells: list[Cell | None] = []
    tables: list[Table] = []
    edges: list[tuple[float, ...]] = []
    for part in _parts(array):
        if isinstance(part, Grid):
            order += part.boxes
            cells += [Cell(len(tables), row, column) for row, column in part.places]
            tables.append(Table(part.rows, len(part.edges) + 1))
            edges.append(part.edges)
        else:
            order += part.tolist()
            cells += [None] * len(part)
    paragraphs = number_paragraphs(array[order], [None if cell is None else cell.table for cell in cells])
    return Layout(tuple(boxes[at] for at in order), tuple(paragraphs), tuple(cells), tuple(tables), tuple(edges))


def _parts(array: Boxes) -> Iterator[Indexes | Grid]:
    """Yield the tables, and the lines between them, in reading order."""
    stack: list[Indexes | Grid] = [np.arange(len(array))]
    cuts = 0
    while stack:
        part = stack.pop()
        if isinstance(part, Grid) or len(part) == 1:
            yield part
        elif cuts >= _MOST_CUTS:
            yield _by_rows(array, part)
        else:
            cuts += 1
            cut = _cut(array, part)
            if len(cut) == 1 and not isinstance(cut[0], Grid):
                yield cut[0]
            else:
                stack += reversed(cut)


def _cut(array: Boxes, group: Indexes) -> list[Indexes | Grid]:
    """Cut a group into its next smaller parts, in reading order; one part is in order, and not to be cut further."""
    boxes = array[group]
    height = float(np.median(boxes[:, 3] - boxes[:, 1]))
    columns = segments(*sides_of(boxes), 0)
    count = int(columns.max()) + 1
    bars = _bars(boxes, columns, height)
    if bars.max() > 0:
        return [*split(group, bars)]
    if 1 < count <= _MOST_COLUMNS:
        blocks = _blocks(boxes, columns, height)
        if blocks is not None:
            return [*split(group, blocks)]
        cuts = find_cuts(boxes, columns)
        if cuts:
            return [*split(group, np.searchsorted(cuts, columns, side="right"))]
    bands = _bands(boxes)
    rows = _split_rows(boxes, bands)
    grids = find_grids(boxes, rows) if rows.max() > 0 else []
    if grids:
        return _around_grids(group, rows, grids)
    runs = find_runs(boxes, bands)
    if runs.max() > 0:
        return [*split(group, runs)]
    if rows.max() > 0:
        return [*split(group, rows)]
    if count > 1 and not are_rows(boxes, rows)[0]:
        return [*split(group, columns)]
    return [_by_rows(array, group)]


def _around_grids(group: Indexes, rows: Labels, grids: list[Grid]) -> list[Indexes | Grid]:
    """Return the tables and what is above, between and below them."""
    found: list[Indexes | Grid] = []
    above = 0
    for grid in grids:
        inside = rows[grid.boxes]
        found.append(group[(rows >= above) & (rows < inside.min())])
        found.append(replace(grid, boxes=group[grid.boxes].tolist()))
        above = int(inside.max()) + 1
    found.append(group[rows >= above])
    return [each for each in found if isinstance(each, Grid) or len(each)]


def _bands(boxes: Boxes, shrink: float = SHRINK) -> Labels:
    """Number the boxes by the bands from side to side that they stand in, from the top."""
    spare = shrink * (boxes[:, 3] - boxes[:, 1])
    return segments(boxes[:, 1] + spare, boxes[:, 3] - spare, 0)


def _split_rows(boxes: Boxes, bands: Labels) -> Labels:
    """Divide bands further where they are close rows, whose boxes overlap."""
    rows = _bands(boxes, _SHRINK_ROW)
    whole = np.ones(int(bands.max()) + 1, bool)
    whole[bands[~are_rows(boxes, rows)[rows]]] = False
    return _renumber(bands, np.where(whole[bands], rows, 0))


def _renumber(first: Labels, second: Labels) -> Labels:
    """Number the boxes by two numbers, of which the first counts more."""
    both = first * (int(second.max()) + 1) + second
    found: Labels = np.unique(both, return_inverse=True)[1].reshape(-1)
    return found


def _bars(boxes: Boxes, columns: Labels, height: float) -> Labels:
    """Number the boxes by a bar at the top, such as a menu's, what is between, and a bar of buttons at the foot.

    A bar is a row that stands off, with several boxes where all else has one column, or one over several columns.
    """
    bands = _bands(boxes)
    last = int(bands.max())
    rows = are_rows(boxes, bands)
    parts = np.ones(len(boxes), np.intp)
    for band, part in ((0, 0), (last, 2)):
        inside = bands == band
        used = columns[inside]
        if last == 0 or not rows[band]:
            continue
        others = boxes[~inside]
        bridges = int(segments(*sides_of(others), 0).max()) > int(columns.max())
        if not bridges and len(np.unique(used)) == len(used):
            continue
        above, below = (boxes[inside], others) if part == 0 else (others, boxes[inside])
        if below[:, 1].min() - above[:, 3].max() >= _BAR_GAP * height:
            parts[inside] = part
    if (parts != 1).any():  # a table's header, over cells of which two are one box
        for grid in find_grids(boxes, _split_rows(boxes, bands)):
            parts[grid.boxes] = 1
    found: Labels = np.unique(parts, return_inverse=True)[1].reshape(-1)
    return found


def _blocks(boxes: Boxes, columns: Labels, height: float) -> Labels | None:
    """Number the boxes by blocks of lines, such as cards, that stand in rows; read row by row.

    Gaps go through all columns, and in each row all blocks begin at the top, but for what is above and below them all.
    None where there are no two such rows.
    """
    rows = segments(boxes[:, 1], boxes[:, 3], _BLOCK_GAP * height)
    every = int(columns.max()) + 1
    heads = np.zeros(len(boxes), bool)
    full: list[int] = []
    alone = 0
    for row in range(1, 2 * int(rows.max()) + 2, 2):
        inside = rows == row // 2
        if len(np.unique(columns[inside])) < every:
            continue
        if not full:  # a heading that is close above the first blocks is none of their lines
            start = max(boxes[inside & (columns == each)][:, 1].min() for each in range(every))
            heads = inside & (boxes[:, 3] <= start + SHRINK * height)
            inside &= ~heads
        first = [boxes[inside & (columns == each)][:, 1].min(initial=np.inf) for each in range(every)]
        if max(first) > min(first) + 2 * SAME_ROW * height or min(first) == np.inf or (full and row != full[-1] + 2):
            return None
        full.append(row)
        alone += int((np.bincount(columns[inside]) == 1).sum())
    if len(full) < 2 or alone > _OF_ONE_LINE * len(full) * every:
        return None
    rows = 2 * rows + 1 - heads
    return _renumber(rows, np.where(rows >= full[0], columns, 0))


def _by_rows(array: Boxes, group: Indexes) -> Indexes:
    """Sort boxes by rows as well as can be: those whose middles are near each other are one."""
    boxes = array[group]
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    height = np.median(boxes[:, 3] - boxes[:, 1])
    order = np.argsort(middles, kind="stable")
    rows = np.empty(len(group), int)
    rows[order] = np.concatenate([[0], (np.diff(middles[order]) > SAME_ROW * height).cumsum()])
    found: Indexes = group[np.lexsort((middles, boxes[:, 0], rows))]
    return found
