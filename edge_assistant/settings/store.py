"""The settings file: TOML with comments, edited by program and user; saving keeps what the user wrote."""

from __future__ import annotations

import datetime
import itertools
import os
import re
import textwrap
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from edge_assistant.settings.entry import GROUPS, HOTKEYS, QUESTIONS, SettingsEntry, Value, describe_entry
from edge_assistant.settings.question_tables import example_table, with_tables
from edge_assistant.settings.schema import (
    MAX_BYTES,
    Settings,
    entries,
    find_retired,
    from_toml,
    get_value,
    load,
    read_text,
)
from edge_assistant.settings.this_computer import check_changes
from edge_assistant.system import file_retry
from edge_assistant.system.atomic_file import replace_file
from edge_assistant.system.errors import InputError, UsageError, in_use_error
from edge_assistant.system.i18n import tr, tr_count

_WIDTH = 110


def load_or_back_up(path: Path) -> tuple[Settings, str]:
    """Load the settings; return them and "". Rename a broken file; return the defaults and a sentence about it.

    A file that another program has open is not broken, and stays.
    """
    try:
        return load(path), ""
    except InputError:
        return Settings(), tr("The settings file {path} cannot be used, so the defaults are used.", path=path)
    except UsageError as error:
        reason = str(error.__cause__) if isinstance(error.__cause__, UsageError) else ""
    aside = _unused_path(path)
    try:
        file_retry.rename(path, aside)
    except OSError:  # the broken file stays, and is reported again the next time
        return Settings(), tr("The settings file {path} cannot be used, so the defaults are used.", path=path)
    sentence = tr(
        "The settings file had an error, so it was renamed to {name}, and the defaults are used.", name=aside.name
    )
    return Settings(), f"{sentence} {reason}".rstrip()


def retired_notice(path: Path) -> str:
    """Return the sentence about retired entries in the file; "" without any, or for a broken file."""
    try:
        names = find_retired(read_text(path))
    except (UsageError, OSError, ValueError):
        return ""
    if not names:
        return ""
    return tr_count(
        "The settings file has an entry that is no longer used, and is ignored: {names}.",
        "The settings file has {number} entries that are no longer used, and are ignored: {names}.",
        len(names),
        names=", ".join(names),
    )


def save(path: Path, settings: Settings) -> None:
    """Write the settings atomically, keeping comments and everything else in the file.

    Raises UsageError if the file is broken, or this computer cannot do what is new; InputError if it cannot be written.
    """
    current = load(path)
    check_changes(current, settings)
    try:
        text = read_text(path) or template()
        for each in entries():
            value = get_value(settings, each.name)
            if value != get_value(current, each.name):
                text = _with_value(text, each, value)
        if settings.questions != current.questions:
            text = with_tables(text, current.questions, settings.questions)
        valid = from_toml(text) == settings and len(text.encode()) <= MAX_BYTES
    except (UsageError, ValueError, TOMLKitError):
        valid = False
    if not valid:
        raise UsageError(
            tr("The settings file {path} has entries in unexpected places. Edit it by hand, or delete it.", path=path)
        )
    try:
        _write(path, text)
    except OSError as error:
        if file_retry.is_in_use(error):
            raise in_use_error(path) from error
        raise InputError(
            tr("The settings file {path} cannot be written: {error}.", path=path, error=error.strerror or error)
        ) from error


def template() -> str:
    """Return the text of a new file: every entry with its description, commented out."""
    how_to = tr("The settings of Edge Assistant. Remove the # before an entry to set it.")
    about_keys = tr("A shortcut is written like {example}; empty quotes mean none.", example=Settings().hotkeys.window)
    lines = [f"# {how_to}"]
    group = ""
    for each in entries():
        if each.info.group != group:
            group = each.info.group
            lines += ["", f"# == {tr(GROUPS[each.info.group])} =="]
            if group == HOTKEYS:
                lines += [f"# {about_keys}", f"[{HOTKEYS}]"]
        lines += ["", *_comment(each), _commented_out(each)]
    about_questions = tr("Your own questions: a name, the text that is asked, and a shortcut if you like.")
    lines += ["", f"# == {tr(GROUPS[QUESTIONS])} ==", f"# {about_questions}", "", *example_table()]
    return "\n".join(lines) + "\n"


def _with_value(text: str, entry: SettingsEntry, value: Value) -> str:
    """Return the text with another value for one entry; None comments it out."""
    table, _, name = entry.name.rpartition(".")
    document = tomlkit.parse(text)
    values: Any = document.get(table, {}) if table else document
    if name in values:
        if value is not None:
            values[name] = value
            return tomlkit.dumps(document)
        mark = "to be commented out"
        values[name] = mark
        return re.sub(
            rf'(?m)^([ \t]*){re.escape(name)}[ \t]*=[ \t]*"{mark}"',
            lambda found: f"{found[1]}{_commented_out(entry)}",
            tomlkit.dumps(document),
        )
    if value is None:
        return text
    line = tomlkit.dumps({name: value}).rstrip("\n")
    return _insert_entry(text, table, name, [*_comment(entry), line])


def _insert_entry(text: str, table: str, name: str, lines: list[str]) -> str:
    """Insert the entry in place of the commented-out one, else with its comment at the end of the table."""
    rows = text.removesuffix("\n").split("\n")
    heads = [number for number, row in enumerate(rows) if re.match(r"\s*\[", row)]
    if table and not any(rows[number].strip().startswith(f"[{table}]") for number in heads):
        return "\n".join([*rows, "", f"[{table}]", *lines]) + "\n"
    first = next((number + 1 for number in heads if rows[number].strip().startswith(f"[{table}]")), 0) if table else 0
    last = next((number for number in heads if number >= first), len(rows))
    for number in range(first, last):
        if re.match(rf"\s*#\s*{re.escape(name)}\s*=", rows[number]):
            rows[number] = lines[-1]
            return "\n".join(rows) + "\n"
    while last > first and not rows[last - 1].strip():
        last -= 1
    rows[last:last] = lines if last == first else ["", *lines]
    return "\n".join(rows) + "\n"


def _comment(entry: SettingsEntry) -> list[str]:
    """Return the comment above an entry: its description, its values and its default."""
    default = tr(entry.info.unset) if entry.default in (None, "") else _quoted(entry.default)
    sentences = [describe_entry(entry), tr("Default: {default}.", default=default)]
    label = [] if entry.info.group == HOTKEYS else [f"{tr(entry.info.label)}:"]
    return textwrap.wrap(" ".join([*label, *sentences]), 110, initial_indent="# ", subsequent_indent="# ")


def _commented_out(entry: SettingsEntry) -> str:
    example = entry.info.example if entry.default is None else entry.default
    return f"# {entry.name.rpartition('.')[2]} = {_quoted(example)}"


def _quoted(value: Value) -> str:
    return tomlkit.item(value).as_string() if value is not None else '""'


def _unused_path(path: Path) -> Path:
    today = datetime.date.today().isoformat()
    names = (f"{path.name}.broken-{today}{f'-{number}' if number > 1 else ''}" for number in itertools.count(1))
    return next(path.with_name(name) for name in names if not os.path.lexists(path.with_name(name)))


def _write(path: Path, text: str) -> None:
    path = path.resolve()  # a symbolic link, to a dotfiles folder say, stays a link
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, text.encode())
