"""Values that no computer, or not this one, can do: refused with the reason wherever they are set, told in a file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from edge_assistant.cli import main
from edge_assistant.settings import schema, this_computer
from edge_assistant.settings.schema import Settings, load, with_values
from edge_assistant.settings.store import load_or_back_up, save
from edge_assistant.settings.this_computer import check_changes
from edge_assistant.system.errors import UsageError

CORES = os.cpu_count() or 1


@pytest.fixture
def path() -> Path:
    path = schema.path()
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("threads", "999", f"threads is 999, but this computer has {CORES} cores. Set no more."),
        ("language", "deu", "language: deu is not a language code. Use one such as en, de or pt-BR."),
        ("weights_folder", "/nowhere/x", "weights_folder: there is no folder {folder}. Make it, or name another one."),
        (
            "weights_folder",
            "~nosuchuser/x",
            "weights_folder: The home folder in ~nosuchuser/x is not known. Write the full path.",
        ),
        (
            "hotkeys.window",
            "super+alt+insert",
            "hotkeys.window: super+alt+insert is not a shortcut: insert is unknown.",
        ),
    ],
)
def test_the_command_refuses_them_with_the_reason_and_writes_nothing(
    name: str, value: str, reason: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["settings", "set", name, value]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(reason.format(folder=Path("/nowhere/x")))
    assert not path.exists()


def test_cores_that_a_file_has_from_another_computer_are_told_and_as_many_as_there_are_are_used(path: Path) -> None:
    path.write_text("threads = 999\n", encoding="utf-8")
    found, problem = load_or_back_up(path)
    assert (found.threads, found.usable_threads, problem) == (999, CORES, "")
    sentence = f"threads is 999, but this computer has {CORES} cores. Set no more. All of them are used."
    assert this_computer.problems(found) == (sentence,)
    assert this_computer.problems(with_values(found, {"threads": 1})) == ()
    assert Settings().usable_threads is None


def test_a_folder_that_went_away_is_no_reason_to_refuse_another_change(path: Path) -> None:
    path.write_text('weights_folder = "/nowhere/x"\nthreads = 999\n', encoding="utf-8")
    save(path, with_values(load(path), {"rate": 180}))
    assert load(path).rate == 180
    with pytest.raises(UsageError, match="there is no folder"):
        save(path, with_values(load(path), {"weights_folder": "/nowhere/y"}))


def test_a_shortcut_that_all_programs_need_stays_in_a_file_that_has_it_and_is_refused_as_a_new_one(path: Path) -> None:
    needed = "super+space" if sys.platform == "darwin" else "F10"
    question = f'questions = [{{name = "Coins", text = "Which coins?", key = "{needed}"}}]\n'
    for text in (f'[hotkeys]\nwindow = "{needed}"\n', question):
        path.write_text(text, encoding="utf-8")
        found, problem = load_or_back_up(path)
        assert problem == ""
        assert needed in map(str, found.keys_by_action().values())
        save(path, with_values(found, {"rate": 180}))
        with pytest.raises(UsageError, match="because all programs need it"):
            check_changes(Settings(), found)
        with pytest.raises(UsageError, match="because all programs need it"):
            save(path, with_values(found, {"hotkeys.stop": "shift+F10" if needed == "F10" else "super+h"}))


def test_why_a_file_was_set_aside_is_said(path: Path) -> None:
    for text, reason in (
        ('language = "deu"', "language: deu is not a language code. Use one such as en, de or pt-BR."),
        ("rate = -1", "rate must be from 20 to 1000."),
    ):
        path.write_text(text, encoding="utf-8")
        _, sentence = load_or_back_up(path)
        assert sentence.endswith(f"and the defaults are used. {reason}")
