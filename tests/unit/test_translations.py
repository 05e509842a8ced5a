"""The catalogues: no sentence missing, none guessed, nothing lost on the way, and the compiled ones are fresh."""

from __future__ import annotations

import argparse
import ast
import gettext
import inspect
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import translations
from babel.messages import Catalog
from translating import unmarked

from edge_assistant.cli import argument_parser, main
from edge_assistant.cli import parser as cli_parser
from edge_assistant.system import i18n
from edge_assistant.system.i18n import tr, tr_count, translate_libraries, use_language


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    use_language(None)


def test_german_is_shipped() -> None:
    assert "de" in i18n.languages()
    assert translations.languages() == [each for each in i18n.languages() if each != "en"]


@pytest.mark.parametrize("language", translations.languages())
def test_no_sentence_is_missing_or_stale(language: str) -> None:
    assert list(translations.faults(language)) == []


def test_what_is_no_language_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["translations.py", "update", "../x"])
    with pytest.raises(SystemExit, match="2"):
        translations.main()
    assert "../x is no code of a language" in capsys.readouterr().err


def test_the_check_finds_what_is_missing_guessed_left_over_or_filled_in_differently(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said, known = Catalog(locale="de"), Catalog(locale="de")
    for words in ("One {name}.", "Two.", "Three."):
        said.add(words)
    known.add("One {name}.", "Eins {nam}.")
    known.add("Two.", "Zwei.", flags=["fuzzy"])
    known.add("Four.", "Vier.")
    monkeypatch.setattr(translations, "extracted", lambda: said)
    monkeypatch.setattr(translations, "read", lambda _: known)
    found = " ".join(translations.faults("de"))
    for fault in (
        "other places to fill in: Eins",
        "only guessed: Two.",
        "not translated: Three.",
        "longer said: Four.",
    ):
        assert fault in found


def test_the_program_speaks_german_and_its_processes_too(repository: Path) -> None:
    use_language("de-AT")
    assert tr("Ready") == "Bereit"
    assert tr_count("This took {number} second.", "This took {number} seconds.", 2) == "Das hat 2 Sekunden gedauert."
    code = "from edge_assistant.system.i18n import tr; print(tr('Ready'))"
    run = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True)
    assert run.stdout == "Bereit\n"


def test_an_error_is_told_in_the_language_of_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    from edge_assistant.settings import schema
    from edge_assistant.settings.store import save

    save(schema.path(), schema.with_values(schema.Settings(), {"language": "de"}))
    assert main.main(["settings", "get", "dance"]) == 2
    assert "Es gibt keine Einstellung dance." in capsys.readouterr().err


_UNMET = (
    "invalid option string", "dest= is required",
    "invalid conflict_resolution", "cannot have multiple", "expected %s",
    "cannot merge", "conflicting", "mutually exclusive", "'required' is an invalid", ".__call__", "is not callable",
    "unknown parser", "can't open", "%(prog)s: error", "argument \"-\" with mode", "invalid %(type)s value",
    "unexpected option string", "%(heading)s", "is deprecated", "argument '%(argument_name)s' is",
    "command '%(parser_name)s' is",
)  # fmt: skip
"""Parts of what argparse tells programmers, or of files and numbers of arguments, which are not used here."""


class _Marking(gettext.NullTranslations):
    """A language in which everything is in angle quotes, so that what is not translated is seen."""

    def gettext(self, message: str) -> str:
        return f"«{message}»"


def test_every_marked_sentence_is_extracted_also_inside_another() -> None:
    known = {message.id if isinstance(message.id, str) else message.id[0] for message in translations.extracted()}
    for path in sorted(translations.PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in translations.KEYWORDS:
                (text, *_) = node.args
                if isinstance(text, ast.Constant) and text.value:
                    assert text.value in known, f"{path.name}:{node.lineno}: take it out of the sentence around it"


def test_no_sentence_of_the_program_is_left_out_of_the_catalogues() -> None:
    assert list(unmarked.faults(translations.PACKAGE)) == []


@pytest.mark.parametrize(
    "line",
    [
        'raise InputError("No camera was found.")',
        'raise InputError(f"No {name}.")',
        'say(tr("{what} is ready.", what="The engine" if x else ""))',
        'add("--json", help="one object a line")',
        'QPushButton("Close")',
        'WORDS = {"load": "Loading"}',
        'def f(words: str = "Nothing to say"): pass',
    ],
)
def test_the_finder_sees_what_is_not_translatable(line: str) -> None:
    assert list(unmarked.unmarked(line))


@pytest.mark.parametrize(
    "line",
    [
        'say(tr("No camera was found."))',
        'WORDS = {"load": tr_noop("Loading")}',
        'tr_count("{number} file is damaged.", "{number} files are damaged.", count)',
        '_log.info("the screen cannot be read: %s", error)',
        'raise ValueError("no such thing")',
        'def f() -> "Some Type":\n    """Says what it does."""',
    ],
)
def test_the_finder_passes_over_what_is_translated_or_for_programmers(line: str) -> None:
    assert list(unmarked.unmarked(line)) == []


def test_the_finder_sees_what_is_translated_before_the_language_is_known() -> None:
    assert list(unmarked.translated_at_import('WORDS = tr("Loading")\ndef f(words=tr("Thinking")): pass')) == [2, 1]
    assert (
        list(unmarked.translated_at_import('def f():\n    return tr("Loading")\nlazy = lambda: tr("Thinking")')) == []
    )


def test_all_help_of_the_command_line_is_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_translations", _Marking())
    seen = list(_shown(cli_parser.make_parser()))
    assert len(seen) > 100
    assert [each for each in seen if not each.startswith("«")] == []


def test_the_list_of_actions_is_in_the_persons_language(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(main, "_use_language_of_settings", lambda: use_language("de"))
    assert main.main(["trigger", "--list"]) == 0
    assert "window: beschreibt das aktive Fenster" in capsys.readouterr().out


def _shown(parser: argparse.ArgumentParser) -> Iterator[str]:
    """All texts of a parser and of those below it, but argparse's own."""
    for group in parser._action_groups:
        if group.title not in ("positional arguments", "options"):
            yield from filter(None, (group.title, group.description))
    yield from filter(None, (parser.description, parser.epilog))
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield str(action.metavar)
            yield from (str(choice.help) for choice in action._choices_actions)
            for below in action.choices.values():
                yield from _shown(below)
        elif not isinstance(action, argparse._HelpAction):
            yield str(action.help)
            if action.metavar is not None:
                yield str(action.metavar)


def test_argparses_own_words_are_in_the_catalogues() -> None:
    said = [
        argument.value
        for node in ast.walk(ast.parse(inspect.getsource(argparse)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext")
        for argument in node.args[:1]
        if isinstance(argument, ast.Constant)
    ]
    assert len(said) > 20
    assert [
        each
        for each in said
        if each not in argument_parser.ARGPARSE_MESSAGES and not any(part in each for part in _UNMET)
    ] == []


def test_help_is_german_also_where_argparse_speaks_and_the_system_does_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANGUAGE", "fr")
    monkeypatch.setattr(main, "_use_language_of_settings", lambda: use_language("de"))
    with pytest.raises(SystemExit):
        main.main(["describe", "--help"])
    shown = capsys.readouterr().out
    for words in ("Aufruf: edge-assistant describe", "[DATEI ...]", "Optionen:", "diese Hilfe anzeigen und beenden"):
        assert words in shown
    for words in ("usage", "options", "show this help"):
        assert words not in shown
    assert main.main(["models", "pull"]) == 2
    assert capsys.readouterr().err == ("Diese Argumente fehlen: NAME. Siehe edge-assistant models pull --help.\n")


def test_other_libraries_speak_as_before_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    use_language("de")
    for before in ("fr", None):
        if before:
            monkeypatch.setenv("LANGUAGE", before)
        else:
            monkeypatch.delenv("LANGUAGE")
        domain = gettext.textdomain()
        with translate_libraries():
            assert gettext.gettext("options") == "Optionen"
        assert gettext.textdomain() == domain
        assert os.environ.get("LANGUAGE") == before


def test_english_is_spoken_where_the_settings_want_it_on_a_german_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    use_language("en")
    with translate_libraries():
        assert gettext.gettext("options") == "options"
