"""The settings file: defaults, and no error in it that becomes a default silently."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_assistant.errors import UsageError
from edge_assistant.settings import Settings, load


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load(tmp_path / "settings.toml") == Settings()


def test_what_the_file_says_holds(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('model = "demo"\nspeak = false\ncontext = 8192\nlanguage = "de"\n', encoding="utf-8")
    assert load(path) == Settings(model="demo", speak=False, context=8192, language="de")


@pytest.mark.parametrize(
    "text",
    [
        "context = ",
        "contxt = 4096",
        'context = "4096"',
        "context = 4096.5",
        "context = true",
        "context = 255",
        "context = 1000000000",
        "threads = 0",
        "rate = -1",
        "speak = 1",
        "model = 3",
        "model = [1]",
        "[model]",
        "context = 4096\ncontext = 8192",
    ],
)
def test_an_error_in_the_file_is_named_with_the_file(text: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"settings\.toml"):
        load(path)


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path)
    path = tmp_path / "settings.toml"
    path.write_bytes(b'model = "\xff"')
    with pytest.raises(UsageError, match="cannot be read"):
        load(path)
