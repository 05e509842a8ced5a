"""The window with the list of the last answers, to hear them again and to copy them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QListWidgetItem

from edge_assistant.controller.history import PastAnswer
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui.list_window import ListWindow


class HistoryWindow(ListWindow):
    """A list of answers, the newest first: up and down go to one, Enter has it spoken, Ctrl+C copies it."""

    HELP = (tr_noop("Up and down go to an answer. Enter speaks all of it, control C copies it, Escape closes."),)

    def __init__(self, say: Callable[[str], None], silence: Callable[[], None]) -> None:
        """`say` speaks a sentence in its language, after those before it; `silence` ends these."""
        super().__init__(
            tr_noop("Last answers"),
            tr_noop("Answers, Enter speaks one"),
            tr_noop("Enter speaks the whole answer, Ctrl+C copies it, Escape closes"),
            use=self.speak,
            copy=self.copy,
        )
        self._say = say
        self._silence = silence
        self._answers: tuple[PastAnswer, ...] = ()

    @Slot(object, float)
    def open_answers(self, answers: tuple[PastAnswer, ...], now: float) -> None:
        """Show these answers in front, with the focus on the first; `now` is the time, in monotonic seconds."""
        self._answers = answers
        self.open_rows((_row(answer, now) for answer in answers), self._say)

    @Slot()
    def forget(self) -> None:
        """Close the window and drop the answers."""
        super().forget()
        self._answers = ()

    @property
    def answer_text(self) -> str:
        """The row that has the focus, "" where there is none."""
        item = self.list.currentItem()
        return item.text() if item is not None else ""

    def speak(self) -> None:
        """Speak the answer that has the focus."""
        self._silence()
        for sentence in self._answers[self.list.currentRow()].sentences:
            self._say(sentence)

    def copy(self) -> None:
        """Copy the answer that has the focus."""
        QGuiApplication.clipboard().setText(self._answers[self.list.currentRow()].text)
        self._silence()
        self._say(tr("Copied."))


def _row(answer: PastAnswer, now: float) -> QListWidgetItem:
    sentence, about = answer.sentences[0], answer.about(now)
    row = QListWidgetItem(f"{sentence}\n{about}")
    row.setData(Qt.ItemDataRole.AccessibleTextRole, f"{sentence} {about}")
    return row
