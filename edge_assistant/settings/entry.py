"""One entry of the settings: its description, and the parsing, formatting and validation of its values."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr, tr_noop

Value = str | int | bool | None
"""The value of an entry; None means that the program chooses."""

Group = Literal["general", "voice", "hotkeys", "questions", "answers", "sounds", "sources", "models", "speed"]
GROUPS: dict[Group, str] = {
    "general": tr_noop("General"),
    "voice": tr_noop("Speech"),
    "hotkeys": tr_noop("Shortcuts"),
    "questions": tr_noop("Questions"),
    "answers": tr_noop("Answers"),
    "sounds": tr_noop("Sounds"),
    "sources": tr_noop("Sources"),
    "models": tr_noop("Models"),
    "speed": tr_noop("Speed and memory"),
}
"""The titles of the groups, in the order in which they are shown: the basic ones first."""

BASIC_GROUPS: tuple[Group, ...] = ("general", "voice", "hotkeys", "questions")
"""The groups of the settings that most people look for; the others are shown apart from them, as advanced."""

HOTKEYS: Group = "hotkeys"
"""The group of the hotkeys, which is also their table in the file."""

QUESTIONS: Group = "questions"
"""The group of the person's own questions, which is also their array of tables in the file; it has no entries."""

OptionSource = Literal["", "voices", "languages", "cameras", "monitors", "weights", "folder", "key"]
"""What a dialog can list as options from this computer; "" for nothing."""


@dataclass(frozen=True, slots=True)
class EntryInfo:
    """The description of an entry. Its texts are English and go through `tr` where they are used.

    `range` is the smallest and the largest number allowed, `step` what a dialog goes by, 0 for a twentieth of the usual
    value. `choices` are the only values allowed, each with its meaning. `written` says how the value is written, where
    no list of options is at hand. `unset` says what applies when no value is set, and `unset_number` is the number in
    it, if it has one; `example` is a possible value. `check` raises UsageError for invalid text.
    """

    group: Group
    label: str
    help: str
    range: tuple[int, int] | None = None
    step: int = 0
    unit: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    written: str = ""
    unset: str = ""
    unset_number: int | None = None
    example: Value = None
    option_source: OptionSource = ""
    check: Callable[[str], object] = lambda _: None


@dataclass(frozen=True, slots=True)
class SettingsEntry:
    """One entry of the schema; `name` is its name in the file and on the command line."""

    name: str
    kind: type[str] | type[int] | type[bool]
    optional: bool
    default: Value
    info: EntryInfo


def describe_entry(entry: SettingsEntry) -> str:
    """Describe the entry, and how its values are written, in whole sentences."""
    info = entry.info
    written = [tr(info.written)] if info.written else []
    return _joined([*_meaning(entry), *written, *(f"{choice}: {tr(words)}." for choice, words in info.choices.items())])


def explain_entry(entry: SettingsEntry) -> str:
    """Describe the entry where its values are chosen from a list, and heard there."""
    return _joined(_meaning(entry))


def _meaning(entry: SettingsEntry) -> list[str]:
    info = entry.info
    if not info.range:
        return [tr(info.help)]
    low, high = info.range
    bounds = tr("From {low} to {high} {unit}.", low=low, high=high, unit=tr(info.unit) if info.unit else "")
    return [tr(info.help), bounds]


def _joined(sentences: list[str]) -> str:
    text = " ".join(sentences).replace(" .", ".")
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


class SettingError(UsageError):
    """The value of a setting is not possible. `entry` is the setting's name."""

    def __init__(self, message: str, entry: str, *, code: str | None = None, **values: object) -> None:
        """`message` is English, before `tr`; its {name} is the setting, the rest comes from `values`."""
        super().__init__(tr(message, name=entry, **values), code=code)
        self.entry = entry
        self._message = message
        self._values = values

    def with_label(self, label: str) -> str:
        """Return the message with the setting's label in place of its name."""
        return tr(self._message, name=label, **self._values)


_MOST_CHARACTERS = 4096
"""The longest text: a path on Linux may be this long."""

_INVALID_CATEGORIES = frozenset(("Cc", "Cs"))
"""The Unicode categories of control characters and of surrogates, which undecodable bytes become."""

_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def parse_value(entry: SettingsEntry, text: str) -> Value:
    """Parse a typed value; empty text lets the program choose. Raises SettingError."""
    text = text.strip()
    if not text and entry.optional:
        return None
    value: Value = text
    if entry.kind is bool and text.lower() in (*_YES, *_NO):
        value = text.lower() in _YES
    elif entry.kind is bool:
        raise SettingError(tr_noop("{name} must be on or off."), entry.name)
    elif entry.kind is int:
        try:
            value = int(text)
        except ValueError as error:
            raise SettingError(tr_noop("{name} must be a whole number."), entry.name) from error
    return validate(entry, value)


def format_value(value: Value) -> str:
    """Format a value as it is typed; "" for None."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return "" if value is None else str(value)


def validate(entry: SettingsEntry, value: object) -> Value:
    """Validate a value and return it. Raises SettingError."""
    info, name = entry.info, entry.name
    if value is None and entry.optional:
        return None
    if type(value) is not entry.kind:
        raise SettingError(tr_noop("{name} has the wrong type."), name)
    assert isinstance(value, str | int)
    if info.range and not info.range[0] <= int(value) <= info.range[1]:
        low, high = info.range
        raise SettingError(tr_noop("{name} must be from {low} to {high}."), name, low=low, high=high)
    if info.choices and value not in info.choices:
        raise SettingError(tr_noop("{name} must be one of {choices}."), name, choices=", ".join(info.choices))
    if isinstance(value, str):
        if len(value) > _MOST_CHARACTERS:
            raise SettingError(tr_noop("{name} has more than {most} characters."), name, most=_MOST_CHARACTERS)
        if any(unicodedata.category(each) in _INVALID_CATEGORIES for each in value):
            raise SettingError(tr_noop("{name} contains characters that are not text."), name)
        try:
            info.check(value)
        except UsageError as error:
            raise SettingError("{name}: {error}", name, error=error) from error
    return value
