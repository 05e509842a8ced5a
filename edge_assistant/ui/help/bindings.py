"""All keys of the program as they are bound now: global keys, those of menus and windows, and letters of choices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QLabel, QMainWindow, QMenu, QWidget

from edge_assistant.controller.palette_items import all_items
from edge_assistant.hotkeys.actions import ACTIONS, READING_ACTIONS, meaning_of
from edge_assistant.hotkeys.key import Key
from edge_assistant.system.i18n import tr
from edge_assistant.ui.key_names import shown_keys
from edge_assistant.ui.strings import key_label


@dataclass(frozen=True, slots=True)
class Binding:
    """A key and its meaning. `keys` is as menus write it, "" for an action without a key; `place` is where it works,
    "" for everywhere."""

    keys: str
    meaning: str
    place: str = ""

    @property
    def text(self) -> str:
        """The binding as one line."""
        keys = self.keys or tr("no key")
        return f"{self.place}, {keys}: {self.meaning}" if self.place else f"{keys}: {self.meaning}"


def global_bindings(hotkeys: Mapping[str, Key]) -> list[Binding]:
    """Return every action with its global key, those that have one first; also questions that have one."""
    bindings = []
    for action in dict.fromkeys((*ACTIONS, *hotkeys)):  # the second: also the person's own questions
        key = key_label(hotkeys[action]) if action in hotkeys else ""
        place = tr("While a text is read") if action in READING_ACTIONS else ""
        bindings.append(Binding(key, meaning_of(action), place))
    return sorted(bindings, key=lambda each: not each.keys)


def menu_bindings(window: QMainWindow) -> list[Binding]:
    """Return the keys of the entries in the menu bar of a window, and those that open its menus."""
    place = window.windowTitle()
    menus = [
        Binding(access_key(action.text()), tr("{menu} menu", menu=plain_label(action.text())), place)
        for action in window.menuBar().actions()
    ]
    entries = [
        Binding(shown_keys(sequence), plain_label(action.text()), place)
        for action in menu_actions(window)
        for sequence in action.shortcuts()
    ]
    return [*menus, *entries]


def field_bindings(window: QWidget) -> list[Binding]:
    """Return the access keys of the fields and buttons that a window shows now."""
    place, bindings = window.windowTitle(), []
    for widget in window.findChildren(QWidget):
        if isinstance(widget, QAbstractButton) or (isinstance(widget, QLabel) and widget.buddy() is not None):
            key = access_key(widget.text())
            if key and widget.isVisibleTo(window):
                bindings.append(Binding(key, plain_label(widget.text()), place))
    return bindings


def palette_bindings(questions: Sequence[str] = ()) -> list[Binding]:
    """Return the letters of the list of choices; `questions` are the names of the person's own questions."""
    place = tr("List of choices")
    return [Binding(each.key.upper(), each.label, place) for each in all_items(questions)]


def menu_actions(window: QWidget) -> list[QAction]:
    """Return all entries of the menu bar of a window, and the window's own actions."""
    bar = [window.menuBar()] if isinstance(window, QMainWindow) else []
    return list(_entries([*bar, window]))


def plain_label(label: str) -> str:
    """Return a label without its access key, its shortcut and its dots."""
    text = label.partition("\t")[0].replace("&&", "\0").replace("&", "").replace("\0", "&")
    return text.rstrip("…:")


def access_key(label: str) -> str:
    """Return the access key of a label as menus write it, such as Alt+F; "" where it has none."""
    return shown_keys(QKeySequence.mnemonic(label))


def _entries(holders: list[QWidget]) -> Iterator[QAction]:
    for holder in holders:
        for action in holder.actions():
            inner = action.menu()
            if isinstance(inner, QMenu):
                yield from _entries([inner])
            elif not action.isSeparator():
                yield action
