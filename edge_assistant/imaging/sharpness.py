"""Blur detection for camera pictures by the variance of the Laplacian, which falls as edges soften."""

from __future__ import annotations

import itertools

from PIL import Image, ImageFilter, ImageStat

BLURRED_BELOW = 100.0
"""Variance of the Laplacian below which a picture counts as blurred.

The measure is Pech-Pacheco's (ICPR 2000), the value the usual one for 8-bit grey pictures (A. Rosebrock, "Blur
detection with OpenCV", 2015). It is a rule of thumb: good enough for a hint, not for refusing a picture.
"""

_MEASURED_SIDE = 640
"""Longer side in pixels of the measured picture: the value above is for web pictures, and sensor noise averages out."""

_TILES = 4
"""Tiles per side, of which the sharpest counts: a cup in front of a bare wall is not blurred."""

# Offset by 128, since Pillow has no negative pixel values; clipped values are far beyond the limit.
_LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


def sharpness(image: Image.Image) -> float:
    """Return the largest variance of the Laplacian among the picture's tiles; 0 for one colour. Any mode and size."""
    grey = image.convert("L")
    grey.thumbnail((_MEASURED_SIDE, _MEASURED_SIDE), Image.Resampling.BOX)
    if min(grey.size) < 3 * _TILES:
        return 0.0
    width, height = grey.size
    edges = grey.filter(_LAPLACIAN).crop((1, 1, width - 1, height - 1))  # Pillow does not filter the outermost pixels
    lefts = [round(at * edges.width / _TILES) for at in range(_TILES + 1)]
    tops = [round(at * edges.height / _TILES) for at in range(_TILES + 1)]
    return max(
        ImageStat.Stat(edges.crop((left, top, right, bottom))).var[0]
        for left, right in itertools.pairwise(lefts)
        for top, bottom in itertools.pairwise(tops)
    )


def is_blurred(image: Image.Image) -> bool:
    """Return whether the whole picture seems blurred."""
    return sharpness(image) < BLURRED_BELOW
