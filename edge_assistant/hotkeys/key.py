"""Keys as people write them in the settings, such as ctrl+shift+F9: parsed, checked, and written in one form."""

from __future__ import annotations

import string
from dataclasses import dataclass

from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr, tr_noop

MODIFIERS = ("ctrl", "alt", "shift", "super")
"""The modifiers in the order in which they are written; super is the Windows or Command key."""

_SPOKEN = {"ctrl": tr_noop("ctrl"), "shift": tr_noop("shift"), "super": tr_noop("Windows key")}
_ALIASES = {"control": "ctrl", "option": "alt", "win": "super", "cmd": "super", "meta": "super"}
FUNCTION_KEYS = tuple(f"F{number}" for number in range(1, 25))
# No Insert and no CapsLock: they belong to screen readers.
_KEYS = (*FUNCTION_KEYS, *string.ascii_lowercase, *string.digits, "pause", "home", "end", "pageup", "pagedown", "space")
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
        """The key as it is spoken."""
        return " ".join(tr(_SPOKEN[each]) if each in _SPOKEN else each for each in str(self).split("+"))


def parse_key(text: str) -> Key:
    """Parse the name of a key. Raises UsageError with a sentence that says what is wrong with it."""
    *modifiers, last = [part.strip().lower() for part in text.split("+")]
    modifier_set = frozenset(_ALIASES.get(each, each) for each in modifiers)
    unknown = sorted(modifier_set - set(MODIFIERS))
    if unknown or last not in _BY_LOWER_NAME:
        raise UsageError(
            tr(
                "{value} is not a shortcut: {value2} is unknown. Use one such as ctrl+shift+F9.",
                value=text[:_MAX_QUOTED] or tr("An empty name"),
                value2=(unknown or [last])[0][:_MAX_QUOTED] or tr("a key"),
            )
        )
    key = Key(modifier_set, _BY_LOWER_NAME[last])
    if {"ctrl", "alt"} <= modifier_set:
        raise UsageError(
            tr(
                "{key} cannot be used: Ctrl with Alt types letters on many keyboards and belongs to VoiceOver. Use "
                "ctrl+shift instead.",
                key=key,
            )
        )
    if not modifier_set - {"shift"} and key.name not in _WITHOUT_MODIFIER:
        raise UsageError(tr("{key} cannot be used, because it is needed for typing. Add ctrl, alt or super.", key=key))
    return key
