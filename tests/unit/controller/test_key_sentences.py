"""The three keys that everyone needs, as they are set."""

from __future__ import annotations

from edge_assistant.controller.key_sentences import three_keys
from edge_assistant.hotkeys.key import parse_key
from edge_assistant.settings.schema import HotkeySettings

USUAL = HotkeySettings(
    window="ctrl+shift+F9", read="ctrl+shift+F10", stop="ctrl+shift+F8", palette="ctrl+shift+F12"
).keys_by_action()


def test_each_key_is_said_as_it_is_set() -> None:
    assert three_keys(USUAL | {"stop": parse_key("pause")}) == [
        "ctrl shift F9 describes the window.",
        "ctrl shift F10 reads its text.",
        "pause stops speech.",
    ]


def test_what_has_no_key_is_reached_by_the_list_of_choices_and_else_by_the_menu() -> None:
    assert three_keys({"palette": USUAL["palette"], "window": USUAL["window"]})[1:] == [
        "ctrl shift F12, then T, reads its text.",
        "ctrl shift F12, then X, stops speech.",
    ]
    assert three_keys({}) == [
        "No key describes the window, but the menu does.",
        "No key reads its text, but the menu does.",
        "No key stops speech, but the menu does.",
    ]
