"""The window in which the words of the last answer are spelled, one at a time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QVBoxLayout

from edge_assistant.system.i18n import tr_noop
from edge_assistant.text import spelling
from edge_assistant.ui import front
from edge_assistant.ui.list_rows import show_rows
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.retranslate import TranslatedLabels


class SpellingWindow(QDialog):
    """A list of words: up and down, or the first letters, go to a word, and Enter spells it. Escape closes it."""

    HELP = (tr_noop("Up and down, or letters, go to a word. Enter spells it, Escape closes."),)

    def __init__(
        self,
        say: Callable[[str], None],
        silence: Callable[[], None],
        language: Callable[[], str | None],
    ) -> None:
        """`say` speaks a sentence after those before it, `silence` ends these; `language` returns the answers' one."""
        super().__init__()
        self._say = say
        self._silence = silence
        self._language = language
        labels = TranslatedLabels(self)
        labels.add(self.setWindowTitle, tr_noop("Spell a word"))
        self.list = QListWidget()
        labels.add(self.list.setAccessibleName, tr_noop("Words of the last answer, Enter spells one"))
        self.list.installEventFilter(self)
        self.list.itemDoubleClicked.connect(lambda _: self.spell())
        hint = PlainLabel()
        labels.add(hint.setText, tr_noop("Enter spells the word, Escape closes"))
        layout = QVBoxLayout(self)
        layout.addWidget(self.list)
        layout.addWidget(hint)

    @Slot(list)
    def open_words(self, words: list[str]) -> None:
        """Show these words in front, with the focus on the first."""
        show_rows(self.list, map(QListWidgetItem, words))
        front.bring_to_front(self, self._say)
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
