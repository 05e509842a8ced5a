"""The formats of picture files that are known. What decodes the rare ones is loaded when such a file comes.

All of it would take a new worker more than a tenth of a second, which the person who pressed a key would wait for.
"""

from __future__ import annotations

import contextlib
import importlib

from PIL import Image

_USUAL = {b"\x89PNG\r\n\x1a\n": ("PNG",), b"\xff\xd8\xff": ("JPEG",)}
"""The first bytes of usual files, which no others have."""

_PLUGINS = (
    "PIL.AvifImagePlugin",
    "PIL.BmpImagePlugin",
    "PIL.GifImagePlugin",
    "PIL.IcnsImagePlugin",
    "PIL.IcoImagePlugin",
    "PIL.JpegImagePlugin",
    "PIL.Jpeg2KImagePlugin",
    "PIL.MpoImagePlugin",
    "PIL.PngImagePlugin",
    "PIL.PpmImagePlugin",
    "PIL.PsdImagePlugin",
    "PIL.QoiImagePlugin",
    "PIL.TiffImagePlugin",
    "PIL.WebPImagePlugin",
)
"""Pillow's modules of the formats that follow."""

_FORMATS = ("AVIF", "BMP", "GIF", "HEIF", "ICNS", "ICO", "JPEG", "JPEG2000", "PNG", "PPM", "PSD", "QOI", "TIFF", "WEBP")
"""Formats that Pillow knows by their first bytes; EPS would start Ghostscript, TGA matches anything."""


def load_usual() -> None:
    """Load what decodes usual files."""
    Image.preinit()


def usual(head: bytes) -> tuple[str, ...]:
    """Return Pillow's name of the format of a usual file that begins with `head`; empty for others."""
    load_usual()
    return next((names for start, names in _USUAL.items() if head.startswith(start)), ())


def load_all() -> tuple[str, ...]:
    """Load what decodes all formats; return Pillow's names of those that can be."""
    for plugin in _PLUGINS:
        importlib.import_module(plugin)
    with contextlib.suppress(ImportError):  # Windows on ARM has none
        import pi_heif

        pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    return tuple(name for name in _FORMATS if name in Image.OPEN)
