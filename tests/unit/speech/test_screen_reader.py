"""Speech goes through a screen reader where one runs, else through the own voice; tones are always our own."""

from __future__ import annotations

import threading
import time

import pytest

from edge_assistant.speech.qt_announcer import AnnouncedReader
from edge_assistant.speech.screen_reader import Output, ScreenReaderOrVoice


class ScriptedSpeaker:
    def __init__(self) -> None:
        self.did: list[str] = []
        self.silent = True

    def start(self) -> None:
        self.did.append("start")

    def say(self, text: str, **_: object) -> None:
        self.did.append(text)

    def interject(self, text: str, *, once: bool = False) -> None:  # noqa: ARG002
        self.did.append(f"at once: {text}")

    def configure(self, rate: int | None, volume: int) -> None:
        self.did.append(f"{rate} {volume}")

    def tone(self, tone: str, *, if_idle: bool = False) -> None:  # noqa: ARG002
        self.did.append(f"({tone})")

    def stop(self) -> None:
        self.did.append("stop")

    def wait(self, _: float) -> bool:
        return self.silent

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
        self.reader = AnnouncedReader(
            lambda text, *, interrupt: self.announced.append((text, interrupt)),
            lambda: self.running,
            lambda: self.now,
        )
        self.voice = ScreenReaderOrVoice(self.speaker, self.reader, output)  # type: ignore[arg-type]
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


def test_an_interjection_follows_what_a_reader_was_sent_and_interrupts_the_own_voice() -> None:
    desk = Desk("auto", running=True)
    desk.voice.say("A dialog.")
    desk.voice.interject("Speaking.")
    assert desk.announced == [("A dialog.", True), ("Speaking.", False)], "what it would cut off is not known"
    desk = Desk("auto")
    desk.voice.interject("Speaking.")
    desk.voice.configure(240, 80)
    assert desk.speaker.did == ["start", "at once: Speaking.", "240 80"]


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


def test_what_a_screen_reader_that_has_ended_was_sent_is_spoken_by_the_own_voice() -> None:
    """That it ended is found out beside the first sentences after a press."""
    desk = Desk("auto", running=True)
    asked, ended = threading.Event(), threading.Event()

    def is_running() -> bool:
        asked.set()
        return not ended.wait(10)

    desk.reader._is_running = is_running
    desk.voice.stop()
    assert asked.wait(10)
    desk.voice.say("A dialog.")
    desk.voice.say("Two buttons.")
    ended.set()
    desk.wait_until(False)
    desk.voice.say("Cancel.")
    assert [text for text, _ in desk.announced] == ["A dialog.", "Two buttons."]
    assert desk.speaker.did[-3:] == ["A dialog.", "Two buttons.", "Cancel."]
    assert not desk.reader.is_speaking(), "nobody waits for its end"


def test_what_was_sent_while_one_still_ran_is_not_said_twice() -> None:
    desk = Desk("auto", running=True)
    desk.voice.say("A dialog.")
    assert desk.reader.answers()
    desk.running = False
    desk.voice.reader_announces_focus()
    desk.wait_until(False)
    assert desk.speaker.did == ["start"]


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

    desk.reader._is_running = slow
    for _ in range(30):  # a key is held down
        assert desk.voice.reader_announces_focus()
    answers.release(30)
    desk.wait_until(False)
    for each in threading.enumerate():
        if each.name == "screen reader":
            each.join(10)
    assert len(asked) <= 2
