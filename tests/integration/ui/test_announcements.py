"""A screen reader on a real accessibility bus: answers reach it as announcements, and the own voice is silent."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jeepney import DBusAddress, MatchRule, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from support.apps import NO_TRAY, AppRun
from support.desktops import XDesktop, private_bus, scene, x_desktop
from support.listening import WINDOW, private_folders
from support.sound_card import SoundCard
from support.waiting import until

SCENE = scene()
TITLE = "Invoice 1042, Writer"
LAUNCHER = Path("/usr/libexec/at-spi-bus-launcher")
ASSERTIVE = 2
EVENT = "org.a11y.atspi.Event.Object"


def bus(method: str, reply: str) -> tuple[str, ...]:
    """The command that calls a method of the accessibility bus's launcher."""
    return ("dbus-send", "--session", reply, "--dest=org.a11y.Bus", "/org/a11y/bus", method)


def tell_the_bus(desktop: XDesktop, **told: bool) -> None:
    """Set its properties, as programs and screen readers do."""
    for name, value in told.items():
        values = ("string:org.a11y.Status", f"string:{name}", f"variant:boolean:{str(value).lower()}")
        until(
            lambda values=values: desktop.output(  # type: ignore[misc]
                *bus("org.freedesktop.DBus.Properties.Set", "--print-reply"), *values
            ),
            "the accessibility bus",
        )


class ScreenReader:
    """The part of a screen reader that matters here: it registers, and receives announcements."""

    def __init__(self, desktop: XDesktop) -> None:
        self.heard: list[tuple[str, int]] = []
        tell_the_bus(desktop, IsEnabled=True, ScreenReaderEnabled=True)
        address = desktop.output(*bus("org.a11y.Bus.GetAddress", "--print-reply=literal")).strip()
        self._connection: DBusConnection = open_dbus_connection(address)
        registry = DBusAddress("/org/a11y/atspi/registry", "org.a11y.atspi.Registry", "org.a11y.atspi.Registry")
        wanted = ("object:announcement", [], "")
        self._connection.send_and_get_reply(new_method_call(registry, "RegisterEvent", "sass", wanted))
        rule = MatchRule(type="signal", interface=EVENT, member="Announcement")
        self._connection.send_and_get_reply(message_bus.AddMatch(rule))
        self._rule = rule
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join()
        self._connection.close()

    def _listen(self) -> None:
        with self._connection.filter(self._rule) as queue:
            while not self._ended.is_set():
                try:
                    message = self._connection.recv_until_filtered(queue, timeout=0.2)
                except TimeoutError:
                    continue
                _, politeness, _, (_, text), _ = message.body
                self.heard.append((text, politeness))


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[XDesktop]:
    if not LAUNCHER.exists():
        pytest.skip("at-spi-bus-launcher is missing: install at-spi2-core")
    with x_desktop((1600, 900), manager=True) as result, private_bus(result):
        result.environment.update(private_folders(tmp_path))
        result.start(LAUNCHER, "--launch-immediately", stderr=subprocess.DEVNULL)
        result.show(SCENE.picture, TITLE, "1000", "500")
        result.wait_until_active(TITLE)
        yield result


@pytest.fixture
def reader(desktop: XDesktop) -> Iterator[ScreenReader]:
    result = ScreenReader(desktop)
    yield result
    result.close()


@pytest.fixture
def card(tmp_path: Path) -> Iterator[SoundCard]:
    result = SoundCard(tmp_path, speed=8)
    yield result
    result.close()


def loud_seconds(card: SoundCard) -> float:
    """How much sound there was."""
    samples = card.samples()
    return float((abs(samples) > 300).sum()) / 22050


def test_an_answer_is_announced_in_order_and_not_spoken_a_second_time(
    desktop: XDesktop, reader: ScreenReader, card: SoundCard
) -> None:
    folders = {name: desktop.environment[name] for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    with AppRun(desktop, ALSA_CONFIG_PATH=str(card.configuration), **folders) as app:
        app.wait_until_told(NO_TRAY)  # said after the press, it would be what interrupts
        app.wait_until_told("Ready.")
        until(lambda: "Ready." in [text for text, _ in reader.heard], "the announcement")
        app.press(WINDOW)
        app.wait_for(lambda _: any(SCENE.facts[0] in each for each in app.told), "the answer")
        until(lambda: any(SCENE.facts[0] in text for text, _ in reader.heard), "its announcement")
        app.wait_until("ready")
        texts = [text for text, _ in reader.heard]
        first = texts.index(TITLE)
        assert reader.heard[first] == (TITLE, ASSERTIVE), "it interrupts what was read before"
        assert [politeness for _, politeness in reader.heard[first + 1 :]].count(ASSERTIVE) == 0
        assert [each for each in texts[first:] if each in app.told] == [
            each for each in app.told[app.told.index(TITLE) :] if each in texts
        ]
        card.wait_for_silence()
        assert 0 < loud_seconds(card) < 1.0, "tones, and no word"


@contextlib.contextmanager
def palette(desktop: XDesktop, card: SoundCard) -> Iterator[Callable[[], float]]:
    """The palette is open; gives how many seconds of sound there were since, its tone and all."""
    card.wait_for_silence()
    before = loud_seconds(card)
    desktop.output("xdotool", "key", "ctrl+shift+F12")
    desktop.wait_until_active("Edge Assistant, choices")
    yield lambda: loud_seconds(card) - before
    desktop.output("xdotool", "key", "Escape")
    desktop.wait_until_active(TITLE)


def test_the_palette_speaks_where_programs_are_read_but_no_screen_reader_runs(
    desktop: XDesktop, card: SoundCard
) -> None:
    tell_the_bus(desktop, IsEnabled=True, ScreenReaderEnabled=False)  # as a GTK program leaves it
    folders = {name: desktop.environment[name] for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    with AppRun(desktop, ALSA_CONFIG_PATH=str(card.configuration), **folders) as app:
        app.wait_until_told(NO_TRAY)
        app.wait_until_told("Ready.")
        desktop.wait_until_active("Edge Assistant")
        desktop.output("xdotool", "key", "Escape")
        desktop.wait_until_active(TITLE)
        for runs in (False, True, False):
            tell_the_bus(desktop, ScreenReaderEnabled=runs)
            assert app.tell("stop") == ""  # a press notices it
            with palette(desktop, card) as heard:
                if runs:
                    card.wait_for_silence()
                    assert heard() < 0.5, "a word besides the tone, which the screen reader says, too"
                else:
                    until(lambda heard=heard: heard() > 1.0, "what the palette says")  # type: ignore[misc]
