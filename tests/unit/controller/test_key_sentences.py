"""The three keys that everyone needs, as they are set."""

from __future__ import annotations

from edge_assistant.controller.key_sentences import three_keys
from edge_assistant.hotkeys.key import parse_key
from edge_assistant.settings.schema import HotkeySettings

USUAL = HotkeySettings(window="ctrl+shift+F9", read="ctrl+shift+F10", palette="ctrl+shift+F12").keys_by_action()


def test_each_key_is_said_as_it_is_set_with_how_to_stop_and_where_all_else_is() -> None:
    assert three_keys(USUAL | {"palette": parse_key("pause")}) == [
        "ctrl shift F9 describes the window.",
        "ctrl shift F10 reads its text.",
        "The same key again stops.",
        "pause lists everything else.",
    ]


def test_what_has_no_key_is_reached_by_the_list_of_choices_and_else_by_the_menu() -> None:
    assert three_keys({"palette": USUAL["palette"], "window": USUAL["window"]})[1:] == [
        "ctrl shift F12, then T, reads its text.",
        "The same key again stops.",
        "ctrl shift F12 lists everything else.",
    ]
    assert three_keys({}) == [
        "No key describes the window, but the menu does.",
        "No key reads its text, but the menu does.",
        "Everything else is in the menu.",
    ]
