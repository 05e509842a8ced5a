"""Which parts of a picture that is sent show nothing: inside areas of one colour, as most windows have them."""

from __future__ import annotations

from PIL import Image

CELL = 32
"""Pixels of a side of what becomes one image token: 2 x 2 patches of 16 (Qwen3-VL)."""

_SAME = 4
"""Levels (of 255) within which colours are one: JPEG's and a downscale's ripples stay below."""

_EVERY = 3
"""Of a blank area every third cell stays, in rows and columns, so that the model knows that it is there."""

Colour = tuple[int, ...]


def telling(image: Image.Image) -> tuple[int, ...]:
    """The numbers, row by row, of the cells that are not inside of an area of one colour; all where none is.

    `image` is RGB, with sides that are multiples of 32. The edge of such an area stays: it tells its shape.
    """
    columns, rows = image.width // CELL, image.height // CELL
    colours = [_colour(image, column, row) for row in range(rows) for column in range(columns)]

    def is_inside(number: int) -> bool:
        row, column = divmod(number, columns)
        own = colours[number]
        if own is None or (row % _EVERY == 1 and column % _EVERY == 1):
            return False
        around = (
            colours[y * columns + x]
            for y in range(max(0, row - 1), min(rows, row + 2))
            for x in range(max(0, column - 1), min(columns, column + 2))
        )
        return all(other is not None and _alike(own, other) for other in around)

    return tuple(number for number in range(columns * rows) if not is_inside(number))


def _colour(image: Image.Image, column: int, row: int) -> Colour | None:
    """The one colour of a cell, None where it has more."""
    box = (column * CELL, row * CELL, (column + 1) * CELL, (row + 1) * CELL)
    extrema = image.crop(box).getextrema()
    if any(high - low > _SAME for low, high in extrema):  # type: ignore[misc]
        return None
    return tuple((low + high) // 2 for low, high in extrema)  # type: ignore[misc]


def _alike(one: Colour, other: Colour) -> bool:
    return all(abs(a - b) <= _SAME for a, b in zip(one, other, strict=True))
