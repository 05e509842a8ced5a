"""The keys that actions have unless the settings say otherwise, by operating system."""

from __future__ import annotations

from collections.abc import Mapping

from edge_assistant.hotkeys.actions import ACTIONS

_KEYS = {
    "ask": "F5",
    "status": "F6",
    "repeat": "F7",
    "stop": "F8",
    "window": "F9",
    "read": "F10",
    "screen": "F11",
    "palette": "F12",
}
"""The same on every system; the modifiers differ."""

_READING_KEYS = {
    "pause": "ctrl+shift+space",
    "next-line": "ctrl+shift+down",
    "previous-line": "ctrl+shift+up",
    "next-paragraph": "ctrl+shift+right",
    "previous-paragraph": "ctrl+shift+left",
}
"""Only while a text is read aloud, and the same on every system: docs/adr/0049-reading-at-once.md."""

_KEYS_ON_WINDOWS = {"shortcuts": "shift+F8"}
"""Elsewhere a settings file may have any key already, for another action."""


def default_keys(platform: str) -> Mapping[str, str]:
    """Return the key of each action in the syntax of key.py, "" for none; `platform` as in sys.platform.

    docs/adr/0011-keys-that-nobody-else-has.md and 0041-keys-on-windows.md explain them.
    """
    if platform == "win32":
        modifiers, keys = "ctrl+alt", {**_KEYS, **_KEYS_ON_WINDOWS}
    else:
        modifiers, keys = "ctrl+shift", _KEYS
    found = {action: f"{modifiers}+{key}" for action, key in keys.items()} | _READING_KEYS
    return {action: found.get(action, "") for action in ACTIONS}
