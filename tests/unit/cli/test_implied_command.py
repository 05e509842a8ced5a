"""A command line without a command: a picture's name is enough, and a command stays a command."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_assistant.cli.implied_command import with_describe
from edge_assistant.cli.parser import make_parser


@pytest.mark.parametrize(
    "arguments",
    [
        ["a.png"],
        ["a.png", "b.png", "-q", "What?"],
        ["pictures/a"],
        ["C:\\pictures\\a"],
        ["*.png"],
        ["-"],
        ["https://example.org/a"],
        ["--window"],
        ["-w", "-q", "What?"],
        ["--screen=2"],
        ["-q", "What?", "a.png"],
        ["--json", "a.png"],
        ["--no-speak", "a.png"],
        ["--seed", "3", "--temperature=0", "a.png"],
    ],
)
def test_a_picture_is_described(arguments: list[str]) -> None:
    assert with_describe(arguments, make_parser()) == ["describe", *arguments]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--help"],
        ["-h"],
        ["--version"],
        ["-V"],
        ["--no-speak"],
        ["--seed", "3"],
        ["--seed", "a.png"],
        ["--no-speak", "listen"],
        ["read", "a.png"],
        ["models", "pull", "a.b"],
        ["lissten"],
        ["--sedd", "3"],
    ],
)
def test_everything_else_stays_as_it_is(arguments: list[str]) -> None:
    assert with_describe(arguments, make_parser()) == arguments


def test_a_file_needs_no_ending_but_a_command_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("photo", "doctor"):
        (tmp_path / name).touch()
    parser = make_parser()
    assert with_describe(["photo"], parser) == ["describe", "photo"]
    assert with_describe(["doctor"], parser) == ["doctor"]
    assert with_describe(["./doctor"], parser) == ["describe", "./doctor"]
