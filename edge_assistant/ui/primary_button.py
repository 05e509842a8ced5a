"""The look of the primary button: a filled plate within the frame, so that it differs by shape as well as by colour."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QWidget

from edge_assistant.ui.contrast import primary_colours

_PRIMARY = "primary"
"""The property of a button that is the primary one without being a dialog's default."""
_GAP = 4
"""Pixels between the edge of the button and its plate; the frame is there, also the wider one that shows the focus."""
_Feature = QStyleOptionButton.ButtonFeature


def mark_primary(button: QPushButton) -> QPushButton:
    """Let a button look like a dialog's default button, and return it: Enter does in another way what it does."""
    button.setProperty(_PRIMARY, True)
    return button


def is_primary(option: QStyleOptionButton, widget: QWidget | None) -> bool:
    """Return whether a button is to be drawn as the primary one: it is the default, or marked, and can be pressed."""
    marked = widget is not None and bool(widget.property(_PRIMARY))
    enabled = bool(option.state & QStyle.StateFlag.State_Enabled)
    return enabled and (marked or bool(option.features & _Feature.DefaultButton))


def without_default(option: QStyleOptionButton) -> QStyleOptionButton:
    """Return the option of the same button, drawn as if it were not the default."""
    plain = QStyleOptionButton(option)
    plain.features &= ~_Feature.DefaultButton
    return plain


def draw_plate(option: QStyleOptionButton, painter: QPainter) -> None:
    """Draw the plate, a little smaller while the button is pressed."""
    gap = _GAP + int(bool(option.state & QStyle.StateFlag.State_Sunken))
    painter.fillRect(option.rect.adjusted(gap, gap, -gap, -gap), primary_colours(option.palette)[0])


def with_plate_text(option: QStyleOptionButton) -> QStyleOptionButton:
    """Return the option of the same button with the text in the colour that is read on the plate."""
    readable = without_default(option)
    palette = QPalette(option.palette)
    palette.setColor(QPalette.ColorRole.ButtonText, primary_colours(palette)[1])
    readable.palette = palette
    return readable
