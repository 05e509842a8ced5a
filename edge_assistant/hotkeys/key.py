"""Keys as people write them in the settings, such as ctrl+shift+F9: taken apart, checked, and written one way."""

from __future__ import annotations

import string
from dataclasses import dataclass

from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr

MODIFIERS = ("ctrl", "alt", "shift", "super")
"""In the order in which they are written; super is the Windows or Command key."""

_OTHER_NAMES = {"control": "ctrl", "option": "alt", "win": "super", "cmd": "super", "meta": "super"}
FUNCTION_KEYS = tuple(f"F{number}" for number in range(1, 25))
# No Insert and no CapsLock: they are the screen readers' own.
_KEYS = (*FUNCTION_KEYS, *string.ascii_lowercase, *string.digits, "pause", "home", "end", "pageup", "pagedown", "space")
_BY_LOWER = {key.lower(): key for key in _KEYS}
_ALONE = (*FUNCTION_KEYS, "pause")
"""Keys that type nothing, so that they may be taken without a modifier."""

_MOST_QUOTED = 60
"""Characters of a name that a sentence repeats."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key with its modifiers; equal keys are equal however they were written."""

    modifiers: frozenset[str]
    name: str

    def __str__(self) -> str:
        """As in the settings."""
        return "+".join([*(each for each in MODIFIERS if each in self.modifiers), self.name])

    @property
    def spoken(self) -> str:
        """As it is said."""
        return str(self).replace("+", " ").replace("super", tr("Windows key"))


def parse(text: str) -> Key:
    """The key that `text` names. Raises UsageError with a sentence that says what is wrong with it."""
    *modifiers, last = [part.strip().lower() for part in text.split("+")]
    wanted = frozenset(_OTHER_NAMES.get(each, each) for each in modifiers)
    strange = sorted(wanted - set(MODIFIERS))
    if strange or last not in _BY_LOWER:
        raise UsageError(
            tr(
                "{value} is not a shortcut: {value2} is unknown. Use one such as ctrl+shift+F9.",
                value=text[:_MOST_QUOTED] or tr("An empty name"),
                value2=(strange or [last])[0][:_MOST_QUOTED] or tr("a key"),
            )
        )
    key = Key(wanted, _BY_LOWER[last])
    if {"ctrl", "alt"} <= wanted:
        raise UsageError(
            tr(
                "{key} cannot be used: Ctrl with Alt types letters on many keyboards and belongs to VoiceOver. Use "
                "ctrl+shift instead.",
                key=key,
            )
        )
    if not wanted - {"shift"} and key.name not in _ALONE:
        raise UsageError(tr("{key} cannot be used, because it is needed for typing. Add ctrl, alt or super.", key=key))
    return key
