"""The tray icon: its shape and its tooltip are the condition, its menu is everything that can be done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from edge_assistant.controller.status import Condition
from edge_assistant.system.i18n import later, tr
from edge_assistant.ui.commands import Commands
from edge_assistant.ui.icons import icon
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.strings import name_of


class Tray(QObject):
    """Shows itself wherever and whenever there is a tray; `show_window` is what a click on it does."""

    def __init__(self, commands: Commands, show_window: Callable[[], None]) -> None:
        super().__init__()
        self.menu = QMenu()
        opener = QAction(self.menu)
        self._labels = TranslatedLabels()
        self._labels.put(opener.setText, later("Show the w&indow"))
        opener.triggered.connect(lambda: show_window())
        self.menu.addAction(opener)
        self.menu.addSeparator()
        commands.fill(self.menu)
        self._show_window = show_window
        self._icon = QSystemTrayIcon(self)
        self._icon.setContextMenu(self.menu)
        self._icon.activated.connect(self._activated)
        self.show_condition("loading")
        self._icon.show()

    @staticmethod
    def is_there() -> bool:
        """Whether there is a tray to be seen in."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    @property
    def tooltip(self) -> str:
        """What is said of the icon."""
        return self._icon.toolTip()

    def hide(self) -> None:
        """Leave the tray."""
        self._icon.hide()

    @Slot(str)
    def show_condition(self, condition: Condition) -> None:
        """Another shape, another tooltip."""
        self._condition = condition
        self._icon.setIcon(icon(condition))
        self._icon.setToolTip(tr("Edge Assistant: {condition}", condition=name_of(condition)))

    @Slot()
    def follow_language(self) -> None:
        """The language may be another one now."""
        self._labels.follow()
        self.show_condition(self._condition)

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self._show_window()
