"""Values out of tables that anybody may have written: of the right type and in range, else a ValueError with words."""

from __future__ import annotations

import re
from typing import Any

from edge_assistant.models.file_names import is_one_line, is_plain
from edge_assistant.system.i18n import tr

Table = dict[str, Any]

_MOST_TEXT, _MOST_NAME = 20_000, 250  # characters
_MOST_BYTES = 2**50
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""The SHA-256 of no bytes, which no file of weights has."""


def tables(table: Table, key: str) -> list[Table]:
    """A list of tables, which may be missing or empty."""
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise _wrong(key, tr("a list of tables"))
    return found


def some_tables(table: Table, key: str) -> list[Table]:
    """As `tables`, and at least one."""
    found = tables(table, key)
    if not found:
        raise ValueError(tr("{key} is missing", key=key))
    return found


def text(table: Table, key: str) -> str:
    """Any text that is not endless."""
    found = table.get(key)
    if not isinstance(found, str) or len(found) > _MOST_TEXT:
        raise _wrong(key, tr("a text of at most {most} characters", most=_MOST_TEXT))
    return found


def word(table: Table, key: str) -> str:
    """A short text that can be spoken and typed: on one line, with nothing that works unseen."""
    found = table.get(key)
    if not isinstance(found, str) or not 0 < len(found) <= _MOST_NAME or not is_one_line(found):
        raise _wrong(key, tr("a text of 1 to {most} characters on one line", most=_MOST_NAME))
    return found


def name(table: Table, key: str) -> str:
    """A `word` that nobody takes for a path."""
    found = word(table, key)
    if "/" in found or "\\" in found:
        raise _wrong(key, tr("a name without / and \\"))
    return found


def optional_word(table: Table, key: str) -> str | None:
    """As `word`; None where there is none."""
    return word(table, key) if key in table else None


def file_name(table: Table, key: str) -> str:
    """What a file can be called on every system."""
    found = table.get(key)
    if not isinstance(found, str):
        raise _wrong(key, tr("a file name"))
    if not is_plain(found):
        raise ValueError(tr("{name} is not a valid file name", name=found[:60]))
    return found


def count(table: Table, key: str) -> int:
    """A number of bytes, at least 1."""
    found = table.get(key)
    if type(found) is not int or not 0 < found <= _MOST_BYTES:
        raise _wrong(key, tr("a whole number of bytes from 1 to {most}", most=_MOST_BYTES))
    return found


def optional_count(table: Table, key: str) -> int | None:
    """As `count`; None where there is none."""
    return count(table, key) if key in table else None


def is_sha256(value: object) -> bool:
    """Whether it is the SHA-256, in hex, of anything at all."""
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None and value.lower() != OF_NOTHING


def optional_sha256(table: Table, key: str) -> str | None:
    """In lower-case hex; None where there is none."""
    if key not in table:
        return None
    if not is_sha256(table[key]):
        raise _wrong(key, tr("a SHA-256 of 64 hexadecimal digits, and not that of an empty file"))
    return str(table[key]).lower()


def _wrong(key: str, what: str) -> ValueError:
    return ValueError(tr("{key} must be {what}", key=key, what=what))
