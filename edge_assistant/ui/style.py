"""The style of all widgets: outlines and focus frames with enough contrast on every background, where Qt's Fusion style
draws them too faint, one spacing, and room around texts."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPalette, QPen, QShortcutEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QCheckBox,
    QFrame,
    QMenu,
    QProxyStyle,
    QPushButton,
    QStyle,
    QStyleHintReturn,
    QStyleOption,
    QStyleOptionButton,
    QStyleOptionComplex,
    QStyleOptionFocusRect,
    QStyleOptionMenuItem,
    QStyleOptionSpinBox,
    QToolButton,
    QWidget,
)

from edge_assistant.ui import menu_items, primary_button, spin_buttons
from edge_assistant.ui.contrast import LEAST_CONTRAST, contrast, focus_colour, outline_colour

SMALL_SPACE, SPACE, LARGE_SPACE = 4, 8, 16
"""Distances in pixels: within what belongs together, between widgets, and between groups and around a window."""

_OUTLINE_WIDTH = 2
"""Width in pixels of the outline of a check box, and of the widget that has the focus."""
_FUSION = "fusion"
_Metric = QStyle.PixelMetric
_METRICS = {
    **dict.fromkeys(
        (
            _Metric.PM_LayoutLeftMargin,
            _Metric.PM_LayoutTopMargin,
            _Metric.PM_LayoutRightMargin,
            _Metric.PM_LayoutBottomMargin,
        ),
        12,
    ),
    **dict.fromkeys((_Metric.PM_LayoutHorizontalSpacing, _Metric.PM_LayoutVerticalSpacing), SPACE),
    _Metric.PM_ScrollBarExtent: 16,
    _Metric.PM_DefaultFrameWidth: _OUTLINE_WIDTH,  # else contents would cover half of the frame
    _Metric.PM_MenuPanelWidth: 1,
    _Metric.PM_FocusFrameHMargin: SMALL_SPACE + 2,  # left and right of the texts in lists and tables
}
_WITH_TEXT_HEIGHT = frozenset(
    (
        _Metric.PM_IndicatorWidth,
        _Metric.PM_IndicatorHeight,
        _Metric.PM_ExclusiveIndicatorWidth,
        _Metric.PM_ExclusiveIndicatorHeight,
        _Metric.PM_SmallIconSize,
        _Metric.PM_ButtonIconSize,
    )
)
"""What is as high as the letters, so that it grows with them."""
_OUTLINED_CONTROLS = frozenset(
    (
        QStyle.ComplexControl.CC_ComboBox,
        QStyle.ComplexControl.CC_SpinBox,
        QStyle.ComplexControl.CC_ToolButton,
    )
)
_OF_PUSH_BUTTONS = frozenset((QStyle.ControlElement.CE_PushButtonBevel, QStyle.ControlElement.CE_PushButtonLabel))
_PADDED = frozenset(
    (
        QStyle.ContentsType.CT_PushButton,
        QStyle.ContentsType.CT_ComboBox,
        QStyle.ContentsType.CT_LineEdit,
        QStyle.ContentsType.CT_ItemViewItem,
    )
)
_FIELDS = frozenset((QStyle.ContentsType.CT_LineEdit, QStyle.ContentsType.CT_SpinBox))


def use_outlines(application: QApplication) -> None:
    """Replace the Fusion style, whose outlines hardly differ from the background, by OutlinedStyle.

    The styles of Windows and macOS stay: they follow the contrast settings of these systems.
    """
    if application.style().name().lower() == _FUSION:
        application.setStyle(OutlinedStyle())


class OutlinedStyle(QProxyStyle):
    """Fusion with outlines around buttons, lists and fields that have a contrast of at least 3, where the palette's
    text has 5; the widget with the focus has a wide one in `focus_colour`."""

    def __init__(self) -> None:
        super().__init__(_FUSION)

    def pixelMetric(
        self, metric: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        """Return the program's spacing, sizes that grow with the letters, and Fusion's for all else."""
        if metric in _METRICS:
            return _METRICS[metric]
        usual = super().pixelMetric(metric, option, widget)
        return max(usual, QFontMetrics(QApplication.font()).ascent()) if metric in _WITH_TEXT_HEIGHT else usual

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returnData: QStyleHintReturn | None = None,
    ) -> int:
        """Return Fusion's hint; menus that are higher than the screen scroll, in place of a second column."""
        if hint == QStyle.StyleHint.SH_Menu_Scrollable:
            return 1
        return super().styleHint(hint, option, cast(QWidget, widget), cast(QStyleHintReturn, returnData))

    def sizeFromContents(
        self, type: QStyle.ContentsType, option: QStyleOption, size: QSize, widget: QWidget | None = None
    ) -> QSize:
        """Return Fusion's size, with more room above and below the text of buttons and fields, and beside that of
        fields, and what menus and spin boxes need."""
        usual = super().sizeFromContents(type, option, size, cast(QWidget, widget))  # the stubs know of no None here
        if isinstance(option, QStyleOptionMenuItem) and type == QStyle.ContentsType.CT_MenuItem:
            return menu_items.item_size(option, size, usual)
        if isinstance(option, QStyleOptionSpinBox) and spin_buttons.has_buttons(option):
            usual = spin_buttons.with_room(option, usual)
        beside = 2 * SMALL_SPACE if type in _FIELDS else 0
        return usual + QSize(beside, SMALL_SPACE if type in _PADDED else 0)

    def subElementRect(self, element: QStyle.SubElement, option: QStyleOption, widget: QWidget | None = None) -> QRect:
        """Return Fusion's place, with more room left and right of the text in a field."""
        usual = super().subElementRect(element, option, cast(QWidget, widget))
        if element == QStyle.SubElement.SE_LineEditContents:
            return usual.adjusted(SMALL_SPACE, 0, -SMALL_SPACE, 0)
        return usual

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """Draw as Fusion does, with an outline around fields, lists, menus and their boxes, and a focus frame."""
        if element == QStyle.PrimitiveElement.PE_FrameFocusRect:
            if not isinstance(widget, QPushButton | QToolButton):  # their outlines show that already
                _draw_focus_frame(option, painter)
            return
        super().drawPrimitive(element, option, painter, widget)
        if element in (
            QStyle.PrimitiveElement.PE_FrameLineEdit,
            QStyle.PrimitiveElement.PE_Frame,
            QStyle.PrimitiveElement.PE_FrameMenu,
        ):
            _draw_outline(option, painter)
        elif element == QStyle.PrimitiveElement.PE_IndicatorCheckBox and isinstance(widget, QMenu):
            _draw_frame(painter, option.rect, option.palette.text().color(), _OUTLINE_WIDTH)

    def drawControl(
        self, element: QStyle.ControlElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        """Draw as Fusion does, with outlines around buttons, texts and lists, and lines in menus."""
        if element == QStyle.ControlElement.CE_ShapedFrame and isinstance(widget, QAbstractScrollArea):
            if widget.frameShape() != QFrame.Shape.NoFrame:
                draw_widget_outline(widget, painter)
            return
        if isinstance(option, QStyleOptionMenuItem) and menu_items.is_separator(option):
            menu_items.draw_separator(option, painter)
            return
        if isinstance(option, QStyleOptionButton) and element in _OF_PUSH_BUTTONS:
            self._draw_push_button(element, option, painter, widget)
            return
        super().drawControl(element, option, painter, widget)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        if element == QStyle.ControlElement.CE_TabBarTabLabel and focused:
            _draw_focus_frame(option, painter)

    def _draw_push_button(
        self, element: QStyle.ControlElement, option: QStyleOptionButton, painter: QPainter, widget: QWidget | None
    ) -> None:
        """Draw the ground or the text of a button, those of the primary one in its own look."""
        is_primary = primary_button.is_primary(option, widget)
        if element == QStyle.ControlElement.CE_PushButtonLabel:
            shown = primary_button.with_plate_text(option) if is_primary else option
            super().drawControl(element, shown, painter, widget)
            return
        super().drawControl(element, primary_button.without_default(option), painter, widget)
        if is_primary:
            primary_button.draw_plate(option, painter)
        _draw_outline(option, painter)

    def subControlRect(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        part: QStyle.SubControl,
        widget: QWidget | None = None,
    ) -> QRect:
        """Return Fusion's place of a part, but that of the parts of a spin box."""
        if isinstance(option, QStyleOptionSpinBox) and spin_buttons.has_buttons(option):
            place = spin_buttons.part_rect(option, part)
            if place is not None:
                return place
        return super().subControlRect(control, option, part, cast(QWidget, widget))

    def drawComplexControl(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """Draw as Fusion does, with outlines around combo and spin boxes, tool buttons and sliders of scroll bars."""
        if isinstance(option, QStyleOptionSpinBox) and spin_buttons.has_buttons(option):
            super().drawComplexControl(control, spin_buttons.without_buttons(option), painter, widget)
            spin_buttons.draw_buttons(option, painter)
        else:
            super().drawComplexControl(control, option, painter, widget)
        if control in _OUTLINED_CONTROLS:
            _draw_outline(option, painter)
        elif control == QStyle.ComplexControl.CC_ScrollBar:
            slider = self.subControlRect(control, option, QStyle.SubControl.SC_ScrollBarSlider, cast(QWidget, widget))
            _draw_frame(painter, slider, outline_colour(option.palette), 1)


def _draw_outline(option: QStyleOption, painter: QPainter) -> None:
    palette: QPalette = option.palette
    focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
    _draw_frame(
        painter,
        option.rect,
        focus_colour(palette) if focused else outline_colour(palette),
        _OUTLINE_WIDTH if focused else 1,
    )


def _draw_focus_frame(option: QStyleOption, painter: QPainter) -> None:
    """Draw the frame inside another widget, such as that of a list's row; on a selected row in its text's colour."""
    palette: QPalette = option.palette
    ground = option.backgroundColor if isinstance(option, QStyleOptionFocusRect) else QColor()
    colour = focus_colour(palette)
    if ground.isValid() and contrast(colour, ground) < LEAST_CONTRAST:
        colour = palette.highlightedText().color()
    _draw_frame(painter, option.rect, colour, _OUTLINE_WIDTH)


def draw_widget_outline(widget: QWidget, painter: QPainter) -> None:
    """Draw the outline of a widget that paints itself, the wide one if it has the focus."""
    focused = widget.hasFocus()
    palette = widget.palette()
    colour = focus_colour(palette) if focused else outline_colour(palette)
    _draw_frame(painter, widget.rect(), colour, _OUTLINE_WIDTH if focused else 1)


def _draw_frame(painter: QPainter, rect: QRect, colour: QColor, width: int) -> None:
    painter.save()
    painter.setPen(QPen(colour, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect.adjusted(width // 2, width // 2, -((width + 1) // 2), -((width + 1) // 2)))
    painter.restore()


def invert_selection(view: QWidget) -> None:
    """Let a list or table show its selection in the inverted colours of its palette: themes use such as hardly differ.

    Windows' own style has colours of its own there, so the view gets one that obeys.
    """
    if not isinstance(view.style(), OutlinedStyle):
        style = OutlinedStyle()
        style.setParent(view)
        view.setStyle(style)
    _SelectionInverter(view)


class _SelectionInverter(QObject):
    """Inverts the selection of its parent, also in another theme."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self._invert()
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Invert again when the application's palette changes."""
        if event.type() == QEvent.Type.ApplicationPaletteChange:
            self._invert()
        return super().eventFilter(watched, event)

    def _invert(self) -> None:
        usual, inverted = QApplication.palette(self._view), QPalette()
        inverted.setColor(QPalette.ColorRole.Highlight, usual.color(QPalette.ColorRole.Text))
        inverted.setColor(QPalette.ColorRole.HighlightedText, usual.color(QPalette.ColorRole.Base))
        self._view.setPalette(inverted)


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
