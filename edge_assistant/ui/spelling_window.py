"""The window in which the words of the last answer are spelled, one at a time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QListWidgetItem

from edge_assistant.system.i18n import tr_noop
from edge_assistant.text import spelling
from edge_assistant.ui.list_window import ListWindow


class SpellingWindow(ListWindow):
    """A list of words: up and down, or the first letters, go to a word, and Enter spells it. Escape closes it."""

    HELP = (tr_noop("Up and down, or letters, go to a word. Enter spells it, Escape closes."),)

    def __init__(
        self,
        say: Callable[[str], None],
        silence: Callable[[], None],
        language: Callable[[], str | None],
    ) -> None:
        """`say` speaks a sentence after those before it, `silence` ends these; `language` returns the answers' one."""
        super().__init__(
            tr_noop("Spell a word"),
            tr_noop("Words of the last answer, Enter spells one"),
            tr_noop("Enter spells the word, Escape closes"),
            use=self.spell,
        )
        self._say = say
        self._silence = silence
        self._language = language

    @Slot(list)
    def open_words(self, words: list[str]) -> None:
        """Show these words in front, with the focus on the first."""
        self.open_rows(map(QListWidgetItem, words), self._say)

    def spell(self) -> None:
        """Spell the word that has the focus."""
        item = self.list.currentItem()
        if item is not None:
            self._silence()
            self._say(", ".join(spelling.spell(item.text(), self._language())))
