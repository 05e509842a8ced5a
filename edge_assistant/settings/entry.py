"""One entry of the settings: what a person is told of it, and which values it may have."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import later, tr

Value = str | int | bool | None
"""None means: chosen by the program."""

Group = Literal["general", "voice", "sounds", "sources", "budgets", "engine", "hotkeys"]
GROUPS: dict[Group, str] = {
    "general": later("General"),
    "voice": later("Voice"),
    "sounds": later("Sounds"),
    "sources": later("Screen and camera"),
    "budgets": later("Detail and time"),
    "engine": later("Engine"),
    "hotkeys": later("Shortcuts"),
}
"""In the order in which they are shown."""

KEYS: Group = "hotkeys"
"""The group, and the table in the file, of the keys."""

Offers = Literal["", "voices", "languages", "cameras", "monitors", "weights", "folder", "key"]
"""Where a window can offer what there is on this computer."""


@dataclass(frozen=True, slots=True)
class EntryInfo:
    """What a person is told of an entry. Texts are English and go through `tr` where they are used.

    `range` is the smallest and the largest number; what lies outside makes no sense or is an error in typing.
    `choices` are the only values there are, each with its meaning. `unset` says what holds where nothing is chosen,
    `example` is what could be. `check` raises UsageError for text that makes no sense.
    """

    group: Group
    label: str
    help: str
    range: tuple[int, int] | None = None
    unit: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    unset: str = ""
    example: Value = None
    offers: Offers = ""
    check: Callable[[str], object] = lambda _: None


@dataclass(frozen=True, slots=True)
class SettingsEntry:
    """One entry of the schema, under the name it has in the file and on the command line."""

    name: str
    kind: type[str] | type[int] | type[bool]
    optional: bool
    default: Value
    about: EntryInfo


def meaning(entry: SettingsEntry) -> str:
    """What it is and what it may be, in whole sentences."""
    about = entry.about
    told = [tr(about.help)]
    if about.range:
        low, high = about.range
        told.append(tr("From {low} to {high} {unit}.", low=low, high=high, unit=tr(about.unit) if about.unit else ""))
    told += [f"{choice}: {tr(words)}." for choice, words in about.choices.items()]
    text = " ".join(told).replace(" .", ".")
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


_MOST_CHARACTERS = 4096
"""Of a text; so long may a folder's path be on Linux."""

_NO_TEXT = frozenset(("Cc", "Cs"))
"""Unicode's categories of control characters, and of halves of a character: bytes that are no text become those."""

_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def parsed(entry: SettingsEntry, text: str) -> Value:
    """The value that a person types; nothing lets the program choose. Raises UsageError as `checked`."""
    text = text.strip()
    if not text and entry.optional:
        return None
    value: Value = text
    if entry.kind is bool and text.lower() in (*_YES, *_NO):
        value = text.lower() in _YES
    elif entry.kind is bool:
        raise UsageError(tr("{name} must be on or off.", name=entry.name))
    elif entry.kind is int:
        try:
            value = int(text)
        except ValueError as error:
            raise UsageError(tr("{name} must be a whole number.", name=entry.name)) from error
    return checked(entry, value)


def shown(value: Value) -> str:
    """The value as a person types it; "" where nothing is chosen."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return "" if value is None else str(value)


def checked(entry: SettingsEntry, value: object) -> Value:
    """The value, if the entry may have it. Raises UsageError with a sentence that begins with the entry's name."""
    about, name = entry.about, entry.name
    if value is None and entry.optional:
        return None
    if type(value) is not entry.kind:
        raise UsageError(tr("{name} has the wrong type.", name=name))
    assert isinstance(value, str | int)
    if about.range and not about.range[0] <= int(value) <= about.range[1]:
        low, high = about.range
        raise UsageError(tr("{name} must be from {low} to {high}.", name=name, low=low, high=high))
    if about.choices and value not in about.choices:
        raise UsageError(tr("{name} must be one of {choices}.", name=name, choices=", ".join(about.choices)))
    if isinstance(value, str):
        if len(value) > _MOST_CHARACTERS:
            raise UsageError(tr("{name} has more than {most} characters.", name=name, most=_MOST_CHARACTERS))
        if any(unicodedata.category(each) in _NO_TEXT for each in value):
            raise UsageError(tr("{name} contains characters that are not text.", name=name))
        try:
            about.check(value)
        except UsageError as error:
            raise UsageError(f"{name}: {error}") from error
    return value
