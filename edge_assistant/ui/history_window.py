"""The window with the list of the last answers, to hear them again and to copy them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QDialog, QListWidget, QListWidgetItem, QVBoxLayout

from edge_assistant.controller.history import PastAnswer
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui import front
from edge_assistant.ui.list_rows import show_rows
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.retranslate import TranslatedLabels


class HistoryWindow(QDialog):
    """A list of answers, the newest first: up and down go to one, Enter has it spoken, Ctrl+C copies it."""

    HELP = (tr_noop("Up and down go to an answer. Enter speaks all of it, Ctrl+C copies it, Escape closes."),)

    closed = Signal(bool)
    """It was closed: whether it had the focus."""
    hidden = Signal()
    """It is hidden, for whatever reason."""

    def __init__(self, say: Callable[[str], None], silence: Callable[[], None]) -> None:
        """`say` speaks a sentence in its language, after those before it; `silence` ends these."""
        super().__init__()
        self._say = say
        self._silence = silence
        self._answers: tuple[PastAnswer, ...] = ()
        labels = TranslatedLabels(self)
        labels.add(self.setWindowTitle, tr_noop("Last answers"))
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        labels.add(self.list.setAccessibleName, tr_noop("Last answers, Enter speaks one"))
        self.list.installEventFilter(self)
        self.list.itemDoubleClicked.connect(lambda _: self.speak())
        self.finished.connect(self._on_finished)
        hint = PlainLabel()
        hint.setWordWrap(True)
        labels.add(hint.setText, tr_noop("Enter speaks the whole answer, Ctrl+C copies it, Escape closes"))
        layout = QVBoxLayout(self)
        layout.addWidget(self.list)
        layout.addWidget(hint)
        line = self.fontMetrics().height()
        self.resize(32 * line, 20 * line)

    @Slot(object, float)
    def open_answers(self, answers: tuple[PastAnswer, ...], now: float) -> None:
        """Show these answers in front, with the focus on the first; `now` is the time, in monotonic seconds."""
        self._answers = answers
        show_rows(self.list, (_row(answer, now) for answer in answers))
        front.bring_to_front(self, self._say)
        self.list.setFocus()

    @Slot()
    def forget(self) -> None:
        """Close the window and drop the answers."""
        self.hide()
        self.list.clear()
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

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Speak or copy the answer at their keys."""
        if watched is not self.list or not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.speak()
            return True
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return True
        return False

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that it is gone."""
        super().hideEvent(event)
        self.hidden.emit()

    @Slot(int)
    def _on_finished(self, _: int) -> None:
        self.closed.emit(QApplication.activeWindow() in (self, None))


def _row(answer: PastAnswer, now: float) -> QListWidgetItem:
    sentence, about = answer.sentences[0], answer.about(now)
    row = QListWidgetItem(f"{sentence}\n{about}")
    row.setData(Qt.ItemDataRole.AccessibleTextRole, f"{sentence} {about}")
    return row
