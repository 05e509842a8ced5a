"""Each system is asked in its own way whether a screen reader runs."""

from __future__ import annotations

import subprocess
from types import SimpleNamespace
from typing import Any

import pytest

from edge_assistant.speech import reader_detection
from edge_assistant.speech.reader_detection import (
    choose_detector,
    is_running_on_linux,
    is_running_on_mac,
    is_running_on_windows,
    nvda_hangs,
)
from edge_assistant.system.dbus import DBusError


def test_each_system_is_asked_in_its_own_way() -> None:
    assert (choose_detector("linux"), choose_detector("win32"), choose_detector("darwin")) == (
        is_running_on_linux,
        is_running_on_windows,
        is_running_on_mac,
    )


class User32:
    """Finds windows as Windows does: a title of None is any."""

    def __init__(self, *windows: tuple[str, str], flag: bool = False, hangs: bool = False) -> None:
        self._windows, self._flag, self._hangs = windows, flag, hangs

    def FindWindowW(self, kind: str, title: str | None) -> int | None:
        return 4711 if any(kind == one and title in (None, other) for one, other in self._windows) else None

    def SystemParametersInfoW(self, action: int, _: int, answer: Any, __: int) -> int:
        assert action == 0x46  # winuser.h: SPI_GETSCREENREADER
        answer._obj.value = self._flag
        return 1

    def SendMessageTimeoutW(self, window: int, message: int, *_: Any) -> int:
        assert (window, message) == (4711, 0)
        return 0 if self._hangs else 1


def test_on_windows_a_readers_window_or_the_systems_flag_is_a_sign() -> None:
    assert is_running_on_windows(User32(("wxWindowClassNR", "NVDA")))
    assert is_running_on_windows(User32(("JFWUI2", "JAWS")))
    assert is_running_on_windows(User32(flag=True))
    assert not is_running_on_windows(User32(("wxWindowClassNR", "Audacity"), ("Notepad", "NVDA")))
    assert not is_running_on_windows(User32())


def test_an_nvda_that_takes_no_messages_hangs_and_so_does_one_that_is_gone() -> None:
    assert not nvda_hangs(User32(("wxWindowClassNR", "NVDA")))
    assert nvda_hangs(User32(("wxWindowClassNR", "NVDA"), hangs=True))
    assert nvda_hangs(User32(("wxWindowClassNR", "Audacity")))


@pytest.mark.parametrize("on", [True, False])
def test_the_mac_says_itself_whether_voice_over_is_on(on: bool) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("asked for the defaults")

    workspace = SimpleNamespace(isVoiceOverEnabled=lambda: on)
    assert (
        is_running_on_mac(never, SimpleNamespace(NSWorkspace=SimpleNamespace(sharedWorkspace=lambda: workspace))) == on
    )


def test_a_mac_that_does_not_say_it_answers_by_its_defaults() -> None:
    def run(code: int, text: str) -> Any:
        return lambda command, **_: subprocess.CompletedProcess(command, code, stdout=text)

    older = SimpleNamespace(NSWorkspace=SimpleNamespace(sharedWorkspace=SimpleNamespace))
    assert is_running_on_mac(run(0, "1\n"), older)

    assert is_running_on_mac(run(0, "1\n"))
    assert not is_running_on_mac(run(0, "0\n"))
    assert not is_running_on_mac(run(1, ""))

    def missing(*_: object, **__: object) -> None:
        raise FileNotFoundError

    assert not is_running_on_mac(missing)


def test_without_a_bus_no_screen_reader_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_bus(_: str) -> None:
        raise DBusError("there is no session bus")

    monkeypatch.setattr(reader_detection, "connect", no_bus)
    assert not is_running_on_linux()
