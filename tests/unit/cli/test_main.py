"""Tests of the command line: accepted and refused arguments, and no heavy imports for either."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from edge_assistant import __version__
from edge_assistant.capture.targets import Target
from edge_assistant.cli import main, parser
from edge_assistant.cli.argument_types import question
from edge_assistant.cli.describe import DescribeOptions
from edge_assistant.hotkeys.actions import ACTIONS


@pytest.mark.parametrize(
    "arguments",
    [
        ["--seed", "x"],
        ["--no-speak", "listen"],
        ["describe"],
        ["describe", "a.png", "b.png", "--window"],
        ["describe", "a.png", "--seed", "-1"],
        ["describe", "a.png", "--seed", "4294967295"],
        ["describe", "a.png", "--temperature", "-0.1"],
        ["describe", "a.png", "--temperature", "inf"],
        ["describe", "a.png", "--thinking-budget", "0"],
        ["describe", "a.png", "--image-tokens", "7"],
        ["describe", "a.png", "--context", "1e3"],
        ["describe", "a.png", "--ask", "\t\n"],
        ["describe", "a.png", "--mode", "Glance"],
        ["describe", "a.png", "--screen"],
        ["describe", "--window", "--camera"],
        ["describe", "--screen", "0"],
        ["describe", "--screen", "a.png"],
        ["describe", "--camera=x"],
        ["describe", "--window", "--delay", "-1"],
        ["describe", "--window", "--delay", "nan"],
        ["describe", "--clipboard", "--delay", "3"],
        ["describe", "a.png", "--delay", "3"],
        ["cameras", "2"],
        ["listen", "now"],
        ["trigger"],
        ["trigger", "dance"],
        ["dance"],
    ],
)
def test_what_cannot_be_asked_for_is_one_sentence_and_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert shown.err[0].isupper()


def test_a_usage_error_is_one_json_object_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["describe", "a.png", "--json", "--seed", "x"]) == 2
    shown = capsys.readouterr()
    event = json.loads(shown.out)
    assert set(event) == {"event", "index", "code", "message"}
    assert (event["event"], event["index"], event["code"]) == ("error", 0, "usage")
    assert shown.err == event["message"] + "\n"


def test_a_question_of_broken_bytes_becomes_clean_text() -> None:
    assert question(" Wie viele \udcc3\udcb6ffnungen? \udcff ") == "Wie viele öffnungen? \ufffd"


def test_help_needs_neither_llama_nor_pictures() -> None:
    code = (
        "import sys; from edge_assistant.cli import commands, main\n"
        "try: main.main(['describe', '--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'llama_cpp', 'PIL', 'pyttsx3', 'psutil', 'PySide6'} & set(sys.modules), sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_description_begins_without_what_is_for_the_network() -> None:
    code = (
        "import sys, edge_assistant.cli.describe\n"
        "assert not {'ssl', 'http.client', 'urllib.request', 'huggingface_hub'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["a.png"], "a.png"),
        (["-"], "-"),
        (["--screen"], Target("screen")),
        (["--screen=2", "--delay", "1.5"], Target("screen", 2, 1.5)),
        (["--window"], Target("window")),
        (["--window", "--delay=5"], Target("window", None, 5.0)),
        (["--clipboard"], Target("clipboard")),
        (["--camera"], Target("camera")),
        (["--camera", "3", "--delay", "0"], Target("camera", 3, 0.0)),
    ],
)
def test_what_to_look_at_reaches_the_run(
    arguments: list[str], expected: str | Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str | Target] = []

    class Run:
        def __init__(self, options: DescribeOptions, *_: object) -> None:
            seen.append(options.picture)

        def main(self) -> int:
            return 0

    monkeypatch.setattr("edge_assistant.cli.describe.DescribeRun", Run)
    assert main.main(["describe", *arguments]) == 0
    assert seen == [expected]


def test_cameras_are_listed_by_number_and_none_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("edge_assistant.capture.qt_subprocess.query_cameras", lambda: ("Front", "Back"))
    assert main.main(["cameras"]) == 0
    assert capsys.readouterr().out == "1: Front\n2: Back\n"
    monkeypatch.setattr("edge_assistant.capture.qt_subprocess.query_cameras", tuple)
    assert main.main(["cameras"]) == 5
    assert capsys.readouterr().err == "No camera was found. Connect one, or turn it on.\n"


def test_every_action_is_listed_with_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["trigger", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[0] for line in lines] == list(ACTIONS)
    assert all(line.partition(": ")[2] for line in lines)


def test_a_trigger_without_a_running_program_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["trigger", "status", "--no-speak"]) == 9
    assert capsys.readouterr().err.startswith("Edge Assistant is not running.")


def test_the_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main.main(["--version"])
    assert capsys.readouterr().out == f"edge-assistant {__version__}\n"


def test_a_test_build_says_so_in_its_version(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parser, "is_test_build", lambda: True)
    with pytest.raises(SystemExit, match="0"):
        main.main(["--version"])
    assert capsys.readouterr().out == f"edge-assistant {__version__} (test build)\n"
