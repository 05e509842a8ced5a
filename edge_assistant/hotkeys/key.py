"""Keys as people write them in the settings, such as ctrl+shift+F9: parsed, checked, and written in one form."""

from __future__ import annotations

import string
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from edge_assistant.hotkeys.defaults import default_keys
from edge_assistant.hotkeys.reserved import is_needed_everywhere
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.shown_text import ShownText

MODIFIERS = ("ctrl", "alt", "shift", "super")
"""The modifiers in the order in which they are written; super is the Windows or Command key."""

_SPOKEN = {
    "ctrl": tr_noop("ctrl"),
    "shift": tr_noop("shift"),
    "super": tr_noop("Windows key"),
    "pause": tr_noop("pause"),
    "home": tr_noop("home"),
    "end": tr_noop("end"),
    "pageup": tr_noop("page up"),
    "pagedown": tr_noop("page down"),
    "space": tr_noop("space bar"),
    "left": tr_noop("left"),
    "right": tr_noop("right"),
    "up": tr_noop("up"),
    "down": tr_noop("down"),
}
_SPOKEN_ON: Mapping[str, Mapping[str, str]] = {
    "darwin": {"alt": tr_noop("Option"), "super": tr_noop("Command")},
}
"""Names that a modifier has on one system only, by sys.platform."""

_ALIASES = {
    "control": "ctrl",
    "strg": "ctrl",  # as German keyboards and windows have it
    "umschalt": "shift",
    "option": "alt",
    "win": "super",
    "cmd": "super",
    "meta": "super",
}
_SUPER_ON = {"win32": "win", "darwin": "cmd"}
"""What people of a system (as in sys.platform) may write for super, and know better."""

FUNCTION_KEYS = tuple(f"F{number}" for number in range(1, 25))
# No Insert and no CapsLock: they belong to screen readers.
ARROW_KEYS = ("left", "right", "up", "down")
_OTHER_KEYS = ("pause", "home", "end", "pageup", "pagedown", "space", *ARROW_KEYS)
_KEYS = (*FUNCTION_KEYS, *string.ascii_lowercase, *string.digits, *_OTHER_KEYS)
_BY_LOWER_NAME = {key.lower(): key for key in _KEYS}
_WITHOUT_MODIFIER = (*FUNCTION_KEYS, "pause")
"""Keys that type nothing, so that they may be used without a modifier."""

_MAX_QUOTED = 60
"""The most characters of a name that a sentence quotes."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key with its modifiers; equal keys are equal however they were written."""

    modifiers: frozenset[str]
    name: str

    def __str__(self) -> str:
        """Return the key as it is written in the settings."""
        return "+".join([*(each for each in MODIFIERS if each in self.modifiers), self.name])

    @property
    def spoken(self) -> str:
        """The key as it is spoken on this system."""
        spoken = {**_SPOKEN, **_SPOKEN_ON.get(sys.platform, {})}
        return " ".join(tr(spoken[each]) if each in spoken else each for each in str(self).split("+"))


def parse_key(text: str, platform: str = sys.platform) -> Key:
    """Parse the name of a key for a system (as in sys.platform).

    Raises UsageError with a sentence that says what is wrong with it.
    """
    *modifiers, last = [part.strip().lower() for part in text.split("+")]
    modifier_set = frozenset(_ALIASES.get(each, each) for each in modifiers)
    unknown = sorted(modifier_set - set(MODIFIERS))
    if unknown or last not in _BY_LOWER_NAME:
        raise UsageError(
            tr(
                "{value} is not a shortcut: {value2} is unknown. Use one such as {example}.",
                value=text[:_MAX_QUOTED] or tr("An empty name"),
                value2=(unknown or [last])[0][:_MAX_QUOTED] or tr("a key"),
                example=default_keys(platform)["window"],
            )
        )
    key = Key(modifier_set, _BY_LOWER_NAME[last])
    if {"ctrl", "alt"} <= modifier_set:
        _check_ctrl_with_alt(key, platform)
    if not modifier_set - {"shift"} and key.name not in _WITHOUT_MODIFIER:
        message = tr_noop("{key} cannot be used, because it is needed for typing. Add ctrl, alt or {other}.")
        written = tr(message, key=key, other=_SUPER_ON.get(platform, "super"))
        raise UsageError(ShownText(written, tr(message, key=key.spoken, other=Key(frozenset(), "super").spoken)))
    return key


def parse_new_key(text: str, platform: str = sys.platform) -> Key:
    """Parse the name of a key that nobody uses so far; as `parse_key`, but refuses those that all programs need."""
    key = parse_key(text, platform)
    if is_needed_everywhere(str(key), platform):
        message = tr_noop("{key} cannot be used, because all programs need it. Use one such as {example}.")
        example = parse_key(default_keys(platform)["window"], platform)
        written = tr(message, key=key, example=example)
        raise UsageError(ShownText(written, tr(message, key=key.spoken, example=example.spoken)))
    return key


def _check_ctrl_with_alt(key: Key, platform: str) -> None:
    """Raise UsageError for a key with Ctrl and Alt that types a letter or belongs to the system.

    On Windows function keys type nothing with them. On Linux they switch to another console, on a Mac the two modifiers
    are VoiceOver's.
    """
    if platform != "win32":
        message = tr_noop(
            "{key} cannot be used: Ctrl with Alt types letters on many keyboards and belongs to VoiceOver. Use "
            "ctrl+shift instead."
        )
    elif key.name not in FUNCTION_KEYS:
        message = tr_noop(
            "{key} cannot be used: Ctrl with Alt types letters on many keyboards. Use a function key such as "
            "ctrl+alt+F9."
        )
    else:
        return
    raise UsageError(ShownText(tr(message, key=key), tr(message, key=key.spoken)))
