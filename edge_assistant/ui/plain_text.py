"""Plain text in widgets: Qt would render labels and tooltips that look like HTML, as window titles may, as HTML."""

from __future__ import annotations

import html
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel

from edge_assistant.ui.style import SMALL_SPACE, draw_widget_outline

_Label = TypeVar("_Label", bound=QLabel)


class PlainLabel(QLabel):
    """A label that never interprets its text as HTML; with the focus it has a frame, as all that can have it."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setFocusPolicy(self, policy: Qt.FocusPolicy) -> None:
        """Let the label have the focus, with room for the frame."""
        super().setFocusPolicy(policy)
        self.setMargin(SMALL_SPACE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text, and the frame."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            draw_widget_outline(self, painter)
            painter.end()


def focusable(label: _Label) -> _Label:
    """Let a label have the focus, so that it can be read again, and return it."""
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
    )
    label.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return label


def tooltip(text: str) -> str:
    """Return HTML for `setToolTip`, which has no plain-text mode, that shows `text` as it is."""
    return f"<p>{html.escape(text)}</p>"


def escape_ampersands(text: str) -> str:
    """Escape the ampersands of a name in the label of a button or menu entry, where they would mark access keys."""
    return text.replace("&", "&&")
