"""What was said, asked and answered, as text that grows while it is spoken; and how it was thought out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit

from edge_assistant.events import DoneEvent, ErrorEvent, Event, NoticeEvent, TokenEvent, WindowEvent
from edge_assistant.text import tr


class GrowingText(QPlainTextEdit):
    """Text that is read with the keyboard and stays where the reader is; it is never interpreted as markup."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setAcceptDrops(False)
        self.setTabChangesFocus(True)
        self.setFrameStyle(QFrame.Shape.Box | QFrame.Shadow.Plain)  # seen on a black ground too, unlike the style's own
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )

    def add(self, text: str, *, new_line: bool) -> None:
        """Add text at the end; whoever reads further up is not moved."""
        mine = self.textCursor()
        follows = mine.atEnd()
        end = QTextCursor(self.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        if new_line and not self.document().isEmpty():
            end.insertBlock()
        end.insertText(text)
        if follows:
            self.setTextCursor(end)
            self.ensureCursorVisible()


class Conversation(GrowingText):
    """Fed with events."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = ""
        """The last answer, as far as it is known."""
        self._answering: int | None = None

    def show_question(self, text: str) -> None:
        """A question was taken."""
        self._answering = None
        self.add(tr("You: {question}", question=text), new_line=True)

    def show_event(self, event: Event) -> None:
        """What is said line by line; an answer piece by piece."""
        if isinstance(event, TokenEvent) and event.kind == "answer":
            begins = self._answering != event.index
            self.answer = event.text if begins else self.answer + event.text
            self.add(event.text, new_line=begins)
            self._answering = event.index
        elif isinstance(event, WindowEvent):
            self._line(event.title)
        elif isinstance(event, NoticeEvent | ErrorEvent):
            self._line(event.message)
        elif isinstance(event, DoneEvent):
            if event.stop == "cancelled" and self._answering == event.index:
                self._line(tr("Stopped."))
            self._answering = None

    def forget(self) -> None:
        """Drop everything."""
        self.clear()
        self.answer = ""
        self._answering = None

    def _line(self, text: str) -> None:
        self._answering = None
        self.add(text, new_line=True)
