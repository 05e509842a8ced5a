"""The QActions of all commands, shared by the tray and the main window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from edge_assistant.hotkeys.actions import HELP_ACTIONS, SHORTCUTS, VOICE_ACTIONS
from edge_assistant.hotkeys.key import Key
from edge_assistant.settings.schema import Settings
from edge_assistant.system.i18n import tr_noop
from edge_assistant.ui.menu_items import FittedLetters
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.strings import action_label, key_label

CAPTURE_ACTIONS = ("window", "screen", "region", "read", "clipboard", "camera", "palette", "find", "ask")
FREQUENT_ACTIONS = ("window", "read", "palette", "ask")
"""Those of them that stand in the tray's menu itself; the rest is in a menu inside it."""
ANSWER_ACTIONS = ("more", "repeat", "history", "spell", "lines", "stop", "status", "think")
READING_ACTIONS = ("pause", "next-line", "previous-line", "next-paragraph", "previous-paragraph")


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A menu entry that opens a window. `label` is marked for translation (tr_noop) and has its access key; `menu` is
    where it stands in the menu bar."""

    label: str
    open: Callable[[], None]
    menu: Literal["tools", "help"] = "tools"


class Commands(QObject):
    """The commands as QActions, on the GUI thread."""

    def __init__(
        self,
        run_action: Callable[[str], None],
        forget: Callable[[], None],
        hotkeys: Mapping[str, Key],
        entries: Iterable[MenuEntry],
    ) -> None:
        """`run_action` is called with the name of an action (hotkeys.actions), `forget` to forget everything."""
        super().__init__()
        self._actions: dict[str, QAction] = {}
        self._labels = TranslatedLabels(self)
        self.capture_actions = [self._make_action(action, run_action, hotkeys) for action in CAPTURE_ACTIONS]
        self.answer_actions = [self._make_action(action, run_action, hotkeys) for action in ANSWER_ACTIONS]
        self._reading_actions = [self._make_action(action, run_action, hotkeys) for action in READING_ACTIONS]
        self._voice_actions = [self._make_action(action, run_action, hotkeys) for action in VOICE_ACTIONS]
        self.think = next(
            item for action, item in zip(ANSWER_ACTIONS, self.answer_actions, strict=True) if action == "think"
        )
        self.think.setCheckable(True)
        self.forget = QAction(self)
        self._labels.add(self.forget.setText, tr_noop("&Forget everything"))
        self.forget.setShortcut(QKeySequence("Ctrl+Shift+Delete"))
        self.forget.triggered.connect(lambda: forget())
        self.tools_entries: list[QAction] = []
        self.help_entries = [self._make_action(action, run_action, hotkeys) for action in HELP_ACTIONS]
        for entry in entries:
            group = self.help_entries if entry.menu == "help" else self.tools_entries
            group.append(self._make_entry_action(entry))
        self.shortcuts = self._make_action(SHORTCUTS, run_action, hotkeys)
        self.shortcuts.setCheckable(True)
        self.quit = self._make_action("quit", run_action, hotkeys)
        self.quit.setShortcut(QKeySequence(QKeySequence.StandardKey.Quit))

    def add_to(self, menu: QMenu) -> None:
        """Add all commands to the tray's menu, the frequent ones first, the others in menus inside it."""
        frequent = [self._actions[action] for action in FREQUENT_ACTIONS]
        menu.addActions(frequent)
        more = self._add_inner_menu(menu, tr_noop("More to lo&ok at"))
        more.addActions([each for each in self.capture_actions if each not in frequent])
        answer = self._add_inner_menu(menu, tr_noop("The answe&r"))
        answer.addActions(self.answer_actions)
        self.add_reading_menu(answer)
        answer.addAction(self.forget)
        menu.addSeparator()
        menu.addActions([*self.tools_entries, self.shortcuts])
        if self.help_entries:
            self._add_inner_menu(menu, tr_noop("&Help")).addActions(self.help_entries)
        menu.addSeparator()
        menu.addAction(self.quit)

    def add_reading_menu(self, menu: QMenu) -> None:
        """Add the menu of what can be done while a text is read aloud, and that of the voice."""
        self._add_inner_menu(menu, tr_noop("Reading alo&ud")).addActions(self._reading_actions)
        self._add_inner_menu(menu, tr_noop("&Voice")).addActions(self._voice_actions)

    def action(self, name: str) -> QAction:
        """Return the QAction of an action of hotkeys.actions."""
        return self._actions[name]

    def _add_inner_menu(self, menu: QMenu, label: str) -> QMenu:
        inner = menu.addMenu("")
        FittedLetters(inner)
        self._labels.add(inner.setTitle, label)
        return inner

    @Slot(bool, str)
    def show_think(self, on: bool, cost: str) -> None:
        """Show whether thinking harder is on, and what it costs."""
        self.think.setChecked(on)
        self.think.setStatusTip(cost)

    @Slot(bool)
    def show_shortcuts(self, off: bool) -> None:
        """Show whether the shortcuts are off."""
        self.shortcuts.setChecked(off)

    @Slot(object)
    def apply_settings(self, settings: Settings) -> None:
        """Apply other settings: their hotkeys and their language."""
        self._labels.retranslate()
        hotkeys = settings.keys_by_action()
        for action, qaction in self._actions.items():
            qaction.setText(_label(action, hotkeys))

    def _make_action(self, action: str, run_action: Callable[[str], None], hotkeys: Mapping[str, Key]) -> QAction:
        qaction = self._actions[action] = QAction(_label(action, hotkeys), self)
        qaction.setMenuRole(QAction.MenuRole.QuitRole if action == "quit" else QAction.MenuRole.NoRole)
        qaction.triggered.connect(lambda: self._on_triggered(qaction, action, run_action))
        return qaction

    def _on_triggered(self, qaction: QAction, action: str, run_action: Callable[[str], None]) -> None:
        if qaction.isCheckable():
            qaction.setChecked(not qaction.isChecked())  # undo Qt's toggle: it is set once it is so
        run_action(action)

    def _make_entry_action(self, entry: MenuEntry) -> QAction:
        qaction = QAction(self)
        self._labels.add(qaction.setText, entry.label)
        qaction.setMenuRole(QAction.MenuRole.NoRole)
        qaction.triggered.connect(lambda: entry.open())
        return qaction


def _label(action: str, hotkeys: Mapping[str, Key]) -> str:
    """Return an action's label with its hotkey as text: as a Qt shortcut the global key would be handled twice."""
    label = action_label(action)
    return f"{label}\t{key_label(hotkeys[action])}" if action in hotkeys else label
