"""What a style leaves too faint: what can be ticked, pressed, chosen or written in is seen on every background."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QShortcutEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QProxyStyle,
    QStyle,
    QStyleOption,
    QStyleOptionButton,
    QStyleOptionComplex,
    QWidget,
)

_LINE = 2
"""Pixels that the outline of a box is wide, and of what has the focus."""
# Contrast ratios, as WCAG 2 defines them: black and white have 21.
_HIGH_CONTRAST = 20.0
_FUSION = "fusion"


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def outline_colour(palette: QPalette) -> QColor:
    """Half way between text and background; the text's own where somebody has made the contrast as high as it goes."""
    text, ground = palette.windowText().color(), palette.window().color()
    if contrast(text, ground) >= _HIGH_CONTRAST:
        return text
    return QColor(
        (text.red() + ground.red()) // 2, (text.green() + ground.green()) // 2, (text.blue() + ground.blue()) // 2
    )


def use_outlines(application: QApplication) -> None:
    """Have Fusion, whose outlines are hardly lighter or darker than what they are on, draw them so that they are seen.

    Styles of Windows and macOS follow these systems' own settings for that, and stay.
    """
    if application.style().name().lower() == _FUSION:
        application.setStyle(OutlinedStyle())


class OutlinedStyle(QProxyStyle):
    """Fusion with an outline around buttons, lists and fields that has a contrast of 3 at least, where the palette's
    own text has 5; and a wide one in the colour of what is chosen around what has the focus."""

    def __init__(self) -> None:
        super().__init__(_FUSION)

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """Fields to write in, and lists."""
        super().drawPrimitive(element, option, painter, widget)
        if element in (QStyle.PrimitiveElement.PE_FrameLineEdit, QStyle.PrimitiveElement.PE_Frame):
            _draw_outline(option, painter)

    def drawControl(
        self, element: QStyle.ControlElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        """Buttons."""
        super().drawControl(element, option, painter, widget)
        if element == QStyle.ControlElement.CE_PushButtonBevel:
            _draw_outline(option, painter)

    def drawComplexControl(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """What opens a list, and numbers."""
        super().drawComplexControl(control, option, painter, widget)
        if control in (QStyle.ComplexControl.CC_ComboBox, QStyle.ComplexControl.CC_SpinBox):
            _draw_outline(option, painter)


def _draw_outline(option: QStyleOption, painter: QPainter) -> None:
    rect: QRect = option.rect
    palette: QPalette = option.palette
    focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
    width = _LINE if focused else 1
    painter.save()
    painter.setPen(QPen(palette.highlight().color() if focused else outline_colour(palette), width))
    painter.drawRect(rect.adjusted(width // 2, width // 2, -((width + 1) // 2), -((width + 1) // 2)))
    painter.restore()


class CheckBox(QCheckBox):
    """A box with an outline in the colour of the text, over what the style draws, ticked or not.

    Its access key ticks it and leaves the keyboard where it was, where somebody may be writing: Qt would take it here.
    """

    def event(self, event: QEvent) -> bool:
        """As Qt does it, but for the access key."""
        if isinstance(event, QShortcutEvent) and not event.isAmbiguous():
            self.click()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """As the style does it, and the outline."""
        super().paintEvent(event)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        painter = QPainter(self)
        painter.setPen(QPen(self.palette().windowText().color(), _LINE))
        painter.drawRect(box.adjusted(_LINE // 2, _LINE // 2, -_LINE // 2, -_LINE // 2))
        painter.end()
