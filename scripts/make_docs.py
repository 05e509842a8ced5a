#!/usr/bin/env python3
"""Makes docs/cli.md from the argument parser and docs/settings.md from the schema; with --check, says whether they
are as the program is. Needs the packages of .venv, and no display.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from edge_assistant.cli.main import _make_parser as make_parser
from edge_assistant.controller.settings_applier import ENGINE_SETTINGS
from edge_assistant.settings.entry import GROUPS, HOTKEYS, SettingsEntry, format_value
from edge_assistant.settings.schema import RETIRED, entries
from edge_assistant.system.i18n import use_language

ROOT = Path(__file__).resolve().parent.parent
CLI = ROOT / "docs" / "cli.md"
SETTINGS = ROOT / "docs" / "settings.md"
MADE = "<!-- Made by scripts/make_docs.py. Do not edit: change the program, then run it again. -->"

_CLI_TOP = """
# Commands and options

Every command of `edge-assistant`, made from its parser; `edge-assistant COMMAND --help` prints the same, in your
language. [usage.md](usage.md) tells how they are used. From a clone, the program is `.venv/bin/edge-assistant`.

An option in brackets may be left out, and so may an argument. Ctrl-C silences a command and ends it at once.
"""

EXIT_CODES = {
    0: "done",
    2: "the command line or the settings file asks for something that is not possible",
    3: "a model's files are missing, damaged or do not belong together",
    4: "nothing to see: the picture is blank, or the session is locked",
    5: "the picture cannot be had: no such file, no display, no camera, no permission",
    6: "the engine failed, or the program has a fault",
    7: "it does not fit: memory, context or disk is too small",
    8: "the network or the model hub failed",
    9: "nothing runs that could be triggered",
    130: "cancelled",
}
"""The exit codes, as in system/errors.py."""

_SETTINGS_TOP = """
# Settings

Every setting, made from the schema that the settings window and the command are made from, too.

    edge-assistant settings list               # every setting, its value and its meaning
    edge-assistant settings set rate 180       # change one, also in the running program
    edge-assistant settings set rate ""        # let the program choose again
    edge-assistant settings path               # where the file is

In the app they are in the menu Tools, Settings. The file is TOML with a comment for each entry, and is yours to edit:
text stands in quotes there, and what is on or off here is `true` or `false`. A change applies at once, to all commands
and to the running program, which then loads the model again where this is said below. Changes by hand are read at the next start, or with
the next `settings set`.

A file with an error: the app and `listen` rename it, say so, and start with the defaults. Other commands say what is
wrong and stop.
"""

_HOTKEYS_TOP = """
They stand in the table `[hotkeys]` of the file. A shortcut is modifiers and one key: `ctrl+shift+F9`, `super+d`.
Modifiers are ctrl, alt, shift and super (also called control, option, meta, win or cmd); keys are letters, digits, F1
to F24, space, home, end, pageup, pagedown and pause. Refused are keys that other assistive programs need: Ctrl with Alt,
and keys that type when pressed alone. "" takes a key away. [The reasons](adr/0011-keys-that-nobody-else-has.md).
"""


def cli_document() -> str:
    """Return the text of docs/cli.md."""
    use_language("en")
    parts = [f"{MADE}\n{_CLI_TOP}", *_commands(make_parser(), "edge-assistant")]
    codes = _table(("exit code", "meaning"), ((str(code), words) for code, words in EXIT_CODES.items()))
    return "\n".join([*parts, "## Exit codes\n", codes])


def _commands(parser: argparse.ArgumentParser, path: str, summary: str = "") -> Iterator[str]:
    """Return the section of a command, then those of its subcommands."""
    rows, subcommands = [], []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            summaries = {each.dest: each.help or "" for each in action._choices_actions}
            subcommands = [(parser, name, summaries[name]) for name, parser in action.choices.items()]
        elif not isinstance(action, argparse._HelpAction):
            rows.append((f"`{_spelling(action)}`", action.help or ""))
    text = summary or parser.description or ""
    section = [f"## {path}", f"{text[:1].upper()}{text[1:].rstrip('.')}."]
    if rows:
        section.append(_table(("argument or option", "meaning"), rows).rstrip())
    if subcommands:
        names = _table(("command", "meaning"), ((f"`{path} {name}`", words) for _, name, words in subcommands))
        section.append(names.rstrip())
    yield "\n\n".join(section) + "\n"
    for subparser, name, words in subcommands:
        yield from _commands(subparser, f"{path} {name}", words)


def _spelling(action: argparse.Action) -> str:
    """Return an argument or option as a person types it, with the values that it takes."""
    value = "|".join(map(str, action.choices)) if action.choices else str(action.metavar or action.dest.upper())
    value = {None: value, 0: "", "?": f"[{value}]", "*": f"[{value} …]", "+": f"{value} …"}[action.nargs]
    if not action.option_strings:
        return value
    spelled = ", ".join(action.option_strings)
    return f"{spelled} {value}".strip() + (" (repeatable)" if isinstance(action, argparse._AppendAction) else "")


def settings_document() -> str:
    """Return the text of docs/settings.md."""
    use_language("en")
    parts = [f"{MADE}\n{_SETTINGS_TOP}"]
    for group, title in GROUPS.items():
        rows = [_setting_row(entry) for entry in entries() if entry.info.group == group]
        heads = ("name", "default", "values", "meaning")
        parts += [f"## {title}", *([_HOTKEYS_TOP.strip()] if group == HOTKEYS else []), _table(heads, rows).rstrip()]
    retired = ", ".join(f"`{name}`" for name in sorted(RETIRED))
    parts.append(f"## No longer used\n\n{retired}: ignored where a file still has it, and said once.")
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _setting_row(entry: SettingsEntry) -> tuple[str, str, str, str]:
    info = entry.info
    default = info.unset if entry.default in (None, "") else f"`{format_value(entry.default)}`"
    if info.range:
        values = f"{info.range[0]} to {info.range[1]} {info.unit}".strip()
    else:
        values = "; ".join(f"`{choice}`: {words}" for choice, words in info.choices.items())
        values = values or {bool: "`on` or `off`", int: "a number", str: "a shortcut" if info.group == HOTKEYS else "text"}[entry.kind]
    meaning = info.help if info.help.endswith(".") else f"{info.help[:1].upper()}{info.help[1:]}."
    if entry.name in ENGINE_SETTINGS:
        meaning += " The model is loaded again."
    return f"`{entry.name}`", default, values, meaning


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


DOCUMENTS = {CLI: cli_document, SETTINGS: settings_document}


def stale() -> list[Path]:
    """Return the documents that are not as the program is."""
    return [path for path, make in DOCUMENTS.items() if not path.exists() or path.read_text("utf-8") != make()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when a document is not fresh")
    found = stale()
    if parser.parse_args().check:
        for path in found:
            print(f"{path.relative_to(ROOT)} is not as the program is: run scripts/make_docs.py.", file=sys.stderr)
        return 1 if found else 0
    for path in found:
        path.write_text(DOCUMENTS[path](), encoding="utf-8")
        print(f"{path.relative_to(ROOT)} is made.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
