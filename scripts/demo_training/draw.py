"""A canvas drawn with whole numbers only, so that a scene is the same to the byte on every machine.

Pillow only fills rectangles and pastes through grey masks here; outlines of its own (ellipses, polygons) have changed
from version to version, so those masks are made here.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

from PIL import Image

from .strikes import strike

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are the first pixels outside."""

_SUB = 4  # samples a pixel and axis for smooth edges
_PIXEL = 0b1111  # of which so many bits are one pixel's


class Canvas:
    """An RGB picture and what can be drawn on it. All measures are pixels."""

    def __init__(self, width: int, height: int, colour: Colour) -> None:
        self.image = Image.new("RGB", (width, height), colour)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.image.size

    def rectangle(self, box: Box, colour: Colour) -> None:
        """A filled rectangle; what lies outside the canvas is cut off."""
        width, height = self.size
        left, top, right, bottom = max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3])
        if left < right and top < bottom:
            self.image.paste(colour, (left, top, right, bottom))

    def frame(self, box: Box, colour: Colour, thickness: int = 1) -> None:
        """The outline of a rectangle, drawn inside it."""
        left, top, right, bottom = box
        self.rectangle((left, top, right, top + thickness), colour)
        self.rectangle((left, bottom - thickness, right, bottom), colour)
        self.rectangle((left, top, left + thickness, bottom), colour)
        self.rectangle((right - thickness, top, right, bottom), colour)

    def rounded(self, box: Box, radius: int, colour: Colour) -> None:
        """A filled rectangle with round corners."""
        left, top, right, bottom = box
        if radius < 2:
            self.rectangle(box, colour)
            return
        mask = disc(2 * radius)
        self.rectangle((left, top + radius, right, bottom - radius), colour)
        self.rectangle((left + radius, top, right - radius, bottom), colour)
        for x in (left, right - radius):
            for y in (top, bottom - radius):
                corner = (0 if x == left else radius, 0 if y == top else radius)
                part = mask.crop((*corner, corner[0] + radius, corner[1] + radius))
                self.image.paste(colour, (x, y), part)

    def stamp(self, mask: Image.Image, x: int, y: int, colour: Colour) -> None:
        """Fill through a grey mask whose top left corner is at x, y."""
        self.image.paste(colour, (x, y), mask)

    def text(self, x: int, y: int, text: str, face: str, size: int, colour: Colour) -> Box:
        """Write a line whose top is at y; the box of its ink."""
        mask, left, top = _line(face, size, text)
        self.image.paste(colour, (x + left, y + top), mask)
        return x + left, y + top, x + left + mask.width, y + top + mask.height


def text_width(face: str, size: int, text: str) -> int:
    """Pixels that a line takes."""
    return strike(face, size).width(text)


def line_height(face: str, size: int) -> int:
    """Pixels from the top of a line to its lowest descender."""
    font = strike(face, size)
    return font.ascent + font.descent


def letter_places(x: int, y: int, text: str, face: str, size: int) -> list[tuple[str, int, int]]:
    """The middle of each letter of a line written at x, y."""
    font = strike(face, size)
    middle = y + font.ascent - size // 3
    places = []
    for character in text:
        advance = font.glyphs[character].advance
        if character.isalpha():
            places.append((character, x + advance // 2, middle))
        x += advance
    return places


@lru_cache(maxsize=50_000)
def _line(face: str, size: int, text: str) -> tuple[Image.Image, int, int]:
    font = strike(face, size)
    pen, places = 0, []
    for character in text:
        glyph = font.glyphs[character]
        if glyph.picture is not None:
            places.append((glyph.picture, pen + glyph.left, font.ascent + glyph.top))
        pen += glyph.advance
    left = min(x for _, x, _ in places)
    top = min(y for _, _, y in places)
    right = max(x + picture.width for picture, x, _ in places)
    bottom = max(y + picture.height for picture, _, y in places)
    mask = Image.new("L", (right - left, bottom - top))
    for picture, x, y in places:
        mask.paste(255, (x - left, y - top), picture)
    return mask, left, top


def _mask(size: int, spans: Callable[[int], list[tuple[int, int]]]) -> Image.Image:
    """A square mask. Points lie in steps of 1/4 pixel; they are counted in eighths from the centre, so all are odd.

    `spans` tells for a row of them from where to where the inside reaches, both ends included; where spans overlap,
    every other point is outside again.
    """
    points = _SUB * size
    grey = bytearray()
    for y in range(size):
        rows = [_between(points, spans(8 * y + 2 * row + 1 - points)) for row in range(_SUB)]
        for x in range(size):
            hits = sum((row >> _SUB * x & _PIXEL).bit_count() for row in rows)
            grey.append(hits * 255 // (_SUB * _SUB))
    return Image.frombytes("L", (size, size), bytes(grey))


def _between(points: int, spans: list[tuple[int, int]]) -> int:
    """Which of a row's points are inside, the first one as the lowest bit."""
    bits = 0
    for left, right in spans:
        first, end = max(0, (left + points) // 2), min(points, (right + points + 1) // 2)
        if first < end:
            bits ^= (1 << end) - (1 << first)
    return bits


@cache
def disc(size: int) -> Image.Image:
    """A circle that fills a square of `size` pixels."""

    def spans(y: int) -> list[tuple[int, int]]:
        half = math.isqrt(16 * size * size - y * y)
        return [(-half, half)]

    return _mask(size, spans)


@cache
def square(size: int) -> Image.Image:
    """A square, a little smaller than the circle of the same size."""
    half = 32 * size // 9
    return _mask(size, lambda y: [(-half, half)] if abs(y) <= half else [])


@cache
def triangle(size: int) -> Image.Image:
    """A triangle that stands on its base."""
    return _mask(size, lambda y: [(-((y + 4 * size) // 2), (y + 4 * size) // 2)])


# Corners of a star in thousandths of its radius, from its tip on, clockwise.
_STAR = (
    (0, -1000), (247, -340), (951, -309), (400, 130), (588, 809), (0, 420),
    (-588, 809), (-400, 130), (-951, -309), (-247, -340),
)  # fmt: skip


@cache
def star(size: int) -> Image.Image:
    """A star with five points."""
    corners = [(4 * size * x // 1000, 4 * size * y // 1000) for x, y in _STAR]
    edges = list(zip(corners, corners[1:] + corners[:1], strict=True))

    def spans(y: int) -> list[tuple[int, int]]:
        """From the left edge to each side that the row crosses: what lies left of an odd number is inside."""
        out = []
        for (x0, y0), (x1, y1) in edges:
            if (y0 > y) != (y1 > y):
                across, down = (x1 - x0) * (y - y0), y1 - y0
                # Up to the side, which itself is inside where it goes up.
                out.append((-4 * size, x0 + ((across - 1) // down if down > 0 else across // down)))
        return out

    return _mask(size, spans)


@cache
def cross(size: int) -> Image.Image:
    """A cross of two strokes."""
    return _mask(size, lambda y: _either((y - size, y + size), (-y - size, -y + size)))


@cache
def tick(size: int) -> Image.Image:
    """A check mark."""
    wide = 3 * size // 2

    def spans(y: int) -> list[tuple[int, int]]:
        short = max(y - 3 * size - wide, -4 * size), min(y - 3 * size + wide, -size)
        long = max(size - y - wide, -size), min(size - y + wide, 4 * size)
        return _either(short, long)

    return _mask(size, spans)


def _either(one: tuple[int, int], other: tuple[int, int]) -> list[tuple[int, int]]:
    """Spans of what is in one or the other."""
    both = max(one[0], other[0]), min(one[1], other[1])
    return [span for span in (one, other, both) if span[0] <= span[1]]


SHAPES = {"circle": disc, "square": square, "triangle": triangle, "star": star}


def write_png(image: Image.Image, path: Path) -> None:
    """Write an RGB picture without compression: compressors differ from machine to machine, this does not."""
    width, height = image.size
    row = 3 * width
    pixels = image.tobytes()
    raw = b"".join(b"\0" + pixels[y * row : (y + 1) * row] for y in range(height))
    parts = [raw[start : start + 65535] for start in range(0, len(raw), 65535)]
    stored = b"".join(
        struct.pack("<BHH", part_number == len(parts) - 1, len(part), len(part) ^ 0xFFFF) + part
        for part_number, part in enumerate(parts)
    )
    data = b"\x78\x01" + stored + struct.pack(">I", zlib.adler32(raw))
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", data), (b"IEND", b""))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
            for name, body in chunks
        )
    )
