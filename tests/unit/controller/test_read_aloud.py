"""A text that is read aloud: paused, moved through, silenced, and told where it stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from support.slow_speaker import SlowSpeaker, channel_with
from support.waiting import until

from edge_assistant.controller import read_aloud
from edge_assistant.controller.read_aloud import ReadAloud
from edge_assistant.ocr.page import Box, Line
from edge_assistant.ocr.spoken_lines import Spoken
from edge_assistant.text.languages import Sentence

PARAGRAPHS = (0, 0, 1, 1, 1, 2)
NAMES = ("one", "two", "three", "four", "five", "six")


class Reading:
    """A reading of six lines in three paragraphs."""

    def __init__(self, lines: int = len(NAMES), *, complete: bool = True, reader: bool = False) -> None:
        """`reader`: a screen reader speaks."""
        self.speaker = SlowSpeaker()
        self.speech = channel_with(self.speaker)
        self.speech.reader_announces_focus = lambda: reader  # type: ignore[method-assign]
        self.speech.select_request(7)
        self.changes = 0
        self.ended = threading.Event()
        self.aloud = ReadAloud(7, self.speech, self.note_change, self.ended.set)
        self.speech.on_silenced = lambda _: self.aloud.note_silenced()
        assert self.aloud.start() is None
        self.added = 0
        self.add(lines)
        if complete:
            self.aloud.complete()

    def note_change(self) -> None:
        self.changes += 1

    def add(self, count: int) -> None:
        """Let lines be recognised."""
        for name, paragraph in list(zip(NAMES, PARAGRAPHS, strict=True))[self.added : self.added + count]:
            line = Line(name, Box(0, 0, 1, 1), paragraph=paragraph)
            self.aloud.add_line(line)
            self.aloud.add(Spoken(name, (line,), paragraph), Sentence(name, "en"))
        self.added += count

    def silence_reader(self) -> None:
        """Silence the screen reader that speaks, as its person does."""
        self.speaker.stop()
        self.speech._end_silenced_request()

    def heard_after(self, *steps: str) -> list[str]:
        """Steer, or let a sentence end ("end"); return what was heard of it."""
        before = len(self.speaker.heard)
        for step in steps:
            match step:
                case "end":
                    self.speaker.end_sentence()
                case "pause":
                    self.aloud.toggle_pause()
                case "next" | "previous":
                    self.aloud.move(1 if step == "next" else -1)
                case _:
                    self.aloud.move_by_paragraph(1 if step == "paragraph" else -1)
        return self.speaker.heard[before:]


@pytest.fixture
def make() -> Iterator[Any]:
    made: list[Reading] = []

    def make(*arguments: Any, **options: Any) -> Reading:
        made.append(Reading(*arguments, **options))
        return made[-1]

    yield make
    for each in made:
        each.aloud.stop()
        each.speech.close()
        assert each.ended.wait(5)


def test_it_speaks_line_after_line_and_its_end_is_told_once(make: Any) -> None:
    reading = make(2)
    reading.speaker.wait_until_heard("one")
    until(lambda: reading.aloud.can_be_steered, "its keys are of use")
    assert not reading.ended.is_set()
    reading.speaker.end_sentence()
    reading.speaker.end_sentence()
    assert reading.ended.wait(5)
    assert reading.speaker.heard == ["one", "two", "(end)"]
    assert not reading.aloud.can_be_steered
    assert reading.aloud.line_index == 0


def test_lines_are_spoken_before_the_last_one_is_recognised(make: Any) -> None:
    reading = make(1, complete=False)
    reading.speaker.wait_until_heard("one")
    reading.speaker.end_sentence()
    reading.add(1)
    reading.speaker.wait_until_heard("two")
    reading.speaker.end_sentence()
    assert not reading.ended.wait(0.1)
    reading.aloud.complete()
    assert reading.ended.wait(5)


def test_a_pause_is_silent_at_once_and_goes_on_with_the_line_that_was_interrupted(make: Any) -> None:
    reading = make()
    reading.speaker.end_sentence()
    reading.speaker.wait_until_heard("two")
    assert reading.heard_after("pause") == ["(silence)"]
    assert (reading.aloud.mode, reading.aloud.line_index) == ("paused", 1)
    assert reading.aloud.can_be_steered
    reading.heard_after("pause")
    reading.speaker.wait_until_heard("two", 2)
    assert not reading.ended.is_set()


def test_moving_is_silent_first_and_says_the_line_at_once(make: Any) -> None:
    reading = make()
    reading.speaker.wait_until_heard("one")
    assert reading.heard_after("next")[0] == "(silence)"
    reading.speaker.wait_until_heard("two")
    reading.heard_after("next")
    reading.speaker.wait_until_heard("three")
    reading.heard_after("previous")
    reading.speaker.wait_until_heard("two", 2)
    reading.speaker.end_sentence()
    reading.speaker.wait_until_heard("three", 2)


def test_before_the_first_line_is_the_first_again(make: Any) -> None:
    reading = make()
    reading.speaker.wait_until_heard("one")
    reading.heard_after("previous")
    reading.speaker.wait_until_heard("one", 2)


def test_behind_the_last_line_the_end_is_told_and_it_ends(make: Any) -> None:
    reading = make(1)
    reading.speaker.wait_until_heard("one")
    assert reading.heard_after("next") == ["(silence)", "End of the text."]
    reading.speaker.end_sentence()
    assert reading.ended.wait(5)


def test_while_more_is_being_recognised_the_next_line_is_said_when_it_comes(make: Any) -> None:
    reading = make(1, complete=False)
    reading.speaker.wait_until_heard("one")
    assert reading.heard_after("next") == ["(silence)"]
    reading.add(1)
    reading.speaker.wait_until_heard("two")


def test_moving_while_paused_says_one_line_and_stays_there(make: Any) -> None:
    reading = make()
    reading.speaker.wait_until_heard("one")
    reading.heard_after("pause")
    assert reading.heard_after("next") == ["(silence)", "two"]
    reading.speaker.end_sentence()
    assert reading.heard_after("next") == ["(silence)", "three"]
    assert reading.aloud.mode == "paused"
    reading.heard_after("pause")
    reading.speaker.wait_until_heard("three", 2)
    assert reading.speaker.heard.count("four") == 0


def test_behind_the_last_line_a_paused_reading_stays_and_can_go_back(make: Any) -> None:
    reading = make(2)
    reading.speaker.wait_until_heard("one")
    reading.heard_after("pause", "next")
    assert reading.heard_after("next") == ["(silence)", "End of the text."]
    assert reading.heard_after("previous") == ["(silence)", "one"]
    assert not reading.ended.is_set()


def test_moving_by_paragraphs(make: Any) -> None:
    reading = make()
    reading.speaker.wait_until_heard("one")
    reading.heard_after("paragraph")
    reading.speaker.wait_until_heard("three")
    reading.speaker.end_sentence()
    reading.speaker.wait_until_heard("four")
    reading.heard_after("back")
    reading.speaker.wait_until_heard("three", 2)
    reading.heard_after("back")
    reading.speaker.wait_until_heard("one", 2)
    reading.heard_after("paragraph", "paragraph")
    reading.speaker.wait_until_heard("six")
    assert reading.heard_after("paragraph") == ["(silence)", "End of the text."]


def test_moving_where_nothing_was_recognised_yet_harms_nothing(make: Any) -> None:
    reading = make(0, complete=False)
    reading.heard_after("next", "previous", "paragraph", "back", "pause", "pause")
    reading.aloud.complete()
    assert reading.ended.wait(5)


def test_what_is_muted_says_no_more_and_is_over_when_nothing_more_comes(make: Any) -> None:
    reading = make(3, complete=False)
    reading.speaker.end_sentence()
    reading.speaker.wait_until_heard("two")
    reading.aloud.mute()
    assert not reading.aloud.can_be_steered
    assert not reading.ended.wait(0.05)
    reading.aloud.complete()
    assert reading.ended.wait(5)
    assert reading.aloud.line_index == 1
    assert reading.speaker.heard == ["one", "two", "(silence)"]


def test_what_was_muted_can_begin_again(make: Any) -> None:
    reading = make(3, complete=False)
    reading.speaker.end_sentence()
    reading.speaker.wait_until_heard("two")
    reading.aloud.mute()
    reading.aloud.restart()
    reading.speaker.wait_until_heard("one", 2)


def test_a_silenced_screen_reader_ends_it_unless_a_key_follows(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_aloud, "SILENCED_S", 0.05)
    reading = make(reader=True)
    reading.speaker.end_sentence()
    reading.speaker.wait_until_heard("two")
    reading.silence_reader()
    assert reading.ended.wait(5)
    assert reading.aloud.line_index == 1
    assert reading.speaker.heard == ["one", "two", "(silence)"]


@pytest.mark.parametrize(("step", "mode"), [("next", "speaking"), ("pause", "paused")])
def test_our_own_key_silences_a_screen_reader_too_and_then_counts(make: Any, step: str, mode: str) -> None:
    """Control, which every one of these keys has, silences NVDA before we get the key."""
    reading = make(reader=True)
    reading.speaker.wait_until_heard("one")
    reading.silence_reader()
    reading.heard_after(step)
    assert reading.aloud.mode == mode
    assert reading.aloud._timer is None
    if step == "next":
        reading.speaker.wait_until_heard("two")


def test_another_voice_goes_on_with_the_same_line(make: Any) -> None:
    reading = make()
    reading.speaker.end_sentence()
    reading.speaker.wait_until_heard("two")
    other = SlowSpeaker()
    reading.aloud.pause()
    reading.speech.set_speaker(lambda _: other)
    reading.aloud.resume()
    other.wait_until_heard("two")


def test_without_a_voice_it_is_over_at_once() -> None:
    ended = threading.Event()
    speech = channel_with(None)  # type: ignore[arg-type]
    aloud = ReadAloud(0, speech, lambda: None, ended.set)
    aloud.add(Spoken("one", (), 0), Sentence("one", None))
    aloud.complete()
    aloud.start()
    assert ended.wait(5)


def test_many_keys_at_once_leave_it_whole(make: Any) -> None:
    reading = make()
    for _ in range(50):
        reading.heard_after("next", "previous", "pause", "paragraph", "pause", "back")
    reading.heard_after("next")
    until(lambda: reading.speaker.pending(), "it is spoken")
    assert not reading.ended.is_set()
