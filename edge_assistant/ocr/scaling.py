"""Huge pictures: reduced before they are sent to the worker, and the places of their text brought back."""

from __future__ import annotations

import math
from dataclasses import replace

from PIL import Image

from edge_assistant.ocr.page import Box, Line, Page, Word

MAX_PIXELS = 40_000_000
"""Larger pictures are reduced: 160 MB in the worker, and a page of the web of 1280 times 30,000 pixels as it is."""


def reduce(picture: Image.Image) -> tuple[Image.Image, int]:
    """Return the picture as RGB with at most MAX_PIXELS, and the whole number by which its sides were divided."""
    factor = math.ceil(math.sqrt(picture.width * picture.height / MAX_PIXELS))
    if factor > 1:
        picture = picture.reduce(factor)
    return picture if picture.mode == "RGB" else picture.convert("RGB"), factor


def enlarge_line(line: Line, factor: int, size: tuple[int, int]) -> Line:
    """Return the line with its places multiplied by `factor`, inside a picture of `size`."""
    if factor == 1:
        return line
    words = tuple(Word(word.text, _enlarge(word.box, factor, size)) for word in line.words)
    return replace(line, box=_enlarge(line.box, factor, size), words=words)


def enlarge_page(page: Page, factor: int, size: tuple[int, int]) -> Page:
    """Return the page with its places multiplied by `factor`, for a picture of `size`."""
    lines = tuple(enlarge_line(line, factor, size) for line in page.lines)
    return replace(page, width=size[0], height=size[1], lines=lines)


def _enlarge(box: Box, factor: int, size: tuple[int, int]) -> Box:
    return Box(box.left * factor, box.top * factor, min(size[0], box.right * factor), min(size[1], box.bottom * factor))
