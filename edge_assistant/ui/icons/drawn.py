"""Icons from SVG files, drawn in a colour of the palette, so that they are seen in every theme."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_FOLDER = Path(__file__).parent


def draw_icon(name: str, painter: QPainter, rect: QRectF, colour: QColor) -> None:
    """Draw the icon of that name (a file beside this one) into a rectangle, in one colour."""
    source = _read(name).replace("currentColor", colour.name())
    renderer = QSvgRenderer(QByteArray(source.encode()))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, rect)


def drawn_icon(name: str, size: int, colour: QColor, pixel_ratio: float = 1.0) -> QIcon:
    """Return the icon of that name, `size` by `size` device-independent pixels."""
    pixmap = QPixmap(round(size * pixel_ratio), round(size * pixel_ratio))
    pixmap.setDevicePixelRatio(pixel_ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_icon(name, painter, QRectF(0, 0, size, size), colour)
    painter.end()
    return QIcon(pixmap)


@cache
def _read(name: str) -> str:
    return (_FOLDER / f"{name}.svg").read_text(encoding="utf-8")
