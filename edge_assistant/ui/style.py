"""Widget outlines with enough contrast on every background, where Qt's Fusion style draws them too faint."""

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

_OUTLINE_WIDTH = 2
"""Width in pixels of the outline of a check box, and of the widget that has the focus."""
_HIGH_CONTRAST = 20.0
"""Contrast ratio (WCAG 2; black on white has 21) from which a palette counts as a high-contrast theme."""
_FUSION = "fusion"


def contrast(first: QColor, second: QColor) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: QColor) -> float:
    channels = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def outline_colour(palette: QPalette) -> QColor:
    """Return the colour half way between text and background, or in a high-contrast palette the text's own."""
    text, background = palette.windowText().color(), palette.window().color()
    if contrast(text, background) >= _HIGH_CONTRAST:
        return text
    return QColor(
        (text.red() + background.red()) // 2,
        (text.green() + background.green()) // 2,
        (text.blue() + background.blue()) // 2,
    )


def use_outlines(application: QApplication) -> None:
    """Replace the Fusion style, whose outlines hardly differ from the background, by OutlinedStyle.

    The styles of Windows and macOS stay: they follow the contrast settings of these systems.
    """
    if application.style().name().lower() == _FUSION:
        application.setStyle(OutlinedStyle())


class OutlinedStyle(QProxyStyle):
    """Fusion with outlines around buttons, lists and fields that have a contrast of at least 3, where the palette's
    text has 5; the widget with the focus has a wide one in the highlight colour."""

    def __init__(self) -> None:
        super().__init__(_FUSION)

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """Draw as Fusion does, with an outline around text fields and lists."""
        super().drawPrimitive(element, option, painter, widget)
        if element in (QStyle.PrimitiveElement.PE_FrameLineEdit, QStyle.PrimitiveElement.PE_Frame):
            _draw_outline(option, painter)

    def drawControl(
        self, element: QStyle.ControlElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        """Draw as Fusion does, with an outline around buttons."""
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
        """Draw as Fusion does, with an outline around combo boxes and spin boxes."""
        super().drawComplexControl(control, option, painter, widget)
        if control in (QStyle.ComplexControl.CC_ComboBox, QStyle.ComplexControl.CC_SpinBox):
            _draw_outline(option, painter)


def _draw_outline(option: QStyleOption, painter: QPainter) -> None:
    rect: QRect = option.rect
    palette: QPalette = option.palette
    focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
    width = _OUTLINE_WIDTH if focused else 1
    painter.save()
    painter.setPen(QPen(palette.highlight().color() if focused else outline_colour(palette), width))
    painter.drawRect(rect.adjusted(width // 2, width // 2, -((width + 1) // 2), -((width + 1) // 2)))
    painter.restore()


class CheckBox(QCheckBox):
    """A check box with an outline in the text's colour, over what the style draws, checked or not.

    Its access key toggles it and leaves the focus where it is, where the user may be typing; Qt would move it here.
    """

    def event(self, event: QEvent) -> bool:
        """Handle the access key without taking the focus, and all else as Qt does."""
        if isinstance(event, QShortcutEvent) and not event.isAmbiguous():
            self.click()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as the style does, and the outline."""
        super().paintEvent(event)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        painter = QPainter(self)
        painter.setPen(QPen(self.palette().windowText().color(), _OUTLINE_WIDTH))
        painter.drawRect(
            box.adjusted(_OUTLINE_WIDTH // 2, _OUTLINE_WIDTH // 2, -_OUTLINE_WIDTH // 2, -_OUTLINE_WIDTH // 2)
        )
        painter.end()
