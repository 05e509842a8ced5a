"""The program's global keys: named where they work, given to other programs and taken back, and checked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.loop_harness import LoopHarness

from edge_assistant.controller.global_hotkeys import GlobalHotkeys, check_key
from edge_assistant.hotkeys.actions import SHORTCUTS
from edge_assistant.hotkeys.key import Key, parse_key
from edge_assistant.hotkeys.protocol import KeyBindings, OnNotice, OnPress, key_taken_message, menu_open_message

PALETTE, WINDOW, SWITCH = parse_key("ctrl+shift+F12"), parse_key("ctrl+shift+F9"), parse_key("super+F3")
BINDINGS = {"palette": PALETTE, "window": WINDOW}


class Desktop:
    """A window system: which keys our program has, which another one, and what is told."""

    def __init__(self) -> None:
        self.ours: set[Key] = set()
        self.theirs: set[Key] = set()
        self.unavailable = ""
        self.told: list[str] = []
        self.notice: OnNotice = print
        self.hotkeys = GlobalHotkeys(lambda: DesktopHotkeys(self), print, self.told.append)


class DesktopHotkeys:
    """The keys of a Desktop."""

    def __init__(self, desktop: Desktop) -> None:
        self._desktop = desktop

    @property
    def unavailable(self) -> str:
        return self._desktop.unavailable

    def start(self, keys: KeyBindings, _: OnPress, on_notice: OnNotice) -> tuple[str, ...]:
        desktop = self._desktop
        desktop.notice = on_notice
        if desktop.unavailable:
            return (desktop.unavailable,)
        assert not desktop.ours, "closed before"
        desktop.ours = {*keys.values()} - desktop.theirs
        return tuple(key_taken_message(key, action) for action, key in keys.items() if key in desktop.theirs)

    def close(self) -> None:
        self._desktop.ours.clear()

    def is_free(self, key: Key) -> bool | None:
        return None if self._desktop.unavailable else key not in self._desktop.theirs | self._desktop.ours


class HeldDesktop:
    """A window system that gives each Hotkeys the keys that nobody else has; `fails` are keys of another program."""

    def __init__(self) -> None:
        self.taken: dict[Key, object] = {}
        self.theirs: set[Key] = set()
        self.starts: list[list[str]] = []
        self.hotkeys = GlobalHotkeys(lambda: HeldKeys(self), print, print)

    @property
    def ours(self) -> set[Key]:
        return set(self.taken)


class HeldKeys:
    """One connection to a HeldDesktop."""

    unavailable = ""

    def __init__(self, desktop: HeldDesktop) -> None:
        self._desktop = desktop

    def start(self, keys: KeyBindings, _: OnPress, __: OnNotice) -> tuple[str, ...]:
        desktop = self._desktop
        desktop.starts.append(list(keys))
        refused = [action for action, key in keys.items() if key in desktop.theirs or key in desktop.taken]
        desktop.taken.update({key: self for action, key in keys.items() if action not in refused})
        return tuple(key_taken_message(keys[action], action) for action in refused)

    def close(self) -> None:
        self._desktop.taken = {key: owner for key, owner in self._desktop.taken.items() if owner is not self}

    def is_free(self, key: Key) -> bool | None:
        return key not in self._desktop.taken


READING = {"pause": parse_key("ctrl+shift+space"), "next-line": parse_key("ctrl+shift+down")}


@pytest.fixture
def held() -> HeldDesktop:
    desktop = HeldDesktop()
    assert desktop.hotkeys.register({**BINDINGS, SHORTCUTS: SWITCH, **READING}) == ()
    return desktop


def test_the_keys_of_a_reading_are_held_for_a_while_and_the_others_are_not_touched(held: HeldDesktop) -> None:
    own = {PALETTE, WINDOW, SWITCH}
    assert held.ours == own
    for _ in range(3):
        assert held.hotkeys.hold(True) == ""
        assert held.ours == own | {*READING.values()}
        assert held.hotkeys.hold(False) == ""
        assert held.ours == own
    assert held.starts.count(["palette", "window", SHORTCUTS]) == 1


def test_what_another_program_has_is_told_in_one_sentence(held: HeldDesktop) -> None:
    held.theirs = {READING["pause"]}
    assert held.hotkeys.hold(True) == key_taken_message(READING["pause"], "pause")
    assert READING["next-line"] in held.ours
    held.theirs = {*READING.values()}
    assert held.hotkeys.hold(True).startswith("Some keys for moving through a text are used by other programs.")


def test_while_keys_are_off_or_recorded_none_is_held_and_then_they_are_back(held: HeldDesktop) -> None:
    held.hotkeys.hold(True)
    held.hotkeys.switch()
    assert held.ours == {SWITCH}
    held.hotkeys.switch()
    assert held.ours >= {*READING.values(), WINDOW}
    held.hotkeys.suspend(True)
    assert held.ours == set()
    held.hotkeys.suspend(False)
    assert held.ours >= {*READING.values(), WINDOW}
    held.hotkeys.close()
    assert held.ours == set()


def test_other_keys_in_the_settings_are_held_at_once(held: HeldDesktop) -> None:
    held.hotkeys.hold(True)
    other = {"pause": parse_key("super+F1")}
    held.hotkeys.register({**BINDINGS, **other})
    assert held.ours == {PALETTE, WINDOW, *other.values()}


@pytest.fixture
def desktop() -> Desktop:
    return Desktop()


def test_a_key_is_named_only_where_it_works(desktop: Desktop) -> None:
    hotkeys = desktop.hotkeys
    assert hotkeys.working_key("palette") is None, "nothing is registered yet"
    hotkeys.register(BINDINGS)
    assert hotkeys.working_key("palette") == PALETTE
    assert hotkeys.working_key("more") is None
    desktop.theirs.add(WINDOW)
    hotkeys.register(BINDINGS)
    assert hotkeys.working_key("palette") == PALETTE, "another one is taken"
    assert hotkeys.working_key("window") is None
    desktop.theirs.clear()
    desktop.unavailable = "No keys work on this desktop."
    hotkeys.register(BINDINGS)
    assert hotkeys.working_key("palette") is None
    desktop.unavailable = ""
    hotkeys.register(BINDINGS)
    desktop.notice("The desktop no longer sends shortcuts.")
    assert desktop.told == ["The desktop no longer sends shortcuts."]
    assert hotkeys.working_key("palette") is None


def test_a_key_that_could_do_nothing_while_a_menu_was_open_still_works(desktop: Desktop) -> None:
    desktop.hotkeys.register(BINDINGS)
    sentence = menu_open_message(PALETTE)
    desktop.notice(sentence)
    assert desktop.told == [sentence]
    assert desktop.hotkeys.working_key("palette") == PALETTE


def test_all_keys_but_one_are_given_away_and_taken_back(desktop: Desktop) -> None:
    hotkeys = desktop.hotkeys
    hotkeys.register({**BINDINGS, SHORTCUTS: SWITCH})
    assert hotkeys.switch() == "Shortcuts are off. Windows key F3 turns them on again."
    assert (hotkeys.are_off, desktop.ours) == (True, {SWITCH})
    assert hotkeys.working_key("palette") is None
    assert hotkeys.switch() == "Shortcuts are on."
    assert (hotkeys.are_off, desktop.ours) == (False, {PALETTE, WINDOW, SWITCH})


def test_without_a_key_of_its_own_it_is_said_how_to_take_them_back(desktop: Desktop) -> None:
    hotkeys = desktop.hotkeys
    hotkeys.register(BINDINGS)
    assert "edge-assistant trigger shortcuts" in hotkeys.switch()
    assert desktop.ours == set()
    assert hotkeys.switch() == "Shortcuts are on."
    assert desktop.ours == {PALETTE, WINDOW}
    desktop.theirs.add(SWITCH)
    hotkeys.register({**BINDINGS, SHORTCUTS: SWITCH})
    assert "edge-assistant trigger shortcuts" in hotkeys.switch(), "another program has the key"


def test_a_key_that_another_program_took_meanwhile_is_named(desktop: Desktop) -> None:
    hotkeys = desktop.hotkeys
    hotkeys.register(BINDINGS)
    hotkeys.switch()
    desktop.theirs.add(WINDOW)
    said = hotkeys.switch()
    assert said.startswith("Shortcuts are on. ctrl shift F9 is used by another program.")
    assert desktop.ours == {PALETTE}


def test_other_settings_and_a_recording_leave_the_keys_away(desktop: Desktop) -> None:
    hotkeys = desktop.hotkeys
    hotkeys.register({"palette": PALETTE, SHORTCUTS: SWITCH})
    hotkeys.switch()
    assert hotkeys.register({**BINDINGS, SHORTCUTS: SWITCH}) == ()
    assert desktop.ours == {SWITCH}
    hotkeys.suspend(True)
    assert desktop.ours == set()
    hotkeys.switch()
    assert desktop.ours == set(), "a key is being recorded"
    hotkeys.suspend(False)
    assert desktop.ours == {PALETTE, WINDOW, SWITCH}


def test_where_no_keys_work_there_are_none_to_give(desktop: Desktop) -> None:
    desktop.unavailable = "On Wayland, programs cannot set shortcuts."
    desktop.hotkeys.register(BINDINGS)
    assert desktop.hotkeys.switch() == desktop.unavailable
    assert not desktop.hotkeys.are_off


def test_a_key_is_checked_and_the_programs_that_would_miss_it_are_named(desktop: Desktop) -> None:
    desktop.theirs.add(WINDOW)

    def check(text: str, platform: str = "linux") -> tuple[bool | None, str]:
        report = check_key(parse_key(text, platform), DesktopHotkeys(desktop), platform)
        return report.free, report.sentence

    taken = "ctrl shift F9 is not free: another program or the system has it. Choose another one."
    assert check("ctrl+shift+F9") == (False, taken)
    assert check("ctrl+shift+F11") == (True, "ctrl shift F11 is free.")
    missed = "It is also a shortcut of Word, JAWS, which would not get it."
    assert check("ctrl+shift+F11", "win32") == (True, f"ctrl shift F11 is free. {missed}")
    desktop.unavailable = "There is no display."
    assert check("super+F1") == (None, "Whether another program has Windows key F1 is known only when you press it.")


@pytest.fixture
def harness() -> LoopHarness:
    result = LoopHarness()
    result.controller.ready = True
    result.hotkeys.register({"window": WINDOW, SHORTCUTS: SWITCH})
    return result


def test_each_press_is_heard_and_shown_in_place_of_what_was_spoken(harness: LoopHarness) -> None:
    off = "Shortcuts are off. Windows key F3 turns them on again."
    assert harness.press("shortcuts") == ["(silence)", off]
    assert harness.press("status") == ["Ready. Shortcuts are off."]
    assert harness.press("shortcuts") == ["(silence)", "Shortcuts are on."]
    assert harness.press("status") == ["Ready."]
    assert [shown for shown in harness.view.shown if shown[0] == "shortcuts"] == [
        ("shortcuts", True),
        ("shortcuts", False),
    ]
    assert harness.registered == [["window", "shortcuts"], ["shortcuts"], ["window", "shortcuts"]]


def test_a_trigger_gets_the_sentence_and_others_go_on_working(harness: LoopHarness) -> None:
    press: Callable[[str], str] = harness.controller.press
    assert press("shortcuts") == "Shortcuts are off. Windows key F3 turns them on again."
    harness.press("window")
    assert harness.controller.state.task == "describe"
