"""Which pictures a command line means."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from edge_assistant.cli import main
from edge_assistant.cli.argument_types import picture_name
from edge_assistant.cli.describe import DescribeOptions, DescribeRun
from edge_assistant.cli.parser import make_parser
from edge_assistant.cli.picture_arguments import picture_files


def parsed(*arguments: str) -> argparse.Namespace:
    return make_parser().parse_args(["describe", *arguments])


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        (["a.png"], ["a.png"]),
        (["a.png", "b.png"], ["a.png", "b.png"]),
        (["a.png", "-q", "What?", "b.png", "--json"], ["a.png", "b.png"]),
        (["--json", "a.png", "b.png"], ["a.png", "b.png"]),
        (["-", "a.png"], ["-", "a.png"]),
        (["--", "-a.png"], ["-a.png"]),
        (["--json", "--", "-a.png", "b.png"], ["-a.png", "b.png"]),
        (["--window"], []),
    ],
)
def test_files_may_stand_anywhere(arguments: list[str], files: list[str]) -> None:
    assert picture_files(parsed(*arguments), "linux") == tuple(files)


def test_short_options_are_the_long_ones() -> None:
    short = parsed("a.png", "-q", "What?", "-m", "demo", "-l", "de", "-t", "-j")
    assert short == parsed("a.png", "--ask", "What?", "--model", "demo", "--language", "de", "--think", "--json")
    assert parsed("-w") == parsed("--window")
    assert parsed("-s", "2") == parsed("--screen", "2")
    assert parsed("-c") == parsed("--clipboard")


def test_windows_shells_leave_wildcards_to_the_program(tmp_path: Path) -> None:
    for name in ("b.png", "a.png", "c.jpg"):
        (tmp_path / name).touch()
    pattern = str(tmp_path / "*.png")
    found = picture_files(parsed(pattern, "none*.png", "-"), "win32")
    assert found == (str(tmp_path / "a.png"), str(tmp_path / "b.png"), "none*.png", "-")
    assert picture_files(parsed(pattern), "linux") == (pattern,)


@pytest.mark.parametrize(
    ("text", "platform", "name"),
    [
        ("file:///pictures/a%20b.png", "linux", "/pictures/a b.png"),
        ("file://localhost/pictures/a.png", "darwin", "/pictures/a.png"),
        ("file:///C:/a%20b.png", "win32", "C:/a b.png"),
        ("C:\\a.png", "win32", "C:\\a.png"),
        ("a:b.png", "linux", "a:b.png"),
    ],
)
def test_a_file_has_a_name_or_an_address_of_its_own(text: str, platform: str, name: str) -> None:
    assert picture_name(text, platform) == name


def test_each_question_is_asked_about_each_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[DescribeOptions] = []
    expected: list[int] = []

    def run(self: DescribeRun) -> int:
        seen.append(self._options)
        expected.append(len(self._output._questions))
        return 0

    monkeypatch.setattr(DescribeRun, "main", run)
    assert main.main(["a.png", "b.png", "-q", "One?", "-q", "Two?", "--no-speak"]) == 0
    assert seen[0].pictures == ("a.png", "b.png")
    assert seen[0].asks == ("One?", "Two?")
    assert expected == [4]


_EARLY = """
import sys
from edge_assistant.capture.decoder import decoder
from edge_assistant.cli.main import main
from edge_assistant.system.errors import CancelledError

def warm():
    print(*(each for each in sys.modules if each == "edge_assistant.assistant.assistant"), "started")
    raise CancelledError

decoder.warm = warm
for command in (["describe"], ["read"], ["find", "Save"]):
    main([*command, "a.png"])
main(["describe", "--camera", "--delay", "x"])
"""


def test_what_opens_a_file_starts_before_all_that_a_command_imports() -> None:
    done = subprocess.run([sys.executable, "-c", _EARLY], capture_output=True, check=False)
    assert done.stdout.decode().splitlines() == ["started"] * 3
