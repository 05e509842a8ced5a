"""What the program needs of global keys, whatever the window system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from edge_assistant.hotkeys.key import Key
from edge_assistant.system.i18n import tr

Keys = Mapping[str, Key]
"""The key of each action that has one."""

OnPress = Callable[[str], None]
"""Called with the action, on a thread of the hotkeys' own; it returns at once."""

OnNotice = Callable[[str], None]
"""Called there too, with a sentence to tell: that no key will come any more, or what the desktop made of the keys."""


class Hotkeys(Protocol):
    """The keys of one program on one display."""

    def start(self, keys: Keys, on_press: OnPress, on_notice: OnNotice) -> tuple[str, ...]:
        """Take the keys. One sentence for each that cannot be had, or one for all of them; none where all is well."""

    def close(self) -> None:
        """Give the keys back."""


def taken(key: Key, action: str) -> str:
    """The sentence about a key that another program has."""
    return tr(
        "{key}, for {action}, is used by another program. Set another shortcut, or use the command edge-assistant "
        "trigger {action}.",
        key=key.spoken,
        action=action,
    )
