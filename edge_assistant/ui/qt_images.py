"""Pictures of Pillow made into those of Qt."""

from __future__ import annotations

from PIL import Image
from PySide6.QtGui import QImage


def to_qt_image(image: Image.Image) -> QImage:
    """Return a copy of a picture, without transparency."""
    rgb = image.convert("RGB")
    return QImage(rgb.tobytes(), rgb.width, rgb.height, 3 * rgb.width, QImage.Format.Format_RGB888).copy()
