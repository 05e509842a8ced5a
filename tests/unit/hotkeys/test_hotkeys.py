"""Global keys without a display: which system takes them how, and what Windows is asked, by a stand-in."""

from __future__ import annotations

import ctypes
import itertools
import queue
from typing import Any

import pytest

from edge_assistant.hotkeys import unsupported
from edge_assistant.hotkeys.backends import choose_hotkeys
from edge_assistant.hotkeys.key import parse_key
from edge_assistant.hotkeys.portal import PortalHotkeys, is_same_key, shortcut_trigger
from edge_assistant.hotkeys.unsupported import UnsupportedHotkeys
from edge_assistant.hotkeys.windows import WindowsHotkeys, virtual_key
from edge_assistant.hotkeys.x11 import KeyRepeatFilter, X11Hotkeys, bit_combinations
from edge_assistant.settings.schema import HotkeySettings

KEYS = {"window": parse_key("ctrl+shift+F9"), "stop": parse_key("super+pause")}


@pytest.mark.parametrize(
    ("platform", "wayland", "x11", "kind"),
    [
        ("win32", False, False, WindowsHotkeys),
        ("darwin", False, True, UnsupportedHotkeys),
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
    for platform, words in (("darwin", "On a Mac"), ("linux", "There is no display")):
        (sentence,) = choose_hotkeys(platform, wayland=False, x11=False).start(KEYS, print, print)
        assert sentence.startswith(words)
        assert "edge-assistant trigger" in sentence


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


class User32:
    """As much of user32.dll as is used; `messages` is what Windows sends."""

    def __init__(self, refused: tuple[int, ...] = ()) -> None:
        self.registered: dict[int, tuple[int, int]] = {}
        self.messages: queue.Queue[tuple[int, int, int]] = queue.Queue()
        self._refused = refused

    def RegisterHotKey(self, window: None, id: int, modifiers: int, key: int) -> int:
        assert window is None
        if id in self._refused:
            return 0
        self.registered[id] = (modifiers, key)
        return 1

    def UnregisterHotKey(self, _: None, id: int) -> int:
        self.registered.pop(id, None)
        return 1

    def GetMessageW(self, message: Any, *_: object) -> int:
        result, kind, id = self.messages.get(timeout=5)
        target = ctypes.cast(message, ctypes.POINTER(type(message._obj))).contents
        target.message, target.wParam = kind, id
        return result

    def PostThreadMessageW(self, thread: int, kind: int, *_: int) -> int:
        assert (thread, kind) == (99, 0x0012)
        self.messages.put((0, kind, 0))
        return 1


class Kernel32:
    def GetCurrentThreadId(self) -> int:
        return 99


def test_windows_registers_each_key_and_its_messages_become_presses() -> None:
    system, pressed = User32(), queue.Queue[str]()
    hotkeys = WindowsHotkeys(system, Kernel32())
    assert hotkeys.start(KEYS, pressed.put, print) == ()
    assert system.registered == {1: (0x4000 | 2 | 4, 0x78), 2: (0x4000 | 8, 0x13)}
    for message in ((1, 0x0312, 2), (1, 0x0113, 1), (1, 0x0312, 7), (1, 0x0312, 1)):
        system.messages.put(message)
    assert [pressed.get(timeout=5) for _ in range(2)] == ["stop", "window"]
    hotkeys.close()
    assert system.registered == {}
    assert pressed.empty()


def test_windows_names_the_key_that_somebody_else_has() -> None:
    hotkeys = WindowsHotkeys(User32(refused=(2,)), Kernel32())
    (sentence,) = hotkeys.start(KEYS, print, print)
    assert sentence.startswith("Windows key pause, for stop, is used by another program.")
    assert "edge-assistant trigger stop" in sentence
    hotkeys.close()


def test_windows_that_sends_no_more_keys_is_told() -> None:
    system, lost = User32(), queue.Queue[str]()
    WindowsHotkeys(system, Kernel32()).start(KEYS, print, lost.put)
    system.messages.put((-1, 0, 0))
    assert "no longer sends shortcuts" in lost.get(timeout=5)


def test_the_default_keys_are_different_and_every_system_knows_them() -> None:
    bound = HotkeySettings().keys_by_action()
    assert {"window", "stop"} <= set(bound)
    codes = [virtual_key(key) for key in bound.values()]
    assert all(one != two for one, two in itertools.combinations(codes, 2))
    for key in bound.values():
        assert not {"ctrl", "alt"} <= key.modifiers
