"""The real speaker and a real worker process that speaks over a stand-in for Windows' SAPI."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from support import fake_sapi
from support.fake_sapi import HEDDA, NOTHING_SAID, THIRD_PARTY, UNINSTALLED, UNREADABLE, ZIRA, Machine
from support.waiting import until

from edge_assistant.speech import speaker as speaker_module
from edge_assistant.speech import worker
from edge_assistant.speech.speaker import Speaker

LONG = "A sentence so long that much can happen while it is spoken, such as a stop, or a headset that falls out."


class Said:
    """A speaker whose worker runs on a machine, and its notices."""

    def __init__(self, machine: Machine, **options: Any) -> None:
        self.machine = machine
        self.notices: list[tuple[str, str]] = []
        self.speaker = Speaker(on_notice=lambda *notice: self.notices.append(notice), **options)
        self.speaker.start()

    @property
    def worker(self) -> psutil.Process:
        process = self.speaker._process
        assert process is not None
        return psutil.Process(process.pid)

    def ready(self) -> None:
        """Wait until the worker has spoken."""
        self.speaker.say("Ready.")
        assert self.speaker.wait(20)

    def wait_for_start(self) -> None:
        """Wait until something is heard."""
        until(lambda: any(each.started for each in self.speaker._sent))


Make = Callable[..., Machine]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes the machine that the next workers run on: `machine(voices=(…), …)`."""

    def make(**options: Any) -> Machine:
        made = Machine(tmp_path, **options)
        monkeypatch.setattr(worker, "serve", partial(fake_sapi.serve, made))
        return made

    monkeypatch.setattr(speaker_module, "_STOP_GRACE", 10.0)  # for a busy machine
    return make


@pytest.fixture
def speak(machine: Make) -> Iterator[Callable[..., Said]]:
    """Makes a started speaker on a machine: `speak(machine(…), rate=…)`."""
    all_said: list[Said] = []

    def make(made: Machine | None = None, **options: Any) -> Said:
        all_said.append(Said(made or machine(), **options))
        return all_said[-1]

    yield make
    for each in all_said:
        each.speaker.close()


def test_the_sentences_of_an_answer_follow_each_other_without_a_gap(speak: Callable[..., Said], machine: Make) -> None:
    said = speak(machine(character_s=0.02), rate=157, volume=60)
    said.ready()
    texts = [f"This is sentence {number} of them." for number in range(4)]

    said.speaker.tone("heard")
    for text in texts:
        said.speaker.say(text)
    assert said.speaker.wait(20)

    _, tone, *heard = said.machine.heard()
    assert "tone" in tone
    assert [each["text"] for each in heard] == texts
    assert max(later["begin"] - each["end"] for each, later in itertools.pairwise(heard)) == 0.0
    assert {(each["rate"], each["volume"]) for each in heard} == {(0, 60)}
    assert said.notices == []


def test_a_stop_is_obeyed_at_once_and_the_worker_speaks_on(speak: Callable[..., Said], machine: Make) -> None:
    said = speak(machine(character_s=0.05, lag_s=0.1))
    said.ready()
    pid = said.worker.pid
    for _ in range(3):
        said.speaker.say(LONG)
        said.speaker.say("This waits and is forgotten.")
        said.wait_for_start()
        said.speaker.stop()
        assert said.speaker.wait(20)
    said.speaker.say("Hello there.")
    assert said.speaker.wait(20)

    assert said.worker.pid == pid
    assert said.machine.texts() == ["Ready.", "Hello there."]
    assert said.notices == []


def test_a_sentence_that_is_added_while_another_is_heard_reaches_the_voice_before_that_ends(
    speak: Callable[..., Said], machine: Make
) -> None:
    said = speak(machine(character_s=0.04))
    said.ready()
    said.speaker.say("The first one, which takes a while.")
    said.wait_for_start()
    said.speaker.say("The second one.")
    assert said.speaker.wait(20)
    _, first, second = said.machine.heard()
    assert second["begin"] == first["end"]


def test_a_worker_that_dies_takes_no_sentence_with_it_that_was_not_heard(
    speak: Callable[..., Said], machine: Make
) -> None:
    said = speak(machine(character_s=0.05))
    said.ready()
    said.speaker.say(LONG)
    said.speaker.say("Two.")
    said.speaker.say("Three.")
    said.wait_for_start()
    said.worker.kill()
    assert said.speaker.wait(20)
    assert said.machine.texts() == ["Ready.", "Two.", "Three."]
    assert [code for code, _ in said.notices] == ["speech-restarted"]


def test_odd_voices_do_not_end_the_worker(speak: Callable[..., Said], machine: Make) -> None:
    made = machine(voices=(UNREADABLE, UNINSTALLED, THIRD_PARTY, NOTHING_SAID, ZIRA, HEDDA), usual=THIRD_PARTY)
    said = speak(made, language="en")
    said.speaker.say("It says: Guten Tag.", language="en")
    said.speaker.say("Das ist ein Fenster mit zwei Knöpfen.", language="de")
    assert said.speaker.wait(20)
    assert [each["voice"] for each in made.heard()] == [THIRD_PARTY.description, HEDDA.description]
    assert said.notices == []


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ({"outputs": ()}, "no-sound", "There is no sound: no speakers or headphones are found."),
        ({"call_error": fake_sapi.NOT_IMPLEMENTED}, "no-voice", "The Windows voice does not work, error 80004001."),
        ({"voices": (), "usual": None}, "no-voice", "There is no voice on this computer. Add one in the Windows"),
    ],
)
def test_what_keeps_speech_from_being_heard_is_told_once(
    speak: Callable[..., Said], machine: Make, options: dict[str, Any], code: str, message: str
) -> None:
    said = speak(machine(**options))
    for _ in range(3):
        said.speaker.say("Hello there.")
    assert said.speaker.wait(20)
    assert [notice[0] for notice in said.notices] == [code]
    assert said.notices[0][1].startswith(message)


def test_a_voice_that_will_not_be_silent_ends_with_its_worker(speak: Callable[..., Said], machine: Make) -> None:
    said = speak(machine(character_s=100.0, lag_s=100.0, audio_error=fake_sapi.NOT_IMPLEMENTED))
    said.speaker.say("Hello there.")
    said.wait_for_start()
    pid = said.worker.pid
    said.speaker.stop()
    assert said.speaker.wait(20)
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_the_worker_ends_with_its_speaker_in_the_middle_of_a_sentence(
    speak: Callable[..., Said], machine: Make
) -> None:
    said = speak(machine(character_s=1.0))
    said.speaker.say(LONG)
    said.wait_for_start()
    process = said.worker
    begun = time.monotonic()
    said.speaker.close()
    assert time.monotonic() - begun < 10
    until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)
