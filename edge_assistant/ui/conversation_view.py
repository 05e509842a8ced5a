"""The text views of the main window: the conversation, and the base class that the reasoning uses too."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit

from edge_assistant.assistant.events import (
    DoneEvent,
    ErrorEvent,
    Event,
    NoticeEvent,
    SentenceEvent,
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


class ConversationView(ReadOnlyText):
    """The conversation as text, made from events."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = ""
        """The latest answer, as far as it has arrived."""
        self._open_request: int | None = None
        self._answer_request: int | None = None

    def show_question(self, text: str) -> None:
        """Add the user's question."""
        self._append_line(tr("You: {question}", question=Unshortened(text)))

    def show_more(self, id: int, *, continues: bool) -> None:
        """Add that the user asked for more; with `continues`, what comes in request `id` is a part of the answer."""
        self.show_question(tr("More"))
        if continues and self.answer:
            self.answer += "\n"
            self._answer_request = id

    def show_event(self, event: Event) -> None:
        """Add an event's text: an answer sentence by sentence, everything else as lines."""
        if isinstance(event, SentenceEvent):
            self._append_sentence(event)
        elif isinstance(event, WindowEvent):
            self._append_line(event.title)
        elif isinstance(event, NoticeEvent | ErrorEvent):
            self._append_line(event.message)
        elif isinstance(event, DoneEvent):
            if event.stop == "cancelled" and self._open_request == event.index:
                self._append_line(tr("Stopped."))
            self._open_request = None

    def forget(self) -> None:
        """Clear the conversation and the answer."""
        self.clear()
        self.answer = ""
        self._open_request = self._answer_request = None

    def _append_sentence(self, sentence: SentenceEvent) -> None:
        continues = self._open_request == sentence.index
        spaced = f"{sentence.before}{sentence.text}"
        self.answer = self.answer + spaced if self._answer_request == sentence.index else sentence.text
        self.add(spaced if continues else sentence.text, new_line=not continues)
        self._open_request = self._answer_request = sentence.index

    def _append_line(self, text: str) -> None:
        self._open_request = None
        self.add(text, new_line=True)
