"""The window in which the words of the last answer are spelled, one at a time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QVBoxLayout

from edge_assistant.system.i18n import tr_noop
from edge_assistant.text import spelling
from edge_assistant.ui.focus_announcer import FocusAnnouncer
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.retranslate import TranslatedLabels


class SpellingWindow(QDialog):
    """A list of words: up and down, or the first letters, go to a word, and Enter spells it. Escape closes it."""

    def __init__(
        self,
        say: Callable[[str], None],
        silence: Callable[[], None],
        reader_announces_focus: Callable[[], bool],
        language: Callable[[], str | None],
    ) -> None:
        """`say` speaks a sentence after those before it, `silence` ends these; `language` returns the answers' one.

        The words are announced unless `reader_announces_focus` returns True, for then a screen reader does so.
        """
        super().__init__()
        self._say = say
        self._silence = silence
        self._language = language
        self._focus = FocusAnnouncer(self, say, reader_announces_focus, silence)
        labels = TranslatedLabels(self)
        labels.add(self.setWindowTitle, tr_noop("Spell a word"))
        self.list = QListWidget()
        labels.add(self.list.setAccessibleName, tr_noop("Words of the last answer, Enter spells one"))
        self.list.installEventFilter(self)
        self.list.itemDoubleClicked.connect(lambda _: self.spell())
        self.list.currentRowChanged.connect(self._on_row)
        hint = PlainLabel()
        labels.add(hint.setText, tr_noop("Enter spells the word, Escape closes"))
        layout = QVBoxLayout(self)
        layout.addWidget(self.list)
        layout.addWidget(hint)

    @Slot(list)
    def open_words(self, words: list[str]) -> None:
        """Show these words in front, with the focus on the first."""
        self.list.blockSignals(True)
        self.list.clear()
        for word in words:
            self.list.addItem(QListWidgetItem(word))
        self.list.setCurrentRow(0)
        self.list.blockSignals(False)
        self.show()
        self.raise_()
        self.activateWindow()
        self.list.setFocus()

    @Slot()
    def forget(self) -> None:
        """Close the window and drop the words."""
        self.hide()
        self.list.clear()

    def spell(self) -> None:
        """Spell the word that has the focus."""
        item = self.list.currentItem()
        if item is not None:
            self._silence()
            self._say(", ".join(spelling.spell(item.text(), self._language())))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Spell the word at Enter."""
        if (
            watched is self.list
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            if not event.isAutoRepeat():
                self.spell()
            return True
        return super().eventFilter(watched, event)

    def _on_row(self, row: int) -> None:
        item = self.list.item(row)
        if item is not None:
            self._focus.announce(item.text())
