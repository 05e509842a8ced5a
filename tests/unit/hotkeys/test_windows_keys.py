"""Global keys on Windows: what it is asked, and what its refusals become, by a stand-in; and on Windows itself."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

import pytest
from support.fake_user32 import WM_HOTKEY, FakeUser32
from support.platforms import windows_only

from edge_assistant.hotkeys.defaults import default_keys
from edge_assistant.hotkeys.key import parse_key
from edge_assistant.hotkeys.windows import WindowsHotkeys, virtual_key

CTRL, SHIFT, ALT, WIN, NOREPEAT = 2, 4, 1, 8, 0x4000
F9, F12, PAUSE = 0x78, 0x7B, 0x13
KEYS = {"window": parse_key("ctrl+shift+F9"), "stop": parse_key("super+pause")}


def hotkeys_of(system: FakeUser32) -> WindowsHotkeys:
    return WindowsHotkeys(system, system, system.last_error)


def test_each_key_is_registered_and_its_messages_become_presses() -> None:
    system, pressed = FakeUser32(), queue.Queue[str]()
    hotkeys = hotkeys_of(system)
    assert hotkeys.start(KEYS, pressed.put, print) == ()
    assert system.keys == {(NOREPEAT | CTRL | SHIFT, F9), (NOREPEAT | WIN, PAUSE)}
    for message in ((1, WM_HOTKEY, 2), (1, 0x0113, 1), (1, WM_HOTKEY, 7), (1, WM_HOTKEY, 1)):
        system.send(message)
    assert [pressed.get(timeout=5) for _ in range(2)] == ["stop", "window"]
    hotkeys.close()
    assert system.keys == set()
    assert pressed.empty()


def test_a_key_that_somebody_else_has_is_named_and_the_others_work() -> None:
    system = FakeUser32(taken=((WIN, PAUSE),))
    hotkeys = hotkeys_of(system)
    (sentence,) = hotkeys.start(KEYS, print, print)
    assert sentence.startswith("Windows key pause is used by another program.")
    assert "edge-assistant trigger stop" in sentence
    assert hotkeys.unavailable == ""
    assert system.keys == {(NOREPEAT | CTRL | SHIFT, F9)}
    hotkeys.close()


def test_another_refusal_is_told_as_it_is() -> None:
    hotkeys = hotkeys_of(FakeUser32(refused={F9: 5}))
    (sentence,) = hotkeys.start(KEYS, print, print)
    assert sentence.startswith("ctrl shift F9 was refused by the system: ")
    assert "another program" not in sentence
    hotkeys.close()


@pytest.mark.parametrize("key", ["F12", "shift+F12"])
def test_the_debuggers_key_is_refused_with_its_reason_and_only_when_windows_refuses_it(key: str) -> None:
    shortcut = {"window": parse_key(key)}
    refusing = hotkeys_of(FakeUser32(refused={F12: 1409}))
    (sentence,) = refusing.start(shortcut, print, print)
    assert "refused by the system: it is kept for debuggers" in sentence
    refusing.close()
    willing = hotkeys_of(FakeUser32())
    assert willing.start(shortcut, print, print) == ()
    willing.close()


def test_with_other_modifiers_the_debuggers_key_belongs_to_a_program() -> None:
    hotkeys = hotkeys_of(FakeUser32(taken=((CTRL | ALT, F12),)))
    (sentence,) = hotkeys.start({"palette": parse_key("ctrl+alt+F12", "win32")}, print, print)
    assert "is used by another program" in sentence
    hotkeys.close()


def test_closing_at_once_ends_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows drops what is posted to a thread that has no message queue yet."""
    system, go_on = FakeUser32(), threading.Event()
    get_message = system.GetMessageW
    monkeypatch.setattr(system, "GetMessageW", lambda *message: go_on.wait(30) and get_message(*message))
    hotkeys = hotkeys_of(system)
    hotkeys.start(KEYS, print, print)
    closing = threading.Thread(target=hotkeys.close)
    closing.start()
    closing.join(0.05)  # WM_QUIT is posted while the thread is before its loop
    go_on.set()
    closing.join(30)
    assert hotkeys._thread is not None
    hotkeys._thread.join(5)
    assert not hotkeys._thread.is_alive()
    assert system.keys == set()


def test_when_no_more_keys_come_it_is_told_and_known() -> None:
    system, lost = FakeUser32(), queue.Queue[str]()
    hotkeys = hotkeys_of(system)
    hotkeys.start(KEYS, print, lost.put)
    system.send((-1, 0, 0))
    sentence = lost.get(timeout=5)
    assert "no longer sends shortcuts" in sentence
    assert hotkeys.unavailable == sentence
    hotkeys.close()


def test_a_thread_that_dies_is_told_even_before_it_is_ready(
    monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("the hotkeys ended")
    system, lost = FakeUser32(), queue.Queue[str]()

    def fail(*_: object) -> int:
        raise OSError("access violation reading 0x0000000000000000")

    monkeypatch.setattr(system, "RegisterHotKey", fail)
    hotkeys = hotkeys_of(system)
    hotkeys.start(KEYS, print, lost.put)
    assert "no longer sends shortcuts" in lost.get(timeout=5)


def test_whether_a_key_is_free_is_tried_and_leaves_nothing_registered() -> None:
    system = FakeUser32(taken=((CTRL | SHIFT, F9),))
    hotkeys = hotkeys_of(system)
    assert hotkeys.is_free(parse_key("ctrl+shift+F9")) is False
    assert hotkeys.is_free(parse_key("ctrl+alt+F9", "win32")) is True
    assert system.asked == [(NOREPEAT | CTRL | SHIFT, F9), (NOREPEAT | CTRL | ALT, F9)]
    assert system.registered == {}


def test_every_default_key_has_a_code_of_its_own() -> None:
    for platform in ("win32", "linux"):
        bound = [parse_key(text, platform) for text in default_keys(platform).values() if text]
        assert len({(key.modifiers, virtual_key(key)) for key in bound}) == len(bound)


@windows_only
def test_windows_itself_gives_a_key_once_and_takes_it_back() -> None:
    first, second = WindowsHotkeys(), WindowsHotkeys()
    key = parse_key("ctrl+alt+shift+F11")
    assert first.is_free(key) is True
    assert first.start({"window": key}, print, print) == ()
    assert second.is_free(key) is False
    (sentence,) = second.start({"stop": key}, print, print)
    assert "is used by another program. Here it stops speech" in sentence
    second.close()
    first.close()
    assert first.is_free(key) is True
