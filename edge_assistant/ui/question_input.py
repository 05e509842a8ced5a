"""The line in which a question is written: nothing but Enter, forgetting or the person's own hand takes it away."""

from __future__ import annotations

from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QLineEdit


class QuestionInput(QLineEdit):
    """Whoever comes back to it finds the caret where it was; Qt would choose all, and the next letter replace it."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        """What the person has chosen stays chosen."""
        place, was_chosen = self.cursorPosition(), self.hasSelectedText()
        super().focusInEvent(event)
        if not was_chosen:
            self.setCursorPosition(place)
