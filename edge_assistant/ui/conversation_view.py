"""The text views of the main window: the conversation, and the base class that the reasoning uses too."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit

from edge_assistant.assistant.answer_text import AnswerText
from edge_assistant.assistant.events import (
    AFTER_ANSWER_CODES,
    DoneEvent,
    ErrorEvent,
    Event,
    NoticeEvent,
    TokenEvent,
    WindowEvent,
)
from edge_assistant.system.i18n import tr
from edge_assistant.system.text_cleaning import Unshortened, clean


class ReadOnlyText(QPlainTextEdit):
    """Read-only plain text that grows at its end. Adding text never moves a cursor that is further up."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setAcceptDrops(False)
        self.setTabChangesFocus(True)
        self.setFrameStyle(QFrame.Shape.Box | QFrame.Shadow.Plain)  # visible on black too, unlike the style's
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )

    def add(self, text: str, *, new_line: bool) -> int:
        """Add text at the end, in a new line or not; return the position behind it."""
        text = clean(text)
        own_cursor = self.textCursor()
        was_at_end = own_cursor.atEnd()
        end = QTextCursor(self.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        if new_line and not self.document().isEmpty():
            end.insertBlock()
        end.insertText(text)
        if was_at_end:
            self.setTextCursor(end)
            self.ensureCursorVisible()
        return end.position()

    def remove_text(self, text: str, end: int) -> None:
        """Remove `text`, which ends at the position `end`."""
        cursor = QTextCursor(self.document())
        cursor.setPosition(end - len(text.encode("utf-16-le")) // 2)  # Qt counts in UTF-16 code units
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()


class ConversationView(ReadOnlyText):
    """The conversation as text, made from events."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = ""
        """The latest answer, as far as it has arrived."""
        self._open_request: int | None = None
        self._answer_request: int | None = None
        self._answer_end = 0
        self._answer_text = AnswerText()

    def show_question(self, text: str) -> None:
        """Add the user's question."""
        self._append_line(tr("You: {question}", question=Unshortened(text)))

    def show_event(self, event: Event) -> None:
        """Add an event's text: an answer piece by piece, everything else as lines."""
        if isinstance(event, TokenEvent) and event.kind == "answer":
            self._append_answer(event.index, self._answer_text.feed(event.text))
        elif isinstance(event, WindowEvent):
            self._append_line(event.title)
        elif isinstance(event, NoticeEvent):
            if event.code in AFTER_ANSWER_CODES:
                self._append_answer(event.index, self._answer_text.finish())
            self._append_line(event.message)
        elif isinstance(event, ErrorEvent):
            self._append_answer(event.index, self._answer_text.finish())
            self._append_line(event.message)
        elif isinstance(event, DoneEvent):
            self._append_answer(event.index, self._answer_text.finish())
            if event.stop == "loop":
                self._remove_repetition(event)
            if event.stop == "cancelled" and self._open_request == event.index:
                self._append_line(tr("Stopped."))
            self._open_request = None

    def forget(self) -> None:
        """Clear the conversation and the answer."""
        self.clear()
        self.answer = ""
        self._open_request = self._answer_request = None
        self._answer_text = AnswerText()

    def _append_answer(self, index: int, text: str) -> None:
        if not text:
            return
        self.answer = self.answer + text if self._answer_request == index else text
        self._answer_end = self.add(text, new_line=self._open_request != index)
        self._open_request = self._answer_request = index

    def _remove_repetition(self, event: DoneEvent) -> None:
        """Remove what the answer began to repeat."""
        answer_text = AnswerText()
        answer = answer_text.feed(event.answer) + answer_text.finish()
        if self._answer_request == event.index and self.answer.startswith(answer):
            self.remove_text(self.answer.removeprefix(answer), self._answer_end)
            self.answer = answer

    def _append_line(self, text: str) -> None:
        self._open_request = None
        self.add(text, new_line=True)
