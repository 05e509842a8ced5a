"""Keys that every program needs: as a global shortcut each of them would be lost in all programs."""

from __future__ import annotations

import re

_EDITING = "a c f n o p q s v w x z"
"""Letters that, with Ctrl or Command, select, copy, find, save, close and take back in every program."""

_MOVING = "left right up down home end"
_MENUS = "F1 F10 shift+F10 alt+F4 alt+space"
"""Help, menus and closing a window."""

_ACCESS_KEY = re.compile(r"alt\+(shift\+)?[a-z0-9]")
"""Opens a menu or presses a button on Windows and Linux, where its letter is underlined; types a character on a Mac."""


def is_needed_everywhere(key: str, platform: str) -> bool:
    """Return whether a key, as the settings write it, belongs to all programs of a system (as in sys.platform)."""
    main = "super" if platform == "darwin" else "ctrl"
    editing = {f"{main}+{each}" for each in f"{_EDITING} {_MOVING}".split()}
    if is_access_key(key):
        return True
    if platform == "darwin":
        return key in editing | {"super+h", "super+m", "super+space"}
    return key in {*editing, "ctrl+y", *_MENUS.split()}


def is_access_key(key: str) -> bool:
    """Return whether a key, as the settings write it, is Alt with a letter or a digit, perhaps with Shift."""
    return _ACCESS_KEY.fullmatch(key) is not None
