"""Says what has the keyboard, by our own voice, as long as no screen reader does."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QTableWidget,
    QWidget,
)

from edge_assistant.system.i18n import tr
from edge_assistant.system.outside_text import Whole


class FocusAnnouncer(QObject):
    """For one window; it lives as long as that."""

    def __init__(
        self,
        window: QWidget,
        say: Callable[[str], None],
        leaves_focus_to_reader: Callable[[], bool],
        hush: Callable[[], None] = lambda: None,
    ) -> None:
        """`hush` silences what was said of the place before.

        Nothing is said where `leaves_focus_to_reader` says that a screen reader does.
        """
        super().__init__(window)
        self._window = window
        self._say = say
        self._hush = hush
        self.leaves_focus_to_reader = leaves_focus_to_reader
        self._moving = self._quiet = False
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._changed)

    def speak(self, words: str) -> None:
        """Say what a screen reader would find by itself, in place of what was said before."""
        if words and not self.leaves_focus_to_reader():
            self._hush()
            self._say(words)

    def move_to(self, widget: QWidget, *, quietly: bool = False) -> None:
        """Give it the keyboard for the person, who hears first what was said before; `quietly`: and nothing else."""
        self._moving, self._quiet = True, quietly
        widget.setFocus()
        self._moving = self._quiet = False

    @Slot(QWidget, QWidget)
    def _changed(self, old: QWidget | None, new: QWidget | None) -> None:
        if new is None or new.window() is not self._window or self.leaves_focus_to_reader():
            return
        if old is not None and old.window() is self._window and not self._moving:
            self._hush()  # the person has moved on; what a window says by itself is heard to its end
        words = words_of(new)
        if words and not self._quiet:
            self._say(words)


def words_of(widget: QWidget) -> str:
    """What to say of a widget that has the keyboard."""
    found = QAccessible.queryAccessibleInterface(widget)
    name = found.text(QAccessible.Text.Name) if found is not None else widget.accessibleName()
    if isinstance(widget, QAbstractButton):
        return tr("{name}, button.", name=name.rstrip("…"))
    if isinstance(widget, QComboBox):
        return tr("{name}: {value}. Choose with up and down.", name=name, value=widget.currentText())
    if isinstance(widget, QLineEdit):
        return tr("{name}: {value}", name=name, value=Whole(widget.text()))
    if isinstance(widget, QLabel):
        return widget.text()
    if isinstance(widget, QTableWidget):
        row = widget.currentRow()
        item = widget.item(row, 0) if row >= 0 else None
        sentence = item.data(Qt.ItemDataRole.AccessibleDescriptionRole) or "" if item is not None else ""
        return tr("{name}, choose with up and down. {row}", name=name, row=Whole(sentence)).strip()
    return name
