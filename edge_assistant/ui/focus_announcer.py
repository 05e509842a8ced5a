"""Spoken announcements of the widget that has the keyboard focus, where no screen reader makes them."""

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
    QListWidget,
    QTableWidget,
    QWidget,
)

from edge_assistant.system.i18n import tr
from edge_assistant.system.text_cleaning import Unshortened


class FocusAnnouncer(QObject):
    """The announcer of one window, whose child it is."""

    def __init__(
        self,
        window: QWidget,
        say: Callable[[str], None],
        reader_announces_focus: Callable[[], bool],
        silence: Callable[[], None] = lambda: None,
    ) -> None:
        """`silence` stops speech about the widget that had the focus before.

        Nothing is said while `reader_announces_focus` returns True, because a screen reader announces the focus.
        """
        super().__init__(window)
        self._window = window
        self._say = say
        self._silence = silence
        self.reader_announces_focus = reader_announces_focus
        self._moving = self._quietly = False
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)

    def announce(self, text: str) -> None:
        """Say something about the focus, in place of earlier speech, unless a screen reader does."""
        if text and not self.reader_announces_focus():
            self._silence()
            self._say(text)

    def move_to(self, widget: QWidget, *, quietly: bool = False) -> None:
        """Give a widget the focus without interrupting speech; `quietly`: without announcing it either."""
        self._moving, self._quietly = True, quietly
        widget.setFocus()
        self._moving = self._quietly = False

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        if new is None or new.window() is not self._window or self.reader_announces_focus():
            return
        if old is not None and old.window() is self._window and not self._moving:
            self._silence()  # only a move by the user interrupts, not one by the window
        text = describe_widget(new)
        if text and not self._quietly:
            self._say(text)


def describe_widget(widget: QWidget) -> str:
    """Return what to say of a widget that has the focus: its name, kind and value."""
    interface = QAccessible.queryAccessibleInterface(widget)
    name = interface.text(QAccessible.Text.Name) if interface is not None else widget.accessibleName()
    if isinstance(widget, QAbstractButton):
        return tr("{name}, button.", name=name.rstrip("…"))
    if isinstance(widget, QComboBox):
        return tr("{name}: {value}. Choose with up and down.", name=name, value=widget.currentText())
    if isinstance(widget, QLineEdit):
        return tr("{name}: {value}", name=name, value=Unshortened(widget.text()))
    if isinstance(widget, QListWidget):
        item = widget.currentItem()
        return tr("{name}: {value}. Choose with up and down.", name=name, value=item.text() if item else "")
    if isinstance(widget, QLabel):
        return widget.text()
    if isinstance(widget, QTableWidget):
        row = widget.currentRow()
        cell = widget.item(row, 0) if row >= 0 else None
        description = cell.data(Qt.ItemDataRole.AccessibleDescriptionRole) or "" if cell is not None else ""
        return tr("{name}, choose with up and down. {row}", name=name, row=Unshortened(description)).strip()
    return name
