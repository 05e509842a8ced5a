"""Gives the keyboard back from a menu bar that keeps it.

Qt does so by itself, except after the access key of a menu was pressed while the bar had the keyboard, as after Alt
alone: then it gives the keyboard back to the bar, from where Escape and all letters lead nowhere.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QApplication, QMenuBar, QWidget


class MenuBarFocus(QObject):
    """Moves the keyboard from a menu bar with no entry selected to another widget of its window."""

    def __init__(self, menu_bar: QMenuBar, home: QWidget) -> None:
        super().__init__(menu_bar)
        self._menu_bar = menu_bar
        self._home = home
        self._check = QTimer(self)
        self._check.setSingleShot(True)
        self._check.setInterval(0)
        self._check.timeout.connect(self._leave)
        menu_bar.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave at once when the window gets the keyboard back, and once Qt is done with what a key does."""
        if isinstance(event, QFocusEvent) and event.gotFocus():
            if event.reason() == Qt.FocusReason.ActiveWindowFocusReason:
                self._leave()
            else:
                self._check.start()
        elif event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            self._check.start()
        return super().eventFilter(watched, event)

    @Slot()
    def _leave(self) -> None:
        is_in_use = self._menu_bar.activeAction() is not None or QApplication.activePopupWidget() is not None
        if self._menu_bar.hasFocus() and not is_in_use:
            self._home.setFocus(Qt.FocusReason.MenuBarFocusReason)
