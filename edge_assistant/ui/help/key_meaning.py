"""What a key that is pressed does, in words."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMainWindow, QWidget

from edge_assistant.hotkeys.actions import meaning_of
from edge_assistant.hotkeys.key import Key, parse_key
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui.help.bindings import field_bindings, menu_actions, menu_bindings, plain_label
from edge_assistant.ui.key_names import shown_keys
from edge_assistant.ui.settings.shortcut_edit import shortcut_name
from edge_assistant.ui.strings import key_label

_STANDARD = {
    Qt.Key.Key_Tab: tr_noop("goes to the next field"),
    Qt.Key.Key_Backtab: tr_noop("goes to the field before"),
    Qt.Key.Key_Escape: tr_noop("closes the window"),
    Qt.Key.Key_Return: tr_noop("presses the button, or accepts what was typed"),
    Qt.Key.Key_Enter: tr_noop("presses the button, or accepts what was typed"),
    Qt.Key.Key_Space: tr_noop("presses or switches what has the keyboard"),
    Qt.Key.Key_Up: tr_noop("goes up"),
    Qt.Key.Key_Down: tr_noop("goes down"),
    Qt.Key.Key_Left: tr_noop("goes left"),
    Qt.Key.Key_Right: tr_noop("goes right"),
    Qt.Key.Key_Home: tr_noop("goes to the beginning"),
    Qt.Key.Key_End: tr_noop("goes to the end"),
    Qt.Key.Key_PageUp: tr_noop("goes a page up"),
    Qt.Key.Key_PageDown: tr_noop("goes a page down"),
    Qt.Key.Key_F1: tr_noop("tells what the window is for"),
}
"""What keys do in all windows of the system."""

MODIFIER_KEYS = (
    Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta,
    Qt.Key.Key_Super_L, Qt.Key.Key_Super_R, Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock,
)  # fmt: skip


def tell_action(action: str, hotkeys: Mapping[str, Key]) -> str:
    """Return the sentence about the global key of an action."""
    meaning = meaning_of(action)
    key = key_label(hotkeys[action]) if action in hotkeys else ""
    return f"{key}: {meaning}." if key else f"{meaning}."


def tell_key(event: QKeyEvent, window: QWidget | None, hotkeys: Mapping[str, Key]) -> str:
    """Return the sentence about a key that was pressed, for a window of ours (None: another program's)."""
    action = _global_action(event, hotkeys)
    if action is not None:
        return tell_action(action, hotkeys)
    pressed = QKeySequence(event.keyCombination())
    name = shown_keys(pressed)
    meaning = _meaning_in(window, pressed, event) if window is not None else ""
    return f"{name}: {meaning}." if meaning else tr("{key}: no meaning here.", key=name)


def _global_action(event: QKeyEvent, hotkeys: Mapping[str, Key]) -> str | None:
    try:
        key = parse_key(shortcut_name(event))
    except UsageError:
        return None
    return next((action for action, bound in hotkeys.items() if bound == key), None)


def _meaning_in(window: QWidget, pressed: QKeySequence, event: QKeyEvent) -> str:
    for action in menu_actions(window):
        if pressed in action.shortcuts():
            return plain_label(action.text())
    bindings = menu_bindings(window) if isinstance(window, QMainWindow) else []
    name = shown_keys(pressed)
    for binding in (*bindings, *field_bindings(window)):
        if binding.keys == name:
            return binding.meaning
    plain = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
    if plain == Qt.KeyboardModifier.NoModifier and event.key() in _STANDARD:
        return tr(_STANDARD[Qt.Key(event.key())])
    return ""
