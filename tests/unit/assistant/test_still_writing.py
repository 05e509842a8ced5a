"""Tests of StillWriting: a sign of life where nothing is heard of an answer for long."""

from __future__ import annotations

import pytest

from edge_assistant.assistant import still_writing
from edge_assistant.assistant.still_writing import SILENCE_S, StillWriting


class Silence:
    """A listener with a clock."""

    def __init__(self) -> None:
        self.now = 100.0
        self.heard: list[str] = []
        self.speaking = False
        self.still = StillWriting(self.heard.append, lambda: self.speaking, lambda: self.now)

    def wait(self, seconds: int) -> int:
        """Let time pass; return how often it was said."""
        before = len(self.heard)
        for _ in range(seconds):
            self.now += 1
            self.still.check()
        return len(self.heard) - before


def test_it_is_said_after_ten_seconds_without_a_sentence_and_again_after_ten_more() -> None:
    silence = Silence()
    silence.still.begin()
    assert silence.wait(9) == 0
    assert silence.wait(1) == 1
    assert silence.wait(10) == 1
    assert set(silence.heard) == {"Still writing."}


def test_a_sentence_begins_the_time_anew() -> None:
    silence = Silence()
    silence.still.begin()
    silence.wait(9)
    silence.still.note_sentence()
    silence.still.begin()  # of a stage that goes on
    assert silence.wait(9) == 0


def test_it_is_not_said_before_the_answer_begins_nor_behind_its_end() -> None:
    silence = Silence()
    assert silence.wait(60) == 0
    silence.still.begin()
    silence.still.end()
    assert silence.wait(60) == 0


def test_while_something_is_heard_there_is_no_silence() -> None:
    silence = Silence()
    silence.still.begin()
    silence.speaking = True
    assert silence.wait(30) == 0
    silence.speaking = False
    assert silence.wait(9) == 0
    assert silence.wait(1) == 1


def test_it_needs_no_word_of_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(still_writing, "_CHECK_S", 0.001)
    monkeypatch.setattr(still_writing, "SILENCE_S", 0.01)
    heard: list[str] = []
    with StillWriting(heard.append, lambda: False) as still:
        still.begin()
        for _ in range(1000):
            if heard:
                break
            still._stopped.wait(0.005)
    assert heard
    said = len(heard)
    assert SILENCE_S == 10.0
    still.check()
    assert not still._thread.is_alive()
    assert len(heard) <= said + 1
