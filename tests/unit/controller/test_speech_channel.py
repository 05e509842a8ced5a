"""Only the newest request is heard, and a speaker that failed is replaced at the next one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.stand_in_readers import StandInReader

from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.speech.screen_reader import ScreenReaderOrVoice

Notice = Callable[[str, str], None]


class ScriptedSpeaker:
    """A speaker that records its calls; `fail` reports a failure as the real one does."""

    def __init__(self, on_notice: Notice) -> None:
        self.fail = on_notice
        self.calls: list[str] = []

    def start(self) -> None:
        self.calls.append("start")

    def say(self, text: str, *, language: str | None = None) -> None:
        self.calls.append(text if language is None else f"{text} [{language}]")

    def tone(self, tone: str, *, if_idle: bool = False) -> None:
        self.calls.append(f"{tone} {if_idle}")

    def stop(self) -> None:
        self.calls.append("stop")

    def wait(self, _: float) -> bool:
        return False

    def wait_unless(self, unwanted: Callable[[], bool]) -> None:
        self.calls.append(f"wait unless {unwanted()}")

    def recheck_waiters(self) -> None:
        self.calls.append("look again")

    def pending(self) -> int:
        return 1

    def close(self) -> None:
        self.calls.append("close")


@pytest.fixture
def speakers() -> list[ScriptedSpeaker]:
    return []


@pytest.fixture
def notices() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def channel(speakers: list[ScriptedSpeaker], notices: list[tuple[str, str]]) -> SpeechChannel:
    def make(on_notice: Notice) -> ScriptedSpeaker:
        speakers.append(ScriptedSpeaker(on_notice))
        return speakers[-1]

    return SpeechChannel(make, lambda code, message: notices.append((code, message)))  # type: ignore[arg-type]


def test_only_the_newest_request_is_heard_and_what_belongs_to_none(
    channel: SpeechChannel, speakers: list[ScriptedSpeaker]
) -> None:
    channel.select_request(1)
    channel.say("one", 1)
    channel.select_request(2)
    channel.say("late", 1)
    channel.tone("tick", 1)
    channel.say("two", 2)
    channel.tone("end", 2)
    channel.select_request(None)
    channel.say("late", 2)
    channel.say("status")
    assert speakers[0].calls == ["start", "one", "two", "end False", "status"]


@pytest.mark.parametrize("code", ["no-sound", "no-voice"])
def test_a_speaker_that_failed_is_replaced_at_the_next_request(
    code: str, channel: SpeechChannel, speakers: list[ScriptedSpeaker], notices: list[tuple[str, str]]
) -> None:
    speakers[0].fail(code, "There is no sound.")
    assert notices == [(code, "There is no sound.")]
    channel.select_request(None)
    assert len(speakers) == 1
    channel.select_request(1)
    channel.say("one", 1)
    channel.select_request(2)
    assert speakers[0].calls == ["start", "close"]
    assert speakers[1].calls == ["start", "one"]
    assert len(speakers) == 2


def test_a_speaker_that_restarted_itself_is_kept(channel: SpeechChannel, speakers: list[ScriptedSpeaker]) -> None:
    speakers[0].fail("speech-restarted", "Speech had stopped.")
    channel.select_request(1)
    assert len(speakers) == 1


def test_waiting_for_speech_can_be_ended(channel: SpeechChannel, speakers: list[ScriptedSpeaker]) -> None:
    channel.wait_unless(lambda: True)
    channel.recheck_waiters()
    assert speakers[0].calls == ["start", "wait unless True", "look again"]


def test_what_has_the_keyboard_is_said_in_place_of_what_had_it_before_and_after_other_speech(
    channel: SpeechChannel, speakers: list[ScriptedSpeaker]
) -> None:
    channel.say("Saved.")
    channel.say_focus("Name, edit.", False)
    channel.say_focus("OK, button.", False)
    channel.say("Done.")
    channel.say_focus("Close, button.", False)
    assert speakers[0].calls == ["start", "Saved.", "Name, edit.", "stop", "OK, button.", "Done.", "Close, button."]


def test_what_happened_is_said_before_what_has_the_keyboard_next(
    channel: SpeechChannel, speakers: list[ScriptedSpeaker]
) -> None:
    channel.say_focus("Name, edit.", False)
    channel.say_focus("Closed.", True, lasts=True)
    channel.say_focus("Question, edit.", False)
    assert speakers[0].calls == ["start", "Name, edit.", "stop", "Closed.", "Question, edit."]


def test_a_move_of_the_keyboard_ends_a_whole_answer_as_with_a_screen_reader(
    channel: SpeechChannel, speakers: list[ScriptedSpeaker]
) -> None:
    ended: list[int] = []
    channel.on_silenced = ended.append
    channel.select_request(3)
    channel.say("A dialog.", 3)
    channel.say_focus("OK, button.", True)
    assert ended == [3]
    assert not channel.say("Two buttons.", 3)
    assert channel.say("Saved."), "what belongs to no request is heard"
    channel.select_request(4)
    assert channel.say("A list.", 4)
    assert speakers[0].calls == ["start", "A dialog.", "stop", "OK, button.", "Saved.", "A list."]


def test_without_a_screen_reader_the_focus_is_announced_by_the_program(channel: SpeechChannel) -> None:
    assert not channel.reader_announces_focus()
    assert not SpeechChannel(None, print).reader_announces_focus()


def test_who_silences_the_screen_reader_hears_nothing_more_of_that_answer_until_it_is_asked_for() -> None:
    reader = StandInReader()
    voice = ScreenReaderOrVoice(ScriptedSpeaker(lambda *_: None), reader, "auto")  # type: ignore[arg-type]
    channel = SpeechChannel(lambda _: voice, lambda *_: None)
    silenced: list[int] = []
    channel.on_silenced = silenced.append
    channel.select_request(1)
    channel.say("one", 1)
    reader.silence()
    channel.say("two", 1)
    channel.tone("tick", 1)
    channel.say("status")
    assert silenced == [1]
    reader.silence()
    assert silenced == [1], "what belongs to no answer ends none"
    channel.silence()
    channel.say("again", 1)
    reader.silence()
    channel.select_request(2)
    channel.say("next", 2)
    assert reader.said == ["one", "status", "again", "next"]
    assert voice._speaker.calls == ["start", "stop"]  # type: ignore[attr-defined]
    voice.close()


def test_without_speech_nothing_is_waited_for() -> None:
    channel = SpeechChannel(None, print)
    channel.select_request(1)
    channel.say("one", 1)
    channel.silence()
    assert channel.wait(100.0)
    channel.close()


def test_after_the_end_nothing_is_said(channel: SpeechChannel, speakers: list[ScriptedSpeaker]) -> None:
    channel.close()
    channel.say("late")
    channel.select_request(1)
    assert speakers[0].calls == ["start", "close"]


def test_a_sentence_is_passed_on_with_its_language(channel: SpeechChannel, speakers: list[ScriptedSpeaker]) -> None:
    channel.say("Hallo.", language="de")
    assert speakers[0].calls == ["start", "Hallo. [de]"]


def test_a_voice_that_is_missing_is_told_once_however_many_speakers_there_were(
    channel: SpeechChannel, speakers: list[ScriptedSpeaker], notices: list[tuple[str, str]]
) -> None:
    def make(on_notice: Notice) -> ScriptedSpeaker:
        speakers.append(ScriptedSpeaker(on_notice))
        return speakers[-1]

    speakers[0].fail("no-voice-for-language", "There is no voice for Chinese.")
    channel.set_speaker(make)  # type: ignore[arg-type]
    speakers[1].fail("no-voice-for-language", "There is no voice for Chinese.")
    speakers[1].fail("no-voice-for-language", "There is no voice for Arabic.")
    speakers[1].fail("no-such-voice", "There is no voice called Anna. Another voice is used.")
    chinese, arabic = "There is no voice for Chinese.", "There is no voice for Arabic."
    anna = "There is no voice called Anna. Another voice is used."
    assert [message for _, message in notices] == [chinese, arabic, anna]
    assert speakers[0].calls[:2] == ["start", chinese], "it is heard, too"
    assert speakers[1].calls == ["start", arabic, anna]
