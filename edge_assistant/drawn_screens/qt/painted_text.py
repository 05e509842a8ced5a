"""Where each word of a screen is painted: its widgets are rendered once more onto a device that notes texts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QFont, QFontMetricsF, QPaintDevice, QPaintEngine, QPainterPath, QRegion, QTextItem
from PySide6.QtWidgets import QWidget

from edge_assistant.drawn_screens.truth import Box, TextBox, TextLine, WordBox

_DPI = 96
_SAME_PLACE = 2.5
"""Logical pixels by which the shadow of a greyed text lies beside it."""


@dataclass(frozen=True, slots=True)
class PaintedText:
    """A text that was painted in one go, on one line; lengths are logical pixels."""

    text: str
    left: float
    baseline: float
    width: float
    font: QFont
    from_right: bool

    @property
    def center(self) -> tuple[float, float]:
        """The point in the middle of its small letters."""
        return self.left + self.width / 2, self.baseline - QFontMetricsF(self.font).xHeight() / 2


def painted_texts(root: QWidget) -> list[PaintedText]:
    """Return every text that a widget, and those in it, paint; in the order of painting."""
    device = _Notes(root)
    root.render(device, QPoint(), QRegion(), QWidget.RenderFlag.DrawWindowBackground | QWidget.RenderFlag.DrawChildren)
    found: list[PaintedText] = []
    for each in device.engine.texts:
        # Greyed texts are painted twice where they have a shadow, the text itself at last.
        found = [other for other in found if not _is_shadow(other, each)]
        found.append(each)
    return found


def with_lines(texts: Sequence[TextBox], painted: Sequence[PaintedText], scale: float) -> list[TextBox]:
    """Give each text the lines and words that were painted in its box.

    A text whose letters were not painted there is left without: none is, in languages that are written from the left.
    """
    left = list(painted)
    found = []
    for text in texts:
        inside = sorted((each for each in left if _is_inside(each, text.box, scale)), key=_place)
        lines = _lines(text.text, inside, scale)
        found.append(replace(text, lines=tuple(lines)))
        if lines:
            left = [each for each in left if each not in inside]
    return found


class _Engine(QPaintEngine):
    """Notes the texts, and paints nothing."""

    def __init__(self) -> None:
        super().__init__(QPaintEngine.PaintEngineFeature.AllFeatures)
        self.texts: list[PaintedText] = []

    def begin(self, _device: QPaintDevice) -> bool:
        self.setActive(True)
        return True

    def end(self) -> bool:
        self.setActive(False)
        return True

    def type(self) -> QPaintEngine.Type:
        return QPaintEngine.Type.User

    def updateState(self, _state: object) -> None:
        pass

    def drawTextItem(self, at: QPointF | QPoint | QPainterPath.Element, item: QTextItem) -> None:
        assert isinstance(at, QPointF)
        place = self.painter().deviceTransform().map(at)
        right = bool(item.renderFlags() & QTextItem.RenderFlag.RightToLeft)
        if item.text().strip():
            self.texts.append(PaintedText(item.text(), place.x(), place.y(), item.width(), QFont(item.font()), right))

    def _nothing(self, *_shape: Any, **_options: Any) -> None:
        pass

    drawEllipse = drawImage = drawLines = drawPath = drawPixmap = drawPoints = _nothing
    drawPolygon = drawRects = drawTiledPixmap = _nothing


class _Notes(QPaintDevice):
    """A device of the size of a widget, with as many dots as a screen."""

    def __init__(self, root: QWidget) -> None:
        super().__init__()
        self._width, self._height = root.width(), root.height()
        self.engine = _Engine()

    def paintEngine(self) -> QPaintEngine:
        return self.engine

    def metric(self, metric: QPaintDevice.PaintDeviceMetric) -> int:
        of = QPaintDevice.PaintDeviceMetric
        known = {
            of.PdmWidth: self._width,
            of.PdmHeight: self._height,
            of.PdmDepth: 32,
            of.PdmNumColors: 2**24,
            of.PdmDevicePixelRatio: 1,
            of.PdmDevicePixelRatioScaled: int(QPaintDevice.devicePixelRatioFScale()),
        }
        dots = (of.PdmDpiX, of.PdmDpiY, of.PdmPhysicalDpiX, of.PdmPhysicalDpiY)
        return known.get(metric, _DPI if metric in dots else 0)


def _is_shadow(one: PaintedText, other: PaintedText) -> bool:
    return (
        one.text == other.text
        and abs(one.left - other.left) < _SAME_PLACE
        and abs(one.baseline - other.baseline) < _SAME_PLACE
    )


def _is_inside(painted: PaintedText, box: Box, scale: float) -> bool:
    x, y = (each * scale for each in painted.center)
    return box[0] <= x < box[2] and box[1] <= y < box[3]


def _place(painted: PaintedText) -> tuple[int, float]:
    return round(painted.baseline), painted.left


def _lines(text: str, painted: Sequence[PaintedText], scale: float) -> list[TextLine]:
    """Make lines of what was painted, sorted by line, if it is the text."""
    if _letters(text) != _letters("".join(each.text for each in painted)):
        return []
    lines: list[list[WordBox]] = []
    baseline = math.inf
    for each in painted:
        if not lines or abs(each.baseline - baseline) > 1:
            lines.append([])
        baseline = each.baseline
        lines[-1] += _words(each, scale)
    return [TextLine(" ".join(word.text for word in words), _around(words), tuple(words)) for words in lines]


def _words(painted: PaintedText, scale: float) -> Iterator[WordBox]:
    metrics = QFontMetricsF(painted.font)
    text = painted.text
    spaces = len(text.strip().split(" ")) - 1
    # What a justified line is wider than its letters, lies in its spaces.
    spare = (painted.width - metrics.horizontalAdvance(text)) / spaces if spaces else 0
    top, bottom = painted.baseline - metrics.ascent(), painted.baseline + metrics.descent()
    start = 0
    for word in text.split():
        start = text.index(word, start)
        gaps = len(text[:start].strip().split(" ")) if text[:start].strip() else 0
        before = metrics.horizontalAdvance(text[:start]) + gaps * spare
        width = metrics.horizontalAdvance(word)
        left = painted.left + (painted.width - before - width if painted.from_right else before)
        yield WordBox(word, _box(left * scale, top * scale, (left + width) * scale, bottom * scale))
        start += len(word)


def _box(left: float, top: float, right: float, bottom: float) -> Box:
    return math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)


def _around(words: Sequence[WordBox]) -> Box:
    lefts, tops, rights, bottoms = zip(*(each.box for each in words), strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _letters(text: str) -> str:
    return "".join(text.split())
