"""Whether a camera's picture is blurred: the variance of its Laplacian, which falls as edges soften."""

from __future__ import annotations

import itertools

from PIL import Image, ImageFilter, ImageStat

BLURRED_BELOW = 100.0
"""Variance of the Laplacian below which a picture counts as blurred.

The measure is Pech-Pacheco's (ICPR 2000), the value the usual one for 8-bit grey pictures (A. Rosebrock, "Blur
detection with OpenCV", 2015). It is a rule of thumb: good enough for a hint, not for refusing a picture.
"""

_SIDE = 640
"""Longer side in pixels at which it is measured: the value above is for web pictures, and sensor noise averages out."""

_TILES = 4
"""Measured by tiles, 4 by 4, of which the sharpest counts: a cup before a bare wall is not blurred."""

# Shifted by 128, since Pillow keeps no negative numbers; what is clipped is far beyond the limit.
_LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


def sharpness(image: Image.Image) -> float:
    """The largest variance of the Laplacian among the picture's tiles; 0 for one colour. Any mode and size."""
    grey = image.convert("L")
    grey.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    if min(grey.size) < 3 * _TILES:
        return 0.0
    width, height = grey.size
    edges = grey.filter(_LAPLACIAN).crop((1, 1, width - 1, height - 1))  # the outermost pixels are left unfiltered
    lefts = [round(at * edges.width / _TILES) for at in range(_TILES + 1)]
    tops = [round(at * edges.height / _TILES) for at in range(_TILES + 1)]
    return max(
        ImageStat.Stat(edges.crop((left, top, right, bottom))).var[0]
        for left, right in itertools.pairwise(lefts)
        for top, bottom in itertools.pairwise(tops)
    )


def is_blurred(image: Image.Image) -> bool:
    """Whether the picture seems blurred all over."""
    return sharpness(image) < BLURRED_BELOW
