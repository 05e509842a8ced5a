"""The input field for questions, which keeps its text and cursor, and brings former questions back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from edge_assistant.ui.speaking.announcer import change_quietly

MOST_QUESTIONS = 50
"""So many questions are kept, in memory only; the oldest ones go."""


class QuestionInput(QLineEdit):
    """An input field in which Up brings the former questions back and Down goes the other way, as in a terminal.

    What was typed waits below the newest question; a former question that is changed takes that place. When it gets the
    focus it keeps its cursor; Qt would select all, and typing replace it.
    """

    recalled = Signal(str)
    """Up or Down was pressed: the text that is there now, or "" where that is an empty line."""
    at_end = Signal(bool)
    """Up (True) or Down was pressed where there is no earlier or later question."""

    def __init__(self) -> None:
        super().__init__()
        self._questions: list[str] = []
        self._draft = ""
        self._place = 0  # in the questions; behind the last one is what is being typed
        self.textEdited.connect(self._on_edited)

    def remember(self, question: str) -> None:
        """Keep a question that was asked, as the newest; the line that still has it is empty from now on."""
        if self._place < len(self._questions):
            self._keep(self._draft)  # a former question was asked again
        self._keep(question)
        self._place, self._draft = len(self._questions), ""
        if self.text().strip() == question:
            self._empty()

    def forget(self) -> None:
        """Drop all questions, and what is being typed."""
        self._questions.clear()
        self._place, self._draft = 0, ""
        self._empty()

    def event(self, event: QEvent) -> bool:
        """Leave Ctrl+E to the menu, where it enlarges the picture; on Linux Qt would go to the end of the line."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            pressed = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if (pressed, event.key()) == (Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_E):
                event.ignore()
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to another question at Up and Down."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        self._go(step)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Keep the cursor, or the selection that the user made."""
        position, had_selection = self.cursorPosition(), self.hasSelectedText()
        super().focusInEvent(event)
        if not had_selection:
            self.setCursorPosition(position)

    def _empty(self) -> None:
        change_quietly(self)  # nobody deleted anything
        self.setText("")  # unlike clear(), it empties the undo history too

    def _go(self, step: int) -> None:
        place = self._place + step
        if not 0 <= place <= len(self._questions):
            self.at_end.emit(step < 0)
            return
        if self._place == len(self._questions):
            self._draft = self.text()
        self._place = place
        change_quietly(self)  # it is said whole
        self.setText(self._questions[place] if place < len(self._questions) else self._draft)
        self.recalled.emit(self.text())

    def _on_edited(self, _: str) -> None:
        """Take a changed former question for what is being typed; what was typed before is kept as a question."""
        if self._place < len(self._questions):
            self._keep(self._draft)
            self._place, self._draft = len(self._questions), ""

    def _keep(self, question: str) -> None:
        if question.strip():
            self._questions = [*(each for each in self._questions if each != question), question][-MOST_QUESTIONS:]
