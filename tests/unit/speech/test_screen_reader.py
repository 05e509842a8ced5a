"""Who speaks: a screen reader where one runs and may, else the own voice; tones are always our own."""

from __future__ import annotations

import subprocess
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from edge_assistant.dbus import DBusError
from edge_assistant.speech import screen_reader
from edge_assistant.speech.screen_reader import Output, ReaderOrVoice, choose, on_linux, on_mac, on_windows


class ScriptedSpeaker:
    def __init__(self) -> None:
        self.did: list[str] = []

    def start(self) -> None:
        self.did.append("start")

    def say(self, text: str) -> None:
        self.did.append(text)

    def tone(self, tone: str, *, if_idle: bool = False) -> None:  # noqa: ARG002
        self.did.append(f"({tone})")

    def stop(self) -> None:
        self.did.append("stop")

    def wait_unless(self, *_: object) -> bool:
        return True

    def look_again(self) -> None:
        self.did.append("look again")

    def close(self) -> None:
        self.did.append("close")


class Desk:
    def __init__(self, output: Output, *, running: bool = False) -> None:
        self.speaker = ScriptedSpeaker()
        self.announced: list[tuple[str, bool]] = []
        self.running = running
        self.now = 100.0
        self.voice = ReaderOrVoice(
            self.speaker,  # type: ignore[arg-type]
            lambda text, *, at_once: self.announced.append((text, at_once)),
            output,
            lambda: self.running,
            lambda: self.now,
        )
        self.voice.start()

    def pass_time(self, seconds: float) -> None:
        """Let the scripted clock go on beside whoever waits."""
        for _ in range(10):
            time.sleep(0.02)
            self.now += seconds / 10

    def wait_until(self, through_reader: bool) -> None:
        deadline = time.monotonic() + 10
        while self.voice._through_reader != through_reader:
            assert time.monotonic() < deadline
            time.sleep(0.005)


def test_a_running_screen_reader_speaks_instead_of_the_own_voice() -> None:
    desk = Desk("auto", running=True)
    desk.voice.say("A dialog.")
    desk.voice.say("Two buttons.")
    assert desk.announced == [("A dialog.", True), ("Two buttons.", False)]
    assert desk.speaker.did == ["start"]


def test_without_a_screen_reader_the_own_voice_speaks() -> None:
    desk = Desk("auto")
    desk.voice.say("A dialog.")
    assert (desk.announced, desk.speaker.did) == ([], ["start", "A dialog."])


@pytest.mark.parametrize("running", [False, True])
def test_the_screen_reader_can_be_forced(running: bool) -> None:
    desk = Desk("screen-reader", running=running)
    desk.voice.say("A dialog.")
    desk.voice.stop()
    desk.voice.say("Another.")
    assert desk.announced == [("A dialog.", True), ("Another.", True)], "after a stop it interrupts"


def test_a_screen_reader_that_comes_or_goes_is_noticed_at_the_next_press() -> None:
    desk = Desk("auto")
    desk.running = True
    desk.voice.stop()
    desk.wait_until(True)
    desk.voice.say("One.")
    desk.running = False
    desk.voice.stop()
    desk.wait_until(False)
    desk.voice.say("Two.")
    assert desk.announced == [("One.", True)]
    assert desk.speaker.did[-1] == "Two."


def test_tones_are_the_programs_own_and_no_tick_sounds_while_the_screen_reader_is_taken_to_speak() -> None:
    desk = Desk("auto", running=True)
    desk.voice.tone("heard")
    desk.voice.say("Five words are one second.")
    desk.voice.tone("tick", if_idle=True)
    desk.now += 1.1
    desk.voice.tone("tick", if_idle=True)
    assert desk.speaker.did == ["start", "(heard)", "(tick)"]


def test_waiting_lasts_as_long_as_the_words_are_taken_to_last() -> None:
    desk = Desk("auto", running=True)
    desk.voice.say("Five words are one second.")
    threading.Thread(target=desk.pass_time, args=(0.5,)).start()
    assert not desk.voice.wait(0.2)
    desk.now += 1.1
    assert desk.voice.wait(0.01)
    desk.voice.say("Five words are one second.")
    desk.voice.stop()
    assert desk.voice.wait(0.01), "what was stopped is not waited for"


def test_whoever_waits_can_be_called_away() -> None:
    desk = Desk("auto", running=True)
    desk.voice.say("word " * 1000)
    unwanted, ended = threading.Event(), threading.Event()
    threading.Thread(target=lambda: (desk.voice.wait_unless(unwanted.is_set), ended.set())).start()
    assert not ended.wait(0.05)
    unwanted.set()
    desk.voice.look_again()
    assert ended.wait(10)


def test_each_system_is_asked_in_its_own_way() -> None:
    assert (choose("linux"), choose("win32"), choose("darwin")) == (on_linux, on_windows, on_mac)


def test_windows_answers_through_a_pointer() -> None:
    def user32(runs: int, works: int) -> Any:
        def ask(action: int, _: int, pointer: Any, __: int) -> int:
            assert action == 0x0046
            pointer._obj.value = runs
            return works

        return SimpleNamespace(SystemParametersInfoW=ask)

    assert on_windows(user32(1, 1))
    assert not on_windows(user32(0, 1))
    assert not on_windows(user32(1, 0))


def test_the_mac_answers_by_its_defaults() -> None:
    def run(code: int, text: str) -> Any:
        return lambda command, **_: subprocess.CompletedProcess(command, code, stdout=text)

    assert on_mac(run(0, "1\n"))
    assert not on_mac(run(0, "0\n"))
    assert not on_mac(run(1, ""))

    def missing(*_: object, **__: object) -> None:
        raise FileNotFoundError

    assert not on_mac(missing)


def test_without_a_bus_no_screen_reader_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_bus(_: str) -> None:
        raise DBusError("there is no session bus")

    monkeypatch.setattr(screen_reader, "connected", no_bus)
    assert not on_linux()
