"""Who may be heard, and that a voice which gave up is tried again at the next press."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge_assistant.controller.speech_channel import SpeechChannel

Notice = Callable[[str, str], None]


class ScriptedSpeaker:
    """Keeps what it is told; `fail` is what the real one says when it gives up."""

    def __init__(self, on_notice: Notice) -> None:
        self.fail = on_notice
        self.told: list[str] = []

    def start(self) -> None:
        self.told.append("start")

    def say(self, text: str) -> None:
        self.told.append(text)

    def tone(self, tone: str, *, if_idle: bool = False) -> None:
        self.told.append(f"{tone} {if_idle}")

    def stop(self) -> None:
        self.told.append("stop")

    def wait(self, _: float) -> bool:
        return False

    def wait_unless(self, unwanted: Callable[[], bool]) -> None:
        self.told.append(f"wait unless {unwanted()}")

    def look_again(self) -> None:
        self.told.append("look again")

    def close(self) -> None:
        self.told.append("close")


@pytest.fixture
def speakers() -> list[ScriptedSpeaker]:
    return []


@pytest.fixture
def notices() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def voice(speakers: list[ScriptedSpeaker], notices: list[tuple[str, str]]) -> SpeechChannel:
    def make(on_notice: Notice) -> ScriptedSpeaker:
        speakers.append(ScriptedSpeaker(on_notice))
        return speakers[-1]

    return SpeechChannel(make, lambda code, message: notices.append((code, message)))  # type: ignore[arg-type]


def test_only_the_newest_request_is_heard_and_what_belongs_to_none(
    voice: SpeechChannel, speakers: list[ScriptedSpeaker]
) -> None:
    voice.listen_to(1)
    voice.say("one", 1)
    voice.listen_to(2)
    voice.say("late", 1)
    voice.tone("tick", 1)
    voice.say("two", 2)
    voice.tone("end", 2)
    voice.listen_to(None)
    voice.say("late", 2)
    voice.say("status")
    assert speakers[0].told == ["start", "one", "two", "end False", "status"]


@pytest.mark.parametrize("code", ["no-sound", "no-voice"])
def test_a_voice_that_gave_up_is_tried_again_at_the_next_request(
    code: str, voice: SpeechChannel, speakers: list[ScriptedSpeaker], notices: list[tuple[str, str]]
) -> None:
    speakers[0].fail(code, "There is no sound.")
    assert notices == [(code, "There is no sound.")]
    voice.listen_to(None)
    assert len(speakers) == 1
    voice.listen_to(1)
    voice.say("one", 1)
    voice.listen_to(2)
    assert speakers[0].told == ["start", "close"]
    assert speakers[1].told == ["start", "one"]
    assert len(speakers) == 2


def test_a_voice_that_was_started_again_is_kept(voice: SpeechChannel, speakers: list[ScriptedSpeaker]) -> None:
    speakers[0].fail("speech-restarted", "Speech had stopped.")
    voice.listen_to(1)
    assert len(speakers) == 1


def test_who_waits_for_the_voice_can_be_called_off(voice: SpeechChannel, speakers: list[ScriptedSpeaker]) -> None:
    voice.wait_unless(lambda: True)
    voice.look_again()
    assert speakers[0].told == ["start", "wait unless True", "look again"]


def test_the_own_voice_leaves_the_focus_to_nobody(voice: SpeechChannel) -> None:
    assert not voice.leaves_focus_to_reader()
    assert not SpeechChannel(None, print).leaves_focus_to_reader()


def test_without_speech_nothing_is_waited_for() -> None:
    voice = SpeechChannel(None, print)
    voice.listen_to(1)
    voice.say("one", 1)
    voice.silence()
    assert voice.wait(100.0)
    voice.close()


def test_after_the_end_nothing_is_said(voice: SpeechChannel, speakers: list[ScriptedSpeaker]) -> None:
    voice.close()
    voice.say("late")
    voice.listen_to(1)
    assert speakers[0].told == ["start", "close"]
