"""One QAction for each thing that can be done: the tray and the window show the same objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from edge_assistant.hotkeys.key import Key
from edge_assistant.settings.schema import Settings
from edge_assistant.system.i18n import later
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.strings import key_in_menu, label_of

LOOKS = ("window", "screen", "region", "read", "clipboard", "camera", "palette", "ask")
VOICE = ("repeat", "stop", "status", "think")


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A window of its own as a menu entry: what it is called, with its access key (text.later), and what opens it."""

    label: str
    open: Callable[[], None]


class Commands(QObject):
    """Belongs to the GUI thread. `press` is called with an action's name."""

    def __init__(
        self,
        press: Callable[[str], None],
        forget: Callable[[], None],
        keys: Mapping[str, Key],
        entries: Iterable[MenuEntry],
    ) -> None:
        super().__init__()
        self._pressings: dict[str, QAction] = {}
        self._labels = TranslatedLabels()
        self.looks = [self._pressing(action, press, keys) for action in LOOKS]
        self.voice = [self._pressing(action, press, keys) for action in VOICE]
        self.think = next(each for action, each in zip(VOICE, self.voice, strict=True) if action == "think")
        self.think.setCheckable(True)
        self.forget = QAction(self)
        self._labels.put(self.forget.setText, later("&Forget everything"))
        self.forget.setShortcut(QKeySequence("Ctrl+Shift+Delete"))
        self.forget.triggered.connect(lambda: forget())
        self.entries = [self._entry(entry) for entry in entries]
        self.quit = self._pressing("quit", press, keys)
        self.quit.setShortcut(QKeySequence(QKeySequence.StandardKey.Quit))

    def fill(self, menu: QMenu) -> None:
        """All of them, in one menu."""
        for group in (self.looks, [*self.voice, self.forget], self.entries, [self.quit]):
            if group:
                menu.addActions(group)
                menu.addSeparator()

    @Slot(bool, str)
    def show_think(self, on: bool, cost: str) -> None:
        """Think harder is on or off."""
        self.think.setChecked(on)
        self.think.setStatusTip(cost)

    @Slot(object)
    def follow(self, settings: Settings) -> None:
        """Other settings hold: other keys, perhaps, or another language."""
        self._labels.follow()
        keys = settings.hotkeys.bound()
        for action, made in self._pressings.items():
            made.setText(_label(action, keys))

    def _pressing(self, action: str, press: Callable[[str], None], keys: Mapping[str, Key]) -> QAction:
        made = self._pressings[action] = QAction(_label(action, keys), self)
        made.setMenuRole(QAction.MenuRole.QuitRole if action == "quit" else QAction.MenuRole.NoRole)
        made.triggered.connect(lambda: self._press(made, action, press))
        return made

    def _press(self, made: QAction, action: str, press: Callable[[str], None]) -> None:
        if made.isCheckable():
            made.setChecked(not made.isChecked())  # it changes when it has changed
        press(action)

    def _entry(self, entry: MenuEntry) -> QAction:
        made = QAction(self)
        self._labels.put(made.setText, entry.label)
        made.setMenuRole(QAction.MenuRole.NoRole)
        made.triggered.connect(lambda: entry.open())
        return made


def _label(action: str, keys: Mapping[str, Key]) -> str:
    """The key is written, not a shortcut: it is global, and would count twice."""
    label = label_of(action)
    return f"{label}\t{key_in_menu(keys[action])}" if action in keys else label
