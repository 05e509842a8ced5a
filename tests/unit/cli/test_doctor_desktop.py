"""What the doctor finds out about the desktop, with stand-ins for other desktops."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from edge_assistant.capture.backends import SessionFacts
from edge_assistant.cli import doctor_desktop
from edge_assistant.cli.doctor_desktop import check_portal, check_screen_reader, check_shortcuts
from edge_assistant.hotkeys import portal, unsupported
from edge_assistant.hotkeys.actions import READING_ACTIONS, meaning_of
from edge_assistant.hotkeys.key import Key, parse_key
from edge_assistant.hotkeys.unsupported import UnsupportedHotkeys
from edge_assistant.settings.schema import HotkeySettings, Settings
from edge_assistant.speech import reader_detection
from edge_assistant.system.errors import InputError
from edge_assistant.system.ipc import IpcServer, default_endpoint
from edge_assistant.ui import tray_check


class StandIn(UnsupportedHotkeys):
    """Hotkeys of a desktop on which some keys are taken; `free` is said of all others."""

    unavailable = ""

    def __init__(self, *taken: str, free: bool | None = True) -> None:
        super().__init__("")
        self.asked: list[Key] = []
        self._taken = [parse_key(each) for each in taken]
        self._free = free

    def is_free(self, key: Key) -> bool | None:
        self.asked.append(key)
        return False if key in self._taken else self._free


def test_every_key_that_works_anywhere_is_tried() -> None:
    hotkeys = StandIn()
    finding = check_shortcuts(Settings(), hotkeys, running=False)
    keys = Settings().hotkeys.keys_by_action()
    assert hotkeys.asked == [key for action, key in keys.items() if action not in READING_ACTIONS]
    assert (finding.state, finding.sentence) == ("works", f"{len(hotkeys.asked)} keys are free.")


def test_each_key_that_another_program_has_is_named_with_its_action() -> None:
    own = HotkeySettings()
    finding = check_shortcuts(Settings(), StandIn(own.window, own.read), running=False)
    assert finding.state == "fails"
    for key, action in ((own.window, "window"), (own.read, "read")):
        assert f"{parse_key(key).spoken} is used by another program. Here it {meaning_of(action)}." in finding.sentence


def test_what_only_a_press_would_tell_is_not_claimed() -> None:
    assert check_shortcuts(Settings(), StandIn(free=None), running=False).state == "not-tried"


def test_the_keys_of_the_running_program_are_not_tried() -> None:
    hotkeys = StandIn()
    assert check_shortcuts(Settings(), hotkeys, running=True).state == "not-tried"
    assert hotkeys.asked == []


def test_without_a_display_there_are_no_keys() -> None:
    finding = check_shortcuts(Settings(), UnsupportedHotkeys(unsupported.NO_DISPLAY), running=False)
    assert finding.state == "fails"
    assert finding.sentence.startswith("There is no display")


def test_it_is_known_whether_the_program_runs() -> None:
    assert not doctor_desktop._is_running()
    with closing(IpcServer(default_endpoint(), lambda _: "")):
        assert doctor_desktop._is_running()
    assert not doctor_desktop._is_running()


@pytest.mark.parametrize(("has", "state"), [(True, "works"), (False, "none")])
def test_a_desktop_without_a_tray_is_no_error(has: bool, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tray_check, "has_tray", lambda: has)
    assert doctor_desktop._check_tray().state == state


class Reader:
    """In place of ReaderClient."""

    takes_calls = True

    def start(self, *_: object) -> None:
        self._closed = threading.Event()

    def answers(self) -> bool:
        assert not self._closed.is_set()
        return self.takes_calls

    def close(self) -> None:
        self._closed.set()


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(reader_detection, "choose_detector", lambda _: lambda: True)
    monkeypatch.setattr(doctor_desktop, "ReaderClient", Reader)
    return


@pytest.mark.usefixtures("runs")
@pytest.mark.parametrize(
    ("platform", "takes_calls", "state", "words"),
    [
        ("win32", True, "works", "speaks what the program says"),
        ("win32", False, "fails", "takes nothing to say"),
        ("linux", True, "works", "The app speaks through it"),
    ],
)
def test_a_screen_reader_that_runs(
    platform: str, takes_calls: bool, state: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reader, "takes_calls", takes_calls)
    finding = check_screen_reader(platform)
    assert finding.state == state
    assert words in finding.sentence


def test_no_screen_reader_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_detection, "choose_detector", lambda _: lambda: False)
    assert check_screen_reader("win32").state == "none"


def test_only_wayland_asks_its_portal(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise InputError("There is none.", code="no-portal")

    monkeypatch.setattr(portal, "check", lambda: None)
    assert check_portal(SessionFacts("linux", wayland=True)).state == "works"
    monkeypatch.setattr(portal, "check", missing)
    assert check_portal(SessionFacts("linux", wayland=True)).sentence == "There is none."
    assert check_portal(SessionFacts("linux", x11=True)).state == "none"
