"""Fonts of another size."""

from __future__ import annotations

from PySide6.QtGui import QFont


def scaled_font(font: QFont, factor: float) -> QFont:
    """Return a font as large as this one times a factor, whether it is sized in points or in pixels."""
    scaled = QFont(font)
    if scaled.pixelSize() > 0:
        scaled.setPixelSize(max(1, round(scaled.pixelSize() * factor)))
    else:
        scaled.setPointSizeF(scaled.pointSizeF() * factor)
    return scaled
