"""Global keys on a Mac: what Carbon is asked, and what comes of its answers, by a stand-in. Never run on a Mac."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from edge_assistant.hotkeys.key import FUNCTION_KEYS, parse_key
from edge_assistant.hotkeys.mac import MacHotkeys, key_code

CMD, SHIFT, OPTION, CONTROL = 0x0100, 0x0200, 0x0800, 0x1000
F9, D = 0x65, 0x02
KEYS = {"window": parse_key("ctrl+shift+F9"), "stop": parse_key("alt+super+d")}
EXISTS, INVALID = -9878, -9879


class FakeCarbon:
    """As much of Carbon as is used: a key is registered once, and presses go to the handler that is installed."""

    def __init__(self, refused: dict[int, int] | None = None) -> None:
        self.registered: dict[int, tuple[int, int, int, int]] = {}
        self._refused = refused or {}
        self._handler: Any = None
        self._count = 0

    def GetEventDispatcherTarget(self) -> int:
        return 4711

    def InstallEventHandler(self, target: int, handler: Any, count: int, kinds: Any, data: None, reference: Any) -> int:
        kind = kinds._obj
        assert (target, count, data) == (4711, 1, None)
        assert (kind.event_class.to_bytes(4, "big"), kind.kind) == (b"keyb", 5)
        self._handler = handler
        reference._obj.value = 1
        return 0

    def RemoveEventHandler(self, reference: ctypes.c_void_p) -> int:
        assert reference.value == 1
        self._handler = None
        return 0

    def RegisterEventHotKey(self, code: int, modifiers: int, id: Any, target: int, options: int, out: Any) -> int:
        assert (target, options) == (4711, 0)
        if code in self._refused:
            return self._refused[code]
        if any(each[:2] == (code, modifiers) for each in self.registered.values()):
            return EXISTS
        self._count += 1
        self.registered[self._count] = (code, modifiers, id.signature, id.id)
        out._obj.value = self._count
        return 0

    def UnregisterEventHotKey(self, reference: ctypes.c_void_p) -> int:
        del self.registered[reference.value or 0]
        return 0

    def GetEventParameter(self, event: int, name: int, kind: int, _: None, size: int, __: None, out: Any) -> int:
        assert (name.to_bytes(4, "big"), kind.to_bytes(4, "big"), size) == (b"----", b"hkid", 8)
        _, _, out._obj.signature, out._obj.id = self.registered[event]
        return 0

    def press(self, code: int) -> None:
        """Press a registered key."""
        (event,) = [number for number, each in self.registered.items() if each[0] == code]
        assert self._handler(None, event, None) == 0


def at_once(function: Callable[[], None]) -> bool:
    function()
    return True


def test_each_key_is_registered_and_its_events_become_presses() -> None:
    carbon, pressed = FakeCarbon(), list[str]()
    hotkeys = MacHotkeys(carbon, at_once)
    assert hotkeys.start(KEYS, pressed.append, print) == ()
    assert {each[:2] for each in carbon.registered.values()} == {(F9, CONTROL | SHIFT), (D, OPTION | CMD)}
    for code in (D, F9):
        carbon.press(code)
    assert pressed == ["stop", "window"]
    hotkeys.close()
    assert (carbon.registered, carbon._handler) == ({}, None)


def test_a_refusal_is_told_as_it_is() -> None:
    hotkeys = MacHotkeys(FakeCarbon({F9: EXISTS, D: INVALID}), at_once)
    taken, refused = hotkeys.start(KEYS, print, print)
    assert taken.startswith("ctrl shift F9 is used by another program. Here it describes the active window.")
    assert (
        "was refused by the system: error -9879. Here it stops speech; pressed again, cancels the request." in refused
    )


def test_whether_a_key_is_free_is_tried_and_leaves_nothing_registered() -> None:
    carbon = FakeCarbon({D: EXISTS})
    hotkeys = MacHotkeys(carbon, at_once)
    assert (hotkeys.is_free(KEYS["window"]), hotkeys.is_free(KEYS["stop"])) == (True, False)
    assert carbon.registered == {}


def test_where_the_main_thread_runs_no_event_loop_it_is_told_what_to_do() -> None:
    hotkeys = MacHotkeys(FakeCarbon(), lambda _: False)
    (sentence,) = hotkeys.start(KEYS, print, print)
    assert sentence.startswith("On a Mac, shortcuts work only in the app.")
    assert hotkeys.unavailable == sentence
    assert hotkeys.is_free(KEYS["window"]) is None
    hotkeys.close()


def test_every_key_has_a_code_of_its_own_or_none() -> None:
    names = [*FUNCTION_KEYS, *"abcdefghijklmnopqrstuvwxyz0123456789", "pause", "home", "end", "pageup", "pagedown"]
    codes = {name: key_code(parse_key(f"super+{name}")) for name in [*names, "space"]}
    assert [name for name, code in codes.items() if code is None] == ["F21", "F22", "F23", "F24", "pause"]
    known = [code for code in codes.values() if code is not None]
    assert len(set(known)) == len(known)
    # kVK_ANSI_A, _V, _Y, _1, _0, _M and kVK_F12 of HIToolbox/Events.h
    assert [codes[name] for name in ("a", "v", "y", "1", "0", "m", "F12")] == [0, 9, 16, 18, 29, 46, 111]
