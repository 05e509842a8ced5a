"""What people's files, scripts and habits rely on stays: names, codes and files, as tests/data/contract.toml has them.

Most is asked of the product itself: its parser, its schema, its events, what its commands print. Codes, variables and
names of files are read from its syntax trees, see contract_source.py.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from support.contract_source import Source
from support.home_before import put_home

from edge_assistant.assistant import events
from edge_assistant.cli import main
from edge_assistant.hotkeys import key as keys
from edge_assistant.hotkeys.actions import ACTIONS
from edge_assistant.models.library import FileState
from edge_assistant.settings import schema
from edge_assistant.settings.entry import SettingsEntry
from edge_assistant.settings.questions import Question
from edge_assistant.system.i18n import use_language
from edge_assistant.system.ipc import PROBLEMS, RELOAD, SHOW, TUNED

LIST = "tests/data/contract.toml"
RUNS = (
    ("list",),
    ("recommend",),
    ("path",),
    ("verify", "whole"),
    ("remove", "seeing-tiny-q8_0"),
    ("export", "{home}/stick", "whole"),
    ("import", "--copy", "{home}/stick/whole-Q4_K_M.gguf", "{home}/stick/mmproj-whole-Q8_0.gguf"),
)
"""Commands below `models` that are quick with the home that version 0.1 left."""

_NO_NAMES_OF_OURS = frozenset(
    (
        *("cpu_atom", "cpu_core", "cpus"),  # of the kernel
        *(
            "bin",
            "pythonw.exe",
            "scripts",
            "scripts/setup",
            "lib",
            "*.dll",
            "locale",
            "shipped_models",
            "task_table.toml",
            "samples",
            "*.png",
        ),  # inside of the program
        *("sentence.aiff", "sentence.wav"),  # for as long as it is spoken
    )
)
_NONE_OF_PEOPLE = frozenset(("GOMP_SPINCOUNT", "LD_LIBRARY_PATH_ORIG", "PATH", "QT_WAYLAND_USE_DATA_CONTROL"))
"""Variables that libraries and packaging set for the program, or it for them."""


@pytest.fixture(scope="module")
def source(repository: Path) -> Source:
    return Source(repository / "edge_assistant")


@pytest.fixture(scope="module")
def agreed(repository: Path) -> dict[str, list[str]]:
    return tomllib.loads((repository / LIST).read_text(encoding="utf-8"))


@pytest.fixture
def check(agreed: dict[str, list[str]]) -> Callable[[str, Iterable[str]], None]:
    """Compare what the product has with one list of the contract."""

    def compare(name: str, found: Iterable[str]) -> None:
        here, written = set(found), agreed[name]
        assert written == sorted(set(written)), f"Sort the list {name} of {LIST}, each line once."
        lost, new = sorted(set(written) - here), sorted(here - set(written))
        told = []
        if lost:
            told.append(
                f"The list {name} of {LIST} has what the product lost: {lost}. People's files and scripts use it: keep "
                "it, or go on reading the old name too. A settings entry that went is named in settings.RETIRED. Only "
                "then change the list."
            )
        if new:
            told.append(f"The product has something new: {new}. Is it named well? It will stay. Add it to {name}.")
        assert not told, "\n".join(told)

    return compare


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Commands take the language of the settings, and it would hold for the tests that follow."""
    yield
    use_language(None)


def test_the_settings(check: Callable[[str, Iterable[str]], None]) -> None:
    questions = (f"questions[].{each.name}: text" for each in fields(Question))
    check("settings", (*(f"{each.name}: {_values(each)}" for each in schema.entries()), *questions))
    check("retired_settings", schema.RETIRED)


def _values(entry: SettingsEntry) -> str:
    """What the entry may be; less would break the files that have the rest."""
    info = entry.info
    kind = " or ".join(info.choices) or {bool: "true or false", int: "number", str: "text"}[entry.kind]
    kind += " from {} to {}".format(*info.range) if info.range else ""
    return f"{kind}, or left out" if entry.optional else kind


def test_the_keys_that_settings_may_name(agreed: dict[str, list[str]]) -> None:
    for key in agreed["keys"]:
        assert keys.parse_key(f"super+{key}") == keys.Key(frozenset(("super",)), key), key
    for modifier in agreed["modifiers"]:
        written, _, means = modifier.partition(" is ")
        assert str(keys.parse_key(f"{written}+F9")) == f"{means or written}+F9"
    assert {*keys.FUNCTION_KEYS} <= set(agreed["keys"])
    assert {*keys.MODIFIERS} <= set(agreed["modifiers"])


def test_the_actions_and_the_words_that_commands_say_to_the_running_program(
    check: Callable[[str, Iterable[str]], None],
) -> None:
    check("actions", ACTIONS)
    check("words_to_the_running_program", (PROBLEMS, RELOAD, SHOW, TUNED))


class _Captured(Exception):
    def __init__(self, parser: argparse.ArgumentParser) -> None:
        super().__init__()
        self.parser = parser


def test_the_commands_and_their_options(
    check: Callable[[str, Iterable[str]], None], monkeypatch: pytest.MonkeyPatch, repository: Path
) -> None:
    def capture(self: argparse.ArgumentParser, *_: object) -> None:
        sys.exit(_Captured(self))  # type: ignore[arg-type]

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", capture)
    with pytest.raises(SystemExit) as stopped:
        main.main([])
    assert isinstance(stopped.value.code, _Captured)
    scripts = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    (program,) = scripts
    check("commands", _commands(stopped.value.code.parser, program))


def _commands(parser: argparse.ArgumentParser, path: str) -> Iterator[str]:
    """A line for each command, each of its arguments, and each spelling of each option."""
    yield path
    assert {"-h", "--help"} <= parser._option_string_actions.keys()
    number = 0
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction):
            continue
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                yield from _commands(command, f"{path} {name}")
            continue
        value = "|".join(map(str, action.choices)) if action.choices else "value"
        many = {None: f" {value}", 0: "", "?": f" [{value}]", "*": f" [{value} …]", "+": f" {value} …"}[action.nargs]  # type: ignore[index]
        more = ", repeatable" if isinstance(action, argparse._AppendAction) else ""
        number += not action.option_strings
        yield from (f"{path} {option}{many}{more}" for option in action.option_strings or [f"argument {number}:"])


def test_the_events_of_describe(check: Callable[[str, Iterable[str]], None], repository: Path) -> None:
    picture = repository / "models/demo/samples/save-dialog.png"
    command = [sys.executable, "-m", "edge_assistant", "describe", str(picture), "--json", "--no-speak"]
    run = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True, timeout=60)
    printed = [json.loads(line) for line in run.stdout.splitlines()]
    assert {each["event"] for each in printed} >= {"stage", "token", "sentence", "done"}
    found = {key for each in printed for key in _keys(each, each["event"])}
    for kind in get_args(events.Event):
        event = kind(**{each.name: _filler(each.type) for each in fields(kind)})
        plain = events.to_json_object(event)
        found |= set(_keys(plain, plain["event"]))
        for name, hint in get_type_hints(kind).items():
            if get_origin(hint) is Literal:
                found |= {f"{plain['event']}.{name} = {value}" for value in get_args(hint)}
    check("events_of_describe", found)


def _filler(hint: object) -> Any:
    """Any value for a field of an event; only its key matters."""
    values: dict[object, object] = {"Timings": events.Timings(), "ReadTimings": events.ReadTimings()}
    return {**values, "str": "", "int": 0, "float": 0.0}.get(hint)


def _keys(value: object, path: str) -> Iterator[str]:
    """The path of each key in nested objects; items of lists have the list's."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}.{key}"
            yield from _keys(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner, f"{path}[]")


def test_the_events_of_other_commands(
    check: Callable[[str, Iterable[str]], None], source: Source, capsys: pytest.CaptureFixture[str]
) -> None:
    told = source.told_to_programs()
    home = put_home()
    found: set[str] = set()
    for arguments in RUNS:
        words = [each.format(home=home.folder) for each in arguments]
        assert main.main(["models", *words, "--json", "--no-speak"]) == 0, words
        for event in map(json.loads, capsys.readouterr().out.splitlines()):
            kind = event.pop("event")
            if kind == "weights":  # all that its function says: no keywords, so not in the source
                found |= set(_keys(event, kind))
                found |= {f"weights.files[].trust = {each['trust']}" for each in event["files"]}
                continue
            with_action = f"{kind} {event.get('action')}" if kind == "done" else kind
            assert f"{with_action}: {', '.join(sorted(event))}" in told, event
    assert {each for each in found if each.startswith("weights.files")}
    found |= {f"weights.files[].state = {state}" for state in get_args(FileState)}
    check("events_of_other_commands", told | found)


def test_the_codes_of_errors_and_notices(check: Callable[[str, Iterable[str]], None], source: Source) -> None:
    """Every code that some part of the product waits for is one that another part tells."""
    errors, notices = source.error_codes(), source.notice_codes()
    assert source.compared_codes() <= {code for code, _ in errors} | notices
    check("errors", (f"{code}: exit code {exit_code}" for code, exit_code in errors))
    check("notices", notices)


def test_the_variables(check: Callable[[str, Iterable[str]], None], source: Source, repository: Path) -> None:
    """Those that the program reads; and of those of its own name, the ones that scripts read."""
    check("variables", source.variables() - _NONE_OF_PEOPLE)
    scripts = [path for folder in ("scripts", "packaging", ".ci") for path in sorted((repository / folder).rglob("*"))]
    texts = [path.read_text("utf-8", "ignore") for path in scripts if path.suffix in ("", ".py") and path.is_file()]
    found = {name for text in texts for name in re.findall(r"\bEDGE_ASSISTANT_[A-Z_]+\b", text)}
    check("variables_of_scripts", found)


def test_the_names_of_files(check: Callable[[str, Iterable[str]], None], source: Source) -> None:
    check("files", source.paths() - _NO_NAMES_OF_OURS)


def test_the_collectors_see_what_they_are_for(tmp_path: Path) -> None:
    """A code, a variable or a file that is new is found, however it is told."""
    (tmp_path / "product").mkdir()
    (tmp_path / "product" / "new.py").write_text(
        "class Base(Exception):\n    kind = 'network'\n    code = 'of-class'\n"
        "class Sub(Base):\n    def __init__(self):\n        super().__init__(tr('x'), code='of-super')\n"
        "SPARE = 'of-constant'\nCODES = {'length': ('of-table', later('x'))}\n"
        "def notice(index, code, message): ...\n"
        "def run(self, on_notice, environ, folder):\n"
        "    notice(0, 'of-call', text)\n    on_notice('of-callback', text)\n"
        "    raise Sub(tr('x'), code='of-raise' if folder else SPARE)\n"
        "    environ.get('READ_ONE'), environ['READ_TWO'], 'READ_THREE' in environ\n"
        "    folder / 'some.json', folder.with_name(f'{x}.tmp')\n"
        "    self.event('done', action='go', name=1)\n"
        "    return error.code == 'of-waiting'\n",
        encoding="utf-8",
    )
    source = Source(tmp_path / "product")
    assert source.error_codes() == {(code, 8) for code in ("of-class", "of-super", "of-raise", "of-constant")}
    assert source.notice_codes() == {"of-table", "of-call", "of-callback"}
    assert source.compared_codes() == {"of-waiting"}
    assert source.variables() == {"READ_ONE", "READ_TWO", "READ_THREE"}
    assert source.paths() == {"some.json", "*.tmp"}
    assert source.told_to_programs() == {"done go: action, name"}
