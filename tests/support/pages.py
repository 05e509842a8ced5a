"""Pages of text as pictures, drawn with Pillow's own font."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

PARAGRAPHS = (
    ("The meeting starts at nine", "Bring the signed contract"),
    ("Lunch is served at noon", "The kitchen closes early"),
    ("Trains leave from platform four",),
)
LINES = tuple(line for paragraph in PARAGRAPHS for line in paragraph)


def draw_page(paragraphs: Sequence[Sequence[str]] = PARAGRAPHS, size: tuple[int, int] = (640, 400)) -> Image.Image:
    """Draw paragraphs of lines, black on white."""
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(22)
    top = 20
    for paragraph in paragraphs:
        for line in paragraph:
            draw.text((30, top), line, "black", font)
            top += 32
        top += 40
    return picture


def save_page(path: Path, paragraphs: Sequence[Sequence[str]] = PARAGRAPHS) -> Path:
    """Draw a page into a file."""
    draw_page(paragraphs).save(path)
    return path
