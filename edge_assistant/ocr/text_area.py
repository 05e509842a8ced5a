"""The place of a line of text in a picture, upright or inclined, and its pixels."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from edge_assistant.ocr.page import Box

Pixels = npt.NDArray[np.uint8]
Point = tuple[float, float]


class TextArea(NamedTuple):
    """A rectangle, perhaps an inclined one, from its top left corner along the line and along its height.

    All in pixels of the picture; `angle` is in radians, clockwise.
    """

    left: float
    top: float
    width: float
    height: float
    angle: float = 0.0

    @classmethod
    def of_box(cls, box: Box) -> TextArea:
        """Return the area of an upright box."""
        return cls(box.left, box.top, box.width, box.height)

    def part(self, start: float, end: float) -> TextArea:
        """Return the part between two distances from its start; these may also lie outside."""
        across, down = self._at(start, 0)
        return TextArea(across, down, end - start, self.height, self.angle)

    def turned(self, quarters: int) -> TextArea:
        """Return the same area as it is read after so many quarters of a turn, clockwise, 0 to 3."""
        along, below = ((0.0, 0.0), (0.0, self.height), (self.width, self.height), (self.width, 0.0))[-quarters % 4]
        sides = (self.width, self.height) if quarters % 2 == 0 else (self.height, self.width)
        return TextArea(*self._at(along, below), *sides, self.angle + quarters * math.pi / 2)

    def box(self, size: tuple[int, int]) -> Box:
        """Return the upright box around it, inside a picture of `size`."""
        corners = [self._at(along, below) for along in (0, self.width) for below in (0, self.height)]
        left, right = (round(each(corner[0] for corner in corners)) for each in (min, max))
        top, bottom = (round(each(corner[1] for corner in corners)) for each in (min, max))
        return Box(max(0, left), max(0, top), min(size[0], right), min(size[1], bottom))

    def levelled(self, angle: float) -> Box:
        """Return about where it would be, upright, if the picture were turned back by `angle` around its corner."""
        cosine, sine = math.cos(angle), math.sin(angle)
        across, down = self._at(self.width / 2, self.height / 2)
        across, down = across * cosine + down * sine, down * cosine - across * sine
        left, top = round(across - self.width / 2), round(down - self.height / 2)
        return Box(left, top, left + round(self.width), top + round(self.height))

    def crop(self, image: Image.Image, height: int) -> Pixels:
        """Return its pixels, `height` rows of them."""
        width = max(height // 2, round(height * self.width / max(1.0, self.height)))
        if not self.angle:
            box = (
                max(0.0, self.left),
                max(0.0, self.top),
                min(image.width, self.left + self.width),
                min(image.height, self.top + self.height),
            )
            return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR, box=box))
        corners = [self._at(0, 0), self._at(0, self.height), self._at(self.width, self.height), self._at(self.width, 0)]
        flat = [axis for corner in corners for axis in corner]
        own = max(1, round(self.width)), max(1, round(self.height))
        turned = image.transform(own, Image.Transform.QUAD, flat, Image.Resampling.BILINEAR)
        return np.asarray(turned.resize((width, height), Image.Resampling.BILINEAR))

    def _at(self, along: float, below: float) -> Point:
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        return self.left + along * cosine - below * sine, self.top + along * sine + below * cosine
