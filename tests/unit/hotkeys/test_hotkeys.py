"""Global keys without a display: which system takes them how, and which they are."""

from __future__ import annotations

import queue

import pytest
from support.platforms import LINUX_DESKTOP, lacks

from edge_assistant.hotkeys import unsupported
from edge_assistant.hotkeys.actions import ACTIONS, READING_ACTIONS
from edge_assistant.hotkeys.backends import choose_hotkeys
from edge_assistant.hotkeys.defaults import default_keys
from edge_assistant.hotkeys.key import parse_key
from edge_assistant.hotkeys.mac import MacHotkeys
from edge_assistant.hotkeys.other_programs import programs_with
from edge_assistant.hotkeys.portal import PortalHotkeys, is_same_key, shortcut_trigger
from edge_assistant.hotkeys.unsupported import UnsupportedHotkeys
from edge_assistant.hotkeys.windows import WindowsHotkeys
from edge_assistant.hotkeys.x11 import KeyRepeatFilter, X11Hotkeys, bit_combinations

KEYS = {"window": parse_key("ctrl+shift+F9"), "stop": parse_key("super+pause")}


@pytest.mark.parametrize(
    ("platform", "wayland", "x11", "kind"),
    [
        ("win32", False, False, WindowsHotkeys),
        ("darwin", False, True, MacHotkeys),
        ("linux", True, True, PortalHotkeys),
        ("linux", False, True, X11Hotkeys),
        ("linux", False, False, UnsupportedHotkeys),
    ],
)
def test_every_session_has_its_keys(platform: str, wayland: bool, x11: bool, kind: type) -> None:
    chosen = choose_hotkeys(platform, wayland=wayland, x11=x11)
    assert isinstance(chosen, kind)
    chosen.close()


def test_where_no_key_can_be_taken_it_is_said_once_what_to_do() -> None:
    hotkeys = choose_hotkeys("linux", wayland=False, x11=False)
    (sentence,) = hotkeys.start(KEYS, print, print)
    assert sentence.startswith("There is no display")
    assert "edge-assistant trigger" in sentence
    assert hotkeys.unavailable == sentence
    assert hotkeys.is_free(KEYS["window"]) is None


@lacks(LINUX_DESKTOP)
def test_without_a_bus_a_wayland_desktop_is_told_to_bind_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    told: queue.SimpleQueue[str] = queue.SimpleQueue()
    hotkeys = choose_hotkeys("linux", wayland=True, x11=True)
    assert hotkeys.start(KEYS, print, told.put) == ()
    assert told.get(timeout=30) == unsupported.WAYLAND
    hotkeys.close()


@pytest.mark.parametrize(
    ("key", "written"),
    [("ctrl+shift+F9", "CTRL+SHIFT+F9"), ("super+a", "LOGO+a"), ("alt+pagedown", "ALT+Page_Down"), ("pause", "Pause")],
)
def test_a_portal_is_asked_for_keys_as_the_shortcuts_specification_writes_them(key: str, written: str) -> None:
    assert shortcut_trigger(parse_key(key)) == written


def test_a_desktops_words_for_a_key_are_recognised() -> None:
    key = parse_key("ctrl+shift+F9")
    for written in ("Ctrl+Shift+F9", "Press <Control><Shift>F9", "<Primary><Shift>F9", "Strg+Umschalt+F9"):
        assert is_same_key(key, written), written
    for written in ("Ctrl+F9", "Ctrl+Shift+F8", "Ctrl+Alt+Shift+F9", "", "Shift+F9"):
        assert not is_same_key(key, written), written
    assert is_same_key(parse_key("super+pageup"), "Meta+Page_Up")


def test_a_key_that_is_held_down_is_pressed_once() -> None:
    repeats = KeyRepeatFilter()
    assert not repeats.is_repeat(75, 1000)
    repeats.release(75, 1500)
    assert repeats.is_repeat(75, 1500)
    repeats.release(75, 1533)
    assert repeats.is_repeat(75, 1533)
    repeats.release(75, 1600)
    assert not repeats.is_repeat(75, 1700), "it was pressed again"
    repeats.release(75, 1800)
    assert not repeats.is_repeat(76, 1800), "another key"


def test_every_combination_of_lock_keys_is_covered() -> None:
    assert sorted(bit_combinations((2, 16))) == [0, 2, 16, 18]
    assert list(bit_combinations(())) == [0]


def test_the_default_keys_differ_and_are_the_same_function_keys_everywhere() -> None:
    linux, windows = default_keys("linux"), default_keys("win32")
    for platform, defaults in (("linux", linux), ("win32", windows), ("darwin", default_keys("darwin"))):
        bound = [parse_key(text, platform) for text in defaults.values() if text]
        assert len(set(bound)) == len(bound)
        assert {"window", "stop"} <= {action for action, text in defaults.items() if text}
        assert list(defaults) == list(ACTIONS)
    for action, text in linux.items():
        if text:
            assert windows[action].rpartition("+")[2] == text.rpartition("+")[2]
    # A settings file from before this action may have any key for another one.
    assert linux["shortcuts"] == ""
    always = set(ACTIONS) - set(READING_ACTIONS)
    assert {parse_key(linux[each], "linux") for each in always if linux[each]}.isdisjoint(
        parse_key(windows[each], "win32") for each in always if windows[each]
    )
    assert all(linux[each] == windows[each] for each in READING_ACTIONS)


def test_no_default_key_on_windows_is_one_of_word_or_jaws() -> None:
    for action, text in default_keys("win32").items():
        if text:
            assert not {"Word", "JAWS"} & {*programs_with(parse_key(text, "win32"), "win32")}, action
    assert programs_with(parse_key("ctrl+shift+F11"), "win32") == ("Word", "JAWS")
    assert programs_with(parse_key("ctrl+shift+F11"), "linux") == ()
