"""A text that is read aloud by a screen reader: real worker process, stand-in for NVDA behind it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.slow_speaker import SlowSpeaker
from support.stand_in_readers import NvdaFolder
from support.waiting import until

from edge_assistant.controller import read_aloud
from edge_assistant.controller.read_aloud import ReadAloud
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.ocr.page import Box, Line
from edge_assistant.ocr.spoken_lines import Spoken
from edge_assistant.speech.reader_client import ReaderClient
from edge_assistant.speech.screen_reader import ScreenReaderOrVoice
from edge_assistant.text.languages import Sentence


class Desk:
    """Three lines that NVDA speaks, and what it was asked to do."""

    def __init__(self, folder: Path) -> None:
        self.nvda = NvdaFolder(folder)
        self.nvda.set_seconds(30)
        client = ReaderClient(self.nvda.make_readers(), lambda: True, lambda: False)
        voice = ScreenReaderOrVoice(SlowSpeaker(), client, "screen-reader")  # type: ignore[arg-type]
        self.speech = SpeechChannel(lambda _: voice, lambda *_: None)
        self.speech.select_request(1)
        self.ended = threading.Event()
        self.aloud = ReadAloud(1, self.speech, lambda: None, self.ended.set)
        self.speech.on_silenced = self.note_silenced
        for text in ("One.", "Two.", "Three."):
            line = Line(text, Box(0, 0, 1, 1))
            self.aloud.add_line(line)
            self.aloud.add(Spoken(text, (line,), 0), Sentence(text, "en"))
        self.aloud.complete()
        self.aloud.start()

    def note_silenced(self, id: int) -> None:
        """As the controller does."""
        if self.speech.is_silenced(id):
            self.aloud.note_silenced()

    def wait_until_spoken(self, text: str, times: int = 1) -> None:
        """Block until NVDA speaks a line."""
        until(lambda: self.spoken(text) >= times, text)

    def spoken(self, text: str) -> int:
        """How often NVDA was asked to speak a line, to its end or not."""
        return sum(line.startswith("speak") and text in line for line in self.nvda.log())

    def press_control(self) -> None:
        """Silence NVDA, as a person who has heard a part of it."""
        time.sleep(0.5)
        self.nvda.press_control()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.aloud.stop()
    desk.speech.close()


def test_lines_are_handed_over_one_at_a_time_and_a_pause_silences(desk: Desk) -> None:
    desk.wait_until_spoken("One.")
    assert not any("Two." in line for line in desk.nvda.log())
    desk.aloud.toggle_pause()
    desk.nvda.wait_for("cancel")
    assert (desk.aloud.mode, desk.aloud.line_index) == ("paused", 0)
    desk.nvda.set_seconds(0.05)
    desk.aloud.toggle_pause()
    desk.wait_until_spoken("One.", 2)
    desk.wait_until_spoken("Three.")
    assert desk.ended.wait(20)


def test_control_alone_ends_it_where_it_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_aloud, "SILENCED_S", 0.1)
    desk.wait_until_spoken("One.")
    desk.press_control()
    assert desk.ended.wait(20)
    assert desk.aloud.line_index == 0
    assert not any("Two." in line for line in desk.nvda.log())


def test_control_with_our_key_goes_on_from_there(desk: Desk) -> None:
    desk.wait_until_spoken("One.")
    desk.press_control()
    until(lambda: desk.aloud.mode == "silenced", "it is silenced")
    desk.aloud.move(1)
    desk.wait_until_spoken("Two.")
    assert desk.aloud.mode == "speaking"
    assert not desk.ended.is_set()
