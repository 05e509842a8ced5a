"""Is there anything to see? A black, empty or curtained picture is refused before a model invents its contents."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter, ImageOps

_VISIBLE = 8
"""Levels (of 255) by which an area must differ from the median colour; a faint gradient stays below."""

_LINE = 5
"""Levels between neighbouring rows (or columns), each averaged over its whole length, that make a line or an edge."""

_NOISIEST = 30
"""Standard deviation of pixel noise beyond which it is no longer noise over one colour but something to describe."""

_SIGMAS = 6.5
"""Of two million pixels of Gaussian noise none is expected beyond this many standard deviations."""

_LARGE = 128
"""Shorter side in pixels from which boxes of 4 and 16 pixels are used; smaller pictures have smaller contents."""


def is_blank(image: Image.Image) -> bool:
    """True for an RGB picture of one colour, or almost: with noise, JPEG artefacts or a gradient of a few levels.

    False as soon as there is a short word, a small icon, a thin border or a slightly lighter title bar.
    Averages over small boxes wipe noise out and keep text, which is compared with the picture's median colour.
    ValueError where the picture is not RGB.
    """
    if image.mode != "RGB":
        raise ValueError(f"is_blank wants an RGB picture, not {image.mode}")
    if min(image.size) < _LARGE:
        return not _stands_out(image.reduce(2) if min(image.size) >= 32 else image, _VISIBLE, most_grain=4.0)
    fine = image.reduce(4)
    noise = _noise(image, fine)
    if noise > _NOISIEST:
        return False
    # Twice what white noise would leave: compression spreads it over neighbouring pixels.
    return not (
        _stands_out(fine, 2 * _SIGMAS * noise / 4, most_grain=4.0)
        or _stands_out(fine.reduce(4), 2 * _SIGMAS * noise / 16, most_grain=2.0)
        or _has_line(image, noise)
    )


def _noise(image: Image.Image, averaged: Image.Image) -> float:
    """Standard deviation of the pixels about the averages of their boxes; text leaves it alone, being rare."""
    picked = image.resize(averaged.size, Image.Resampling.NEAREST)
    histogram = ImageChops.difference(picked, averaged).histogram()
    return 1.4826 * _median([sum(histogram[level::256]) for level in range(256)])


def _stands_out(image: Image.Image, threshold: float, *, most_grain: float) -> bool:
    """Whether three neighbouring pixels, or two strongly, differ from the median colour: by threshold and grain.

    Fewer may be a camera's hot pixels. Grain is what the averages still vary by, up to `most_grain` levels
    (standard deviation): more is contents.
    """
    histogram = image.histogram()
    middle = tuple(_median(histogram[at : at + 256]) for at in (0, 256, 512))
    off = ImageChops.difference(image, Image.new("RGB", image.size, middle))
    red, green, blue = off.split()
    deviation = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    grain = min(_median(deviation.histogram()) / 1.2, most_grain)
    least = max(threshold, _SIGMAS * grain, _VISIBLE)
    if _top(deviation) < least:
        return False
    # The frame keeps BoxBlur from counting the pixels at the edges twice.
    weights = [0 if level < least else 168 if level < 3 * least else 252 for level in range(256)]
    marked = ImageOps.expand(deviation.point(weights), 1)
    return _top(marked.filter(ImageFilter.BoxBlur(1))) >= 3 * 168 // 9 - 1


def _has_line(image: Image.Image, noise: float) -> bool:
    """Whether two neighbouring rows or columns differ as a whole, as at a faint border that box averages miss."""
    grey = image.convert("L")
    width, height = grey.size
    for size, shift, length in (((1, height), (0, 1), width), ((width, 1), (1, 0), height)):
        profile = grey.resize(size, Image.Resampling.BOX)
        step = ImageChops.difference(profile, ImageChops.offset(profile, *shift))
        inner = step.crop((*shift, *size))  # the first entry is the wrap-around
        if _top(inner) >= _LINE + _SIGMAS * noise / length**0.5:
            return True
    return False


def _top(grey: Image.Image) -> float:
    """The brightest level of a one-channel picture."""
    return float(max(level for level, count in enumerate(grey.histogram()) if count))


def _median(histogram: list[int]) -> int:
    half, seen = sum(histogram) / 2, 0
    for level, count in enumerate(histogram):
        seen += count
        if seen >= half:
            return level
    return 0
