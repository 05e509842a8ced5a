"""scripts/crash_test.py ends commands between their changes to files: all of them by hand, a few steps here."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "scripts/crash_test.py"
pytestmark = pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="system calls are counted on Linux on x86-64"
)


def crash_test(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def steps(folder: Path, command: str, *options: str) -> tuple[int, dict[str, Any]]:
    run = crash_test("command", "--under", str(folder), *options, "--json", "--", "sh", "-c", command)
    return run.returncode, json.loads(run.stdout)


COMMAND = 'cd "$0"; echo one > a; ln a b; (mv b c); echo two >> a; rm a'
CALLS = ["openat", "write", "link", "rename", "openat", "write", "unlink"]


def test_every_change_of_a_command_and_its_children_is_a_step(tmp_path: Path) -> None:
    code, found = steps(tmp_path, COMMAND.replace("$0", str(tmp_path)))
    assert (code, found["killed"], found["output"]) == (0, False, "")
    calls = [call.removesuffix("at").removesuffix("at2").replace("open", "openat") for call, _ in found["steps"]]
    assert calls == CALLS
    assert {path for _, path in found["steps"]} == {str(tmp_path / name) for name in "abc"}
    assert (tmp_path / "c").read_text() == "one\ntwo\n"


@pytest.mark.parametrize(
    ("at", "left"),
    [(1, {}), (2, {"a": ""}), (4, {"a": "one\n", "b": "one\n"}), (7, {"a": "one\ntwo\n", "c": "one\ntwo\n"})],
)
def test_a_command_is_ended_before_its_change_is_made(tmp_path: Path, at: int, left: dict[str, str]) -> None:
    code, found = steps(tmp_path, COMMAND.replace("$0", str(tmp_path)), "--at", str(at))
    assert (code, found["killed"], len(found["steps"])) == (137, True, at)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == left


def test_a_copy_after_a_link_that_was_broken_off_leaves_the_person_s_files_whole() -> None:
    """Where the target exists, a link has another name first: what ended there was once emptied by the next copy."""
    run = crash_test("models", "--case", "import --link over a damaged file, then --copy", "--at", "link", "--json")
    assert run.returncode == 0, run.stdout + run.stderr
    report = json.loads(run.stdout)
    assert report["kills"] >= 4
    assert report["faults"] == []


def test_a_case_that_is_not_known_is_answered_with_those_that_are() -> None:
    run = crash_test("models", "--case", "nothing")
    assert run.returncode == 1
    assert run.stderr.startswith("There is no case nothing. There are: import --copy; ")
