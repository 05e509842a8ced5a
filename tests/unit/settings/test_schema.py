"""Tests of the schema: defaults, and that no error in the file silently becomes a default."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from edge_assistant.hotkeys.actions import ACTIONS
from edge_assistant.settings.entry import GROUPS, validate
from edge_assistant.settings.schema import HotkeySettings, Settings, action_of, entries, load
from edge_assistant.system.errors import UsageError


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
        "hotkeys = 3",
        "[hotkeys]\ndance = 'F9'",
        "[hotkeys]\nwindow = 9",
        "[hotkeys]\nwindow = 'ctrl+alt+w'",
        "[hotkeys]\nwindow = 'F9'\nscreen = 'f9'",
        f"[hotkeys]\nwindow = '{HotkeySettings().stop}'",
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


def test_every_entry_tells_what_it_is() -> None:
    for each in entries():
        info = each.info
        assert info.group in GROUPS
        assert info.label
        assert info.help
        assert each.default not in (None, "") or info.unset, each.name
        validate(each, each.default if each.default is not None else info.example)


def test_every_action_may_have_a_key() -> None:
    assert {action_of(each.name) for each in fields(HotkeySettings)} == set(ACTIONS)


def test_a_default_key_of_a_reading_gives_way_to_what_a_settings_file_had_before(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[hotkeys]\ncamera = "ctrl+shift+space"\n', encoding="utf-8")
    bound = load(path).hotkeys.keys_by_action()
    assert str(bound["camera"]) == "ctrl+shift+space"
    assert "pause" not in bound
    path.write_text('[hotkeys]\ncamera = "ctrl+F3"\nnext-line = "ctrl+F3"\n', encoding="utf-8")
    with pytest.raises(UsageError, match="and it goes to the next line"):
        load(path)


def test_keys_can_be_changed_added_and_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[hotkeys]\nwindow = "super+F1"\ncamera = "pause"\nstop = ""\n', encoding="utf-8")
    bound = load(path).hotkeys.keys_by_action()
    assert (str(bound["window"]), str(bound["camera"])) == ("super+F1", "pause")
    assert "stop" not in bound
    assert bound["read"] == HotkeySettings().keys_by_action()["read"]


def test_a_key_for_two_actions_is_refused_with_both_names(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[hotkeys]\nwindow = "ctrl+shift+F9"\ncamera = "Shift+Ctrl+F9"\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"F9 is used twice: it describes the active window, and it counts to three"):
        load(path)
