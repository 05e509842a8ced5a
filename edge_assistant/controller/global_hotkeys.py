"""The program's global hotkeys: registered, released for a while, or given to other programs but for one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from edge_assistant.capture.backends import session_facts
from edge_assistant.hotkeys import unsupported
from edge_assistant.hotkeys.actions import READING_ACTIONS, SHORTCUTS
from edge_assistant.hotkeys.backends import choose_hotkeys
from edge_assistant.hotkeys.key import Key
from edge_assistant.hotkeys.other_programs import programs_with
from edge_assistant.hotkeys.protocol import Hotkeys, key_taken_message, menu_open_message
from edge_assistant.hotkeys.unsupported import UnsupportedHotkeys
from edge_assistant.system.i18n import tr


class GlobalHotkeys:
    """The hotkeys of one program. Belongs to one thread."""

    def __init__(
        self,
        make: Callable[[], Hotkeys],
        on_press: Callable[[str], None],
        on_notice: Callable[[str], None],
        make_held: Callable[[], Hotkeys] | None = None,
    ) -> None:
        """`make` makes the window system's Hotkeys, `make_held` those that are held for a while; the callbacks are
        those of Hotkeys.start.
        """
        self._make = make
        self._make_held = make_held or make
        self._on_press = on_press
        self._on_notice = on_notice
        self._hotkeys: Hotkeys | None = None
        self._keys: Mapping[str, Key] = {}
        self._registered: Mapping[str, Key] = {}
        self._problems: list[str] = []
        self._off = self._suspended = False
        self._holding = False
        self._held: Hotkeys | None = None

    @property
    def are_off(self) -> bool:
        """Whether all keys but that of SHORTCUTS are left to other programs."""
        return self._off

    def register(self, keys: Mapping[str, Key]) -> tuple[str, ...]:
        """Use these keys and no others; return one sentence for each that cannot be used.

        While the keys are off, only that of SHORTCUTS is registered.
        """
        self._keys = keys
        return self._register()

    def hold(self, wanted: bool) -> str:
        """Hold the keys of READING_ACTIONS, or give them back; return a sentence where some cannot be had, else "".

        They have a connection to the window system of their own, so that the other keys are not touched.
        """
        self._holding = wanted
        return self._hold()

    def suspend(self, suspended: bool) -> None:
        """Release all keys while a new one is being recorded, or register them again."""
        self._suspended = suspended
        if suspended:
            self.close()
        else:
            self._register()  # what cannot be registered was reported before

    def switch(self) -> str:
        """Give all keys but that of SHORTCUTS to other programs, or take them back; return the sentence about it."""
        if self._hotkeys is not None and self._hotkeys.unavailable:
            return self._hotkeys.unavailable
        self._off = not self._off
        problems = self._register()
        if not self._off:
            return " ".join((tr("Shortcuts are on."), *problems))
        key = self.working_key(SHORTCUTS)
        if key is not None:
            return tr("Shortcuts are off. {key} turns them on again.", key=key.spoken)
        return tr(
            "Shortcuts are off. To turn them on again, use the menu, or the command edge-assistant trigger shortcuts."
        )

    def working_key(self, action: str) -> Key | None:
        """Return the key of an action; None where it has none, or was refused, or the desktop may have changed keys."""
        key = self._registered.get(action)
        others = {key_taken_message(each, name) for name, each in self._registered.items() if name != action}
        return key if set(self._problems) <= others else None

    def close(self) -> None:
        """Release all keys."""
        hotkeys, self._hotkeys = self._hotkeys, None
        held, self._held = self._held, None
        for each in (hotkeys, held):
            if each is not None:
                each.close()

    def _hold(self) -> str:
        held, self._held = self._held, None
        if held is not None:
            held.close()
        keys = {action: key for action, key in self._keys.items() if action in READING_ACTIONS}
        if not (self._holding and keys) or self._off or self._suspended:
            return ""
        self._held = self._make_held()
        sentences = self._held.start(keys, self._on_press, lambda _: None)
        if len(sentences) < 2:
            return "".join(sentences)
        return tr(
            "Some keys for moving through a text are used by other programs. Set other ones, or use edge-assistant "
            "trigger."
        )

    def _register(self) -> tuple[str, ...]:
        self.close()
        self._problems = []
        own = {action: key for action, key in self._keys.items() if action not in READING_ACTIONS}
        self._registered = {action: key for action, key in own.items() if action == SHORTCUTS or not self._off}
        self._hold()
        if self._off and not self._registered:
            return ()
        self._hotkeys = self._make()
        sentences = self._hotkeys.start(self._registered, self._on_press, self._note)
        self._problems += sentences
        if self._suspended:
            self.close()
        return sentences

    def _note(self, sentence: str) -> None:
        if sentence not in {menu_open_message(key) for key in self._registered.values()}:  # else the key works
            self._problems.append(sentence)
        self._on_notice(sentence)


def make_hotkeys() -> Hotkeys:
    """Return the hotkeys of this session's window system."""
    session = session_facts()
    return choose_hotkeys(session.platform, wayland=session.wayland, x11=session.x11)


def make_held_hotkeys() -> Hotkeys:
    """Return the hotkeys for a while of this session's window system; a portal asks the person for each, so it has
    none.
    """
    session = session_facts()
    if session.platform == "linux" and session.wayland:
        return UnsupportedHotkeys(unsupported.NONE_FOR_A_WHILE)
    return make_hotkeys()


@dataclass(frozen=True, slots=True)
class KeyReport:
    """Whether a key can be had; `free` is as for Hotkeys.is_free, `sentence` says it, and who would miss the key."""

    key: Key
    free: bool | None
    sentence: str


def check_key(key: Key, hotkeys: Hotkeys, platform: str = sys.platform) -> KeyReport:
    """Find out whether a key can be had. It must not be called while this program has the key."""
    free = hotkeys.is_free(key)
    if free is False:
        sentence = tr("{key} is not free: another program or the system has it. Choose another one.", key=key.spoken)
        return KeyReport(key, free, sentence)
    if free is None:
        sentence = tr("Whether another program has {key} is known only when you press it.", key=key.spoken)
    else:
        sentence = tr("{key} is free.", key=key.spoken)
    if programs := programs_with(key, platform):
        names = ", ".join(programs)
        others = tr("It is also a shortcut of {programs}, which would not get it.", programs=names)
        sentence = f"{sentence} {others}"
    return KeyReport(key, free, sentence)
