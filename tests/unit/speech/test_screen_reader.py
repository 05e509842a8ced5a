"""Speech goes through a screen reader where one runs, else through the own voice; tones are always our own."""

from __future__ import annotations

import subprocess
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from edge_assistant.speech import screen_reader
from edge_assistant.speech.screen_reader import (
    Output,
    ScreenReaderOrVoice,
    choose_detector,
    is_running_on_linux,
    is_running_on_mac,
    is_running_on_windows,
)
from edge_assistant.system.dbus import DBusError


class ScriptedSpeaker:
    def __init__(self) -> None:
        self.did: list[str] = []

    def start(self) -> None:
        self.did.append("start")

    def say(self, text: str, **_: object) -> None:
        self.did.append(text)

    def tone(self, tone: str, *, if_idle: bool = False) -> None:  # noqa: ARG002
        self.did.append(f"({tone})")

    def stop(self) -> None:
        self.did.append("stop")

    def wait_unless(self, *_: object) -> bool:
        return True

    def recheck_waiters(self) -> None:
        self.did.append("look again")

    def close(self) -> None:
        self.did.append("close")


class Desk:
    def __init__(self, output: Output, *, running: bool = False) -> None:
        self.speaker = ScriptedSpeaker()
        self.announced: list[tuple[str, bool]] = []
        self.running = running
        self.now = 100.0
        self.voice = ScreenReaderOrVoice(
            self.speaker,  # type: ignore[arg-type]
            lambda text, *, interrupt: self.announced.append((text, interrupt)),
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
        while self.voice._use_reader != through_reader:
            assert time.monotonic() < deadline
            time.sleep(0.005)


def test_a_running_screen_reader_speaks_instead_of_the_own_voice() -> None:
    desk = Desk("auto", running=True)
    desk.voice.say("A dialog.")
    desk.voice.say("Two buttons.")
    assert desk.announced == [("A dialog.", True), ("Two buttons.", False)]
    assert desk.speaker.did == ["start"]


def test_a_screen_reader_gets_numbers_and_signs_as_written() -> None:
    desk = Desk("auto", running=True)
    desk.voice.say("Code 12345, 5 m².", language="en")
    assert desk.announced == [("Code 12345, 5 m².", True)]


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


def test_where_no_thread_can_be_started_what_was_known_holds_and_it_is_asked_again_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    desk = Desk("auto")
    desk.running = True
    with monkeypatch.context() as short:
        short.setattr(threading.Thread, "start", refused)
        desk.voice.stop()
        assert not desk.voice.reader_announces_focus()
    desk.voice.stop()
    desk.wait_until(True)


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
    desk.voice.recheck_waiters()
    assert ended.wait(10)


def test_each_system_is_asked_in_its_own_way() -> None:
    assert (choose_detector("linux"), choose_detector("win32"), choose_detector("darwin")) == (
        is_running_on_linux,
        is_running_on_windows,
        is_running_on_mac,
    )


@pytest.mark.parametrize("output", ["auto", "screen-reader"])
@pytest.mark.parametrize("running", [False, True])
def test_the_focus_is_left_to_whoever_speaks_the_answers(output: Output, running: bool) -> None:
    desk = Desk(output, running=running)
    left = desk.voice.reader_announces_focus()
    desk.voice.say("A dialog.")
    assert left == (desk.announced == [("A dialog.", True)])


def test_a_screen_reader_that_comes_or_goes_is_noticed_where_only_the_focus_moves() -> None:
    desk = Desk("auto", running=True)
    assert desk.voice.reader_announces_focus()
    desk.running = False
    desk.voice.reader_announces_focus()
    desk.wait_until(False)
    assert not desk.voice.reader_announces_focus()


def test_where_the_system_is_slow_to_say_it_nobody_waits_and_the_questions_do_not_pile_up() -> None:
    desk = Desk("auto", running=True)
    asked, answers = [], threading.Semaphore(0)

    def slow() -> bool:
        asked.append(threading.current_thread())
        return not answers.acquire(timeout=10)

    desk.voice._is_running = slow
    for _ in range(30):  # a key is held down
        assert desk.voice.reader_announces_focus()
    answers.release(30)
    desk.wait_until(False)
    for each in threading.enumerate():
        if each.name == "screen reader":
            each.join(10)
    assert len(asked) <= 2


def test_windows_finds_the_windows_of_the_readers_that_can_speak_for_us() -> None:
    def user32(*there: tuple[str, str]) -> Any:
        """Finds as Windows does: a title of None is any."""

        def find(kind: str, title: str | None) -> int | None:
            return 4711 if any(kind == one and title in (None, other) for one, other in there) else None

        return SimpleNamespace(FindWindowW=find)  # whoever asks for the flag fails

    assert is_running_on_windows(user32(("wxWindowClassNR", "NVDA")))
    assert is_running_on_windows(user32(("JFWUI2", "JAWS")))
    assert not is_running_on_windows(user32(("wxWindowClassNR", "Audacity"), ("Notepad", "NVDA")))
    assert not is_running_on_windows(user32())


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

    monkeypatch.setattr(screen_reader, "connect", no_bus)
    assert not is_running_on_linux()
