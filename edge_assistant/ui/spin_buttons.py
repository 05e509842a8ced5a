"""The buttons of spin boxes: side by side, as high as the box, with arrows that grow with the letters."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPalette, QPolygon
from PySide6.QtWidgets import QAbstractSpinBox, QStyle, QStyleOptionSpinBox

from edge_assistant.ui.contrast import outline_colour

_LEAST_WIDTH, _LEAST_ARROW = 24, 16
"""The least width in pixels of a button (WCAG 2.2, 2.5.8) and of its arrow."""
_USUAL_WIDTH = 20
"""Pixels that Qt adds to the size of a spin box for its buttons."""
_FRAME = 3
"""Pixels between the edge of the box and its text."""
_Sub = QStyle.SubControl
_STEPS = {
    _Sub.SC_SpinBoxUp: QAbstractSpinBox.StepEnabledFlag.StepUpEnabled,
    _Sub.SC_SpinBoxDown: QAbstractSpinBox.StepEnabledFlag.StepDownEnabled,
}


def has_buttons(option: object) -> bool:
    """Return whether an option is that of a spin box with buttons."""
    return (
        isinstance(option, QStyleOptionSpinBox)
        and option.buttonSymbols != QAbstractSpinBox.ButtonSymbols.NoButtons
    )  # fmt: skip


def with_room(option: QStyleOptionSpinBox, usual: QSize) -> QSize:
    """Return the size of a spin box with room for both buttons, from Qt's."""
    return QSize(usual.width() + 2 * _button_width(option) - _USUAL_WIDTH, max(usual.height(), _LEAST_WIDTH))


def part_rect(option: QStyleOptionSpinBox, part: QStyle.SubControl) -> QRect | None:
    """Return where a button or the text is; None for other parts."""
    rect: QRect = option.rect
    width = _button_width(option)
    down = QRect(rect.right() - width + 1, rect.top(), width, rect.height())
    places = {
        _Sub.SC_SpinBoxUp: down.translated(-width, 0),
        _Sub.SC_SpinBoxDown: down,
        _Sub.SC_SpinBoxEditField: rect.adjusted(_FRAME, _FRAME, -_FRAME - 2 * width, -_FRAME),
    }
    return QStyle.visualRect(option.direction, rect, places[part]) if part in places else None


def without_buttons(option: QStyleOptionSpinBox) -> QStyleOptionSpinBox:
    """Return the option of the same spin box without buttons."""
    plain = QStyleOptionSpinBox(option)
    plain.buttonSymbols = QAbstractSpinBox.ButtonSymbols.NoButtons
    return plain


def draw_buttons(option: QStyleOptionSpinBox, painter: QPainter) -> None:
    """Draw both buttons, a pressed one darker, and the arrow of one that does nothing fainter."""
    palette: QPalette = option.palette
    for part, step in _STEPS.items():
        rect = part_rect(option, part)
        assert rect is not None, "it is a button"
        pressed = bool(option.state & QStyle.StateFlag.State_Sunken) and bool(option.activeSubControls & part)
        enabled = bool(option.state & QStyle.StateFlag.State_Enabled) and bool(option.stepEnabled & step)
        group = QPalette.ColorGroup.Active if enabled else QPalette.ColorGroup.Disabled
        painter.fillRect(rect, palette.mid() if pressed else palette.button())
        painter.fillRect(QRect(rect.topLeft(), QSize(1, rect.height())), outline_colour(palette))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(group, QPalette.ColorRole.ButtonText))
        painter.drawPolygon(_arrow(rect.center(), _arrow_width(option), up=part == _Sub.SC_SpinBoxUp))
        painter.restore()


def _arrow(middle: QPoint, width: int, *, up: bool) -> QPolygon:
    half, down = width // 2, -1 if up else 1
    base, tip = middle.y() - down * (half // 2), middle.y() + down * (half - half // 2)
    points = (QPoint(middle.x() - half, base), QPoint(middle.x() + half, base), QPoint(middle.x(), tip))
    return QPolygon(list(points))


def _button_width(option: QStyleOptionSpinBox) -> int:
    return max(_LEAST_WIDTH, _arrow_width(option) * 3 // 2)


def _arrow_width(option: QStyleOptionSpinBox) -> int:
    return max(_LEAST_ARROW, int(option.fontMetrics.height()) * 8 // 9)
