"""Widgets of our own that are painted: title bars' buttons, shapes, icons, charts, switches' like."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from edge_assistant.drawn_screens.truth import Role

SHAPES = ("circle", "square", "triangle", "star")


class PaintedWidget(QWidget):
    """A widget that paints itself, and says which texts and parts it paints where (in its own logical pixels)."""

    def texts(self) -> list[tuple[str, QRect, Role]]:
        """Every text, the rectangle of its letters, and its role, in reading order."""
        return []

    def parts(self) -> list[tuple[str, QRect]]:
        """The things in it that can be asked for by a label."""
        return []

    def text_font(self, role: Role) -> QFont:  # noqa: ARG002 (others have a font for each)
        """The font of the texts of a role."""
        return self.font()


class Plain(PaintedWidget):
    """A coloured ground, from one colour to a darker one."""

    def __init__(self, colour: str, darker: int = 100, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = QColor(colour)
        self._darker = darker

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        for y in range(self.height()):
            share = y / max(1, self.height())
            painter.fillRect(0, y, self.width(), 1, self._colour.darker(int(100 + share * (self._darker - 100))))


class WindowButtons(PaintedWidget):
    """The signs in a title bar that close and shrink a window."""

    def __init__(self, round_ones: bool) -> None:
        super().__init__()
        self._round = round_ones
        height = QFontMetrics(self.font()).height()
        self.setFixedSize(QSize(4 * height, height))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = self.height() * 0.55
        for number, colour in enumerate(("#e0443e", "#dea123", "#1aab29")):
            middle = QPointF(self.width() * (number + 0.5) / 3, self.height() / 2)
            area = QRectF(middle.x() - side / 2, middle.y() - side / 2, side, side)
            if self._round:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(colour))
                painter.drawEllipse(area)
                continue
            painter.setPen(QPen(self.palette().windowText().color(), 1.2))
            if number == 0:
                painter.drawLine(area.bottomLeft(), area.bottomRight())
            elif number == 1:
                painter.drawRect(area)
            else:
                painter.drawLine(area.topLeft(), area.bottomRight())
                painter.drawLine(area.topRight(), area.bottomLeft())


class Shape(PaintedWidget):
    """A filled shape of SHAPES."""

    def __init__(self, shape: str, colour: str, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape = shape
        self._colour = QColor(colour)
        self.resize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_shape(painter, self._shape, QRectF(self.rect()).adjusted(1, 1, -1, -1), self._colour)


class Icon(PaintedWidget):
    """A desktop icon: a picture with its label below."""

    def __init__(self, label: str, shape: str, colour: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._label = label
        self._shape = shape
        self._colour = QColor(colour)
        metrics = QFontMetrics(self.font())
        self._side = 3 * metrics.height()
        self.resize(max(self._side, metrics.horizontalAdvance(label)) + 12, self._side + metrics.height() + 10)

    def texts(self) -> list[tuple[str, QRect, Role]]:
        return [(self._label, self._text_rect(), "label")]

    def parts(self) -> list[tuple[str, QRect]]:
        return [(self._label, self.rect())]

    def _text_rect(self) -> QRect:
        metrics = QFontMetrics(self.font())
        width = metrics.horizontalAdvance(self._label)
        return QRect((self.width() - width) // 2, self._side + 6, width, metrics.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF((self.width() - self._side) / 2, 2, self._side, self._side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour)
        painter.drawRoundedRect(area, 8, 8)
        inner = self._side / 4
        paint_shape(painter, self._shape, area.adjusted(inner, inner, -inner, -inner), QColor("#ffffff"))
        painter.setPen(QColor("#ffffff"))
        painter.drawText(self._text_rect(), Qt.AlignmentFlag.AlignCenter, self._label)


class BarChart(PaintedWidget):
    """Bars with their values above and their names below, and a scale at the side."""

    _STEPS = 4

    def __init__(self, names: list[str], values: list[int], top: int, colours: list[str], size: QSize) -> None:
        super().__init__()
        self._names, self._values, self._top, self._colours = names, values, top, colours
        metrics = QFontMetrics(self.font())
        room = max(metrics.horizontalAdvance(each) for each in names) + 10
        self._left = metrics.horizontalAdvance(str(top)) + 14
        self._line = metrics.height()
        self.setMinimumSize(max(size.width(), self._left + room * len(names)), max(size.height(), 10 * self._line))

    def _rect_of_bar(self, number: int) -> QRect:
        width = (self.width() - self._left) / len(self._names)
        full = self.height() - 3 * self._line - 8
        height = int(full * self._values[number] / self._top)
        left = int(self._left + width * (number + 0.2))
        return QRect(left, self.height() - self._line - 8 - height, int(width * 0.6), height)

    def _centred(self, text: str, middle: float, top: int) -> QRect:
        width = QFontMetrics(self.font()).horizontalAdvance(text)
        return QRect(int(middle - width / 2), top, width, self._line)

    def texts(self) -> list[tuple[str, QRect, Role]]:
        found: list[tuple[str, QRect, Role]] = []
        for step in range(self._STEPS, -1, -1):
            text = str(self._top * step // self._STEPS)
            found.append((text, self._scale_rect(step, text), "label"))
        for number, (name, value) in enumerate(zip(self._names, self._values, strict=True)):
            bar = self._rect_of_bar(number)
            middle = bar.left() + bar.width() / 2
            found.append((str(value), self._centred(str(value), middle, bar.top() - self._line - 2), "value"))
            found.append((name, self._centred(name, middle, self.height() - self._line - 2), "label"))
        return found

    def parts(self) -> list[tuple[str, QRect]]:
        found = []
        for number, name in enumerate(self._names):
            bar = self._rect_of_bar(number)
            found.append((name, bar.united(self._centred(name, bar.center().x(), self.height() - self._line - 2))))
        return found

    def _scale_rect(self, step: int, text: str) -> QRect:
        width = QFontMetrics(self.font()).horizontalAdvance(text)
        y = self._y_of(step)
        return QRect(self._left - 10 - width, int(y - self._line / 2), width, self._line)

    def _y_of(self, step: int) -> float:
        full = self.height() - 3 * self._line - 8
        return self.height() - self._line - 8 - full * step / self._STEPS

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        ink = self.palette().windowText().color()
        faint = QColor(ink)
        faint.setAlpha(60)
        for step in range(self._STEPS + 1):
            painter.setPen(ink if step == 0 else faint)
            y = int(self._y_of(step))
            painter.drawLine(self._left - 4, y, self.width(), y)
        for number, colour in enumerate(self._colours):
            painter.fillRect(self._rect_of_bar(number), QColor(colour))
        painter.setPen(ink)
        for text, rect, _ in self.texts():
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, text)


def paint_shape(painter: QPainter, shape: str, area: QRectF, colour: QColor) -> None:
    """Fill a shape of SHAPES in an area."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    if shape == "circle":
        painter.drawEllipse(area)
    elif shape == "square":
        painter.drawRect(area)
    elif shape == "triangle":
        painter.drawPolygon(QPolygonF([QPointF(area.center().x(), area.top()), area.bottomRight(), area.bottomLeft()]))
    else:
        points = []
        for corner in range(10):
            radius = area.width() / (2 if corner % 2 == 0 else 4.8)
            angle = math.pi * (corner / 5 - 0.5)
            points.append(area.center() + QPointF(radius * math.cos(angle), radius * math.sin(angle)))
        painter.drawPolygon(QPolygonF(points))
