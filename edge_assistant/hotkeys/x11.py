"""Global hotkeys on X11: passive grabs on a connection of their own, whatever the state of the lock keys.

While a menu has the keyboard, x11_menus.py reports what no grab can.
"""

from __future__ import annotations

import itertools
import logging
import os
import select
import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from edge_assistant.hotkeys.actions import WINDOW_ACTIONS
from edge_assistant.hotkeys.key import ARROW_KEYS, Key
from edge_assistant.hotkeys.protocol import KeyBindings, OnNotice, OnPress, key_taken_message, menu_open_message
from edge_assistant.hotkeys.x11_menus import OpenMenuKeys, RawPress
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.x_server import NoServerError, connect

if TYPE_CHECKING:
    from Xlib.display import Display

_log = logging.getLogger(__name__)

_LOST = tr_noop("The display is gone, so shortcuts do not work. The command edge-assistant trigger still works.")
_NO_SERVER = tr_noop(
    "Shortcuts do not work, because no X display answers. The command edge-assistant trigger still works."
)
_KEYSYMS = {"pause": "Pause", "home": "Home", "end": "End", "pageup": "Page_Up", "pagedown": "Page_Down"} | {
    name: name.capitalize() for name in ARROW_KEYS
}
_LOCK_KEYS = ("Num_Lock", "Scroll_Lock")
_SUPER_KEYS = ("Super_L", "Super_R")
_CAPS_LOCK, _SHIFT, _CTRL, _MOD1, _MOD4 = 1 << 1, 1 << 0, 1 << 2, 1 << 3, 1 << 6
"""Bits of a modifier state (X.h). Alt is Mod1 by every usual keymap; NumLock and Super are looked up."""

Grab = tuple[int, int]
"""A keycode and the modifier bits that must be down."""


class KeyRepeatFilter:
    """Distinguishes a key that is held down from one that is pressed again: a held key's release and press have one
    time.

    Times are the server's milliseconds.
    """

    def __init__(self) -> None:
        self._released: dict[int, int] = {}

    def release(self, keycode: int, time: int) -> None:
        """Record the release of a key."""
        self._released[keycode] = time

    def is_repeat(self, keycode: int, time: int) -> bool:
        """Return whether a press only repeats a held key."""
        return self._released.pop(keycode, None) == time


class X11Hotkeys:
    """Grabs keys of the X server that DISPLAY names (`display` names another one)."""

    def __init__(self, display: str | None = None) -> None:
        self.unavailable = ""
        self._name = display
        self._display: Display | None = None
        self._end_receiver, self._end_sender = os.pipe()
        self._thread: threading.Thread | None = None
        self._actions: dict[Grab, str] = {}
        self._ignored = 0

    def start(self, keys: KeyBindings, on_press: OnPress, on_notice: OnNotice) -> tuple[str, ...]:
        """Grab the keys, then listen on a thread of its own."""
        from Xlib import error

        try:
            self._display = connect(self._name)
            refused = self._grab_all(keys)
        except (NoServerError, error.ConnectionClosedError, OSError):
            self.unavailable = tr(_NO_SERVER)
            return (self.unavailable,)
        self._thread = threading.Thread(
            target=self._listen, args=(keys, on_press, on_notice), name="hotkeys", daemon=True
        )
        self._thread.start()
        return tuple(key_taken_message(keys[action], action) for action in refused)

    def close(self) -> None:
        """End the thread; the server frees the keys with the connection."""
        os.write(self._end_sender, b".")
        if self._thread is not None:
            self._thread.join(1.0)
        os.close(self._end_sender)
        os.close(self._end_receiver)

    def is_free(self, key: Key) -> bool | None:
        """Grab the key on a connection of its own, and free it; see Hotkeys."""
        trial = X11Hotkeys(self._name)
        refused = trial.start({"": key}, lambda _: None, lambda _: None)
        trial.close()
        return None if trial.unavailable else not refused

    def _listen(self, keys: KeyBindings, on_press: OnPress, on_notice: OnNotice) -> None:
        from Xlib import X, error

        display = self._display
        assert display is not None
        repeat_filter = KeyRepeatFilter()
        try:
            menu_keys = OpenMenuKeys(display)
            in_menu: RawPress | None = None
            while not self._wait_for_event(display):
                for _ in range(display.pending_events()):
                    event = display.next_event()
                    if event.type == X.KeyRelease:
                        repeat_filter.release(event.detail, event.time)
                    elif event.type == X.KeyPress:
                        action = self._action(event.detail, event.state)
                        # A menu that has just closed: the press was reported already.
                        reported = in_menu is not None and (in_menu.keycode, in_menu.time) == (event.detail, event.time)
                        repeated = action is not None and repeat_filter.is_repeat(event.detail, event.time)
                        if action is not None and not repeated and not reported:
                            on_press(action)
                    elif event.type == X.MappingNotify:
                        display.refresh_keyboard_mapping(event)
                        self._follow_layout(keys)
                    elif (press := menu_keys.handle(event, {keycode for keycode, _ in self._actions})) is not None:
                        action = self._action(press.keycode, press.bits)
                        in_menu = press if action is not None else None  # no other key is remembered
                        self._press_in_menu(action, keys, on_press, on_notice)
            display.close()
        except (error.ConnectionClosedError, OSError) as failure:
            _log.info("the X connection ended: %s", type(failure).__name__)
            self.unavailable = tr(_LOST)
            on_notice(self.unavailable)

    def _action(self, keycode: int, state: int) -> str | None:
        return self._actions.get((keycode, state & 0xFF & ~self._ignored))

    def _press_in_menu(self, action: str | None, keys: KeyBindings, on_press: OnPress, on_notice: OnNotice) -> None:
        if action in WINDOW_ACTIONS:
            on_notice(menu_open_message(keys[action]))
        elif action is not None:
            on_press(action)

    def _wait_for_event(self, display: Display) -> bool:
        """Wait for an event or for `close`; return whether it is `close`."""
        if display.pending_events():
            return False
        ready, _, _ = select.select([display.fileno(), self._end_receiver], [], [])
        return self._end_receiver in ready

    def _follow_layout(self, keys: KeyBindings) -> None:
        """Grab the keys again if another keyboard layout has moved them."""
        assert self._display is not None
        if self._grabs(keys) != self._actions:
            for keycode, bits in self._actions:
                self._ungrab(keycode, bits)
            self._grab_all(keys)

    def _ungrab(self, keycode: int, bits: int) -> None:
        assert self._display is not None
        for lock in bit_combinations(self._lock_bits()):
            self._display.screen().root.ungrab_key(keycode, bits | lock)

    def _grab_all(self, keys: KeyBindings) -> list[str]:
        """Grab the keys; return the actions whose keys are not available."""
        from Xlib import X, error

        display = self._display
        assert display is not None
        locks = self._lock_bits()
        self._ignored = 0
        for lock in locks:
            self._ignored |= lock
        refused = []
        self._actions = self._grabs(keys)
        root = display.screen().root
        for (keycode, bits), action in self._actions.items():
            catch = error.CatchError(error.BadAccess)
            for lock in bit_combinations(locks):
                root.grab_key(keycode, bits | lock, False, X.GrabModeAsync, X.GrabModeAsync, onerror=catch)
            display.sync()
            if catch.get_error() is not None:
                refused.append(action)
                self._ungrab(keycode, bits)  # or the key would be ours with NumLock on, and theirs without
        found = set(self._actions.values())
        return [action for action in keys if action in refused or action not in found]

    def _grabs(self, keys: KeyBindings) -> dict[Grab, str]:
        assert self._display is not None
        found = {}
        for action, key in keys.items():
            keycode = self._display.keysym_to_keycode(_keysym(key))
            if keycode:
                found[keycode, self._bits(key)] = action
        return found

    def _bits(self, key: Key) -> int:
        supers = self._modifiers_with(_SUPER_KEYS) or (_MOD4,)
        bits = {"shift": _SHIFT, "ctrl": _CTRL, "alt": _MOD1, "super": supers[0]}
        return sum(bits[each] for each in key.modifiers)

    def _lock_bits(self) -> tuple[int, ...]:
        return _CAPS_LOCK, *self._modifiers_with(_LOCK_KEYS)

    def _modifiers_with(self, names: Iterable[str]) -> tuple[int, ...]:
        """Return the bits of the modifiers that hold any of the keys, each once."""
        from Xlib import XK

        assert self._display is not None
        codes = {self._display.keysym_to_keycode(XK.string_to_keysym(name)) for name in names} - {0}
        mapping = self._display.get_modifier_mapping()
        return tuple(1 << number for number, row in enumerate(mapping) if codes & set(row) and number >= 3)


def bit_combinations(bits: Iterable[int]) -> Iterator[int]:
    """Yield the sum of every combination of the bits, none included."""
    for choice in itertools.product(*((0, bit) for bit in bits)):
        yield sum(choice)


def _keysym(key: Key) -> int:
    from Xlib import XK

    XK.load_keysym_group("miscellany")
    return int(XK.string_to_keysym(_KEYSYMS.get(key.name, key.name)))
