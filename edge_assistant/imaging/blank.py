"""Detection of blank pictures (black, empty or covered), for which a model would invent contents."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter, ImageOps

_MIN_DIFFERENCE = 8
"""Levels (of 255) by which an area must differ from the median colour; faint gradients differ less."""

_MIN_LINE_STEP = 5
"""Levels between neighbouring rows (or columns), each averaged over its whole length, that make a line or an edge."""

_MAX_NOISE = 30
"""Standard deviation of pixel noise above which it is contents, not noise over one colour."""

_SIGMAS = 6.5
"""Of two million pixels of Gaussian noise none is expected beyond this many standard deviations."""

_MIN_LARGE_SIDE = 128
"""Shorter side in pixels from which the picture is averaged over boxes of 4 and 16 pixels; contents of smaller pictures
are smaller."""


def is_blank(image: Image.Image) -> bool:
    """Return whether an RGB picture has one colour, or almost: noise, JPEG artefacts or a gradient of a few levels.

    A short word, a small icon, a thin border or a slightly lighter title bar makes it False.
    Averages over small boxes remove noise and keep text, which is compared with the picture's median colour.
    Raises ValueError where the picture is not RGB.
    """
    if image.mode != "RGB":
        raise ValueError(f"is_blank wants an RGB picture, not {image.mode}")
    if min(image.size) < _MIN_LARGE_SIDE:
        return not _has_contents(image.reduce(2) if min(image.size) >= 32 else image, _MIN_DIFFERENCE, max_grain=4.0)
    fine = image.reduce(4)
    noise = _estimate_noise(image, fine)
    if noise > _MAX_NOISE:
        return False
    # Twice the noise that averaging leaves of white noise: compression correlates neighbouring pixels.
    return not (
        _has_contents(fine, 2 * _SIGMAS * noise / 4, max_grain=4.0)
        or _has_contents(fine.reduce(4), 2 * _SIGMAS * noise / 16, max_grain=2.0)
        or _has_line(image, noise)
    )


def _estimate_noise(image: Image.Image, averaged: Image.Image) -> float:
    """Return the standard deviation of the pixels from their box averages; text is too rare to change it."""
    sampled = image.resize(averaged.size, Image.Resampling.NEAREST)
    histogram = ImageChops.difference(sampled, averaged).histogram()
    return 1.4826 * _median([sum(histogram[level::256]) for level in range(256)])


def _has_contents(image: Image.Image, threshold: float, *, max_grain: float) -> bool:
    """Return whether three neighbouring pixels, or two strongly, differ from the median colour beyond the noise.

    Fewer may be a camera's hot pixels. Grain is the remaining noise of the averages, at most `max_grain` levels
    (standard deviation): more is contents.
    """
    histogram = image.histogram()
    median_colour = tuple(_median(histogram[at : at + 256]) for at in (0, 256, 512))
    difference = ImageChops.difference(image, Image.new("RGB", image.size, median_colour))
    red, green, blue = difference.split()
    deviation = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    grain = min(_median(deviation.histogram()) / 1.2, max_grain)
    min_deviation = max(threshold, _SIGMAS * grain, _MIN_DIFFERENCE)
    if _highest_level(deviation) < min_deviation:
        return False
    # The frame keeps BoxBlur from counting the pixels at the edges twice.
    weights = [0 if level < min_deviation else 168 if level < 3 * min_deviation else 252 for level in range(256)]
    marked = ImageOps.expand(deviation.point(weights), 1)
    return _highest_level(marked.filter(ImageFilter.BoxBlur(1))) >= 3 * 168 // 9 - 1


def _has_line(image: Image.Image, noise: float) -> bool:
    """Return whether two neighbouring rows or columns differ on average, as at a faint border that boxes miss."""
    grey = image.convert("L")
    width, height = grey.size
    for size, shift, length in (((1, height), (0, 1), width), ((width, 1), (1, 0), height)):
        profile = grey.resize(size, Image.Resampling.BOX)
        step = ImageChops.difference(profile, ImageChops.offset(profile, *shift))
        inner = step.crop((*shift, *size))  # the first entry is the wrap-around
        if _highest_level(inner) >= _MIN_LINE_STEP + _SIGMAS * noise / length**0.5:
            return True
    return False


def _highest_level(grey: Image.Image) -> float:
    """Return the highest level of a one-channel picture."""
    return float(max(level for level, count in enumerate(grey.histogram()) if count))


def _median(histogram: list[int]) -> int:
    half, seen = sum(histogram) / 2, 0
    for level, count in enumerate(histogram):
        seen += count
        if seen >= half:
            return level
    return 0
