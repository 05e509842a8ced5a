#!/usr/bin/env python3
"""Makes docs/cli.md from the argument parser and docs/settings.md from the schema; with --check, says whether they
are as the program is. Needs the packages of .venv, and no display.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from edge_assistant.cli.exit_codes import EXIT_CODES
from edge_assistant.cli.parser import make_parser
from edge_assistant.controller.settings_applier import ENGINE_SETTINGS
from edge_assistant.hotkeys.defaults import default_keys
from edge_assistant.settings.entry import BASIC_GROUPS, GROUPS, HOTKEYS, QUESTIONS, SettingsEntry, format_value
from edge_assistant.settings.questions import MOST_NAME_CHARACTERS, MOST_QUESTIONS, MOST_TEXT_CHARACTERS
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

What stands in brackets may be left out. Ctrl-C silences a command and ends it at once.
"""

_EXIT_CODE_MEANINGS = {
    "usage": "the command line or the settings file asks for something that is not possible",
    "weights": "a model's files are missing, damaged or do not belong together",
    "nothing-to-see": "nothing to see: the picture is blank, or the session is locked",
    "input": "the picture cannot be had: no such file, no display, no camera, no permission",
    "engine": "the engine or text recognition failed, or the program has a fault",
    "does-not-fit": "it does not fit: memory, context or disk is too small",
    "network": "the network or the model hub failed",
    "not-running": "nothing runs that could be triggered",
    "cancelled": "cancelled",
}

_SETTINGS_TOP = """
# Settings

Every setting, made from the schema that the settings window and the command are made from, too.

    edge-assistant settings list               # every setting, its value and its meaning
    edge-assistant settings set rate 180       # change one, also in the running program
    edge-assistant settings set rate ""        # let the program choose again
    edge-assistant settings path               # where the file is

In the app they are in the menu Tools, Settings: every field tells what it means, keys are recorded by pressing them,
and voices can be heard first. Ctrl+F finds settings by words of their labels and descriptions. The file is TOML with a
comment for each entry, and is yours to edit: text stands in quotes there, and `on` and `off` are `true` and `false`. A
change applies at once, to all commands and to the running program; where this is said below, that loads the model
again. Changes by hand are read at the next start, or with the next `edge-assistant settings set`.

A file with an error: the app and `edge-assistant listen` rename it, say so, and start with the defaults. Other commands
say what is wrong with it and stop.
"""

_HOTKEYS_TOP = """
They stand in the table `[hotkeys]` of the file. A shortcut is modifiers and one key: `ctrl+shift+F9`, `super+d`.
Modifiers are ctrl, alt, shift and super (also called control or strg, option, umschalt, and win, cmd or meta); keys are
letters, digits, F1 to F24, space, home, end, pageup, pagedown and pause. Ctrl with Alt is refused, but for function
keys on Windows, and so are keys that type, unless ctrl, alt or super is added, and new ones that all programs need,
such as `ctrl+c` and `alt+F4`. "" takes a key away. Why these keys:
[in general](adr/0011-keys-that-nobody-else-has.md), [on Windows](adr/0041-keys-on-windows.md).
"""

_QUESTIONS_TOP = f"""
Up to {MOST_QUESTIONS} questions that you ask often, with a name and perhaps a shortcut. In the file each is a table:

    [[questions]]
    name = "Free seat"              # how it is called in lists, up to {MOST_NAME_CHARACTERS} characters
    text = "Which seat is free?"    # what is asked, up to {MOST_TEXT_CHARACTERS} characters
    key = "ctrl+shift+F3"           # may be left out

They are asked about the active window: P in the list of choices and then the question's digit or letter, its shortcut,
or `edge-assistant trigger question NAME`; `edge-assistant describe FILE --question NAME` asks one about any picture.
"""

_TASKS = """
## What models are asked: tasks.toml

The words in which a model is asked, how large pictures are sent, how long answers may be and how their words are chosen
stand in one table, for each family of models, task, variant (Instruct or Thinking) and language of the answer:
[task_table.toml](../edge_assistant/engine/task_table.toml), whose head explains every entry. To change some, write them
into a file `tasks.toml` beside the settings file, in the same form:

    [qwen3-vl.question.instruct]       # a question of your own, with a model that does not think
    temperature = 0.2

    [qwen3-vl.glance]
    max_tokens = 200                   # counted in English; other languages get as many more as they need
    de.prompt = "Was ist das? Ein Satz."

    edge-assistant settings tasks --language de    # what holds then

The entry wins that names the task, else the one that names the variant, else the one that names the language; at the
same place yours wins. The file is read whenever a model is loaded, and from this folder only: models and folders that
you import change nothing of it. If it has an error, it is ignored, and a sentence says which. The settings above for
image tokens and thinking, options of a command, and the image tokens that `tune` chose for a glance override the table.
The demo model knows English only, and is asked as it was trained.
"""


def cli_document() -> str:
    """Return the text of docs/cli.md."""
    use_language("en")
    codes = [("0", "done"), *((str(code), _EXIT_CODE_MEANINGS[kind]) for kind, code in EXIT_CODES.items())]
    parts = [MADE, _CLI_TOP, *_commands(make_parser(), "edge-assistant")]
    parts += ["## Exit codes", _table(("exit code", "meaning"), codes)]
    return _joined(parts)


def _commands(parser: argparse.ArgumentParser, path: str, summary: str = "") -> Iterator[str]:
    """Yield the section of a command and those of its subcommands; one without arguments is in its parent's table."""
    rows, subcommands = [], []
    for action in sorted(parser._actions, key=lambda action: bool(action.option_strings)):
        if isinstance(action, argparse._SubParsersAction):
            summaries = {each.dest: each.help or "" for each in action._choices_actions}
            subcommands = [(subparser, name, summaries[name]) for name, subparser in action.choices.items()]
        elif not isinstance(action, argparse._HelpAction):
            rows.append((f"`{_spelling(action)}`", action.help or ""))
    if not rows and not subcommands:
        return
    text = summary or parser.description or ""
    yield f"## {path}"
    yield f"{text[:1].upper()}{text[1:].rstrip('.')}."
    if subcommands:
        yield _table(("command", "meaning"), ((f"`{path} {name}`", words) for _, name, words in subcommands))
    if rows:
        yield _table(("argument or option", "meaning"), rows)
    for subparser, name, words in subcommands:
        yield from _commands(subparser, f"{path} {name}", words)


def _spelling(action: argparse.Action) -> str:
    """Return an argument or option as a person types it, with the values that it takes."""
    value = "|".join(map(str, action.choices)) if action.choices else str(action.metavar or action.dest.upper())
    value = {None: value, 0: "", "?": f"[{value}]", "*": f"[{value} …]", "+": f"{value} …"}[action.nargs]
    more = " (repeatable)" if isinstance(action, argparse._AppendAction) else ""
    return f"{', '.join(action.option_strings)} {value}".strip() + more


def settings_document() -> str:
    """Return the text of docs/settings.md."""
    use_language("en")
    parts = [MADE, _SETTINGS_TOP]
    for group, title in GROUPS.items():
        rows = [_setting_row(entry) for entry in entries() if entry.info.group == group]
        above = {HOTKEYS: [_HOTKEYS_TOP], QUESTIONS: [_QUESTIONS_TOP]}.get(group, [])
        name = title if group in BASIC_GROUPS else f"Advanced: {title}"
        parts += [f"## {name}", *above, *([_table(("name", "default", "values", "meaning"), rows)] if rows else [])]
    retired = ", ".join(f"`{name}`" for name in sorted(RETIRED))
    parts += [
        _TASKS,
        "## No longer used",
        f"{retired}: ignored where a file still has it, which the app and `edge-assistant listen` say when they start.",
    ]
    return _joined(parts)


def _setting_row(entry: SettingsEntry) -> tuple[str, str, str, str]:
    info = entry.info
    default = info.unset if entry.default in (None, "") else f"`{format_value(entry.default)}`"
    if info.group == HOTKEYS:
        default = _default_key(entry.name.removeprefix(f"{HOTKEYS}."), info.unset)
    meaning = info.help if info.help.endswith(".") else f"{info.help[:1].upper()}{info.help[1:]}."
    if entry.name in ENGINE_SETTINGS:
        meaning += " Loads the model again."
    return f"`{entry.name}`", default, _values(entry), meaning


def _default_key(action: str, unset: str) -> str:
    """Return an action's key, and the one that it has on Windows where it is another."""
    keys, keys_on_windows = (default_keys(platform)[action] for platform in ("linux", "win32"))
    default = f"`{keys}`" if keys else unset
    return default if keys_on_windows == keys else f"{default}; on Windows `{keys_on_windows}`"


def _values(entry: SettingsEntry) -> str:
    info = entry.info
    if info.range:
        return f"{info.range[0]} to {info.range[1]} {info.unit}".strip()
    if info.choices:
        return "; ".join(f"`{choice}`: {words}" for choice, words in info.choices.items())
    text = "a shortcut" if info.group == HOTKEYS else "text"
    return {bool: "`on` or `off`", int: "a number", str: text}[entry.kind]


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


DOCUMENTS = {CLI: cli_document, SETTINGS: settings_document}


def stale() -> list[Path]:
    """Return the documents that are not as the program is."""
    return [path for path, make in DOCUMENTS.items() if not path.exists() or path.read_text("utf-8") != make()]


def main() -> int:
    """Write the documents that are not as the program is, or with --check only name them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a document is out of date")
    check = parser.parse_args().check
    found = stale()
    for path in found:
        name = path.relative_to(ROOT)
        if check:
            print(f"{name} is not as the program is: run scripts/make_docs.py.", file=sys.stderr)
        else:
            path.write_text(DOCUMENTS[path](), encoding="utf-8", newline="\n")
            print(f"{name} was made anew.")
    return 1 if check and found else 0


if __name__ == "__main__":
    sys.exit(main())
