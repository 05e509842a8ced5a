"""Screens with known contents, drawn from a seed: windows, dialogs, messages, menus, texts, shapes and apples."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from PIL import Image

from .draw import Box
from .families import MAKERS
from .sheet import backdrop

FIRST_HELD_OUT_SEED = 9_000_000
"""Scenes with seeds from here on are never trained on."""

FAMILIES = ("dialog", "notification", "text", "menu", "shapes", "apples", "empty", "tiny")
_FAMILY_WEIGHTS = (26, 12, 16, 13, 13, 12, 3, 5)

Grid = tuple[int, int]
"""Columns and rows of image tokens, each a cell of 32 x 32 pixels."""

CELL = 32
# The grids that screens of these sizes are sent as at a glance (256 image tokens at most).
SCREENS: dict[Grid, tuple[tuple[int, int], ...]] = {
    (21, 12): ((1280, 720), (1366, 768), (1600, 900), (1920, 1080)),
    (20, 12): ((1280, 800), (1440, 900), (1680, 1050)),
    (18, 14): ((1024, 768),),
}
_MIN_COLUMNS, _MAX_COLUMNS, _MIN_ROWS, _MAX_ROWS, _MOST_CELLS = 8, 21, 5, 14, 256
_GRIDS = tuple(
    (columns, rows)
    for columns in range(_MIN_COLUMNS, _MAX_COLUMNS + 1)
    for rows in range(_MIN_ROWS, _MAX_ROWS + 1)
    if columns * rows <= _MOST_CELLS and rows <= columns
)
# Drawn this much larger (per cent) than it is shown, as a picture that something else has resized.
RESIZED = (80, 125, 150, 200)


@dataclass(frozen=True, slots=True)
class Mark:
    """A thing that can be named (a class of the lexicon) and its box in pixels of the picture."""

    name: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Target:
    """A thing whose place can be asked for: what it is called in a question, its label, its box from 0 to 1000."""

    called: str
    label: str
    box: Box


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture and all that is known of it."""

    seed: int
    family: str
    image: Image.Image
    truth: dict[str, Any]
    marks: tuple[Mark, ...]
    targets: tuple[Target, ...]
    letters: tuple[tuple[str, float, float], ...]
    """Each letter that can be read, and its middle in pixels of the picture."""

    @property
    def held_out(self) -> bool:
        """Whether it is of those that are never trained on."""
        return self.seed >= FIRST_HELD_OUT_SEED


def make_scene(seed: int, *, family: str | None = None, grid: Grid | None = None) -> Scene:
    """The scene of a seed (0 or more). Training asks for a family and grid; without, the seed decides them."""
    rng = random.Random(seed)
    if family is None:
        family = rng.choices(FAMILIES, _FAMILY_WEIGHTS)[0]
    if grid is None:
        grid = random_grid(rng)
    how = rng.randrange(100)
    shown = _picture_size(rng, grid)
    drawn, unit, resized = shown, 100, False
    if how < 45 and grid in SCREENS:
        drawn = shown = rng.choice(SCREENS[grid])
        unit = drawn[0] * 100 // (grid[0] * CELL)
    elif how < 25:
        unit, resized = rng.choice(RESIZED), True
        drawn = (shown[0] * unit // 100, shown[1] * unit // 100)
    sheet = backdrop(rng, drawn, unit, seed >= FIRST_HELD_OUT_SEED)
    MAKERS[family](sheet)
    image = sheet.canvas.image
    if resized:
        image = image.resize(shown, Image.Resampling.BILINEAR)
    across, down = shown[0] / drawn[0], shown[1] / drawn[1]
    whole = shown[0] % CELL == 0 and shown[1] % CELL == 0
    return Scene(
        seed,
        family,
        image,
        sheet.truth,
        tuple(
            Mark(name, (box[0] * across, box[1] * down, box[2] * across, box[3] * down)) for name, box in sheet.marks
        ),
        # Places are asked for only where the picture is sent without a border, so that there is one truth.
        tuple(Target(called, label, thousandths(box, drawn)) for called, label, box in sheet.targets)
        if whole or shown in SCREENS.get(grid, ())
        else (),
        tuple((letter, x * across, y * down) for letter, x, y in sheet.letters),
    )


def random_grid(rng: random.Random) -> Grid:
    """A grid, small ones and that of a 16:9 screen more often than others."""
    how = rng.randrange(100)
    if how < 30:
        return 8, 5
    if how < 42:
        return 21, 12
    return rng.choice([grid for grid in _GRIDS if how >= 70 or grid[0] * grid[1] <= 100])


def _picture_size(rng: random.Random, grid: Grid) -> tuple[int, int]:
    if rng.randrange(100) < 60:
        return grid[0] * CELL, grid[1] * CELL
    width = grid[0] * CELL - rng.randrange(CELL)
    height = grid[1] * CELL - rng.randrange(CELL)
    return max(width, _MIN_COLUMNS * CELL - 16), max(height, _MIN_ROWS * CELL - 8)


def thousandths(box: Box, size: tuple[int, int]) -> Box:
    """A box in pixels of a picture of that size, from 0 to 1000 of it."""
    scaled = [1000 * value // side for value, side in zip(box, (*size, *size), strict=True)]
    return tuple(max(0, min(1000, value)) for value in scaled)  # type: ignore[return-value]


def training_seed(step: int, rank: int, number: int) -> int:
    """A seed for each picture of a run; never one of a scene that is kept for evaluation."""
    return ((step * 2 + rank) * 64 + number) % FIRST_HELD_OUT_SEED
