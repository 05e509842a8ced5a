"""Where a part of a picture is on the screen, and whether it is still there: arithmetic and pixels, no windows."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PIL import Image, ImageDraw, ImageStat

from edge_assistant.capture.geometry import Rect
from edge_assistant.ocr.page import Box

_SAMPLE = (96, 24)
"""Most pixels across and down of the two pictures that are compared."""
_ALIKE = 0.8
"""Correlation from which two pictures show the same text; another text of the same size has less than 0.4."""
_FLAT = 4.0
"""Standard deviation of the brightness (0 to 255) below which a picture shows nothing."""


def on_desktop(box: Box, size: tuple[int, int], area: Rect) -> Rect:
    """Return the place of a part of a picture in the desktop's units.

    `box` is in pixels of the picture, which is of `size` (width, height) and shows `area` of the desktop.
    """
    across, down = area.width / size[0], area.height / size[1]
    left, top = area.left + round(box.left * across), area.top + round(box.top * down)
    right, bottom = area.left + round(box.right * across), area.top + round(box.bottom * down)
    return Rect(left, top, max(1, right - left), max(1, bottom - top))


def on_screen(rect: Rect, part: Rect, screen: Rect) -> Rect:
    """Return a rectangle of the desktop in Qt's coordinates.

    `part` is the part of the desktop that a screen shows, in the desktop's units, `screen` that screen's geometry in
    device-independent pixels: its size is scaled, its origin is that of the desktop.
    """
    across, down = screen.width / part.width, screen.height / part.height
    left = screen.left + round((rect.left - part.left) * across)
    top = screen.top + round((rect.top - part.top) * down)
    right = screen.left + round((rect.right - part.left) * across)
    bottom = screen.top + round((rect.bottom - part.top) * down)
    return Rect(left, top, max(1, right - left), max(1, bottom - top))


def in_picture(rect: Rect, area: Rect, size: tuple[int, int]) -> Box:
    """Return the part of a picture that shows `rect` of the desktop, cut to the picture: `on_desktop` reversed."""
    across, down = size[0] / area.width, size[1] / area.height
    return Box(
        max(0, math.floor((rect.left - area.left) * across)),
        max(0, math.floor((rect.top - area.top) * down)),
        min(size[0], math.ceil((rect.right - area.left) * across)),
        min(size[1], math.ceil((rect.bottom - area.top) * down)),
    )


def frame_parts(inside: Rect, margin: int) -> list[Rect]:
    """Return the four sides of a frame of this width around a rectangle."""
    outside = inside.grown(margin, margin, margin, margin)
    return [
        Rect(outside.left, outside.top, outside.width, margin),
        Rect(outside.left, inside.bottom, outside.width, margin),
        Rect(outside.left, inside.top, margin, inside.height),
        Rect(inside.right, inside.top, margin, inside.height),
    ]


def shows_the_same(first: Image.Image, second: Image.Image, hidden: Iterable[Box] = ()) -> bool:
    """Return whether two pictures of one size show the same text, be it in other colours, greyed or selected.

    `hidden` are parts of both that do not count: a frame of ours lies there.
    """
    if first.size != second.size or not min(first.size):
        return False
    grey = [_grey(picture, hidden) for picture in (first, second)]
    statistics = [ImageStat.Stat(each) for each in grey]
    means, deviations = [each.mean[0] for each in statistics], [each.stddev[0] for each in statistics]
    if min(deviations) < _FLAT:
        return max(deviations) < _FLAT
    values = zip(grey[0].tobytes(), grey[1].tobytes(), strict=True)
    count = grey[0].width * grey[0].height
    covariance = sum((one - means[0]) * (other - means[1]) for one, other in values) / count
    return abs(covariance / (deviations[0] * deviations[1])) >= _ALIKE


def _grey(picture: Image.Image, hidden: Iterable[Box]) -> Image.Image:
    grey = picture.convert("L")
    draw = ImageDraw.Draw(grey)
    for box in hidden:
        if box.width > 0 and box.height > 0:
            draw.rectangle((box.left, box.top, box.right - 1, box.bottom - 1), fill=128)
    return grey.resize((min(grey.width, _SAMPLE[0]), min(grey.height, _SAMPLE[1])), Image.Resampling.BOX)
