"""The interface of global hotkeys, whatever the window system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from edge_assistant.hotkeys.actions import meaning_of
from edge_assistant.hotkeys.key import Key
from edge_assistant.system.i18n import tr

KeyBindings = Mapping[str, Key]
"""The key of each action that has one."""

OnPress = Callable[[str], None]
"""Called with the action, on the hotkeys' own thread; it must return at once."""

OnNotice = Callable[[str], None]
"""Called on that thread with a sentence for the person: the hotkeys have ended, the desktop gave other keys, or a press
can do nothing just now (menu_open_message).
"""


class Hotkeys(Protocol):
    """The global hotkeys of the program on one display."""

    @property
    def unavailable(self) -> str:
        """The sentence about why no key works here, "" as long as keys can be registered."""

    def start(self, keys: KeyBindings, on_press: OnPress, on_notice: OnNotice) -> tuple[str, ...]:
        """Register the keys; return a sentence for each that is not available, or one for all of them."""

    def close(self) -> None:
        """Unregister the keys."""

    def is_free(self, key: Key) -> bool | None:
        """Return whether the key could be registered now; None where only trying it out would tell.

        It must not be called while this program has the key. May be called without `start`, on any thread.
        """


def key_taken_message(key: Key, action: str) -> str:
    """Return the sentence about a key that another program has."""
    return tr(
        "{key} is used by another program. Here it {meaning}. Set another shortcut, or use the command edge-assistant "
        "trigger {action}.",
        key=key.spoken,
        meaning=meaning_of(action),
        action=action,
    )


def key_refused_message(key: Key, action: str, reason: str) -> str:
    """Return the sentence about a key that the system refuses for another reason."""
    return tr(
        "{key} was refused by the system: {reason}. Here it {meaning}. Set another shortcut, or use the command "
        "edge-assistant trigger {action}.",
        key=key.spoken,
        meaning=meaning_of(action),
        action=action,
        reason=reason,
    )


def menu_open_message(key: Key) -> str:
    """Return the sentence about a key that opens a window, pressed while a menu has the keyboard."""
    return tr("A menu is open and has the keyboard. Close it with Escape, then press {key} again.", key=key.spoken)
