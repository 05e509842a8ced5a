"""Our keys on a real X server while a menu of another program has the keyboard, and the picture that they take."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from support import SUPPORT
from support.desktops import XDesktop, x_desktop
from support.waiting import until
from Xlib import X, Xatom, display

from edge_assistant.capture.backends import choose_backend
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.capture.targets import capture_window, take_unchecked_snapshot
from edge_assistant.hotkeys.key import parse_key
from edge_assistant.hotkeys.x11 import X11Hotkeys
from edge_assistant.system.x_windows import TopWindow, top_windows

TITLE = "Letter"
KEYS = {"window": parse_key("ctrl+shift+F9"), "palette": parse_key("ctrl+shift+F12"), "stop": parse_key("F8")}


@pytest.fixture(scope="module")
def desktop() -> Iterator[XDesktop]:
    with x_desktop((640, 480), manager=True) as made:
        program = made.start(sys.executable, SUPPORT / "menu_program.py", TITLE, stdout=subprocess.PIPE)
        assert program.stdout is not None
        assert program.stdout.readline() == b"shown\n"
        made.wait_until_active(TITLE)
        yield made


@pytest.fixture
def menus(desktop: XDesktop) -> Iterator[Callable[[], list[TopWindow]]]:
    """The menus that are open now."""
    connection = display.Display(desktop.environment["DISPLAY"])
    yield lambda: [each for each in top_windows(connection) if each.is_menu]
    connection.close()


@pytest.fixture
def pressed(desktop: XDesktop) -> Iterator[list[str]]:
    """The actions of our keys, and what is said in place of one."""
    found: list[str] = []
    hotkeys = X11Hotkeys(desktop.environment["DISPLAY"])
    assert hotkeys.start(KEYS, found.append, found.append) == ()
    yield found
    hotkeys.close()


class Silent:
    """A CaptureListener that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def notice(self, code: str, _: str) -> None:
        self.told.append(code)

    def window(self, title: str, _: ActiveWindow) -> None:
        self.told.append(title)

    def is_cancelled(self) -> bool:
        return False

    def wait(self, _: float) -> None:
        raise AssertionError("nothing is waited for")


def test_keys_work_while_a_menu_has_the_keyboard_and_are_reported_once(
    desktop: XDesktop, menus: Callable[[], list[TopWindow]], pressed: list[str]
) -> None:
    def press(key: str) -> None:
        desktop.output("xdotool", "key", key)

    press("ctrl+shift+F9")
    until(lambda: pressed == ["window"], "the key without a menu")
    press("alt+f")
    until(menus, "the menu")
    for key in ("ctrl+F9", "F9", "ctrl+shift+F9", "ctrl+shift+F12", "F8"):
        press(key)
    closed = "A menu is open and has the keyboard. Close it with Escape, then press ctrl shift F12 again."
    until(lambda: pressed[-1] == "stop", "the keys in the menu")
    assert pressed[1:] == ["window", closed, "stop"]
    press("Escape")
    until(lambda: not menus(), "the end of the menu")
    press("ctrl+shift+F9")
    press("F8")
    until(lambda: pressed[-2:] == ["window", "stop"], "the keys after it")
    assert len(pressed) == 6


def test_keys_are_not_listened_to_while_a_password_is_asked_for(desktop: XDesktop, pressed: list[str]) -> None:
    other = display.Display(desktop.environment["DISPLAY"])
    try:
        root = other.screen().root
        asks = root.create_window(0, 0, 50, 50, 0, X.CopyFromParent, override_redirect=True)
        asks.map()
        other.sync()
        until(lambda: asks.grab_keyboard(True, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime) == 0, "the grab")
        for key in ("ctrl+shift+F9", "F8"):
            desktop.output("xdotool", "key", key)
        other.ungrab_keyboard(X.CurrentTime)
        other.sync()
        desktop.output("xdotool", "key", "ctrl+shift+F9")
        until(lambda: pressed, "a key afterwards")
        assert pressed == ["window"]
    finally:
        other.close()


def test_they_are_not_listened_to_any_more_when_a_menu_is_gone_but_the_keyboard_is_not(
    desktop: XDesktop, pressed: list[str]
) -> None:
    other = display.Display(desktop.environment["DISPLAY"])
    try:
        root = other.screen().root
        asks, menu = (root.create_window(0, 0, 50, 50, 0, X.CopyFromParent, override_redirect=True) for _ in range(2))
        kind = other.get_atom("_NET_WM_WINDOW_TYPE_POPUP_MENU")
        menu.change_property(other.get_atom("_NET_WM_WINDOW_TYPE"), Xatom.ATOM, 32, [kind])
        asks.map()
        menu.map()
        other.sync()
        until(lambda: asks.grab_keyboard(True, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime) == 0, "the grab")
        until(lambda: desktop.output("xdotool", "key", "F8") == "" and pressed, "a key in the menu")
        menu.unmap()
        other.sync()
        pressed.clear()
        for _ in range(3):
            desktop.output("xdotool", "key", "ctrl+shift+F9")
        other.ungrab_keyboard(X.CurrentTime)
        other.sync()
        desktop.output("xdotool", "key", "ctrl+shift+F9")
        until(lambda: pressed, "a key afterwards")
        assert pressed == ["window"]
    finally:
        other.close()


def test_the_menu_is_in_the_picture_with_its_window(
    desktop: XDesktop, menus: Callable[[], list[TopWindow]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "DBUS_SYSTEM_BUS_ADDRESS"):
        monkeypatch.setenv(name, desktop.environment[name])

    def look() -> tuple[CapturedPicture, list[str]]:
        backend, listener = choose_backend(), Silent()
        return capture_window(take_unchecked_snapshot(backend, listener), backend, listener), listener.told

    alone, told = look()
    assert told == [TITLE]
    open_then = [choose_backend().menu_has_keyboard()]
    desktop.output("xdotool", "key", "alt+f")
    until(menus, "the menu")
    with_menu, told = look()
    open_then.append(choose_backend().menu_has_keyboard())
    desktop.output("xdotool", "key", "Escape")
    until(lambda: not menus(), "the end of the menu")
    open_then.append(choose_backend().menu_has_keyboard())
    assert told == [TITLE, "open-menu"]
    assert open_then == [False, True, False]
    assert with_menu.image.height > alone.image.height + 40
    assert with_menu.notices == ()
