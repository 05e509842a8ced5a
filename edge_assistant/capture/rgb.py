"""Any of Pillow's colour modes as RGB: deep greys scaled, transparency laid over what shows the content."""

from __future__ import annotations

import math

from PIL import Image, ImageCms

_DEEP_GREY = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_OPAQUE_FORM = {"La": "LA", "RGBa": "RGBA", "RGBX": "RGB"}

_SEEN_ALPHA = 32
"""Opacity (0 to 255) from which a pixel counts as visible content when the background is chosen."""

_PALE = 192
"""Brightness from which a pixel is hard to see on white."""

_DARK = (24, 24, 24)


def to_rgb(image: Image.Image) -> Image.Image:
    """The picture in mode RGB. ValueError where its numbers cannot be colours (no finite range)."""
    if image.mode in _OPAQUE_FORM:
        image = image.convert(_OPAQUE_FORM[image.mode])
    if image.mode in _DEEP_GREY:
        return _deep_grey(image).convert("RGB")
    if image.mode == "LAB":
        return _lab(image)
    if image.has_transparency_data:
        return _composited(image.convert("RGBA"))
    return image.convert("RGB")


def _deep_grey(image: Image.Image) -> Image.Image:
    """More than 8 bits of grey as 8 bits: the usual ranges by their own scale, any other from its least to its most.

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


def _lab(image: Image.Image) -> Image.Image:
    """Pillow's own convert does not know L*a*b*; its colour management does."""
    converted = ImageCms.profileToProfile(
        image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    if converted is None:
        raise ValueError("no conversion from L*a*b*")
    return converted


def _composited(image: Image.Image) -> Image.Image:
    """Over white, or over dark where what is visible is nearly all pale: a white icon must not vanish."""
    alpha = image.getchannel("A")
    seen = alpha.point([255 * (level >= _SEEN_ALPHA) for level in range(256)])
    brightness = image.convert("L").histogram(seen)
    pale = sum(brightness[_PALE:]) > 0.95 * sum(brightness) > 0
    flat = Image.new("RGB", image.size, _DARK if pale else (255, 255, 255))
    flat.paste(image, mask=alpha)
    return flat
