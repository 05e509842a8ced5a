"""The settings file: commented TOML that a person can edit, and that keeps what the person wrote in it."""

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

from edge_assistant.settings.entry import GROUPS, KEYS, SettingsEntry, Value, meaning
from edge_assistant.settings.schema import (
    MOST_BYTES,
    Settings,
    entries,
    from_toml,
    load,
    retired_in,
    text_of,
    value_of,
)
from edge_assistant.system.atomic_file import replace_file
from edge_assistant.system.errors import InputError, UsageError
from edge_assistant.system.i18n import tr, tr_count

_WIDTH = 110


def load_or_set_aside(path: Path) -> tuple[Settings, str]:
    """The settings, and "". Of a broken file: the defaults, and a sentence; the file is kept under another name."""
    try:
        return load(path), ""
    except UsageError:
        pass
    aside = _free_name(path)
    try:
        path.rename(aside)
    except OSError:  # it stays where it is, and is found broken the next time, too
        return Settings(), tr("The settings file {path} cannot be used, so the defaults are used.", path=path)
    return Settings(), tr(
        "The settings file had an error, so it was renamed to {name}, and the defaults are used.", name=aside.name
    )


def retired_notice(path: Path) -> str:
    """The sentence about entries of earlier versions that the file still has; "" without any, or for a broken file."""
    try:
        names = retired_in(text_of(path))
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


def save(path: Path, wanted: Settings) -> None:
    """Make the file say `wanted`, keeping what else stands in it. The file is never half written.

    Raises UsageError where the file is broken, and InputError where it cannot be written.
    """
    now = load(path)
    try:
        text = text_of(path) or template()
        for each in entries():
            value = value_of(wanted, each.name)
            if value != value_of(now, each.name):
                text = _with(text, each, value)
        understood = from_toml(text) == wanted and len(text.encode()) <= MOST_BYTES
    except (UsageError, ValueError, TOMLKitError):
        understood = False
    if not understood:
        raise UsageError(
            tr("The settings file {path} has entries in unexpected places. Edit it by hand, or delete it.", path=path)
        )
    try:
        _write(path, text)
    except OSError as error:
        raise InputError(
            tr("The settings file {path} cannot be written: {error}.", path=path, error=error.strerror or error)
        ) from error


def template() -> str:
    """A file that says nothing but what could be said: every entry with its meaning, commented out."""
    how_to = tr("The settings of Edge Assistant. Remove the # before an entry to set it.")
    about_keys = tr("A shortcut is written like ctrl+shift+F9; empty quotes mean none.")
    lines = [f"# {how_to}"]
    group = ""
    for each in entries():
        if each.about.group != group:
            group = each.about.group
            lines += ["", f"# == {tr(GROUPS[each.about.group])} =="]
            if group == KEYS:
                lines += [f"# {about_keys}", f"[{KEYS}]"]
        lines += ["", *_comment(each), _left_out(each)]
    return "\n".join(lines) + "\n"


def _with(text: str, entry: SettingsEntry, value: Value) -> str:
    """The text with another value for one entry; None comments it out."""
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
            lambda found: f"{found[1]}{_left_out(entry)}",
            tomlkit.dumps(document),
        )
    if value is None:
        return text
    line = tomlkit.dumps({name: value}).rstrip("\n")
    return _inserted(text, table, name, [*_comment(entry), line])


def _inserted(text: str, table: str, name: str, lines: list[str]) -> str:
    """In place of the commented-out entry, else with its comment at the end of the table."""
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
    """The lines above an entry: what it is, what it may be, and what holds where it is not set."""
    default = tr(entry.about.unset) if entry.default in (None, "") else _quoted(entry.default)
    told = [meaning(entry), tr("Default: {default}.", default=default)]
    label = [] if entry.about.group == KEYS else [f"{tr(entry.about.label)}:"]
    return textwrap.wrap(" ".join([*label, *told]), 110, initial_indent="# ", subsequent_indent="# ")


def _left_out(entry: SettingsEntry) -> str:
    example = entry.about.example if entry.default is None else entry.default
    return f"# {entry.name.rpartition('.')[2]} = {_quoted(example)}"


def _quoted(value: Value) -> str:
    return tomlkit.item(value).as_string() if value is not None else '""'


def _free_name(path: Path) -> Path:
    today = datetime.date.today().isoformat()
    names = (f"{path.name}.broken-{today}{f'-{number}' if number > 1 else ''}" for number in itertools.count(1))
    return next(path.with_name(name) for name in names if not os.path.lexists(path.with_name(name)))


def _write(path: Path, text: str) -> None:
    path = path.resolve()  # a link to where somebody keeps all settings stays a link
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, text.encode())
