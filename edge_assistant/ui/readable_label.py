"""A label that takes the keyboard, so that its text can be read, and read again."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent

from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.style import SMALL_SPACE, draw_widget_outline


class ReadableLabel(PlainLabel):
    """A label whose text wraps, can be selected, and has a frame while the label has the focus."""

    textChanged = Signal()
    """There is another text. What has the keyboard is announced anew, as that of other widgets with this signal."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setWordWrap(True)
        self.setContentsMargins(SMALL_SPACE, SMALL_SPACE, SMALL_SPACE, SMALL_SPACE)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def setText(self, text: str) -> None:
        """Show a text."""
        changed = text != self.text()
        super().setText(text)
        if changed:
            self.textChanged.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw the frame."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Draw no frame."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text, and the frame around it where the label has the focus."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            draw_widget_outline(self, painter)
            painter.end()
