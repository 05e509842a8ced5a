"""The command line: what it takes, what it refuses, and that nothing heavy is imported to say so."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from edge_assistant import cli


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["describe"],
        ["describe", "a.png", "b.png"],
        ["describe", "a.png", "--seed", "-1"],
        ["describe", "a.png", "--seed", "4294967295"],
        ["describe", "a.png", "--temperature", "-0.1"],
        ["describe", "a.png", "--temperature", "inf"],
        ["describe", "a.png", "--thinking-budget", "0"],
        ["describe", "a.png", "--image-tokens", "7"],
        ["describe", "a.png", "--context", "1e3"],
        ["describe", "a.png", "--ask", "\t\n"],
        ["describe", "a.png", "--mode", "Glance"],
        ["dance"],
    ],
)
def test_what_cannot_be_asked_for_is_one_sentence_and_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert shown.err[0].isupper()


def test_a_usage_error_is_one_json_object_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["describe", "a.png", "--json", "--seed", "x"]) == 2
    shown = capsys.readouterr()
    event = json.loads(shown.out)
    assert set(event) == {"event", "index", "code", "message"}
    assert (event["event"], event["index"], event["code"]) == ("error", 0, "usage")
    assert shown.err == event["message"] + "\n"


def test_a_question_of_broken_bytes_becomes_clean_text() -> None:
    assert cli._question(" Wie viele \udcc3\udcb6ffnungen? \udcff ") == "Wie viele öffnungen? \ufffd"


def test_help_needs_neither_llama_nor_pictures() -> None:
    code = (
        "import sys; from edge_assistant import cli\n"
        "try: cli.main(['describe', '--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'llama_cpp', 'PIL', 'pyttsx3', 'psutil', 'PySide6'} & set(sys.modules), sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
