"""Reading by text recognition in the running program: what each key does to it, and what of it is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.loop_harness import FRONT, LoopHarness
from support.slow_speaker import SlowSpeaker, channel_with
from support.waiting import until

from edge_assistant.assistant.events import ErrorEvent, NoticeEvent, ReadEvent, SentenceEvent
from edge_assistant.assistant.options import Reader, RequestSettings
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller import state as state_machine
from edge_assistant.controller.request import Request
from edge_assistant.hotkeys.actions import READING_ACTIONS
from edge_assistant.ocr.client import OcrError
from edge_assistant.ocr.page import Box, Line, Page
from edge_assistant.system.errors import AssistantError, CancelledError, InputError

LINES = tuple(Line(text, Box(0, 0, 1, 1)) for text in ("Alpha", "Beta", "Gamma"))


class ScriptedTextReader:
    """A TextReader that recognises LINES; the rest of them once `go_on` is set, as a real one in its time."""

    def __init__(self) -> None:
        self.lines: tuple[Line, ...] = LINES
        self.unreadable = 0
        self.failure: AssistantError | None = None
        self.go_on = threading.Event()
        self.go_on.set()
        self.warmed = self.killed = 0

    def warm(self) -> None:
        self.warmed += 1

    def cancel(self) -> None:
        self.killed += 1

    def read(
        self,
        _: object,
        on_line: Callable[[Line], None],
        is_cancelled: Callable[[], bool],
        **_options: object,
    ) -> Page:
        for number, line in enumerate(self.lines):
            while number and not self.go_on.wait(0.01):
                if is_cancelled():
                    raise CancelledError
            on_line(line)
        if self.failure is not None:
            raise self.failure
        return Page(1, 1, self.lines, (), self.unreadable)


class ReadingHarness(LoopHarness):
    """A harness whose voice takes its time."""

    def __init__(self) -> None:
        self.voice = SlowSpeaker()
        self.reader = ScriptedTextReader()
        super().__init__(speech=channel_with(self.voice), text_reader=self.reader)
        self.hotkeys.register({action: object() for action in ("read", *READING_ACTIONS)})  # type: ignore[misc]
        self.registered.clear()
        self.run(self.controller.on_ready, loaded=True)
        self.voice.end_sentence()
        self.voice.heard.clear()

    def until(self, true: Callable[[], object], what: str) -> None:
        """Let the loop work until something is true."""
        until(true, what, timeout=20, meanwhile=self.step)

    def until_heard(self, *sentences: str) -> None:
        """Let sentence after sentence be spoken, the last one only begin."""
        for sentence in sentences:
            self.until(lambda sentence=sentence: self.voice.heard[-1:] == [sentence], sentence)  # type: ignore[misc]
            if sentence != sentences[-1]:
                self.voice.end_sentence()

    def read(self) -> None:
        """Press the key, and wait for the first line."""
        self.press("read")
        self.until_heard("Alpha")
        self.until(lambda: self.registered, "the keys of a reading")

    def finish(self) -> None:
        """Let it be read to its end."""

        def speak_on() -> None:
            self.step()
            if self.voice.pending():
                self.voice.end_sentence()

        until(lambda: self.state.phase == "idle", "the end", timeout=20, meanwhile=speak_on)

    def press(self, *actions: str) -> list[str]:
        before = len(self.voice.heard)
        for action in actions:
            self.run(self.controller.press, action)
        return self.voice.heard[before:]

    @property
    def state(self) -> Any:
        return self.controller.state

    @property
    def last(self) -> Any:
        return self.controller.last_answer

    @property
    def is_steerable(self) -> bool:
        return self.controller.readings.current is not None


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[ReadingHarness]:
    picture = CapturedPicture(Image.effect_noise((64, 64), 40).convert("RGB"), (), "window", FRONT)

    def take_picture(self: Request, on_done: Callable[[], None]) -> None:
        self.captured = picture
        on_done()

    monkeypatch.setattr(Request, "take_picture", take_picture)
    harness = ReadingHarness()
    monkeypatch.setattr("edge_assistant.controller.request.choose_backend", harness.active.backend)
    yield harness
    harness.reader.go_on.set()
    if harness.controller.readings._aloud is not None:
        harness.controller.readings._aloud.stop()
    harness.speech.close()


def set_reader(harness: ReadingHarness, reader: Reader) -> None:
    harness.controller.options = RequestSettings(reader=reader)


def test_lines_are_spoken_and_shown_as_they_come_and_no_model_is_asked(reading: ReadingHarness) -> None:
    reading.reader.go_on.clear()
    reading.read()
    assert reading.reader.warmed == 1
    assert (reading.state.phase, reading.state.task) == ("working", "read")
    assert reading.controller.status == "speaking"
    assert [event.text for event in reading.shown if isinstance(event, SentenceEvent)] == ["Alpha"]
    reading.reader.go_on.set()
    reading.until(lambda: reading.state.phase == "speaking", "the end of recognition")
    reading.finish()
    assert reading.voice.heard[-4:] == ["Alpha", "Beta", "Gamma", "(end)"]
    assert [type(event) for event in reading.shown if isinstance(event, ReadEvent)] == [ReadEvent]
    assert reading.tasks.asked == []
    assert reading.tasks.preloaded is None
    assert (reading.last.was_read, reading.last.answer, reading.last.read_index) == (
        True,
        ["Alpha", "Beta", "Gamma"],
        0,
    )


def test_its_keys_are_held_while_it_is_heard_or_paused_and_given_back(reading: ReadingHarness) -> None:
    reading.read()
    assert reading.registered == [list(READING_ACTIONS)]
    assert reading.press("pause") == ["(silence)"]
    assert reading.is_steerable
    assert reading.controller.report_status() == "Reading is paused."
    reading.press("stop")
    assert not reading.is_steerable
    assert reading.state.phase == "idle"
    assert reading.hotkeys._held is None
    assert reading.press("next-line")[-1:] != ["Beta"]
    assert any(isinstance(event, NoticeEvent) and event.code == "no-reading" for event in reading.shown)


def test_a_stop_remembers_the_line_and_keeps_picture_and_text(reading: ReadingHarness) -> None:
    reading.read()
    reading.voice.end_sentence()
    reading.until_heard("Beta")
    reading.until(lambda: reading.state.phase == "speaking", "the end of recognition")
    reading.press("stop")
    assert reading.last.read_index == 1
    assert reading.last.text.page is not None
    assert reading.last.captured is not None
    assert reading.press("pause")[-1:] != ["Beta"], "it was over"


def test_the_first_stop_while_it_is_recognised_is_silent_and_the_second_ends_it(reading: ReadingHarness) -> None:
    reading.reader.go_on.clear()
    reading.read()
    reading.press("stop")
    assert (reading.state.phase, reading.state.muted) == ("working", True)
    assert not reading.is_steerable
    reading.press("stop")
    assert reading.state.phase == "idle"
    assert reading.last.captured is not None, "what was read counts as answered"
    reading.reader.go_on.set()
    reading.step()
    assert "Beta" not in reading.voice.heard


def test_after_the_first_stop_it_is_over_by_itself(reading: ReadingHarness) -> None:
    reading.reader.go_on.clear()
    reading.read()
    reading.press("stop")
    reading.reader.go_on.set()
    reading.until(lambda: reading.state.phase == "idle", "its end")
    assert "Beta" not in reading.voice.heard
    assert reading.last.answer == ["Alpha", "Beta", "Gamma"]


def test_the_same_key_stops_it_and_then_lets_the_model_read(reading: ReadingHarness) -> None:
    reading.read()
    reading.press("read")
    assert reading.state.phase == "idle"
    reading.press("read")
    assert (reading.newest.mode, reading.newest.is_detail, reading.newest.question) == ("read", True, None)
    assert "The model reads the same picture." in reading.voice.heard


def test_where_the_model_is_never_to_read_the_same_key_takes_a_new_picture(reading: ReadingHarness) -> None:
    set_reader(reading, "text")
    reading.read()
    reading.finish()
    first = reading.last.text
    reading.press("read")
    reading.until(lambda: reading.last.text is not first, "another picture")
    assert reading.tasks.asked == []


def test_the_setting_lets_the_model_read_at_once(reading: ReadingHarness) -> None:
    set_reader(reading, "model")
    reading.press("read")
    assert (reading.newest.mode, reading.reader.warmed) == ("read", 0)


@pytest.mark.parametrize("action", ["more", "read"])
def test_more_after_a_reading_is_what_the_model_reads(reading: ReadingHarness, action: str) -> None:
    reading.read()
    reading.finish()
    reading.press(action)
    assert (reading.newest.mode, reading.newest.is_detail) == ("read", True)


def test_a_question_after_a_reading_is_about_the_same_picture(reading: ReadingHarness) -> None:
    reading.read()
    reading.finish()
    reading.run(reading.controller.ask, "Who signed?")
    assert reading.newest.question == "Who signed?"
    assert reading.newest.captured is not None
    assert reading.newest.text is reading.last.text


def test_a_reading_is_repeated_with_its_keys_also_while_it_is_recognised(reading: ReadingHarness) -> None:
    reading.reader.go_on.clear()
    reading.read()
    assert reading.press("repeat")[0] == "(silence)"
    reading.until_heard("Alpha")
    reading.reader.go_on.set()
    reading.until(lambda: reading.state.phase == "speaking", "the end of recognition")
    reading.voice.end_sentence()
    reading.until_heard("Beta")
    reading.press("repeat")
    reading.until_heard("Alpha")
    reading.until(lambda: reading.is_steerable, "its keys")
    reading.press("next-line", "stop")
    assert reading.last.read_index == 1
    reading.press("repeat")
    reading.until_heard("Alpha", "Beta", "Gamma")
    reading.finish()
    assert reading.tasks.asked == [], "the worker thread may be loading a model"


def test_forgetting_drops_the_text_and_kills_the_worker(reading: ReadingHarness) -> None:
    reading.reader.go_on.clear()
    reading.read()
    text = reading.last.text
    reading.run(reading.controller.forget)
    assert reading.reader.killed == 1
    assert (reading.last.text, reading.last.spoken, reading.last.answer) == (None, [], [])
    reading.until(lambda: text.failure is not None, "the end of recognition")
    assert isinstance(text.failure, CancelledError)
    assert not reading.is_steerable


def test_what_another_action_silences_is_paused(reading: ReadingHarness) -> None:
    reading.read()
    reading.press("shortcuts")
    current = reading.controller.readings.current
    assert current is not None
    assert current.mode == "paused"
    reading.press("shortcuts", "pause")
    reading.until_heard("Alpha")


def test_unreadable_text_is_handed_to_the_model(reading: ReadingHarness) -> None:
    reading.reader.lines, reading.reader.unreadable = (), 4
    reading.press("read")
    reading.until(lambda: reading.tasks.asked, "the model")
    assert reading.newest.mode == "read"
    assert "There is text in a script that I cannot read here, so the model reads." in reading.voice.heard
    assert (reading.state.phase, reading.state.task) == ("working", "describe")


def test_of_unreadable_text_the_reason_is_said_and_the_few_lines_do_not_interrupt_the_model(
    reading: ReadingHarness,
) -> None:
    reading.reader.lines, reading.reader.unreadable = reading.reader.lines[:1], 4
    reading.press("read")
    reading.until(lambda: reading.tasks.asked, "the model")
    words = "There is text in a script that I cannot read here, so the model reads."
    reading.until_heard(words)
    assert (reading.newest.spoken, reading.newest.sentences) == ([], [words])
    assert reading.controller.readings.current is None
    assert (reading.state.phase, reading.state.task) == ("working", "describe")


def test_no_text_is_said_and_repeated_and_the_same_key_lets_the_model_read(reading: ReadingHarness) -> None:
    words = ["No text was found.", "The same shortcut lets the model read."]
    reading.reader.lines = ()
    reading.press("read")
    reading.until_heard(*words)
    reading.finish()
    assert reading.tasks.asked == []
    assert reading.last.sentences == words
    reading.press("read")
    assert reading.newest.mode == "read"


def test_missing_text_recognition_lets_the_model_read_unless_it_never_may(reading: ReadingHarness) -> None:
    reading.reader.lines, reading.reader.failure = (), OcrError("The files are missing.", code="text-missing")
    set_reader(reading, "text")
    reading.press("read")
    reading.until_heard("The files are missing.")
    reading.finish()
    assert [event.code for event in reading.shown if isinstance(event, ErrorEvent)] == ["text-missing"]
    set_reader(reading, "auto")
    reading.press("read")
    reading.until(lambda: reading.tasks.asked, "the model")
    assert "The files are missing. The model reads instead." in reading.voice.heard


def test_what_was_read_before_a_failure_stays_and_the_failure_is_said_behind_it(reading: ReadingHarness) -> None:
    reading.reader.failure = OcrError("The text could not be recognised.")
    reading.read()
    reading.until_heard("Alpha", "Beta", "Gamma", "The text could not be recognised.")
    reading.finish()
    assert reading.last.answer == ["Alpha", "Beta", "Gamma"]
    assert reading.last.sentences[-1] == "The text could not be recognised."


def test_a_picture_that_cannot_be_taken_is_told_without_the_worker_thread(
    reading: ReadingHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_picture(self: Request, on_done: Callable[[], None]) -> None:
        self.failure = InputError("The screen cannot be read.")
        on_done()

    monkeypatch.setattr(Request, "take_picture", take_picture)
    reading.press("read")
    reading.until_heard("The screen cannot be read.")
    reading.finish()
    assert reading.tasks.asked == []


def test_a_key_that_cannot_be_held_is_told_once(reading: ReadingHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading.hotkeys, "hold", lambda wanted: "A key is taken." if wanted else "")
    for _ in range(2):
        reading.press("read")
        reading.until(lambda: reading.is_steerable, "it is heard")
        reading.press("stop")
        reading.press("window")
        reading.press("stop", "stop")
    assert reading.voice.heard.count("A key is taken.") <= 1
    told = [event for event in reading.shown if isinstance(event, NoticeEvent) and event.message == "A key is taken."]
    assert len(told) == 1


def test_a_file_is_read_where_it_is_to_be_read_and_the_warning_comes_first(reading: ReadingHarness) -> None:
    controller = reading.controller
    controller.before_answer = lambda _: controller.tell("caution", "It can be wrong.")
    reading.run(controller.describe, Path("sample.png"), "read")
    reading.until_heard("It can be wrong.", "Alpha")
    reading.finish()
    assert not state_machine.offers_detail(reading.state, "read", 0.0), "the key reads the window, not the file again"


def test_a_press_that_is_taken_does_nothing_else(reading: ReadingHarness) -> None:
    taken: list[str] = []
    reading.controller.takes_press = lambda action: taken.append(action) is None
    assert reading.press("status") == []
    assert taken == ["status"]
    reading.run(reading.controller.perform, "status")
    reading.until_heard("Ready.")
