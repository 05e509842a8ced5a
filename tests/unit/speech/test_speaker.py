"""What a speaker gives to its worker; one whose worker cannot be started: one notice, and nobody waits."""

from __future__ import annotations

import queue
from typing import ClassVar

import pytest

from edge_assistant.speech import speaker as speaker_module
from edge_assistant.speech.messages import Say, Spoken
from edge_assistant.speech.speaker import Speaker


@pytest.mark.parametrize(
    "error", [OSError(24, "Too many open files"), RuntimeError("can't start new thread"), MemoryError()]
)
def test_a_worker_that_cannot_be_started_is_one_notice(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(speaker_module, "WorkerProcess", refused)
    told: list[str] = []
    speaker = Speaker(on_notice=lambda code, _: told.append(code))
    speaker.start()
    speaker.say("Hello.")
    assert speaker.wait(10)
    speaker.close()
    assert told == ["no-sound"]


class RecordingWorker:
    """A worker process that says it has spoken whatever it gets."""

    said: ClassVar[list[Say]] = []
    pid = 0

    def __init__(self, *_: object, **__: object) -> None:
        self._replies: queue.SimpleQueue[Spoken] = queue.SimpleQueue()

    def send(self, message: Say) -> bool:
        self.said.append(message)
        self._replies.put(Spoken(message.id))
        return True

    def receive(self, _: float) -> Spoken:
        return self._replies.get()

    def kill(self) -> None:
        pass


def test_the_own_voice_gets_long_numbers_digit_by_digit_in_the_language_of_the_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(speaker_module, "WorkerProcess", RecordingWorker)
    monkeypatch.setattr(speaker_module, "kill_group", lambda _: None)
    monkeypatch.setattr(RecordingWorker, "said", [])
    speaker = Speaker(on_notice=lambda *_: None)
    speaker.start()
    speaker.say("Code 12345, 5 m².", language="de")
    speaker.say("Code 12345, 5 m².")
    assert speaker.wait(10)
    speaker.close()
    said = ["".join(part.text for part in message.parts) for message in RecordingWorker.said]
    assert said == ["Code 1 2 3 4 5, 5 Quadratmeter.", "Code 1 2 3 4 5, 5 square meters."]


def test_each_part_gets_the_words_of_its_own_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaker_module, "WorkerProcess", RecordingWorker)
    monkeypatch.setattr(speaker_module, "kill_group", lambda _: None)
    monkeypatch.setattr(RecordingWorker, "said", [])
    speaker = Speaker(on_notice=lambda *_: None)
    speaker.start()
    speaker.say(
        "It says “Das Zimmer hat nicht mehr als 20 m² und ist frei.”, and it is 215 square feet.", language="en"
    )
    assert speaker.wait(10)
    speaker.close()
    (message,) = RecordingWorker.said
    assert [(part.text, part.language) for part in message.parts] == [
        ("It says ", "en"),
        ("“Das Zimmer hat nicht mehr als 20 Quadratmeter und ist frei.”", "de"),
        (", and it is 215 square feet.", "en"),
    ]
