"""Keys that every program needs: as a global shortcut each of them would be lost in all programs."""

from __future__ import annotations

_EDITING = "a c f n o p q s v w x z"
"""Letters that, with Ctrl or Command, select, copy, find, save, close and take back in every program."""

_MOVING = "left right up down home end"
_MENUS = "F1 F10 shift+F10 alt+F4 alt+space"
"""Help, menus and closing a window."""


def is_needed_everywhere(key: str, platform: str) -> bool:
    """Return whether a key, as the settings write it, belongs to all programs of a system (as in sys.platform)."""
    main = "super" if platform == "darwin" else "ctrl"
    editing = {f"{main}+{each}" for each in f"{_EDITING} {_MOVING}".split()}
    if platform == "darwin":
        return key in editing | {"super+h", "super+m", "super+space"}
    return key in {*editing, "ctrl+y", *_MENUS.split()}
