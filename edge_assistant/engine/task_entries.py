"""The entries of the task table: their types and ranges, and the parsing of a table's file into entries by key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr
from edge_assistant.system.toml_reader import parse_toml

Family = Literal["qwen3-vl", "demo"]
"""Models that are asked in the same way: Qwen3-VL of any size and format, and the demo model."""

Mode = Literal["glance", "detail", "read"]
"""The tasks that a person chooses for a new picture."""

Task = Literal["glance", "detail", "read", "question", "places", "more"]
"""What is asked of the model: a mode, the person's own question, a list of places, or to go on after an answer."""

Variant = Literal["instruct", "thinking"]

EntryValue = str | int | float | bool

LANGUAGES = "languages"
"""The table of the languages' English names."""

MAX_BYTES = 262_144
"""The size limit of a file; the one that ships has about 60,000 bytes."""

MIN_IMAGE_TOKENS = 8
"""The least image tokens of any picture: llama.cpp's for Qwen3-VL (clip.cpp: set_limit_image_tokens(8, 4096))."""

MOST_TEXT_TOKENS = 150
"""The most tokens of recognised text in a question: they take 3 to 11 seconds."""

_MOST_CHARACTERS = 4000
_MOST_QUOTED = 60
"""The most characters of an unknown name that a sentence quotes."""

FAMILIES: tuple[Family, ...] = get_args(Family)
TASKS: tuple[Task, ...] = get_args(Task)
VARIANTS: tuple[Variant, ...] = get_args(Variant)
_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}")
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class TableKey:
    """What entries of the table hold for: a family, and one task, variant and language, or all of them ("")."""

    family: str
    task: str = ""
    variant: str = ""
    language: str = ""

    def __str__(self) -> str:
        return ".".join(filter(None, (self.family, self.task, self.variant, self.language)))


Entries = Mapping[str, EntryValue]
EntriesByKey = Mapping[TableKey, Entries]


@dataclass(frozen=True, slots=True)
class _Text:
    """A text; `placeholders` may stand in it in braces, `needs` must stand in it. It may be empty with `optional`."""

    placeholders: frozenset[str] = field(default_factory=frozenset)
    needs: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class _Number:
    """A number from `low` to `high`, which must be whole unless `fraction`."""

    low: float
    high: float
    fraction: bool = False


_SPECS: Mapping[str, _Text | _Number | None] = {
    "system": _Text(frozenset(("language",))),
    "language_rule": _Text(frozenset(("language",)), optional=True),
    "quoted_text": _Text(frozenset(("text",)), optional=True),
    "text_tokens": _Number(0, MOST_TEXT_TOKENS),
    "prompt": _Text(frozenset(("question", "language"))),
    "image_tokens": _Number(MIN_IMAGE_TOKENS, 16_384),
    "min_image_tokens": _Number(MIN_IMAGE_TOKENS, 16_384),
    "max_tokens": _Number(1, 81_920),
    "grace_tokens": _Number(0, 1024),
    "length_factor": _Number(0.2, 20, fraction=True),
    "may_be_empty": None,  # true or false
    "retries_loop": None,
    "temperature": _Number(0, 2, fraction=True),
    "top_p": _Number(0.01, 1, fraction=True),
    "top_k": _Number(0, 1000),
    "presence_penalty": _Number(0, 2, fraction=True),
    "thinking_tokens": _Number(1, 81_920),
    "thinking_seconds": _Number(1, 3600, fraction=True),
    "end_of_thinking": _Text(needs="</think>"),
}


class EntryError(UsageError):
    """An entry of the table is not possible; the message is a sentence's end that names it."""


def parse_table(text: str) -> tuple[dict[TableKey, dict[str, EntryValue]], dict[str, str]]:
    """Parse a file's text into its entries by key, and the languages' English names.

    Raises EntryError for what is not possible, and ValueError where it is no TOML.
    """
    document = parse_toml(text)
    names = document.pop(LANGUAGES, {})
    entries: dict[TableKey, dict[str, EntryValue]] = {}
    for family, value in document.items():
        if family not in FAMILIES or not isinstance(value, dict):
            raise _unknown(family)
        _collect(TableKey(family), value, entries)
    return entries, _language_names(names)


def parse_entry(name: str) -> tuple[TableKey, str]:
    """Split the full name of an entry, such as `qwen3-vl.question.instruct.temperature`. Raises EntryError."""
    family, *parts, entry = name.split(".") if "." in name else ("", "")
    if family not in FAMILIES or entry not in _SPECS:
        raise _unknown(name)
    key = TableKey(family)
    for part in parts:
        inner = _inner(key, part)
        if inner is None:
            raise _unknown(name)
        key = inner
    return key, entry


def check_entry(name: str, value: object, key: TableKey) -> EntryValue:
    """Check a value for the entry `name` and return it. Raises EntryError."""
    full = f"{key}.{name}"
    if name not in _SPECS:
        raise _unknown(full)
    spec = _SPECS[name]
    if spec is None:
        if not isinstance(value, bool):
            raise EntryError(tr("{name} must be true or false", name=full))
        return value
    if isinstance(spec, _Number):
        return _check_number(full, value, spec)
    return _check_text(full, value, spec)


def _collect(key: TableKey, table: Mapping[str, Any], entries: dict[TableKey, dict[str, EntryValue]]) -> None:
    own = entries.setdefault(key, {})
    for name, value in table.items():
        if not isinstance(value, dict):
            own[name] = check_entry(name, value, key)
            continue
        inner = _inner(key, name)
        if inner is None:
            raise _unknown(f"{key}.{name}")
        _collect(inner, value, entries)


def _inner(key: TableKey, name: str) -> TableKey | None:
    """Return the key `name` below `key`; None where there is none. The order is task, variant, language."""
    if key.language:
        return None
    if name in TASKS and not key.task and not key.variant:
        return TableKey(key.family, name)
    if name in VARIANTS and not key.variant:
        return TableKey(key.family, key.task, name)
    if _LANGUAGE_CODE.fullmatch(name):
        return TableKey(key.family, key.task, key.variant, name)
    return None


def _language_names(names: object) -> dict[str, str]:
    if not isinstance(names, dict):
        raise _unknown(LANGUAGES)
    for code, name in names.items():
        if not _LANGUAGE_CODE.fullmatch(code):
            raise _unknown(f"{LANGUAGES}.{code}")
        _check_text(f"{LANGUAGES}.{code}", name, _Text())
    return dict(names)


def _check_number(full: str, value: object, spec: _Number) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise EntryError(tr("{name} must be a number", name=full))
    if isinstance(value, float) and not spec.fraction:
        raise EntryError(tr("{name} must be a whole number", name=full))
    if not spec.low <= value <= spec.high:  # which no NaN is
        raise EntryError(tr("{name} must be from {low} to {high}", name=full, low=f"{spec.low:g}", high=spec.high))
    return value


def _check_text(full: str, value: object, spec: _Text) -> str:
    if not isinstance(value, str):
        raise EntryError(tr("{name} must be a text in quotes", name=full))
    if not value.strip() and not spec.optional:
        raise EntryError(tr("{name} is empty", name=full))
    if len(value) > _MOST_CHARACTERS:
        raise EntryError(tr("{name} has more than {most} characters", name=full, most=_MOST_CHARACTERS))
    # "<|" begins the tokens that end a turn. What else is not text could not be tokenized or shown.
    if "<|" in value or not value.replace("\n", "").isprintable():
        raise EntryError(tr("{name} contains characters that are not text", name=full))
    unknown = next((each for each in _PLACEHOLDER.findall(value) if each not in spec.placeholders), None)
    if unknown is not None:
        raise EntryError(
            tr("{name} contains {placeholder}, which is not known", name=full, placeholder=f"{{{unknown}}}")
        )
    if spec.needs not in value:
        raise EntryError(tr("{name} must contain {text}", name=full, text=spec.needs))
    return value


def _unknown(name: str) -> EntryError:
    return EntryError(tr("{name} is not known", name=name[:_MOST_QUOTED]))
