"""Makes of a drawn picture what a camera or poor eyesight makes of it: photographs of paper, unreadable text."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from edge_assistant.drawn_screens.truth import Box

Point = tuple[float, float]
_Matrix = tuple[float, float, float, float, float, float, float, float]
"""a to h: (x, y) becomes ((a x + b y + c) / (g x + h y + 1), (d x + e y + f) / (g x + h y + 1))."""

_UNREADABLE_PIXELS = 3.0
"""Height of a line of text, in pixels, at which no letter can be told from another."""
_MOST_CUT = 0.8
"""Share of the margin around the texts that the camera's view may cut off."""
_LIGHT_SCALE = 8
_MOST_SKEW = 0.1
"""How far a corner of the view may move, as a share of the picture's side."""


def photograph(image: Image.Image, boxes: Sequence[Box], rng: random.Random) -> tuple[Image.Image, tuple[Box, ...]]:
    """Return a photograph of a picture, and where its boxes are there.

    It is seen at an angle, lit from a side, with a shadow, a little blurred, noisy, and compressed as a camera does it.
    """
    width, height = image.size
    margins = (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        width - max(box[2] for box in boxes),
        height - max(box[3] for box in boxes),
    )
    left, top, right, bottom = (
        max(0, min(margin * _MOST_CUT, side * _MOST_SKEW))
        for margin, side in zip(margins, (width, height, width, height), strict=True)
    )
    corners = ((0, 0), (width, 0), (width, height), (0, height))
    seen = tuple(
        (
            x + (rng.uniform(0, left) if x == 0 else -rng.uniform(0, right)),
            y + (rng.uniform(0, top) if y == 0 else -rng.uniform(0, bottom)),
        )
        for x, y in corners
    )
    matrix = perspective(corners, seen)
    image = image.transform(image.size, Image.Transform.PERSPECTIVE, matrix, Image.Resampling.BICUBIC)
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.7)))
    image = ImageChops.multiply(image, _light(image.size, rng))
    image = _add_noise(image, rng, rng.uniform(0.03, 0.1))
    back = perspective(seen, corners)
    return _compress(image, rng.randint(70, 92)), tuple(_moved(box, back) for box in boxes)


def unreadable(image: Image.Image, line_height: float, rng: random.Random) -> Image.Image:
    """Return a picture whose lines of text, `line_height` pixels high, have too few pixels to be read.

    It is enlarged again, either blurred or in squares.
    """
    factor = _UNREADABLE_PIXELS / line_height
    size = max(1, round(image.width * factor)), max(1, round(image.height * factor))
    small = image.resize(size, Image.Resampling.BOX)
    return small.resize(image.size, rng.choice((Image.Resampling.BICUBIC, Image.Resampling.NEAREST)))


def perspective(points: Sequence[Point], become: Sequence[Point]) -> _Matrix:
    """Return the matrix that moves four points to four others, as Pillow takes it."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(points, become, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for column in range(8):  # Gauss-Jordan elimination
        best = max(range(column, 8), key=lambda at: abs(rows[at][column]))
        rows[column], rows[best] = rows[best], rows[column]
        rows[column] = [value / rows[column][column] for value in rows[column]]
        for at in range(8):
            if at != column:
                factor = rows[at][column]
                rows[at] = [value - factor * other for value, other in zip(rows[at], rows[column], strict=True)]
    a, b, c, d, e, f, g, h = (row[8] for row in rows)
    return a, b, c, d, e, f, g, h


def move(point: Point, matrix: _Matrix) -> Point:
    """Return where a matrix moves a point."""
    a, b, c, d, e, f, g, h = matrix
    x, y = point
    by = g * x + h * y + 1
    return (a * x + b * y + c) / by, (d * x + e * y + f) / by


def _moved(box: Box, matrix: _Matrix) -> Box:
    """The box around a box that was moved."""
    left, top, right, bottom = box
    moved = [move(corner, matrix) for corner in ((left, top), (right, top), (right, bottom), (left, bottom))]
    xs, ys = [x for x, _ in moved], [y for _, y in moved]
    return math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys))


def _light(size: tuple[int, int], rng: random.Random) -> Image.Image:
    """How bright the light is everywhere: less to one side, and less where a shadow falls."""
    darkest = rng.uniform(0.55, 0.85)
    # Light has no details, so it is made small and enlarged.
    width, height = size[0] // _LIGHT_SCALE + 1, size[1] // _LIGHT_SCALE + 1
    gradient = Image.linear_gradient("L").rotate(rng.choice((0, 90, 180, 270))).resize((width, height))
    light = gradient.point([round(255 * (darkest + (1 - darkest) * value / 255)) for value in range(256)])
    shadow = Image.new("L", (width, height), 255)
    edge = rng.uniform(0.2, 0.8) * width
    slant = rng.uniform(-0.3, 0.3) * width
    side = rng.choice((0, width))
    ImageDraw.Draw(shadow).polygon(
        [(side, 0), (edge + slant, 0), (edge - slant, height), (side, height)], fill=round(255 * rng.uniform(0.7, 0.9))
    )
    light = ImageChops.multiply(light, shadow.filter(ImageFilter.GaussianBlur(width / 60)))
    light = light.resize(size, Image.Resampling.BICUBIC)
    share = rng.uniform(0.97, 1.0)
    warm = light.point([round(value * share) for value in range(256)])
    return Image.merge("RGB", (light, warm, warm))


def _add_noise(image: Image.Image, rng: random.Random, strength: float) -> Image.Image:
    """Add grey noise of up to `strength` of the full brightness to each pixel."""
    grey = Image.frombytes("L", image.size, rng.randbytes(image.width * image.height))
    grey = grey.point([round(128 + (value - 128) * strength) for value in range(256)])
    return ImageChops.add(image, Image.merge("RGB", (grey, grey, grey)), 1, -128)


def _compress(image: Image.Image, quality: int) -> Image.Image:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=quality)
    return Image.open(data).convert("RGB")
