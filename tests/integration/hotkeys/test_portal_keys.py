"""Keys of a Wayland desktop: its GlobalShortcuts portal, by a stand-in on a bus of the test's own."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support import SUPPORT
from support.desktops import Programs, XDesktop, environment, private_bus
from support.listening import Listen, private_folders
from support.waiting import until

from edge_assistant.controller.global_hotkeys import GlobalHotkeys
from edge_assistant.hotkeys import unsupported
from edge_assistant.hotkeys.key import parse_key
from edge_assistant.hotkeys.portal import PortalHotkeys

_SERVICE = SUPPORT / "fake_shortcuts.py"
KEYS = {"window": parse_key("ctrl+shift+F9"), "stop": parse_key("super+pageup")}
NOBODY = environment(WAYLAND_DISPLAY="wayland-of-nobody")


class Portal:
    """A running stand-in; `calls` grows with what it is asked."""

    def __init__(self, programs: Programs, mode: str, triggers: dict[str, str | None]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, _SERVICE, mode, json.dumps(triggers)],
            env=programs.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        self.calls: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def tell(self, *order: str) -> None:
        """See fake_shortcuts.py."""
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(order) + "\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(10)
        self._reader.join(10)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.calls.append(json.loads(line))


class Heard:
    """Keys asked of the portal, and what came of it."""

    def __init__(self) -> None:
        self.presses: list[str] = []
        self.notices: list[str] = []
        self.hotkeys = PortalHotkeys()

    def start(self) -> None:
        """Ask for the keys."""
        assert self.hotkeys.start(KEYS, self.presses.append, self.notices.append) == ()


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[Programs]:
    with Programs(NOBODY) as programs, private_bus(programs):
        for name, value in programs.environment.items():
            monkeypatch.setenv(name, value)
        yield programs


@pytest.fixture
def portal(bus: Programs) -> Iterator[Callable[..., Portal]]:
    with contextlib.ExitStack() as stack:

        def make(mode: str = "bind", **triggers: str | None) -> Portal:
            made = Portal(bus, mode, triggers or {"*": "asked"})
            stack.callback(made.close)
            return made

        yield make


@pytest.fixture
def heard() -> Iterator[Heard]:
    made = Heard()
    yield made
    made.hotkeys.close()
    assert made.hotkeys._thread is None or not made.hotkeys._thread.is_alive()


def test_while_the_keys_are_given_to_other_programs_the_portal_has_only_the_one_that_takes_them_back(
    portal: Callable[..., Portal],
) -> None:
    desktop, told = portal(), list[str]()
    hotkeys = GlobalHotkeys(PortalHotkeys, told.append, told.append)

    def bound(times: int) -> set[str]:
        """The actions whose keys are asked for in the newest session, of which there are so many."""
        bindings: list[dict[str, Any]] = []

        def look() -> bool:
            bindings[:] = [call for call in desktop.calls if call["call"] == "BindShortcuts"]
            return len(bindings) == times

        until(look, f"binding {times}")
        return set(bindings[-1]["asked"])

    hotkeys.register({**KEYS, "shortcuts": parse_key("super+F3")})
    assert bound(1) == {"window", "stop", "shortcuts"}
    assert hotkeys.switch() == "Shortcuts are off. Windows key F3 turns them on again."
    assert bound(2) == {"shortcuts"}
    desktop.tell("press", "shortcuts")
    until(lambda: told == ["shortcuts"], "the press")
    assert hotkeys.switch() == "Shortcuts are on."
    assert bound(3) == {"window", "stop", "shortcuts"}
    hotkeys.close()


def test_a_press_that_the_portal_tells_of_is_heard_and_one_of_another_session_is_not(
    portal: Callable[..., Portal], heard: Heard
) -> None:
    desktop = portal()
    heard.start()
    until(lambda: len(desktop.calls) == 3, "the binding")
    register, create, bind = desktop.calls
    assert register == {"call": "Register", "id": "edge-assistant"}
    assert create == {"call": "CreateSession"}
    assert bind["session"]
    assert {action: preferred for action, (preferred, _) in bind["asked"].items()} == {
        "window": "CTRL+SHIFT+F9",
        "stop": "LOGO+Page_Up",
    }
    assert all(description for _, description in bind["asked"].values())
    desktop.tell("press-elsewhere", "window")
    for action in ("window", "stop", "unknown", "window"):
        desktop.tell("press", action)
    until(lambda: len(heard.presses) == 3, "the presses")
    assert heard.presses == ["window", "stop", "window"]
    assert heard.notices == []


def test_what_the_desktop_bound_instead_is_told_also_later(portal: Callable[..., Portal], heard: Heard) -> None:
    desktop = portal(window="Press <Control><Shift>F9", stop="Meta+F4")
    heard.start()
    until(lambda: heard.notices, "what was bound")
    assert heard.notices == [
        "The desktop assigned Meta+F4 instead of Windows key page up. "
        "Here it stops speech; pressed again, cancels the request."
    ]
    desktop.tell("change", "window", "Alt+1")
    until(lambda: len(heard.notices) == 2, "what was changed")
    assert heard.notices[1].startswith("The desktop assigned Alt+1 instead of ctrl shift F9. Here it describes")
    desktop.tell("press", "window")
    until(lambda: heard.presses == ["window"], "the press")


def test_a_key_that_was_not_given_is_named_with_its_command(portal: Callable[..., Portal], heard: Heard) -> None:
    portal(**{"window": "asked", "stop": None})
    heard.start()
    until(lambda: heard.notices, "what was not given")
    (sentence,) = heard.notices
    assert sentence.startswith("Windows key page up was refused by the desktop.")
    assert "edge-assistant trigger stop" in sentence


@pytest.mark.parametrize(
    ("mode", "triggers", "words"),
    [
        ("refuse", {}, "not allowed"),
        ("none", {}, unsupported.WAYLAND),
        ("bind", {"*": ""}, "did not confirm any shortcuts"),
        ("bind", {"*": None}, "did not confirm any shortcuts"),
    ],
)
def test_where_there_are_no_keys_one_sentence_says_why(
    portal: Callable[..., Portal], heard: Heard, mode: str, triggers: dict[str, str | None], words: str
) -> None:
    portal(mode, **triggers)
    heard.start()
    until(lambda: heard.notices, "the reason")
    (sentence,) = heard.notices
    assert words in sentence


def test_without_a_portal_the_advice_is_to_bind_the_commands(bus: Programs, heard: Heard) -> None:
    assert bus.environment["DBUS_SESSION_BUS_ADDRESS"]
    heard.start()
    until(lambda: heard.notices == [unsupported.WAYLAND], "the advice")


def test_a_session_that_the_desktop_closes_is_one_sentence(portal: Callable[..., Portal], heard: Heard) -> None:
    desktop = portal()
    heard.start()
    until(lambda: len(desktop.calls) == 3, "the binding")
    desktop.tell("press", "window")
    until(lambda: heard.presses, "the press")
    desktop.tell("close")
    until(lambda: heard.notices, "the end")
    (sentence,) = heard.notices
    assert sentence.startswith("The desktop no longer sends shortcuts.")


def test_a_portal_that_vanishes_is_one_sentence_and_when_it_is_back_so_are_the_keys(
    portal: Callable[..., Portal], heard: Heard
) -> None:
    desktop = portal()
    heard.start()
    until(lambda: len(desktop.calls) == 3, "the binding")
    desktop.tell("press", "window")
    until(lambda: heard.presses, "the press")
    desktop.tell("leave")
    until(lambda: heard.notices, "the loss")
    desktop.tell("come")
    until(lambda: len(desktop.calls) == 6, "the second binding")
    desktop.tell("press", "stop")
    until(lambda: heard.presses == ["window", "stop"], "the keys")
    first, second = heard.notices
    assert first.startswith("The desktop's shortcut service stopped")
    assert second == "Shortcuts work again."


def test_a_bus_that_vanishes_is_one_sentence(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    with Programs(NOBODY) as programs, private_bus(programs):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", programs.environment["DBUS_SESSION_BUS_ADDRESS"])
        desktop = Portal(programs, "bind", {"*": "asked"})
        heard.start()
        until(lambda: len(desktop.calls) == 3, "the binding")
        desktop.tell("press", "window")
        until(lambda: heard.presses, "the press")
        desktop.close()
        until(lambda: heard.notices, "the loss of the portal")
    until(lambda: heard.hotkeys._thread is not None and not heard.hotkeys._thread.is_alive(), "the end")
    assert len(heard.notices) == 1


def test_the_running_program_obeys_the_portals_keys(
    bus: Programs, portal: Callable[..., Portal], tmp_path_factory: pytest.TempPathFactory
) -> None:
    desktop = portal(window="Meta+F4", **{"*": "asked"})
    folders = private_folders(tmp_path_factory.mktemp("user"))  # a socket's path must be short
    nowhere = XDesktop({**NOBODY, "DBUS_SESSION_BUS_ADDRESS": bus.environment["DBUS_SESSION_BUS_ADDRESS"]})
    with nowhere, Listen(nowhere, "--no-speak", **folders) as listen:
        listen.wait_for_line("Ready.")
        listen.wait_for_line(
            "The desktop assigned Meta+F4 instead of ctrl shift F9. Here it describes the active window."
        )
        desktop.tell("press", "status")
        listen.wait_for_line("Ready.", 2)
        assert [line for line in listen.said if "Wayland" in line] == []
        desktop.tell("close")
        listen.wait_for(lambda lines: any("no longer sends shortcuts" in line for line in lines), "the end of the keys")
        assert listen.trigger("status") == (0, "Ready.\n")
