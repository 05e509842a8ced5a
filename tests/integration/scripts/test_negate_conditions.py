"""The script that negates conditions: which ones it takes, and what it tells of a small program with a few tests."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import negate_conditions
import pytest
from negate_conditions import conditions

SOURCE = """import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import path


def größe(value: int, other: int) -> str:
    assert value
    if value > 3 and other:
        return "large" if other > 9 else f"{'a' if other else 'b'}"
    while not other:
        other = [each for each in (1, 2) if each > 1][0]
    if sys.platform == "PLATFORM":
        return "elsewhere" if value else ""
    return str(other or value)


def far() -> bool:
    import no_such_library

    return True if no_such_library else False
"""
FAR = ("value", "no_such_library")


def written(folder: Path, source: str) -> Path:
    package = folder / "edge_assistant"
    package.mkdir()
    (package / "__init__.py").touch()
    other = "win32" if sys.platform != "win32" else "linux"
    (package / "sizes.py").write_text(source.replace("PLATFORM", other), encoding="utf-8")
    return package


def test_every_kind_of_condition_is_found_where_it_stands(tmp_path: Path) -> None:
    package = written(tmp_path, SOURCE)
    source = (package / "sizes.py").read_bytes()
    found = {(source[each.start : each.end].decode(), each.runs_here) for each in conditions(package)}
    here = {"value > 3 and other", "value > 3", "other", "other > 9", "not other", "each > 1"}
    assert {text for text, runs_here in found if runs_here} - {text for text, _ in found if "platform" in text} == here
    assert {text for text, runs_here in found if not runs_here} == set(FAR)
    for each in conditions(package):
        ast.parse(source[: each.start] + b"(not (" + source[each.start : each.end] + b"))" + source[each.end :])


def test_it_tells_what_was_caught_and_what_survived_and_leaves_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = "def size(value):\n    if value > 3:\n        return 'large'\n    return 'small' if value else 'none'\n"
    package = written(tmp_path, source)
    tests = tmp_path / "tests" / "unit"
    tests.mkdir(parents=True)
    # It passes only with the copy: the program that is installed here has no such module.
    (tests / "test_sizes.py").write_text(
        "from edge_assistant.sizes import size\ndef test_it():\n    assert size(4) == 'large'\n"
    )
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    monkeypatch.setattr(negate_conditions, "ROOT", tmp_path)
    monkeypatch.setattr(negate_conditions, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(negate_conditions, "SEVERAL", ())  # one test needs no other processes, and no plugins
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setattr(sys, "argv", ["negate_conditions.py", "1", "9"])
    assert negate_conditions.main() == 1
    lines = sorted(line.split(": ", 1)[1] for line in capsys.readouterr().out.splitlines())
    assert lines == [
        "1 caught, 1 survived",
        "not (value > 3): caught by tests/unit/test_sizes.py::test_it",
        "not (value): survived",
    ]
    assert (package / "sizes.py").read_text() == source
    monkeypatch.setattr(sys, "argv", ["negate_conditions.py", "1", "9", "--only", "2"])
    negate_conditions.main()
    assert capsys.readouterr().out.startswith("2. edge_assistant/sizes.py:")
