"""The menu bar of the main window: all commands of the tray's menu, and what is done with the conversation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui.commands import Commands
from edge_assistant.ui.menu_items import FittedLetters
from edge_assistant.ui.retranslate import TranslatedLabels


class MenuActions(Protocol):
    """What the menus do besides the shared commands; the main window implements it."""

    def open_picture(self) -> None:
        """Ask for a picture file, and describe it."""

    def describe_monitor(self, number: int) -> None:
        """Describe a monitor, numbered from 1."""

    def save_picture(self) -> None:
        """Ask where to save the picture, and save it."""

    def enlarge_picture(self) -> None:
        """Show the picture in a window in which it can be enlarged."""

    def save_conversation(self) -> None:
        """Ask where to save the conversation, and save it."""

    def read_reasoning(self) -> None:
        """Read the reasoning of the answer aloud."""

    def copy_answer(self) -> None:
        """Copy the answer to the clipboard."""

    def walk_history(self, step: int) -> None:
        """Say an earlier answer (1) or a later one (-1)."""


class MainMenu:
    """The menus, in `menu_bar`; `labels` are the window's. `save_picture` and `enlarge_picture` are
    enabled only while there is a picture."""

    def __init__(self, menu_bar: QMenuBar, labels: TranslatedLabels, commands: Commands, actions: MenuActions) -> None:
        self._labels = labels
        self._actions = actions
        save_shortcut = QKeySequence(QKeySequence.StandardKey.Save)
        file_menu = self._add_menu(menu_bar, tr_noop("&File"))
        self._add_action(
            file_menu, tr_noop("&Open a picture…"), actions.open_picture, QKeySequence(QKeySequence.StandardKey.Open)
        )
        self.save_picture = self._add_action(file_menu, tr_noop("Save the &picture…"), actions.save_picture)
        self.enlarge_picture = self._add_action(
            file_menu, tr_noop("&Enlarge the picture"), actions.enlarge_picture, QKeySequence("Ctrl+E")
        )
        self._add_action(file_menu, tr_noop("Save the &conversation…"), actions.save_conversation, save_shortcut)
        file_menu.addSeparator()
        file_menu.addAction(commands.quit)
        look_menu = self._add_menu(menu_bar, tr_noop("&Look"))
        look_menu.addActions(commands.capture_actions)
        self._monitor_menu = self._add_menu(look_menu, tr_noop("&Monitor"))
        look_menu.aboutToShow.connect(self._fill_monitor_menu)
        answer_menu = self._add_menu(menu_bar, tr_noop("&Answer"))
        answer_menu.addActions(commands.answer_actions)
        self._add_action(
            answer_menu, tr_noop("&Earlier answer"), partial(actions.walk_history, 1), QKeySequence("Alt+Up")
        )
        self._add_action(
            answer_menu, tr_noop("La&ter answer"), partial(actions.walk_history, -1), QKeySequence("Alt+Down")
        )
        commands.add_reading_menu(answer_menu)
        self._add_action(
            answer_menu, tr_noop("Read the reasonin&g aloud"), actions.read_reasoning, QKeySequence("Ctrl+R")
        )
        self._add_action(answer_menu, tr_noop("&Copy the answer"), actions.copy_answer, QKeySequence("Ctrl+Shift+C"))
        answer_menu.addSeparator()
        answer_menu.addAction(commands.forget)
        self._add_menu(menu_bar, tr_noop("&Tools")).addActions([*commands.tools_entries, commands.shortcuts])
        self._add_menu(menu_bar, tr_noop("Hel&p")).addActions(commands.help_entries)

    def _add_menu(self, parent: QMenuBar | QMenu, label: str) -> QMenu:
        menu = parent.addMenu("")
        FittedLetters(menu)
        self._labels.add(menu.setTitle, label)
        return menu

    def _add_action(
        self, menu: QMenu, label: str, on_triggered: Callable[[], object], shortcut: QKeySequence | None = None
    ) -> QAction:
        action = menu.addAction("")
        self._labels.add(action.setText, label)
        action.triggered.connect(lambda: on_triggered())
        if shortcut is not None:
            action.setShortcut(shortcut)
        return action

    def _fill_monitor_menu(self) -> None:
        """Fill the monitor menu with the monitors there are now."""
        self._monitor_menu.clear()
        count = len(QGuiApplication.screens())
        self._monitor_menu.menuAction().setVisible(count > 1)
        for number in range(1, count + 1):
            action = self._monitor_menu.addAction(tr("Describe monitor &{number}", number=number))
            action.triggered.connect(partial(self._describe_monitor, number))

    def _describe_monitor(self, number: int, _checked: bool = False) -> None:
        self._actions.describe_monitor(number)
