"""The tray icon: its shape and its tooltip show the status, its menu has every command."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from edge_assistant.controller.view import Status
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui.commands import Commands
from edge_assistant.ui.icons.status import status_icon
from edge_assistant.ui.menu_items import FittedLetters
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.strings import status_name


class Tray(QObject):
    """The tray icon, shown as soon as there is a tray; a click on it calls `show_window`."""

    def __init__(self, commands: Commands, show_window: Callable[[], None]) -> None:
        super().__init__()
        self.menu = QMenu()
        FittedLetters(self.menu)
        show_action = QAction(self.menu)
        labels = TranslatedLabels(self.menu)
        labels.add(show_action.setText, tr_noop("Show the w&indow"))
        labels.add(self.menu.setAccessibleName, tr_noop("Edge Assistant"))
        show_action.triggered.connect(lambda: show_window())
        self.menu.addAction(show_action)
        self.menu.addSeparator()
        commands.add_to(self.menu)
        self.menu.installEventFilter(self)
        self._show_window = show_window
        self._shortcuts_off = False
        self._icon = QSystemTrayIcon(self)
        self._icon.setContextMenu(self.menu)
        self._icon.activated.connect(self._on_activated)
        self.show_status("loading")
        self._icon.show()

    @staticmethod
    def is_available() -> bool:
        """Return whether the desktop has a tray."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def hide(self) -> None:
        """Remove the icon from the tray."""
        self._icon.hide()

    @Slot(str)
    def show_status(self, status: Status) -> None:
        """Show a status in the icon's shape and tooltip."""
        self._status = status
        self._icon.setIcon(status_icon(status))
        condition = status_name(status)
        if self._shortcuts_off:
            condition = tr("{condition}, shortcuts are off", condition=condition)
        self._icon.setToolTip(tr("Edge Assistant: {condition}", condition=condition))

    @Slot(bool)
    def show_shortcuts(self, off: bool) -> None:
        """Show in the tooltip whether the shortcuts are off."""
        self._shortcuts_off = off
        self.show_status(self._status)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show the tooltip in another language, of which only the menu is told."""
        if event.type() == QEvent.Type.LanguageChange:
            self.show_status(self._status)
        return super().eventFilter(watched, event)

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self._show_window()
