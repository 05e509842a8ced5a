"""Tests of the settings file: user's text is kept, saved files can be loaded, and writing is atomic."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from support.platforms import LINKS, lacks

from edge_assistant.settings import schema
from edge_assistant.settings.entry import SettingsEntry, Value
from edge_assistant.settings.schema import RETIRED, Settings, entries, get_value, load, with_values
from edge_assistant.settings.store import load_or_back_up, retired_notice, save, template
from edge_assistant.system import paths
from edge_assistant.system.errors import InputError, UsageError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


@pytest.fixture(autouse=True)
def folder_of_the_example() -> None:
    """The folder of models that `other` names."""
    paths.expand_path("~/weights").mkdir(parents=True)


def other(entry: SettingsEntry) -> Value:
    """A value that is not the default."""
    info = entry.info
    if entry.kind is bool:
        return not entry.default
    if info.choices:
        return next(each for each in info.choices if each != entry.default)
    if info.range:
        return info.range[0] if entry.default != info.range[0] else info.range[1]
    if info.option_source != "key":
        return info.example
    turn, number = divmod(entries().index(entry), 24)  # each another one
    return f"{('super', 'ctrl+super', 'alt+super', 'shift+super')[turn]}+F{number + 1}"


def everything_changed() -> Settings:
    # Key by key, because two actions must never have the same one meanwhile.
    wanted = Settings()
    for each in entries():
        wanted = with_values(wanted, {each.name: other(each)})
    return wanted


def test_a_new_file_holds_every_entry_with_its_meaning_and_sets_none(path: Path) -> None:
    path.write_text(template(), encoding="utf-8")
    assert load(path) == Settings()
    text = " ".join(template().replace("#", "").split())
    for each in entries():
        assert f"# {each.name.removeprefix('hotkeys.')} = " in template()
        assert each.info.help[1:].rstrip(".") in text


def test_the_commented_out_lines_can_be_used_as_they_stand(path: Path) -> None:
    path.write_text(re.sub(r"(?m)^# (?=\w+ = |\[\[)", "", template()), encoding="utf-8")
    found = load(path)
    assert found.rate == 200
    assert found.hotkeys == Settings().hotkeys


def test_every_entry_can_be_written_and_read_and_taken_back(path: Path) -> None:
    wanted = everything_changed()
    for each in entries():
        assert get_value(wanted, each.name) != each.default
    save(path, wanted)
    assert load(path) == wanted
    save(path, Settings())
    assert load(path) == Settings()


def test_a_set_entry_takes_the_place_of_its_commented_out_line(path: Path) -> None:
    save(path, with_values(Settings(), {"rate": 180, "hotkeys.camera": "super+F9"}))
    text = path.read_text(encoding="utf-8")
    assert text == template().replace("# rate = 200", "rate = 180").replace('# camera = ""', 'camera = "super+F9"'), (
        "the camera of the keys, not the one that is looked through"
    )
    save(path, Settings())
    assert "\n# rate = 200\n" in path.read_text(encoding="utf-8"), "what is unset can be set by hand again"


def test_what_a_person_wrote_stays(path: Path) -> None:
    mine = '# My own words.\nrate   =  180   # as fast as I can\n\n[hotkeys]\n# the left hand\nwindow = "super+F1"\n'
    path.write_text(mine, encoding="utf-8")
    save(path, with_values(load(path), {"rate": 220, "hotkeys.camera": "super+F2", "volume": 70}))
    text = path.read_text(encoding="utf-8")
    for words in ("# My own words.\n", "220   # as fast as I can\n", '# the left hand\nwindow = "super+F1"\n'):
        assert words in text
    assert "\n# Volume: How loud the voice is." in text, "a new entry comes with its meaning"
    assert load(path) == with_values(Settings(), {
        "rate": 220, "hotkeys.window": "super+F1", "hotkeys.camera": "super+F2", "volume": 70
    })  # fmt: skip
    assert text.index("volume = 70") < text.index("[hotkeys]")


def test_a_file_without_keys_gets_their_table(path: Path) -> None:
    path.write_text("rate = 180\n", encoding="utf-8")
    save(path, with_values(load(path), {"hotkeys.camera": "super+F2"}))
    assert tomllib.loads(path.read_text(encoding="utf-8")) == {"rate": 180, "hotkeys": {"camera": "super+F2"}}


@pytest.mark.parametrize("text", ["hotkeys = { window = 'super+F1' }\n", "hotkeys.window = 'super+F1'\n"])
def test_keys_in_an_unusual_place_are_changed_or_refused_but_never_lost(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")
    wanted = with_values(load(path), {"hotkeys.window": "super+F3"})
    save(path, wanted)
    assert load(path) == wanted
    before = path.read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="unexpected places"):
        save(path, with_values(wanted, {"hotkeys.camera": "super+F2"}))
    assert path.read_text(encoding="utf-8") == before


@lacks(LINKS)
def test_a_link_stays_a_link_and_the_rights_stay(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "kept" / "mine.toml"
    real.parent.mkdir()
    real.write_text("rate = 180\n", encoding="utf-8")
    real.chmod(0o640)
    path.symlink_to(real)
    save(path, with_values(load(path), {"rate": 200}))
    assert path.is_symlink()
    assert "rate = 200" in real.read_text(encoding="utf-8")
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_failed_write_leaves_the_old_file_and_nothing_else(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(path, with_values(Settings(), {"rate": 180}))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("edge_assistant.settings.store.os.fsync", full)
    with pytest.raises(InputError, match="No space left on device"):
        save(path, Settings())
    assert load(path).rate == 180
    assert list(path.parent.iterdir()) == [path]


def test_a_broken_file_is_kept_aside_each_time_and_the_defaults_hold(path: Path) -> None:
    assert load_or_back_up(path) == (Settings(), "")
    for text in ("rate = ", "rate = -1", "dance = 1"):
        path.write_text(text, encoding="utf-8")
        found, sentence = load_or_back_up(path)
        assert found == Settings()
        assert not path.exists()
        (kept,) = [each for each in path.parent.iterdir() if each.read_text(encoding="utf-8") == text]
        assert kept.name.startswith("settings.toml.broken-20")
        assert kept.name in sentence
    assert len(list(path.parent.iterdir())) == 3


def test_a_broken_file_that_cannot_be_moved_stays_and_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text("rate = ", encoding="utf-8")

    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "rename", refused)
    found, sentence = load_or_back_up(path)
    assert (found, path.read_text(encoding="utf-8")) == (Settings(), "rate = ")
    assert str(path) in sentence


def test_a_broken_file_is_not_written_over(path: Path) -> None:
    path.write_text("rate = ", encoding="utf-8")
    with pytest.raises(UsageError):
        save(path, Settings())
    assert path.read_text(encoding="utf-8") == "rate = "


def test_retired_entries_are_told_once_and_ignored_whatever_they_say_and_stay_in_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "RETIRED", frozenset(("hotkeys.dance", "pace")))
    text = "pace = 'quick' # my pace\nrate = 180\n[hotkeys]\ndance = 3\ncamera = 'pause'\n"
    path.write_text(text, encoding="utf-8")
    wanted = with_values(Settings(), {"rate": 180, "hotkeys.camera": "pause"})
    assert load_or_back_up(path) == (wanted, "")
    assert retired_notice(path) == (
        "The settings file has 2 entries that are no longer used, and are ignored: hotkeys.dance, pace."
    )
    save(path, with_values(wanted, {"rate": 200}))
    assert path.read_text(encoding="utf-8") == text.replace("180", "200")
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("entry", ["target_seconds = 200", "skip_blank = true"])
def test_an_entry_of_an_earlier_version_is_retired_and_none_of_today_is(entry: str, path: Path) -> None:
    path.write_text(f"{entry}\n", encoding="utf-8")
    assert load(path) == Settings()
    name = entry.partition(" ")[0]
    assert retired_notice(path).endswith(f"an entry that is no longer used, and is ignored: {name}.")
    assert not RETIRED & {each.name for each in entries()}


@pytest.mark.parametrize("text", ["", "rate = 180", "rate = ", "dance = 1", "hotkeys = 1"])
def test_of_files_without_retired_entries_and_of_broken_ones_no_such_notice_is_given(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")
    assert retired_notice(path) == ""
    assert retired_notice(path.with_name("none.toml")) == ""
