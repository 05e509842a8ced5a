"""Pictures with text for tests of text recognition, drawn with the font that Pillow has."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

LINES = ("Meeting on Tuesday", "The invoice 4711 is due", "Save Cancel Help", "Total 1284.50", "Please answer soon")


def page(
    lines: Sequence[str] = LINES,
    size: tuple[int, int] = (420, 260),
    *,
    height: int = 20,
    ink: str = "black",
    paper: str = "white",
    left: int = 20,
) -> Image.Image:
    """Return a picture with these lines, `height` pixels high, one below the other."""
    picture = Image.new("RGB", size, paper)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(height)
    for number, line in enumerate(lines):
        draw.text((left, height + 2 * height * number), line, ink, font)
    return picture


def boxes_of_words(line: str, left: int, height: int = 20) -> list[tuple[str, float, float]]:
    """Return the words of a line that `page` draws, each with its left and right edge."""
    font = ImageFont.load_default(height)
    boxes, start = [], 0
    for word in line.split():
        start = line.index(word, start)
        boxes.append((word, left + font.getlength(line[:start]), left + font.getlength(line[: start + len(word)])))
        start += len(word)
    return boxes
