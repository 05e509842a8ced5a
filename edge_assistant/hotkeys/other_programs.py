"""What other programs do with keys, by their documentation, as far as it makes a bad shortcut of ours."""

from __future__ import annotations

from edge_assistant.hotkeys.key import Key, parse_key

_KEYS = {
    "Word": "ctrl+shift+F3 ctrl+shift+F5 ctrl+shift+F6 ctrl+shift+F7 ctrl+shift+F8 ctrl+shift+F9 ctrl+shift+F11 "
    "ctrl+shift+F12 alt+shift+F1 alt+shift+F2 alt+shift+F6 alt+shift+F7 alt+shift+F9 alt+shift+F11 ctrl+alt+F1 "
    "ctrl+alt+F2",
    "Excel": "ctrl+alt+F3 ctrl+alt+F5 ctrl+alt+F9 ctrl+shift+F3 ctrl+shift+F6 ctrl+shift+F12 alt+shift+F1",
    "JAWS": "ctrl+shift+F11",
}
"""docs/adr/0041-keys-on-windows.md names the sources."""


def programs_with(key: Key, platform: str) -> tuple[str, ...]:
    """Return the names of widespread programs of a system (as in sys.platform) that have the key in their documents."""
    if platform != "win32":
        return ()
    return tuple(name for name, keys in _KEYS.items() if key in {parse_key(each, platform) for each in keys.split()})
