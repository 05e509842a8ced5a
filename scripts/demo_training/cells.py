"""A scene as the program sends it, cell by cell: patches, what each cell shows, and where its thing is.

A cell is what becomes one image token, 32 x 32 pixels: 2 x 2 patches.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
from torch import Tensor

from edge_assistant.imaging.token_budget import fit, plan

from .draw import Box
from .lexicon import CLASS_NUMBER
from .looks import Look
from .scenes import CELL, Grid, Scene

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_MOST_TOKENS = 256
_PATCH = 16
_IGNORED = -100
# A cell is named after a thing of which it holds this share (of the cell's size, or the thing's if that is smaller).
_SHARE_TO_NAME = 0.25
_SHARE_TO_NOTICE = 0.02
_SHARE_TO_LOOK = 0.3
_Numbers = TypeVar("_Numbers", np.ndarray, Tensor)


def patches(pixels: np.ndarray) -> np.ndarray:
    """(height, width, 3) to (patches, 768), in Qwen3-VL's order: 2 x 2 neighbours together, colours apart."""
    height, width, _ = pixels.shape
    grid = pixels.transpose(2, 0, 1).reshape(3, height // CELL, 2, _PATCH, width // CELL, 2, _PATCH)
    return grid.transpose(1, 4, 2, 5, 0, 3, 6).reshape(-1, 3 * _PATCH * _PATCH)


def scaled(pixels: _Numbers) -> _Numbers:
    """Bytes, as numbers of any kind, to what the vision tower takes: -1 to 1."""
    return (pixels / 255 - 0.5) / 0.5


def as_sent(scene: Scene) -> tuple[np.ndarray, float, float]:
    """The picture as the program sends it, and how much its content was scaled across and down."""
    sent = fit(scene.image, max_tokens=_MOST_TOKENS)
    shrunk = scene.image.width > sent.width or scene.image.height > sent.height
    across = sent.width / scene.image.width if shrunk else 1.0
    down = sent.height / scene.image.height if shrunk else 1.0
    return np.asarray(sent), across, down


def cell_names(scene: Scene, columns: int, rows: int, across: float, down: float) -> tuple[np.ndarray, np.ndarray]:
    """What each cell shows: class shares (cells, classes), and whether the cell counts in the loss (cells)."""
    shares = np.zeros((rows, columns, len(CLASS_NUMBER)), np.float32)
    noticed = np.zeros((rows, columns), bool)
    for mark in scene.marks:
        left, top, right, bottom = mark.box[0] * across, mark.box[1] * down, mark.box[2] * across, mark.box[3] * down
        middle = int((top + bottom) / 2 // CELL), int((left + right) / 2 // CELL)
        number = CLASS_NUMBER[mark.name]
        for row in range(max(0, int(top) // CELL), min(rows, int(bottom) // CELL + 1)):
            for column in range(max(0, int(left) // CELL), min(columns, int(right) // CELL + 1)):
                wide = min(right, (column + 1) * CELL) - max(left, column * CELL)
                high = min(bottom, (row + 1) * CELL) - max(top, row * CELL)
                if wide <= 0 or high <= 0:
                    continue
                share = wide * high / (min(CELL, right - left) * min(CELL, bottom - top))
                if (row, column) == middle:
                    share = max(share, 0.5)
                elif mark.name.endswith("apple"):
                    share = min(share, _SHARE_TO_NAME)  # apples are told by their middles, so that they can be counted
                noticed[row, column] |= share > _SHARE_TO_NOTICE
                if share > _SHARE_TO_NAME:
                    shares[row, column, number] = max(shares[row, column, number], share)
    total = shares.sum(-1)
    named = total > 0
    shares[named] /= total[named][:, None]
    shares[~named, 0] = 1
    return shares.reshape(-1, shares.shape[-1]), (named | ~noticed).reshape(-1)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the things are that cells belong to.

    `told` (cells) whether there is one; `sides` (cells, 4) how far its left, upper, right and lower side are from the
    middle of the cell, outwards, in cells; `corners` (cells, 4) its box, from 0 to 1 of the picture; `slots` (cells)
    whether it is a dialog's left, middle or right button, -100 for anything else.
    """

    told: np.ndarray
    sides: np.ndarray
    corners: np.ndarray
    slots: np.ndarray


def cell_places(scene: Scene, columns: int, rows: int, part: tuple[float, float]) -> Places:
    """Where the thing is that each cell belongs to. `part` is as in `shown_part`."""
    told = np.zeros((rows, columns), bool)
    sides, corners = np.zeros((2, rows, columns, 4), np.float32)
    slots = np.full((rows, columns), _IGNORED)
    known = dict(scene.truth["buttons"]) if scene.family == "dialog" else {}
    best = np.full((rows, columns), _SHARE_TO_LOOK)
    for target in scene.targets:
        left, top, right, bottom = (
            value / 1000 * share for value, share in zip(target.box, (*part, *part), strict=True)
        )
        left, right, top, bottom = left * columns, right * columns, top * rows, bottom * rows
        small = min(1.0, right - left) * min(1.0, bottom - top)
        inside = int((top + bottom) / 2), int((left + right) / 2)
        for row in range(max(0, int(top)), min(rows, int(bottom) + 1)):
            for column in range(max(0, int(left)), min(columns, int(right) + 1)):
                wide = min(right, column + 1) - max(left, column)
                high = min(bottom, row + 1) - max(top, row)
                share = wide * high / small if wide > 0 and high > 0 else 0
                if (row, column) == inside:
                    share = max(share, 0.5)
                if share > best[row, column]:
                    best[row, column] = share
                    told[row, column] = True
                    corners[row, column] = np.array(target.box) / 1000
                    middle = column + 0.5, row + 0.5
                    sides[row, column] = middle[0] - left, middle[1] - top, right - middle[0], bottom - middle[1]
                    slots[row, column] = known.get(target.label, _IGNORED)
    return Places(told.reshape(-1), sides.reshape(-1, 4), corners.reshape(-1, 4), slots.reshape(-1))


def patch_letters(scene: Scene, columns: int, rows: int, across: float, down: float) -> np.ndarray:
    """Which letters have their middle in each patch (patches, letters), patches in the order of `patches`."""
    found = np.zeros((rows, columns, 2, 2, len(LETTERS)), bool)
    for letter, x, y in scene.letters:
        column, row = int(x * across) // _PATCH, int(y * down) // _PATCH
        if 0 <= column < 2 * columns and 0 <= row < 2 * rows:
            found[row // 2, column // 2, row % 2, column % 2, LETTERS.index(letter)] = True
    return found.reshape(-1, len(LETTERS))


def shown_part(scene: Scene, grid: Grid) -> tuple[float, float]:
    """How much of the grid's width and height the picture takes; the rest is the border with which it is sent."""
    width, height = plan(scene.image.size, max_tokens=_MOST_TOKENS).content
    return width / (grid[0] * CELL), height / (grid[1] * CELL)


@lru_cache(maxsize=1000)
def looked_at(look: Look, grid: Grid, part: tuple[float, float]) -> np.ndarray:
    """Booleans for the token before the picture and for its cells: that token for what is not there, else the cells."""
    if look.box is None:
        return np.arange(1 + grid[0] * grid[1]) == 0
    return np.concatenate(([False], box_cells(look.box, grid, part)))


def box_cells(box: Box, grid: Grid, part: tuple[float, float]) -> np.ndarray:
    """The cells (booleans) of which a box covers a good part, and the one with its middle; `part` is as in
    `shown_part`."""
    columns, rows = grid
    left, top, right, bottom = (value / 1000 * share for value, share in zip(box, (*part, *part), strict=True))
    across = np.minimum(right * columns, np.arange(columns) + 1) - np.maximum(left * columns, np.arange(columns))
    down = np.minimum(bottom * rows, np.arange(rows) + 1) - np.maximum(top * rows, np.arange(rows))
    cells = np.clip(down, 0, None)[:, None] * np.clip(across, 0, None)[None] > _SHARE_TO_LOOK
    middle = min(rows - 1, int((top + bottom) / 2 * rows)), min(columns - 1, int((left + right) / 2 * columns))
    cells[middle] = True
    return cells.reshape(-1)
