"""The input field for questions, which keeps its text and cursor while the focus is elsewhere."""

from __future__ import annotations

from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QLineEdit


class QuestionInput(QLineEdit):
    """An input field that keeps its cursor when it gets the focus; Qt would select all, and typing replace it."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Keep the cursor, or the selection that the user made."""
        position, had_selection = self.cursorPosition(), self.hasSelectedText()
        super().focusInEvent(event)
        if not had_selection:
            self.setCursorPosition(position)
