"""Enter presses the button that has the keyboard, in every window, as Space does."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton, QToolButton, QWidget
from shiboken6 import isValid


class EnterPresses(QObject):
    """The one of the application, on the GUI thread. Qt leaves Enter to the default button of a dialog, and outside of
    dialogs to nothing at all: whoever hears "Ask, button" and presses Enter would hear nothing.
    """

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        application.focusChanged.connect(self._on_focus_changed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Press the button that is watched; a key that is held presses once."""
        is_enter = isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not (is_enter and event.type() == QEvent.Type.KeyPress and isinstance(watched, QAbstractButton)):
            return super().eventFilter(watched, event)
        if isinstance(event, QKeyEvent) and not event.isAutoRepeat():
            self.press(watched)
        return True

    def press(self, button: QAbstractButton) -> None:
        """Press a button."""
        button.click()

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is not None and isValid(old):
            old.removeEventFilter(self)
        if isinstance(new, QPushButton | QToolButton):
            new.installEventFilter(self)
