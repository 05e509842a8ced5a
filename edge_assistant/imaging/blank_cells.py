"""Detection of cells of a picture that lie inside areas of one colour, which the model need not see."""

from __future__ import annotations

from PIL import Image

CELL = 32
"""Side in pixels of a cell, which becomes one image token: 2 x 2 patches of 16 (Qwen3-VL)."""

_TOLERANCE = 4
"""Levels (of 255) within which colours count as equal: ripples of JPEG and of resampling are smaller."""

_KEEP_EVERY_NTH = 3
"""Every third cell of a blank area is kept, in rows and columns, so that the model knows that it is there."""

Colour = tuple[int, ...]


def informative_cells(image: Image.Image) -> tuple[int, ...]:
    """Return the numbers, row by row, of the cells that are not inside an area of one colour.

    `image` is RGB, with sides that are multiples of 32. The edge of such an area is kept: it shows its shape.
    """
    columns, rows = image.width // CELL, image.height // CELL
    colours = [_cell_colour(image, column, row) for row in range(rows) for column in range(columns)]

    def is_inside(number: int) -> bool:
        row, column = divmod(number, columns)
        colour = colours[number]
        if colour is None or (row % _KEEP_EVERY_NTH == 1 and column % _KEEP_EVERY_NTH == 1):
            return False
        neighbours = (
            colours[y * columns + x]
            for y in range(max(0, row - 1), min(rows, row + 2))
            for x in range(max(0, column - 1), min(columns, column + 2))
        )
        return all(other is not None and _is_similar(colour, other) for other in neighbours)

    return tuple(number for number in range(columns * rows) if not is_inside(number))


def _cell_colour(image: Image.Image, column: int, row: int) -> Colour | None:
    """Return the colour of a cell, None where it has more than one."""
    box = (column * CELL, row * CELL, (column + 1) * CELL, (row + 1) * CELL)
    extrema = image.crop(box).getextrema()
    if any(high - low > _TOLERANCE for low, high in extrema):  # type: ignore[misc]
        return None
    return tuple((low + high) // 2 for low, high in extrema)  # type: ignore[misc]


def _is_similar(first: Colour, other: Colour) -> bool:
    return all(abs(a - b) <= _TOLERANCE for a, b in zip(first, other, strict=True))
