"""The icon of each status, drawn by code; they differ in shape, not only in colour."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from edge_assistant.controller.view import Status

SIZES = (16, 22, 24, 32, 48, 64, 128)
"""Widths in pixels that desktop panels ask for."""

_BACKGROUND, _FOREGROUND = QColor("#10243e"), QColor("#ffffff")  # contrast 15.7 to 1; the white rim is for dark panels


def status_icon(status: Status) -> QIcon:
    """Return the icon of a status in all sizes."""
    icon = QIcon()
    for size in SIZES:
        icon.addPixmap(status_pixmap(status, size))
    return icon


def status_pixmap(status: Status, size: int) -> QPixmap:
    """Draw the icon of a status, `size` pixels wide and high. The shapes are drawn in a field of 64 by 64."""
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 64, size / 64)
    painter.setPen(QPen(_FOREGROUND, 3))
    painter.setBrush(_BACKGROUND)
    painter.drawRoundedRect(QRectF(2, 2, 60, 60), 12, 12)
    painter.setPen(QPen(_FOREGROUND, 5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _SHAPES[status](painter)
    painter.end()
    return pixmap


def _hourglass(painter: QPainter) -> None:
    painter.drawPolygon(QPolygonF([QPointF(18, 14), QPointF(46, 14), QPointF(18, 50), QPointF(46, 50)]))


def _eye(painter: QPainter) -> None:
    lids = QPainterPath(QPointF(10, 32))
    lids.quadTo(32, 6, 54, 32)
    lids.quadTo(32, 58, 10, 32)
    painter.drawPath(lids)
    painter.setBrush(_FOREGROUND)
    painter.drawEllipse(QPointF(32, 32), 6, 6)


def _magnifier(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(28, 28), 14, 14)
    painter.drawLine(QPointF(39, 39), QPointF(51, 51))


def _dots(painter: QPainter) -> None:
    painter.setBrush(_FOREGROUND)
    for x in (16, 32, 48):
        painter.drawEllipse(QPointF(x, 32), 4, 4)


def _loudspeaker(painter: QPainter) -> None:
    painter.setBrush(_FOREGROUND)
    painter.drawPolygon(
        QPolygonF([QPointF(*each) for each in ((12, 26), (20, 26), (30, 16), (30, 48), (20, 38), (12, 38))])
    )
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for radius in (8, 18):
        painter.drawArc(QRectF(34 - radius, 32 - radius, 2 * radius, 2 * radius), -50 * 16, 100 * 16)


def _warning(painter: QPainter) -> None:
    painter.drawPolygon(QPolygonF([QPointF(32, 11), QPointF(54, 51), QPointF(10, 51)]))
    painter.drawLine(QPointF(32, 27), QPointF(32, 36))
    painter.drawPoint(QPointF(32, 44))


_SHAPES: dict[Status, Callable[[QPainter], None]] = {
    "loading": _hourglass,
    "ready": _eye,
    "looking": _magnifier,
    "thinking": _dots,
    "speaking": _loudspeaker,
    "error": _warning,
}
