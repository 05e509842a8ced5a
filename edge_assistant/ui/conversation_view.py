"""What was said, asked and answered, as text that grows while it is spoken; and how it was thought out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit

from edge_assistant.assistant.answer_text import AnswerText
from edge_assistant.assistant.events import (
    AFTER_THE_ANSWER,
    DoneEvent,
    ErrorEvent,
    Event,
    NoticeEvent,
    TokenEvent,
    WindowEvent,
)
from edge_assistant.system.i18n import tr
from edge_assistant.system.outside_text import Whole, clean


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

    def add(self, text: str, *, new_line: bool) -> int:
        """Add text at the end; whoever reads further up is not moved. The position behind it."""
        text = clean(text)
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
        return end.position()

    def take_back(self, text: str, end: int) -> None:
        """Remove `text`, which ends at the position `end`."""
        cursor = QTextCursor(self.document())
        cursor.setPosition(end - len(text.encode("utf-16-le")) // 2)  # Qt counts UTF-16's units
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()


class ConversationView(GrowingText):
    """Fed with events."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = ""
        """The last answer, as far as it is known."""
        self._answering: int | None = None
        self._answer_of: int | None = None
        self._answer_end = 0
        self._shown = AnswerText()

    def show_question(self, text: str) -> None:
        """A question was taken."""
        self._line(tr("You: {question}", question=Whole(text)))

    def show_event(self, event: Event) -> None:
        """What is said line by line; an answer piece by piece."""
        if isinstance(event, TokenEvent) and event.kind == "answer":
            self._more(event.index, self._shown.feed(event.text))
        elif isinstance(event, WindowEvent):
            self._line(event.title)
        elif isinstance(event, NoticeEvent):
            if event.code in AFTER_THE_ANSWER:
                self._more(event.index, self._shown.finish())
            self._line(event.message)
        elif isinstance(event, ErrorEvent):
            self._more(event.index, self._shown.finish())
            self._line(event.message)
        elif isinstance(event, DoneEvent):
            self._more(event.index, self._shown.finish())
            if event.stop == "loop":
                self._leave_one_copy(event)
            if event.stop == "cancelled" and self._answering == event.index:
                self._line(tr("Stopped."))
            self._answering = None

    def forget(self) -> None:
        """Drop everything."""
        self.clear()
        self.answer = ""
        self._answering = self._answer_of = None
        self._shown = AnswerText()

    def _more(self, index: int, text: str) -> None:
        if not text:
            return
        self.answer = self.answer + text if self._answer_of == index else text
        self._answer_end = self.add(text, new_line=self._answering != index)
        self._answering = self._answer_of = index

    def _leave_one_copy(self, event: DoneEvent) -> None:
        """Of what was shown, the beginning of further copies goes."""
        shown = AnswerText()
        answer = shown.feed(event.answer) + shown.finish()
        if self._answer_of == event.index and self.answer.startswith(answer):
            self.take_back(self.answer.removeprefix(answer), self._answer_end)
            self.answer = answer

    def _line(self, text: str) -> None:
        self._answering = None
        self.add(text, new_line=True)
