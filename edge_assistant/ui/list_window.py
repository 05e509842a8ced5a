"""What the windows that show one list have in common: the last answers, and the words to spell."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QDialog, QListWidget, QListWidgetItem, QVBoxLayout

from edge_assistant.ui import front
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.speaking.announcer import tell_when_closed

_LINES = 20
"""Height of the window in lines of text."""


class ListWindow(QDialog):
    """A list and a hint below it: Enter, or a double click, uses a row, the key to copy copies it, Escape closes."""

    closed = Signal(bool)
    """It was closed: whether it had the focus."""
    hidden = Signal()
    """It is hidden, for whatever reason."""

    def __init__(
        self, title: str, name: str, hint: str, *, use: Callable[[], None], copy: Callable[[], None] | None = None
    ) -> None:
        """`title`, `name` (the list's) and `hint` are marked for translation; `use` and `copy` are about the row that
        has the focus.
        """
        super().__init__()
        self._use = use
        self._copy = copy
        tell_when_closed(self)
        labels = TranslatedLabels(self)
        labels.add(self.setWindowTitle, title)
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        labels.add(self.list.setAccessibleName, name)
        self.list.installEventFilter(self)
        self.list.itemDoubleClicked.connect(lambda _: use())
        self.finished.connect(self._on_finished)
        label = PlainLabel()
        label.setWordWrap(True)
        labels.add(label.setText, hint)
        layout = QVBoxLayout(self)
        layout.addWidget(self.list)
        layout.addWidget(label)
        line, available = self.fontMetrics().height(), self.screen().availableSize()
        self.resize(min(32 * line, available.width() * 9 // 10), min(_LINES * line, available.height() * 9 // 10))

    def open_rows(self, rows: Iterable[QListWidgetItem], say: Callable[[str], None]) -> None:
        """Show these rows in front, with the focus on the first; `say` speaks where the window stayed behind others."""
        self.list.blockSignals(True)
        self.list.clear()
        for each in rows:
            self.list.addItem(each)
        self.list.setCurrentRow(0)
        self.list.blockSignals(False)
        front.bring_to_front(self, say)
        self.list.setFocus()

    @Slot()
    def forget(self) -> None:
        """Close the window and drop its rows."""
        self.hide()
        self.list.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Use or copy the row at their keys."""
        if watched is not self.list or not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self._use()
            return True
        if self._copy is not None and event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
            return True
        return False

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that it is gone."""
        super().hideEvent(event)
        self.hidden.emit()

    @Slot(int)
    def _on_finished(self, _: int) -> None:
        self.closed.emit(QApplication.activeWindow() in (self, None))
