"""What the command find takes, without a picture being read."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_assistant.cli import main


@pytest.mark.parametrize(
    "arguments",
    [
        ["save", "FILE", "--no-speak"],
        ["--no-speak", "save", "FILE"],
        ["save", "--no-speak", "FILE"],
        ["save", "--language", "en", "--no-speak", "FILE"],
    ],
)
def test_the_file_may_stand_after_options(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "none.png")
    assert main.main(["find", *(file if argument == "FILE" else argument for argument in arguments)]) == 5
    assert "none.png" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [[], ["save"], ["save", "a.png", "b.png"], ["save", "a.png", "--window"], [" ", "a.png"]]
)
def test_what_is_no_text_and_one_picture_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["find", "--no-speak", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1
