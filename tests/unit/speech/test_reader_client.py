"""Sentences go through a real worker process to a stand-in for NVDA, and to our own voice where that fails."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import stand_in_readers
from support.stand_in_readers import NvdaFolder
from support.waiting import until

from edge_assistant.speech import reader_client
from edge_assistant.speech.reader_client import ReaderClient, estimate_seconds
from edge_assistant.speech.screen_reader import Output, ScreenReaderOrVoice


class OwnVoice:
    """A Speaker that keeps what it is to say, and speaks until `finish`."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.is_speaking = False

    def start(self) -> None: ...

    def say(self, text: str, *, language: str | None = None) -> None:
        self.said.append(f"{text} [{language}]")

    def tone(self, tone: str, *, if_idle: bool = False) -> None:
        self.said.append(f"({tone} {if_idle})")

    def stop(self) -> None:
        self.is_speaking = False

    def wait(self, _: float) -> bool:
        return not self.is_speaking

    def wait_unless(self, *_: object) -> bool:
        return True

    def recheck_waiters(self) -> None: ...

    def close(self) -> None: ...


class Desk:
    """A screen reader, or none, and the voice that speaks through it."""

    def __init__(self, folder: Path) -> None:
        self.nvda = NvdaFolder(folder)
        self.own_voice = OwnVoice()
        self.is_present = True
        self.hangs = False
        self.silenced: list[str] = []
        self.client: ReaderClient

    def start(self, output: Output = "auto", make_readers: Callable[..., object] | None = None) -> ScreenReaderOrVoice:
        self.client = ReaderClient(
            make_readers or self.nvda.make_readers(),  # type: ignore[arg-type]
            lambda: self.is_present,
            lambda: self.hangs,
        )
        voice = ScreenReaderOrVoice(self.own_voice, self.client, output)  # type: ignore[arg-type]
        voice.on_silenced = lambda: self.silenced.append("silenced")
        voice.start()
        return voice

    def spoken(self) -> list[str]:
        """What NVDA spoke, in its order, however it was handed over."""
        prefixes = ('speak to end: <speak><voice xml:lang="en">', "speak: ")
        return [
            line.removeprefix(prefix).removesuffix("</voice></speak>")
            for line in self.nvda.log()
            for prefix in prefixes
            if line.startswith(prefix)
        ]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(reader_client, "estimate_seconds", lambda _: 0.05)
    made = Desk(tmp_path)
    yield made
    made.client.close()


def test_sentences_are_handed_over_one_at_a_time_to_speech_and_braille(desk: Desk) -> None:
    voice = desk.start()
    began = time.monotonic()
    for text in ("One.", "Two.", "Three."):
        voice.say(text, language="en")
    assert not voice.wait(0.0)
    assert desk.client.is_speaking()
    voice.tone("tick", if_idle=True)
    voice.tone("tick")
    assert voice.wait(20)
    assert time.monotonic() - began > 1.2, "each is waited for"
    assert desk.spoken() == ["One.", "Two.", "Three."]
    assert [line for line in desk.nvda.log() if line.startswith("braille")] == [
        "braille: One.",
        "braille: Two.",
        "braille: Three.",
    ]
    assert desk.own_voice.said == ["(tick False)"]
    voice.close()
    assert "cancel" not in desk.nvda.log(), "what is over is not cut off"


def test_silencing_the_reader_ends_the_answer_and_stopping_it_silences(desk: Desk) -> None:
    desk.nvda.set_seconds(30)
    voice = desk.start()
    voice.say("One.", language="en")
    voice.say("Two.", language="en")
    desk.nvda.wait_for("braille: One.")
    time.sleep(0.5)  # heard, as a person hears it
    desk.nvda.press_control()
    assert voice.wait(20)
    until(lambda: desk.silenced == ["silenced"])
    assert desk.spoken() == ["One."]
    voice.say("Three.", language="en")
    desk.nvda.wait_for("braille: Three.")
    time.sleep(0.5)
    voice.stop()
    assert voice.wait(1), "nobody waits for what was stopped"
    desk.nvda.wait_for("cancel")
    desk.nvda.set_seconds(0.01)
    voice.say("Four.", language="en")
    assert voice.wait(20)
    assert desk.spoken() == ["One.", "Three.", "Four."]
    assert desk.silenced == ["silenced"]
    assert desk.own_voice.said == []


def test_an_interjection_is_spoken_at_once_and_the_interrupted_sentence_again(desk: Desk) -> None:
    desk.nvda.set_seconds(30)
    voice = desk.start()
    for text in ("One.", "Two."):
        voice.say(text, language="en")
    desk.nvda.wait_for("braille: One.")
    voice.interject("Speaking.")
    assert not voice.wait(0.0), "the answer is not over meanwhile"
    desk.nvda.wait_for("cancel")
    desk.nvda.set_seconds(0.01)
    assert voice.wait(20)
    assert desk.spoken() == ["One.", "Speaking.", "One.", "Two."]
    assert desk.silenced == [], "the person silenced nothing"


def test_what_a_dying_reader_did_not_speak_is_spoken_by_our_own_voice_once_until_it_is_back(desk: Desk) -> None:
    voice = desk.start()
    voice.say("One.", language="en")
    assert voice.wait(20)
    desk.nvda.set("dying")
    voice.say("Two.", language="en")
    voice.say("Three.", language="de")
    until(lambda: len(desk.own_voice.said) == 2)
    assert voice.wait(20)
    assert desk.own_voice.said == ["Two. [en]", "Three. [de]"]
    desk.nvda.set("running")
    desk.own_voice.is_speaking = True
    assert desk.client.answers()
    voice._use_reader = True
    voice.say("Four.", language="en")
    assert desk.own_voice.said[-1] == "Four. [en]", "while it speaks, no second voice begins"
    voice.stop()
    until(voice.reader_announces_focus)
    voice.say("Five.", language="en")
    assert voice.wait(20)
    assert desk.spoken()[-1] == "Five."
    assert len(desk.own_voice.said) == 3


def test_a_call_that_never_returns_costs_a_moment_and_no_sentence(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    voice = desk.start()
    voice.say("One.", language="en")
    assert voice.wait(20)
    with monkeypatch.context() as short:
        short.setattr(reader_client, "_CALL_TIMEOUT_S", 0.3)
        desk.nvda.set("stuck")
        voice.say("Two.", language="en")
        until(lambda: desk.own_voice.said == ["Two. [en]"])
        assert not desk.client.answers()
    desk.nvda.set("running")
    voice.stop()
    until(voice.reader_announces_focus)
    voice.say("Three.", language="en")
    assert voice.wait(20)
    assert desk.spoken() == ["One.", "Three."]


def test_where_the_end_is_not_told_a_stop_still_silences_but_the_programs_end_cuts_nothing_off(desk: Desk) -> None:
    desk.nvda.set("old")
    voice = desk.start()
    voice.say("One.", language="en")
    voice.say("Two.", language="en")
    assert voice.wait(20)
    assert [line for line in desk.nvda.log() if line.startswith("speak:")] == ["speak: One.", "speak: Two."]
    voice.stop()
    desk.nvda.wait_for("cancel")
    voice.say("Three.", language="en")
    assert voice.wait(20)
    voice.close()
    assert desk.nvda.log().count("cancel") == 1


@pytest.mark.parametrize("hangs", [True, False])
def test_an_end_that_never_comes_is_a_hang_only_where_the_reader_takes_no_messages(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, hangs: bool
) -> None:
    monkeypatch.setattr(reader_client, "_END_GRACE_S", 0.3)
    desk.nvda.set("off")
    desk.hangs = hangs
    voice = desk.start()
    voice.say("One.", language="en")
    voice.say("Two.", language="en")
    if hangs:
        until(lambda: desk.own_voice.said == ["One. [en]", "Two. [en]"])
    else:
        assert voice.wait(20)
        assert desk.spoken() == ["One.", "Two."]
        assert desk.own_voice.said == []


def test_without_a_reader_no_worker_is_started_and_one_that_cannot_start_is_no_loss(desk: Desk) -> None:
    desk.is_present = False
    voice = desk.start()
    voice.say("One.", language="en")
    assert not voice.reader_announces_focus()
    assert desk.client._process is None
    voice.close()
    desk.is_present = True
    voice = desk.start(make_readers=functools.partial(stand_in_readers.die, ""))
    voice.say("Two.", language="en")
    until(lambda: desk.own_voice.said == ["One. [en]", "Two. [en]"])
    assert not voice.reader_announces_focus()


def test_a_flag_that_a_crashed_reader_left_is_found_out_before_the_first_sentence(desk: Desk) -> None:
    desk.nvda.set("gone")
    voice = desk.start()
    until(lambda: not voice._use_reader)
    voice.say("One.", language="en")
    assert desk.own_voice.said == ["One. [en]"]


def test_where_the_reader_is_to_speak_in_any_case_it_is_tried_again_after_each_stop(desk: Desk) -> None:
    desk.is_present = False
    voice = desk.start("screen-reader")
    voice.say("One.", language="en")
    until(lambda: desk.own_voice.said == ["One. [en]"])
    desk.is_present = True
    voice.say("Two.", language="en")
    assert desk.own_voice.said[-1] == "Two. [en]", "an answer stays with its voice"
    voice.stop()
    voice.say("Three.", language="en")
    assert voice.wait(20)
    assert desk.spoken() == ["Three."]


def test_a_reader_is_taken_to_speak_words_and_also_what_has_no_spaces() -> None:
    assert estimate_seconds("Five words are one second.") == 1.0
    assert estimate_seconds("窗" * 90) == 3.0
