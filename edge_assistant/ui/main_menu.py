"""The menus of the main window: all that the tray's menu has, and what is done with the conversation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from edge_assistant.system.i18n import later, tr
from edge_assistant.ui.commands import Commands
from edge_assistant.ui.retranslate import TranslatedLabels


class MenuActions(Protocol):
    """What the menus do besides the commands."""

    def open_picture(self) -> None:
        """Let a picture file be chosen, and describe it."""

    def look_at_monitor(self, number: int) -> None:
        """Describe a monitor, from 1."""

    def save_picture(self) -> None:
        """Write the picture where the person says."""

    def save_conversation(self) -> None:
        """Write the conversation where the person says."""

    def read_reasoning(self) -> None:
        """Read aloud how the answer was thought out."""

    def copy_answer(self) -> None:
        """Into the clipboard."""


class MainMenu:
    """In `bar`; `labels` are the window's. `save_picture` is the entry that only goes with a picture."""

    def __init__(self, bar: QMenuBar, labels: TranslatedLabels, commands: Commands, doing: MenuActions) -> None:
        self._labels = labels
        self._doing = doing
        save = QKeySequence(QKeySequence.StandardKey.Save)
        file = self._menu(bar, later("&File"))
        self._add(file, later("&Open a picture…"), doing.open_picture, QKeySequence(QKeySequence.StandardKey.Open))
        self.save_picture = self._add(file, later("Save the &picture…"), doing.save_picture)
        self._add(file, later("Save the &conversation…"), doing.save_conversation, save)
        file.addSeparator()
        file.addAction(commands.quit)
        look = self._menu(bar, later("&Look"))
        look.addActions(commands.looks)
        self._monitors = self._menu(look, later("&Monitor"))
        look.aboutToShow.connect(self._list_monitors)
        answer = self._menu(bar, later("&Answer"))
        answer.addActions(commands.voice)
        self._add(answer, later("Read the reasonin&g aloud"), doing.read_reasoning, QKeySequence("Ctrl+R"))
        self._add(answer, later("&Copy the answer"), doing.copy_answer, QKeySequence("Ctrl+Shift+C"))
        answer.addSeparator()
        answer.addAction(commands.forget)
        if commands.entries:
            self._menu(bar, later("&Tools")).addActions(commands.entries)

    def _menu(self, parent: QMenuBar | QMenu, label: str) -> QMenu:
        menu = parent.addMenu("")
        self._labels.put(menu.setTitle, label)
        return menu

    def _add(self, menu: QMenu, label: str, do: Callable[[], object], key: QKeySequence | None = None) -> QAction:
        action = menu.addAction("")
        self._labels.put(action.setText, label)
        action.triggered.connect(lambda: do())
        if key is not None:
            action.setShortcut(key)
        return action

    def _list_monitors(self) -> None:
        """As many as there are when the menu is opened."""
        self._monitors.clear()
        count = len(QGuiApplication.screens())
        self._monitors.menuAction().setVisible(count > 1)
        for number in range(1, count + 1):
            action = self._monitors.addAction(tr("Describe monitor &{number}", number=number))
            action.triggered.connect(partial(self._look_at, number))

    def _look_at(self, number: int, _checked: bool = False) -> None:
        self._doing.look_at_monitor(number)
