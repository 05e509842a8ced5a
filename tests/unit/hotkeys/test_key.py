"""Keys as people write them."""

from __future__ import annotations

import pytest

from edge_assistant.hotkeys.key import parse_key, parse_new_key
from edge_assistant.system.errors import UsageError


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("ctrl+shift+F9", "ctrl+shift+F9"),
        (" Shift + CONTROL + f9 ", "ctrl+shift+F9"),
        ("win+shift+A", "shift+super+a"),
        ("option+PageUp", "alt+pageup"),
        ("Strg+Umschalt+F9", "ctrl+shift+F9"),
        ("cmd+1", "super+1"),
        ("F5", "F5"),
        ("pause", "pause"),
    ],
)
def test_one_key_is_the_same_however_it_is_written(text: str, written: str) -> None:
    assert str(parse_key(text)) == written
    assert parse_key(text) == parse_key(written)


def test_a_refused_key_is_heard_as_it_is_called() -> None:
    for text, heard in (("up", "up cannot"), ("space", "space bar cannot"), ("ctrl+alt+d", "ctrl alt d cannot")):
        with pytest.raises(UsageError) as refused:
            parse_key(text, "linux")
        assert str(refused.value).startswith(f"{text} cannot be used")
        assert refused.value.spoken.startswith(f"{heard} be used")
    with pytest.raises(UsageError) as refused:
        parse_new_key("ctrl+c", "linux")
    assert refused.value.spoken == (
        "ctrl c cannot be used, because all programs need it. Use one such as ctrl shift F9."
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not a shortcut"),
        ("ctrl+", "is not a shortcut"),
        ("ctrl+shift", "is not a shortcut"),
        ("ctrl+F25", "f25 is unknown"),
        ("hyper+F9", "hyper is unknown"),
        ("insert", "insert is unknown"),
        ("ctrl+alt+d", "VoiceOver"),
        ("alt+ctrl+shift+F9", "VoiceOver"),
        ("d", "typing"),
        ("shift+space", "typing"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as refused:
        parse_key(text, "linux")
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(("platform", "name"), [("win32", "win"), ("darwin", "cmd"), ("linux", "super")])
def test_the_system_key_is_advised_by_a_name_that_is_known_there_and_can_be_written(platform: str, name: str) -> None:
    with pytest.raises(UsageError, match=f"Add ctrl, alt or {name}."):
        parse_key("d", platform)
    assert str(parse_key(f"{name}+d", platform)) == "super+d"


def test_a_key_is_said_without_plus_signs() -> None:
    assert parse_key("ctrl+super+F9").spoken == "ctrl Windows key F9"


def test_on_windows_a_function_key_types_nothing_with_ctrl_and_alt() -> None:
    assert str(parse_key("alt+ctrl+F9", "win32")) == "ctrl+alt+F9"
    with pytest.raises(UsageError, match="Use a function key such as ctrl"):
        parse_key("ctrl+alt+e", "win32")
    for platform in ("linux", "darwin"):
        with pytest.raises(UsageError, match="VoiceOver"):
            parse_key("ctrl+alt+F9", platform)


def test_a_mac_calls_its_keys_by_their_names_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert parse_key("alt+super+F9").spoken == "Option Command F9"


@pytest.mark.parametrize(
    ("key", "platform"),
    [
        ("ctrl+c", "linux"),
        ("control + Z", "win32"),
        ("alt+f4", "win32"),
        ("ctrl+left", "linux"),
        ("shift+F10", "linux"),
        ("F1", "win32"),
        ("alt+o", "win32"),
        ("alt+shift+1", "linux"),
        ("option+e", "darwin"),
        ("cmd+c", "darwin"),
        ("cmd+space", "darwin"),
    ],
)
def test_keys_that_all_programs_need_are_refused_where_they_are_new(key: str, platform: str) -> None:
    with pytest.raises(UsageError, match="all programs need it"):
        parse_new_key(key, platform)
    assert parse_key(key, platform)


@pytest.mark.parametrize(
    ("key", "platform"),
    [
        ("ctrl+shift+c", "linux"),
        ("ctrl+c", "darwin"),
        ("super+c", "win32"),
        ("ctrl+g", "linux"),
        ("ctrl+F4", "linux"),
        ("alt+F7", "linux"),
    ],
)
def test_other_keys_with_the_same_letters_are_free_to_take(key: str, platform: str) -> None:
    assert str(parse_new_key(key, platform)) == key
