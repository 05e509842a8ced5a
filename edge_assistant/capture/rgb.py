"""Conversion of all of Pillow's colour modes to RGB: deep greys scaled, transparency laid over a fitting background."""

from __future__ import annotations

import math

from PIL import Image

_DEEP_GREY = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_OPAQUE_FORM = {"La": "LA", "RGBa": "RGBA", "RGBX": "RGB"}

_VISIBLE_ALPHA = 32
"""The opacity (0 to 255) from which a pixel counts as visible when the background is chosen."""

_PALE = 192
"""The brightness from which a pixel is hard to see on white."""

_DARK = (24, 24, 24)


def to_rgb(image: Image.Image) -> Image.Image:
    """Return the picture in mode RGB, itself where it is.

    Raises ValueError where its numbers cannot be colours (no finite range).
    """
    if image.mode in _OPAQUE_FORM:
        image = image.convert(_OPAQUE_FORM[image.mode])
    if image.mode in _DEEP_GREY:
        return _deep_grey_to_8_bit(image).convert("RGB")
    if image.mode == "LAB":
        return _lab_to_rgb(image)
    if image.has_transparency_data:
        return _composite(image.convert("RGBA"))
    return image if image.mode == "RGB" else image.convert("RGB")


def _deep_grey_to_8_bit(image: Image.Image) -> Image.Image:
    """Convert grey of more than 8 bits to 8 bits: the usual ranges by their own scale, any other from least to most.

    A 16-bit picture is never stretched: one that is black apart from noise must stay black.
    """
    values = image.convert("F")
    low, high = (float(level) for level in values.getextrema())  # type: ignore[arg-type]
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("grey levels without a finite range")
    if image.mode.startswith("I;16"):
        low, high = 0.0, 65535.0
    elif image.mode == "F" and low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    elif low >= 0 and high <= 65535:
        low, high = 0.0, 255.0 if high <= 255 else 65535.0
    scale = 255 / max(high - low, 1e-30)
    return values.point(lambda level: level * scale + (0.5 - low * scale)).convert("L")


def _lab_to_rgb(image: Image.Image) -> Image.Image:
    """Convert L*a*b* by colour management, since Pillow's own convert does not know it."""
    from PIL import ImageCms  # for the rare ones only: a new worker is waited for

    converted = ImageCms.profileToProfile(
        image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    if converted is None:
        raise ValueError("no conversion from L*a*b*")
    return converted


def _composite(image: Image.Image) -> Image.Image:
    """Lay the picture over white, or over dark where nearly all that is visible is pale: white icons must remain."""
    alpha = image.getchannel("A")
    if alpha.getextrema() == (255, 255):
        return image.convert("RGB")
    visible = alpha.point([255 * (level >= _VISIBLE_ALPHA) for level in range(256)])
    brightness = image.convert("L").histogram(visible)
    pale = sum(brightness[_PALE:]) > 0.95 * sum(brightness) > 0
    flat = Image.new("RGB", image.size, _DARK if pale else (255, 255, 255))
    flat.paste(image, mask=alpha)
    return flat
