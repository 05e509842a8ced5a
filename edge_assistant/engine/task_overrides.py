"""Writing of the person's own file of the task table, which keeps comments and everything else in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from edge_assistant.engine.task_entries import MAX_BYTES, EntryValue, check_entry, parse_entry
from edge_assistant.engine.task_table import merge_overrides
from edge_assistant.system.atomic_file import replace_file
from edge_assistant.system.bounded_read import read_regular_text
from edge_assistant.system.errors import InputError, UsageError
from edge_assistant.system.i18n import tr
from edge_assistant.system.toml_reader import file_problem


def write_overrides(path: Path, entries: Mapping[str, EntryValue]) -> None:
    """Write entries, by full name such as `qwen3-vl.question.instruct.temperature`, into the file at `path`.

    It may not exist. The new text is read back before it replaces the old one. Raises UsageError where an entry or the
    file is not possible, and InputError where it cannot be read or written.
    """
    path = path.resolve()  # a symbolic link, to a dotfiles folder say, stays a link
    try:
        before = _read(path)
        merge_overrides(before)
        text = _with_entries(before, entries)
        merge_overrides(text)
        if len(text.encode()) > MAX_BYTES:
            raise UsageError(tr("it is larger than {most} bytes", most=MAX_BYTES))
    except (UsageError, ValueError, TOMLKitError) as error:
        raise UsageError(
            tr(
                "The file {path} cannot be changed: {reason}. Edit it by hand, or delete it.",
                path=path,
                reason=file_problem(error),
            )
        ) from error
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text.encode())
    except OSError as error:
        raise InputError(
            tr("The file {path} cannot be written: {error}.", path=path, error=error.strerror or error)
        ) from error


def _read(path: Path) -> str:
    try:
        return read_regular_text(path, MAX_BYTES)
    except FileNotFoundError:
        head = tr("Your changes to the prompts, limits and sampling of models; see the document on settings.")
        return f"# {head}\n"
    except OSError as error:
        raise InputError(
            tr("The file {path} cannot be read: {error}.", path=path, error=error.strerror or error)
        ) from error


def _with_entries(text: str, entries: Mapping[str, EntryValue]) -> str:
    document = tomlkit.parse(text)
    for full, value in entries.items():
        key, name = parse_entry(full)
        check_entry(name, value, key)
        table: Any = document
        *outer, last = str(key).split(".")
        for part in outer:
            table = table.setdefault(part, tomlkit.table(is_super_table=True))
        table.setdefault(last, tomlkit.table())[name] = value
    return tomlkit.dumps(document)
