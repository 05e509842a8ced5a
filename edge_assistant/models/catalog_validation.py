"""Values from tables that anybody may have written, checked for type and range. All functions raise ValueError."""

from __future__ import annotations

import re
from typing import Any

from edge_assistant.models.file_names import is_one_line, is_valid_name
from edge_assistant.system.i18n import tr

Table = dict[str, Any]

_MAX_TEXT, _MAX_NAME = 20_000, 250  # characters
_MAX_BYTES = 2**50
_REPOSITORY = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9._-]*/)?[A-Za-z0-9_][A-Za-z0-9._-]*")
_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]*")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""The SHA-256 of no bytes, which no model's file has."""


def tables(table: Table, key: str) -> list[Table]:
    """Return a list of tables, which may be missing or empty."""
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise _type_error(key, tr("a list of tables"))
    return value


def non_empty_tables(table: Table, key: str) -> list[Table]:
    """Return a list of tables that has at least one."""
    value = tables(table, key)
    if not value:
        raise ValueError(tr("{key} is missing", key=key))
    return value


def text(table: Table, key: str) -> str:
    """Return a text of limited length."""
    value = table.get(key)
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        raise _type_error(key, tr("a text of at most {most} characters", most=_MAX_TEXT))
    return value


def word(table: Table, key: str) -> str:
    """Return a short text that can be spoken and typed: on one line, with no invisible characters."""
    value = table.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_NAME or not is_one_line(value):
        raise _type_error(key, tr("a text of 1 to {most} characters on one line", most=_MAX_NAME))
    return value


def name(table: Table, key: str) -> str:
    """Return a `word` without path separators."""
    value = word(table, key)
    if "/" in value or "\\" in value:
        raise _type_error(key, tr("a name without / and \\"))
    return value


def optional_word(table: Table, key: str) -> str | None:
    """Return a `word`, or None where there is none."""
    return word(table, key) if key in table else None


def optional_repository(table: Table, key: str) -> str | None:
    """Return the name of a repository on the model hub, or None where there is none."""
    return _hub_word(table, key, _REPOSITORY, tr("a repository's name on the hub, such as someone/model"))


def optional_revision(table: Table, key: str) -> str | None:
    """Return the name of a revision on the model hub, or None where there is none."""
    return _hub_word(table, key, _REVISION, tr("a commit or another version on the hub, such as main"))


def _hub_word(table: Table, key: str, form: re.Pattern[str], what: str) -> str | None:
    value = optional_word(table, key)
    if value is not None and (form.fullmatch(value) is None or ".." in value):
        raise _type_error(key, what)
    return value


def file_name(table: Table, key: str) -> str:
    """Return a file name that is valid on every system."""
    value = table.get(key)
    if not isinstance(value, str):
        raise _type_error(key, tr("a file name"))
    if not is_valid_name(value):
        raise ValueError(tr("{name} is not a valid file name", name=value[:60]))
    return value


def count(table: Table, key: str) -> int:
    """Return a number of bytes, at least 1."""
    value = table.get(key)
    if type(value) is not int or not 0 < value <= _MAX_BYTES:
        raise _type_error(key, tr("a whole number of bytes from 1 to {most}", most=_MAX_BYTES))
    return value


def optional_count(table: Table, key: str) -> int | None:
    """Return a `count`, or None where there is none."""
    return count(table, key) if key in table else None


def is_sha256(value: object) -> bool:
    """Return whether the value is the SHA-256, in hex, of anything but no bytes."""
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None and value.lower() != SHA256_OF_NOTHING


def optional_sha256(table: Table, key: str) -> str | None:
    """Return a SHA-256 in lower-case hex, or None where there is none."""
    if key not in table:
        return None
    if not is_sha256(table[key]):
        raise _type_error(key, tr("a SHA-256 of 64 hexadecimal digits, and not that of an empty file"))
    return str(table[key]).lower()


def _type_error(key: str, what: str) -> ValueError:
    return ValueError(tr("{key} must be {what}", key=key, what=what))
