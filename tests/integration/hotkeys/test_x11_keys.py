"""Global keys on a real X server, beside another program that wants the same keys: given to it, and taken back."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.describing import ROOT
from support.desktops import XDesktop, x_desktop
from support.listening import STATUS, STOP, Listen, private_folders
from support.waiting import PATIENCE, until
from Xlib import XK, X, display

from edge_assistant.hotkeys.key import parse_key
from edge_assistant.hotkeys.x11 import X11Hotkeys

SWITCH = "super+F3"
OFF = "Shortcuts are off. Windows key F3 turns them on again."


class OtherProgram:
    """A program whose window has the keyboard; `keys` grows with what is pressed in it."""

    def __init__(self, desktop: XDesktop) -> None:
        self._display = display.Display(desktop.environment["DISPLAY"])
        screen = self._display.screen()
        self._root = screen.root
        window = self._root.create_window(
            0, 0, 100, 100, 0, screen.root_depth, event_mask=X.KeyPressMask | X.ExposureMask
        )
        window.map()
        until(self._is_shown, "the window")
        window.set_input_focus(X.RevertToParent, X.CurrentTime)
        self._display.sync()
        self._keys: list[str] = []

    def _is_shown(self) -> bool:
        return any(self._display.next_event().type == X.Expose for _ in range(self._display.pending_events()))

    @property
    def keys(self) -> list[str]:
        """The function keys that were pressed in the window."""
        for _ in range(self._display.pending_events()):
            event = self._display.next_event()
            if event.type == X.KeyPress:
                keysym = self._display.keycode_to_keysym(event.detail, 0)
                if XK.XK_F1 <= keysym <= XK.XK_F12:
                    self._keys.append(f"F{keysym - XK.XK_F1 + 1}")
        return self._keys

    def grab(self, key: str) -> None:
        """Take a key with Ctrl and Shift for itself, wherever the keyboard is."""
        code = self._display.keysym_to_keycode(XK.string_to_keysym(key))
        self._root.grab_key(code, X.ControlMask | X.ShiftMask, False, X.GrabModeAsync, X.GrabModeAsync)
        self._display.sync()

    def close(self) -> None:
        """End it."""
        self._display.close()


@pytest.fixture
def desktop() -> Iterator[XDesktop]:
    with x_desktop((320, 240), manager=False) as desktop:
        yield desktop


@pytest.fixture
def other(desktop: XDesktop) -> Iterator[OtherProgram]:
    program = OtherProgram(desktop)
    yield program
    program.close()


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    folders = private_folders(tmp_path)
    place = Path(folders["XDG_CONFIG_HOME"]) / "edge-assistant"
    place.mkdir()
    (place / "settings.toml").write_text(f'load = "first-use"\n[hotkeys]\nshortcuts = "{SWITCH}"\n')
    return folders


def test_keys_that_are_given_back_reach_the_other_program_until_they_are_taken_again(
    desktop: XDesktop, other: OtherProgram, folders: dict[str, str]
) -> None:
    with Listen(desktop, "--no-speak", **folders) as listen:
        listen.wait_for_line("Ready.")
        listen.press(STATUS)
        listen.wait_for_line("Ready.", 2)
        assert other.keys == []

        listen.press(SWITCH)
        listen.wait_for_line(OFF)
        for key in (STATUS, STOP):
            listen.press(key)
        until(lambda: other.keys == ["F6", "F8"], "the keys in the other program")
        assert listen.trigger("status") == (0, "Ready. Shortcuts are off.\n")
        assert listen.said.count("Ready.") == 2

        listen.press(SWITCH)
        listen.wait_for_line("Shortcuts are on.")
        listen.press(STATUS)
        listen.wait_for_line("Ready.", 3)
        assert other.keys == ["F6", "F8"]
        for key in ("Super_L", "F3"):
            desktop.output("xdotool", "keydown", key)
        listen.wait_for_line(OFF, 2)
        time.sleep(1.0)  # the server repeats after 0.66 s, 25 times a second
        for key in ("F3", "Super_L"):
            desktop.output("xdotool", "keyup", key)
        assert listen.trigger("status") == (0, "Ready. Shortcuts are off.\n")
        assert listen.said.count("Shortcuts are on.") == 1
        other.grab("F8")
        code, said = listen.trigger("shortcuts")
        assert code == 0
        assert said.startswith("Shortcuts are on. ctrl shift F8 is used by another program.")


def test_whether_a_key_is_free_is_asked_of_the_server_and_leaves_nothing_grabbed(
    desktop: XDesktop, other: OtherProgram
) -> None:
    name, key = desktop.environment["DISPLAY"], parse_key("ctrl+shift+F9")
    hotkeys = X11Hotkeys(name)
    assert hotkeys.is_free(key) is True
    assert hotkeys.is_free(key) is True, "the first question left nothing behind"
    other.grab("F9")
    assert hotkeys.is_free(key) is False
    assert hotkeys.is_free(parse_key("ctrl+shift+F10")) is True
    hotkeys.close()


def test_the_command_says_whether_the_key_is_free(
    desktop: XDesktop, other: OtherProgram, folders: dict[str, str]
) -> None:
    other.grab("F4")

    def set_key(key: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "edge_assistant", "settings", "set", "hotkeys.window", key],
            cwd=ROOT,
            env={**desktop.environment, **folders},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
        ).stdout

    assert set_key("ctrl+shift+F2") == "hotkeys.window is now: ctrl+shift+F2.\nctrl shift F2 is free.\n"
    taken = "ctrl shift F4 is not free: another program or the system has it. Choose another one."
    assert set_key("ctrl+shift+F4") == f"hotkeys.window is now: ctrl+shift+F4.\n{taken}\n"
