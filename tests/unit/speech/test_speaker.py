"""What a speaker gives to its worker; one whose worker cannot be started: one notice, and nobody waits."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import ClassVar

import pytest
from support.waiting import until

from edge_assistant.speech import speaker as speaker_module
from edge_assistant.speech.messages import Configure, PlaybackStopped, Say, Spoken, Stop
from edge_assistant.speech.speaker import Speaker
from edge_assistant.text.passing import Passing


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
        self._replies: queue.SimpleQueue[Spoken | PlaybackStopped | None] = queue.SimpleQueue()

    def send(self, message: Say, _: float = -1) -> bool:
        self.said.append(message)
        self._replies.put(Spoken(message.id))
        return True

    def receive(self, _: float) -> Spoken | PlaybackStopped | None:
        return self._replies.get()

    def wake(self) -> None:
        self._replies.put(None)

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


class PatientWorker(RecordingWorker):
    """A worker process that has spoken what it got when `end` is called."""

    made: ClassVar[list[PatientWorker]] = []

    def __init__(self, *_: object, **__: object) -> None:
        self._inbox: queue.SimpleQueue[Spoken | PlaybackStopped | None] = queue.SimpleQueue()
        self.configured: list[tuple[int | None, int]] = []
        self._held: list[Say] = []
        self.made.append(self)

    def send(self, message: Say | Stop | Configure, _: float = -1) -> bool:
        if isinstance(message, Stop):
            for each in self._held:
                self._inbox.put(PlaybackStopped(each.id, requested=True))
            self._held.clear()
        elif isinstance(message, Configure):
            self.configured.append((message.rate, message.volume))
        else:
            self.said.append(message)
            self._held.append(message)
        return True

    def receive(self, _: float) -> Spoken | PlaybackStopped | None:
        return self._inbox.get()

    def wake(self) -> None:
        self._inbox.put(None)

    def end(self) -> None:
        """End the sentence that is heard."""
        self._inbox.put(Spoken(self._held.pop(0).id))


def test_the_worker_has_the_sentence_that_is_heard_and_the_next_one_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(speaker_module, "WorkerProcess", PatientWorker)
    monkeypatch.setattr(speaker_module, "kill_group", lambda _: None)
    monkeypatch.setattr(RecordingWorker, "said", [])
    monkeypatch.setattr(PatientWorker, "made", [])
    speaker = Speaker(on_notice=lambda *_: None)
    speaker.start()
    for count in range(1, 5):
        speaker.say(f"Sentence {count}.")
        until(lambda count=count: len(RecordingWorker.said) >= min(count, 2))  # type: ignore[misc]
    (worker,) = PatientWorker.made
    for ended in range(1, 5):
        assert not speaker.wait(0)
        assert len(RecordingWorker.said) == min(ended + 1, 4)
        worker.end()
        until(lambda ended=ended: len(RecordingWorker.said) == min(ended + 2, 4))  # type: ignore[misc]
    assert speaker.wait(10)
    speaker.close()
    assert [message.text for message in RecordingWorker.said] == [f"Sentence {count}." for count in range(1, 5)]


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> Iterator[Speaker]:
    """A speaker that says a sentence until its worker is told to `end`."""
    monkeypatch.setattr(speaker_module, "WorkerProcess", PatientWorker)
    monkeypatch.setattr(speaker_module, "kill_group", lambda _: None)
    monkeypatch.setattr(RecordingWorker, "said", [])
    monkeypatch.setattr(PatientWorker, "made", [])
    speaker = Speaker(on_notice=lambda *_: None)
    speaker.start()
    yield speaker
    speaker.close()


def given(count: int) -> list[str]:
    """Wait until the worker was given so many sentences; return them all."""
    until(lambda: len(RecordingWorker.said) >= count)
    return [message.text for message in RecordingWorker.said]


def test_an_interjection_is_said_at_once_and_what_it_interrupts_is_said_again_and_goes_on(patient: Speaker) -> None:
    for text in ("One.", "Two.", "Three."):
        patient.say(text)
    assert given(2) == ["One.", "Two."]
    patient.interject("Speaking.")
    assert given(4)[2:] == ["Speaking.", "One."]
    assert patient.pending() == 4
    assert not patient.wait(0), "the answer is not over meanwhile"
    (worker,) = PatientWorker.made
    for count in (5, 6):
        worker.end()
        given(count)
    worker.end()
    worker.end()
    assert patient.wait(10)
    assert given(6)[2:] == ["Speaking.", "One.", "Two.", "Three."]


def test_who_asks_again_and_again_hears_the_sentence_to_its_end(patient: Speaker) -> None:
    for text in ("One.", "Two."):
        patient.say(text)
    given(2)
    patient.interject("Speaking, 1 second so far.", once=True)
    assert given(4)[2:] == ["Speaking, 1 second so far.", "One."]
    (worker,) = PatientWorker.made
    patient.interject("Speaking, 2 seconds so far.", once=True)
    worker.end()
    patient.interject("Speaking, 3 seconds so far.", once=True)
    assert given(5)[4:] == ["Two."]
    worker.end()
    until(lambda: patient.pending() == 1)
    patient.interject("Speaking, 4 seconds so far.", once=True)
    assert given(7)[5:] == ["Speaking, 4 seconds so far.", "Two."]
    patient.interject("220 words a minute.")
    assert given(8)[7] == "220 words a minute.", "what was done is always told"


def test_an_interjection_into_silence_is_a_sentence_like_any_other(patient: Speaker) -> None:
    patient.interject("Ready.")
    assert given(1) == ["Ready."]
    PatientWorker.made[0].end()
    assert patient.wait(10)


def test_another_rate_and_volume_go_to_the_worker_that_runs_and_to_those_after_it(
    patient: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient.say("One.")
    given(1)
    patient.configure(240, 80)
    assert PatientWorker.made[0].configured == [(240, 80)]
    begun: list[tuple[object, ...]] = []

    def begin(_: PatientWorker, *arguments: object, **__: object) -> None:
        begun.append(arguments)

    monkeypatch.setattr(PatientWorker, "__init__", begin)
    patient._process = None
    patient._ensure_process()
    assert begun[0][3:5] == (240, 80)
    patient._process = PatientWorker.made[0]  # type: ignore[assignment]


class SlowWorker(RecordingWorker):
    """A worker that speaks a sentence for as long as a test wants; `stopped` are the last ids that were ended."""

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__()
        self.stopped: list[int] = []

    def send(self, message: Say | Stop, _: float = -1) -> bool:
        if isinstance(message, Stop):
            self.stopped.append(message.id)
            self._replies.put(PlaybackStopped(message.id, requested=True))
        else:
            self.said.append(message)
        return True


def test_what_is_true_only_for_a_while_is_the_newest_when_it_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    workers: list[SlowWorker] = []

    def start(*_: object, **__: object) -> SlowWorker:
        workers.append(SlowWorker())
        return workers[-1]

    monkeypatch.setattr(speaker_module, "WorkerProcess", start)
    monkeypatch.setattr(speaker_module, "kill_group", lambda _: None)
    monkeypatch.setattr(RecordingWorker, "said", [])
    said = RecordingWorker.said
    speaker = Speaker(on_notice=lambda *_: None)
    speaker.start()
    speaker.say("The download starts.")
    until(lambda: said, "the first sentence")
    for number in (1, 2, 4):
        speaker.say(Passing(f"Trying again in {number} seconds."))
    speaker.say("Something else.")
    assert len(said) == 1, "what may be replaced is not handed over ahead"
    for number in (0, 1, 2):
        if number == 1:
            speaker.say(Passing("Trying again in 8 seconds."))
            assert workers[0].stopped == [], "what is heard is heard to its end"
            speaker.say(Passing(""))
            assert workers[0].stopped == [said[1].id], "it is no longer true"
            speaker.say("Downloaded.")
        workers[0]._replies.put(Spoken(said[number].id))
        until(lambda count=number: len(said) > min(count + 2, 3), "the next sentence")
    speaker.close()
    heard = ["".join(part.text for part in message.parts) for message in said]
    assert heard == ["The download starts.", "Trying again in 4 seconds.", "Something else.", "Downloaded."]
