"""The QActions of all commands, shared by the tray and the main window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from edge_assistant.hotkeys.key import Key
from edge_assistant.settings.schema import Settings
from edge_assistant.system.i18n import tr_noop
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.strings import action_label, key_label

CAPTURE_ACTIONS = ("window", "screen", "region", "read", "clipboard", "camera", "palette", "ask")
ANSWER_ACTIONS = ("more", "repeat", "spell", "stop", "status", "think")


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A menu entry that opens a window. `label` is marked for translation (i18n.later) and has its access key."""

    label: str
    open: Callable[[], None]


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
        self.think = next(
            item for action, item in zip(ANSWER_ACTIONS, self.answer_actions, strict=True) if action == "think"
        )
        self.think.setCheckable(True)
        self.forget = QAction(self)
        self._labels.add(self.forget.setText, tr_noop("&Forget everything"))
        self.forget.setShortcut(QKeySequence("Ctrl+Shift+Delete"))
        self.forget.triggered.connect(lambda: forget())
        self.entries = [self._make_entry_action(entry) for entry in entries]
        self.quit = self._make_action("quit", run_action, hotkeys)
        self.quit.setShortcut(QKeySequence(QKeySequence.StandardKey.Quit))

    def add_to(self, menu: QMenu) -> None:
        """Add all commands to a menu, in groups."""
        for group in (self.capture_actions, [*self.answer_actions, self.forget], self.entries, [self.quit]):
            if group:
                menu.addActions(group)
                menu.addSeparator()

    @Slot(bool, str)
    def show_think(self, on: bool, cost: str) -> None:
        """Show whether thinking harder is on, and what it costs."""
        self.think.setChecked(on)
        self.think.setStatusTip(cost)

    @Slot(object)
    def apply_settings(self, settings: Settings) -> None:
        """Apply other settings: their hotkeys and their language."""
        self._labels.retranslate()
        hotkeys = settings.hotkeys.keys_by_action()
        for action, qaction in self._actions.items():
            qaction.setText(_label(action, hotkeys))

    def _make_action(self, action: str, run_action: Callable[[str], None], hotkeys: Mapping[str, Key]) -> QAction:
        qaction = self._actions[action] = QAction(_label(action, hotkeys), self)
        qaction.setMenuRole(QAction.MenuRole.QuitRole if action == "quit" else QAction.MenuRole.NoRole)
        qaction.triggered.connect(lambda: self._on_triggered(qaction, action, run_action))
        return qaction

    def _on_triggered(self, qaction: QAction, action: str, run_action: Callable[[str], None]) -> None:
        if qaction.isCheckable():
            qaction.setChecked(not qaction.isChecked())  # undo Qt's toggle: show_think sets it once it is so
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
