"""Speech on Windows, over a stand-in for SAPI that behaves, and fails, as documented."""

from __future__ import annotations

import itertools
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support import fake_sapi
from support.fake_sapi import HEDDA, NOTHING_SAID, PAVEL, THIRD_PARTY, UNINSTALLED, UNREADABLE, ZIRA, Machine

from edge_assistant.speech import players, sapi_choice, sapi_speech, sapi_voice
from edge_assistant.speech.messages import (
    Failure,
    Notice,
    Part,
    Play,
    PlaybackStarted,
    PlaybackStopped,
    Reply,
    Say,
    Spoken,
    SystemVoice,
)
from edge_assistant.speech.playback import Playback
from edge_assistant.speech.players import NoSoundError
from edge_assistant.speech.sapi_speech import SapiSpeech
from edge_assistant.speech.speech_engine import VoiceSettings
from edge_assistant.speech.voices import NoVoiceError

LONG = (
    "A sentence that is so long that much can happen while it is spoken, such as a stop, or a headset that falls out."
)


class Rig:
    """An engine on a machine, and its replies."""

    def __init__(self, machine: Machine, settings: VoiceSettings) -> None:
        self.machine = machine
        self.replies: list[Reply] = []
        self.engine = SapiSpeech(settings, machine.folder, Playback(players.players("win32")), self.replies.append)
        self.engine.start()

    def say(self, id: int, *texts: str, language: str = "en") -> None:
        self.engine.speak(Say(id, tuple(Part(text, language) for text in texts)))

    def run(self, until: Callable[[], bool] | None = None) -> list[Reply]:
        """Poll as the worker does, to the end or until something is true; the replies, without the starts."""
        limit = time.monotonic() + 20
        while (wait := self.engine.poll()) is not None and not (until and until()):
            assert time.monotonic() < limit, self.replies
            time.sleep(wait)
        return [reply for reply in self.replies if not isinstance(reply, PlaybackStarted)]

    def started(self, id: int) -> bool:
        return any(isinstance(reply, PlaybackStarted) and reply.id == id for reply in self.replies)


Make = Callable[..., Rig]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes an engine on a machine: `make(settings, voices=(…), …)`, as Machine has it."""
    for name in ("comtypes", "comtypes.client", "winsound"):
        monkeypatch.setitem(sys.modules, name, sys)  # put back afterwards
    monkeypatch.setattr(sapi_choice, "default_output", None)
    monkeypatch.setattr(sapi_speech, "_PUMP_EVERY", None)  # so that the end is seen
    monkeypatch.setattr(players, "count_outputs", None)

    def make_rig(settings: VoiceSettings | None = None, **machine: object) -> Rig:
        made = Machine(tmp_path, **machine)  # type: ignore[arg-type]
        fake_sapi.install(made)
        return Rig(made, settings or VoiceSettings())

    return make_rig


def test_sentences_follow_each_other_without_a_gap_and_each_is_told_once(make: Make) -> None:
    rig = make(character_s=0.02)
    for id, text in enumerate(("One.", "Two, a longer one.", "Three."), start=1):
        rig.say(id, text)

    assert rig.run() == [Spoken(1), Spoken(2), Spoken(3)]

    heard = rig.machine.heard()
    assert [each["text"] for each in heard] == ["One.", "Two, a longer one.", "Three."]
    assert [later["begin"] - each["end"] for each, later in itertools.pairwise(heard)] == [0.0, 0.0]
    assert [type(reply) for reply in rig.replies] == [PlaybackStarted, Spoken] * 3


def test_the_numbers_of_streams_begin_again_after_a_pause_and_later_sentences_are_told_too(make: Make) -> None:
    rig = make()
    for id in range(1, 6, 2):
        rig.say(id, f"Sentence {id}.")
        rig.say(id + 1, f"Sentence {id + 1}.")
        rig.run()
    assert rig.machine.texts() == [f"Sentence {id}." for id in range(1, 7)]
    assert [type(reply) for reply in rig.replies] == [PlaybackStarted, Spoken] * 6


def test_a_sentence_that_ended_unseen_before_the_next_one_came_is_told_as_spoken(make: Make) -> None:
    rig = make()
    rig.say(1, "One.")
    rig.engine.poll()
    time.sleep(0.1)  # it ends meanwhile
    rig.say(2, LONG)
    rig.run(until=lambda: Spoken(1) in rig.replies)
    assert rig.run() == [Spoken(1), Spoken(2)]


def test_a_sentence_that_ended_while_another_voice_was_loaded_is_told_before_the_next_one_ends(make: Make) -> None:
    rig = make(VoiceSettings(language="en"), character_s=0.02, load_s=0.2)
    rig.say(1, "One.")
    rig.say(2, "Ein Satz auf Deutsch, der viel länger ist als der davor.", language="de")
    rig.run(until=lambda: Spoken(1) in rig.replies)
    assert not rig.engine._chosen.make().is_done()


def test_the_number_of_an_older_stream_ends_no_sentence(make: Make) -> None:
    rig = make(behind_s=0.05, character_s=0.01)
    for id in range(1, 4):
        rig.say(id, "A sentence.")
    rig.run()
    rig.say(4, "Four is a sentence, too.")
    rig.say(5, "Five.")
    rig.run(until=lambda: Spoken(4) in rig.replies)
    assert "Four is a sentence, too." in rig.machine.texts()


def test_the_number_of_a_stream_that_was_dropped_ends_no_sentence(make: Make) -> None:
    rig = make(behind_s=0.05, character_s=0.01)
    for id in range(1, 4):
        rig.say(id, "A sentence.")
    rig.run(until=lambda: rig.started(3))
    rig.engine.stop(3)
    rig.say(4, "Four is a sentence, too.")
    rig.say(5, "Five.")
    rig.run(until=lambda: Spoken(4) in rig.replies)
    assert "Four is a sentence, too." in rig.machine.texts()


def test_a_long_sentence_after_a_stop_is_told_to_have_begun_whatever_its_number_is(make: Make) -> None:
    rig = make(character_s=0.01)
    for id in range(1, 4):
        rig.say(id, "A sentence.")
    rig.run(until=lambda: rig.started(2))
    rig.engine.stop(3)
    rig.say(4, LONG)
    rig.run(until=lambda: rig.started(4))
    assert rig.machine.texts() == ["A sentence."]


def test_text_that_looks_like_markup_is_spoken_as_it_is(make: Make) -> None:
    rig = make()
    rig.say(1, "<b>Save</b> & <quit")
    rig.run()
    assert rig.machine.texts() == ["<b>Save</b> & <quit"]


def test_a_stop_is_silence_at_once_although_the_voice_would_finish_its_sentence(make: Make) -> None:
    rig = make(lag_s=0.3)
    rig.say(1, LONG)
    rig.say(2, "Two.")
    rig.run(until=lambda: rig.started(1))

    rig.engine.stop(2)
    rig.say(3, "Three.")
    assert rig.run() == [
        PlaybackStopped(1, requested=True),
        PlaybackStopped(2, requested=True),
        Spoken(3),
    ]

    cut, after = rig.machine.heard()
    assert (cut["cut"], cut["goes_on"]) == (True, 0.0)
    assert (after["text"], after["cut"]) == ("Three.", False)


def test_a_stop_that_came_before_its_sentence_keeps_it_from_being_heard(make: Make) -> None:
    rig = make()
    rig.engine.stop(2)
    for id in (1, 2, 3):
        rig.say(id, f"Sentence {id}.")
    assert rig.run() == [PlaybackStopped(1, requested=True), PlaybackStopped(2, requested=True), Spoken(3)]
    assert rig.machine.texts() == ["Sentence 3."]


def test_what_came_after_the_stop_but_was_queued_before_it_is_spoken(make: Make) -> None:
    rig = make()
    rig.say(1, LONG)
    rig.say(2, "Two.")
    rig.run(until=lambda: rig.started(1))
    rig.engine.stop(1)
    assert rig.run() == [PlaybackStopped(1, requested=True), Spoken(2)]
    assert rig.machine.texts() == ["Two."]


def test_a_voice_that_is_not_ready_after_a_stop_is_replaced(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sapi_speech, "_SILENT_WITHIN", 0.05)
    rig = make(lag_s=60.0)
    rig.say(1, LONG)
    rig.run(until=lambda: rig.started(1))
    rig.engine.stop(1)
    rig.say(2, "Two.")
    assert rig.run() == [PlaybackStopped(1, requested=True), Spoken(2)]
    assert [each["text"] for each in rig.machine.heard()] == [LONG, "Two."]


def test_a_voice_that_may_be_heard_after_a_stop_ends_with_its_worker(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sapi_speech, "_SILENT_WITHIN", 0.05)
    rig = make(lag_s=60.0, audio_error=fake_sapi.NOT_IMPLEMENTED)
    rig.say(1, LONG)
    rig.run(until=lambda: rig.started(1))
    rig.engine.stop(1)
    with pytest.raises(TimeoutError):
        rig.run()
    assert PlaybackStopped(1, requested=True) in rig.replies


def test_only_the_thread_that_made_the_voice_calls_it_though_stops_come_from_another(make: Make) -> None:
    rig = make()
    rig.say(1, LONG)
    rig.run(until=lambda: rig.started(1))
    other = threading.Thread(target=rig.engine.stop, args=(1,))
    other.start()
    other.join()
    assert rig.run() == [PlaybackStopped(1, requested=True)]

    # The stand-in would tell otherwise.
    errors: list[Exception] = []

    def touch() -> None:
        try:
            rig.engine._chosen.make().is_done()
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    other = threading.Thread(target=touch)
    other.start()
    other.join()
    assert [str(error) for error in errors] == ["8001010E"]


def test_tones_keep_their_place_among_sentences_and_no_sound_falls_on_another(make: Make) -> None:
    rig = make()
    rig.engine.speak(Play(1, "heard"))
    rig.say(2, "Two.")
    rig.engine.speak(Play(3, "end"))
    rig.say(4, "Four.")
    assert rig.run() == [Spoken(1), Spoken(2), Spoken(3), Spoken(4)]
    assert ["text" in each for each in rig.machine.heard()] == [False, True, False, True]
    tone, two, end, four = rig.machine.heard()
    assert tone["end"] <= two["begin"] <= two["end"] <= end["begin"] <= four["begin"]


def test_a_tone_right_after_a_stop_does_not_wait_for_the_voice(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sapi_speech, "_SILENT_WITHIN", 60.0)
    rig = make(lag_s=60.0)
    rig.say(1, LONG)
    rig.run(until=lambda: rig.started(1))
    rig.engine.stop(1)
    rig.engine.speak(Play(2, "heard"))
    rig.run(until=lambda: Spoken(2) in rig.replies)
    assert not rig.engine._chosen.make().is_done()


def test_the_parts_of_a_sentence_are_spoken_by_the_voices_of_their_languages(make: Make) -> None:
    rig = make(VoiceSettings(language="en"), voices=(ZIRA, HEDDA), added=(PAVEL,), character_s=0.02)
    parts = (Part("It says ", "en"), Part("Guten Tag", "de"), Part("Привет", "ru"), Part(", in red.", "en"))
    rig.engine.speak(Say(1, parts))
    rig.say(2, "Two.")
    assert rig.run() == [Spoken(1), Spoken(2)]
    heard = rig.machine.heard()
    assert [(each["text"], each["voice"]) for each in heard] == [
        ("It says ", ZIRA.description),
        ("Guten Tag", HEDDA.description),
        ("Привет", PAVEL.description),
        (", in red.", ZIRA.description),
        ("Two.", ZIRA.description),
    ]
    assert [later["begin"] - each["end"] for each, later in itertools.pairwise(heard)] == [0.0] * 4


@pytest.mark.parametrize("text", ["\x00\x07\ud800", " ", "\n"])
def test_a_text_without_anything_to_speak_is_spoken_in_its_turn(make: Make, text: str) -> None:
    rig = make()
    rig.say(1, "One.")
    rig.say(2, text)
    rig.say(3, "Three.")
    assert rig.run() == [Spoken(1), Spoken(2), Spoken(3)]
    assert rig.machine.texts() == ["One.", "Three."]


@pytest.mark.parametrize(
    ("settings", "rate", "volume"),
    [
        (VoiceSettings(), 0, 100),
        (VoiceSettings(rate=157, volume=40), 0, 40),
        (VoiceSettings(rate=200), 2, 100),
        (VoiceSettings(rate=471), 10, 100),
        (VoiceSettings(rate=1000), 10, 100),
        (VoiceSettings(rate=10), -10, 100),
    ],
)
def test_rate_and_volume_are_the_settings_and_else_those_of_windows(
    make: Make, settings: VoiceSettings, rate: int, volume: int
) -> None:
    rig = make(settings)
    rig.say(1, "One.")
    rig.run()
    assert [(each["rate"], each["volume"]) for each in rig.machine.heard()] == [(rate, volume)]


def test_another_rate_and_volume_hold_from_the_next_sentence_on(make: Make) -> None:
    rig = make(settings=VoiceSettings(rate=157, volume=40))
    rig.say(1, "One.")
    rig.run()
    rig.engine.configure(200, 100)
    rig.say(2, "Two.")
    rig.run()
    assert [(each["rate"], each["volume"]) for each in rig.machine.heard()] == [(0, 40), (2, 100)]


@pytest.mark.parametrize("usual", [ZIRA, THIRD_PARTY, PAVEL, None])
def test_each_voice_that_can_be_read_is_listed_whatever_the_others_are(make: Make, usual: fake_sapi.Token) -> None:
    odd = (UNREADABLE, UNINSTALLED, THIRD_PARTY, NOTHING_SAID)
    rig = make(voices=(*odd, ZIRA, HEDDA), added=(UNREADABLE, PAVEL, ZIRA), usual=usual)
    assert rig.engine.voices() == [
        SystemVoice(THIRD_PARTY.Id, "IVONA 2 Brian", ("en-US",), "Male"),
        SystemVoice(NOTHING_SAID.Id, "eSpeak", (), None, espeak=True),
        SystemVoice(ZIRA.Id, "Microsoft Zira Desktop - English", ("en-US",), "Female"),
        SystemVoice(HEDDA.Id, "Microsoft Hedda Desktop - German", ("de-DE",), "Female"),
        SystemVoice(PAVEL.Id, "Microsoft Pavel - Russian", ("ru-RU",), "Male"),
    ]
    rig.say(1, "Guten Tag", language="de")
    assert rig.run() == [Spoken(1)]
    assert rig.machine.heard()[0]["voice"] == HEDDA.description


@pytest.mark.parametrize(
    "broken",
    [
        replace(HEDDA, select_error=fake_sapi.CANT_CREATE),
        replace(HEDDA, select_error=fake_sapi.NOT_FOUND),
        replace(HEDDA, speak_error=fake_sapi.ENGINE_EXCEPTION),
    ],
)
@pytest.mark.parametrize("chosen", [None, HEDDA.description])
def test_a_voice_that_does_not_work_is_told_and_another_one_speaks(
    make: Make, broken: fake_sapi.Token, chosen: str | None
) -> None:
    rig = make(VoiceSettings(voice=chosen, language="de"), voices=(broken, ZIRA), usual=ZIRA)
    rig.say(1, "Guten Tag.", language="de")
    rig.say(2, "Auf Wiedersehen.", language="de")
    replies = rig.run()
    assert replies[0] == Notice(
        "no-such-voice", "The voice Microsoft Hedda Desktop - German does not work. Another voice is used."
    )
    assert [reply for reply in replies if not isinstance(reply, Notice)] == [Spoken(1), Spoken(2)]
    codes = [reply.code for reply in replies if isinstance(reply, Notice)]
    assert codes == ["no-such-voice", "no-voice-for-language"]
    assert [each["voice"] for each in rig.machine.heard()] == [ZIRA.description] * 2


def test_when_windows_own_choice_does_not_work_another_voice_speaks(make: Make) -> None:
    usual = replace(PAVEL, speak_error=fake_sapi.ENGINE_EXCEPTION)  # which SAPI does not list
    rig = make(voices=(HEDDA, ZIRA), usual=usual)
    rig.say(1, "One.")
    told = "The voice that Windows uses does not work. Another voice is used."
    assert rig.run() == [Notice("no-such-voice", told), Spoken(1)]
    assert [each["voice"] for each in rig.machine.heard()] == [HEDDA.description]


def test_two_voices_that_do_not_work_are_told_and_a_third_one_speaks(make: Make) -> None:
    broken = [replace(voice, speak_error=fake_sapi.ENGINE_EXCEPTION) for voice in (ZIRA, HEDDA)]
    rig = make(voices=(*broken, THIRD_PARTY), usual=broken[0])
    rig.say(1, "One.")
    replies = rig.run()
    assert [reply.code for reply in replies if isinstance(reply, Notice)] == ["no-such-voice"] * 2
    assert replies[-1] == Spoken(1)
    assert [each["voice"] for each in rig.machine.heard()] == [THIRD_PARTY.description]


def test_a_voice_that_was_removed_while_the_program_ran_is_left(make: Make) -> None:
    rig = make(VoiceSettings(language="de"))
    rig.say(1, "Guten Tag.", language="de")
    rig.run()
    rig.machine.change(removed=[HEDDA.name])
    rig.say(2, "Auf Wiedersehen.", language="de")
    replies = rig.run()
    assert [reply for reply in replies if not isinstance(reply, Notice)] == [Spoken(1), Spoken(2)]
    assert [each["voice"] for each in rig.machine.heard()] == [HEDDA.description, ZIRA.description]


def test_speech_follows_the_default_output_once_what_is_spoken_has_ended(make: Make) -> None:
    rig = make()
    rig.say(1, LONG)
    rig.run(until=lambda: rig.started(1))
    rig.machine.change(outputs=["headset", "speakers"])
    rig.say(2, "Two.")
    assert rig.run() == [Spoken(1), Spoken(2)]
    assert [each["output"] for each in rig.machine.heard()] == ["speakers", "headset"]


def test_an_output_that_is_unplugged_cuts_what_is_heard_and_the_next_sentence_comes_from_another(make: Make) -> None:
    rig = make(outputs=("headset", "speakers"), character_s=0.05)
    rig.say(1, LONG)
    rig.say(2, "Two.")
    rig.run(until=lambda: rig.started(1))
    time.sleep(0.6)
    rig.machine.change(outputs=["speakers"])
    assert rig.run() == [PlaybackStopped(1, requested=False), Spoken(2)]
    assert [(each["text"], each["output"]) for each in rig.machine.heard()] == [
        (LONG, "headset"),
        ("Two.", "speakers"),
    ]


def test_a_sentence_that_was_hardly_heard_when_its_output_went_is_spoken_again(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sapi_speech, "_HEARD_AFTER", 60.0)
    rig = make(outputs=("headset", "speakers"), character_s=0.05)
    rig.say(1, "A short sentence.")
    rig.run(until=lambda: rig.started(1))
    rig.machine.change(outputs=["speakers"])
    assert rig.run() == [Spoken(1)]
    assert [(each["text"], each["cut"]) for each in rig.machine.heard()] == [
        ("A short sentence.", True),
        ("A short sentence.", False),
    ]


def test_a_stop_after_the_output_went_is_no_error(make: Make) -> None:
    rig = make(outputs=("headset", "speakers"))
    rig.say(1, LONG)
    rig.run(until=lambda: rig.started(1))
    rig.machine.change(outputs=["speakers"])
    rig.engine.stop(1)
    rig.say(2, "Two.")
    assert rig.run() == [PlaybackStopped(1, requested=True), Spoken(2)]


@pytest.mark.parametrize(
    ("machine", "code", "sentence"),
    [
        ({"outputs": ()}, "no-sound", "There is no sound: no speakers or headphones are found."),
        ({"stream_error": fake_sapi.DEVICE_BUSY}, "no-sound", "There is no sound: another program has the audio"),
        ({"stream_error": 0x88890004}, "no-sound", "There is no sound: the audio output cannot be opened."),
        ({"voices": (), "usual": None}, "no-voice", "There is no voice on this computer. Add one in the Windows"),
        ({"create_error": fake_sapi.CLASS_NOT_REGISTERED}, "no-voice", "The Windows voice does not work, error 800401"),
        ({"call_error": fake_sapi.NOT_IMPLEMENTED}, "no-voice", "The Windows voice does not work, error 80004001."),
        (
            {"voices": (), "usual": replace(ZIRA, speak_error=fake_sapi.ENGINE_EXCEPTION)},
            "no-voice",
            "The Windows voice does not work, error 80045012. Restart",
        ),
    ],
)
def test_an_error_says_what_is_wrong_and_what_to_do(
    make: Make, machine: dict[str, object], code: str, sentence: str
) -> None:
    rig = make(**machine)
    rig.say(1, "One.")
    (failure,) = [reply for reply in rig.run() if isinstance(reply, Failure)]
    assert (failure.id, failure.code) == (1, code)
    assert failure.message.startswith(sentence)

    expected = NoSoundError if code == "no-sound" else NoVoiceError
    with pytest.raises(expected, match=sentence.split(",")[0]):
        make(**machine).engine.try_voice()


def test_the_check_of_a_voice_that_works_makes_no_sound(make: Make) -> None:
    rig = make()
    rig.engine.try_voice()
    assert [each["volume"] for each in rig.machine.heard()] == [0]


def test_the_check_of_a_voice_that_never_ends_says_so(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sapi_speech, "_TRIAL_SECONDS", 0.05)
    with pytest.raises(NoVoiceError, match="makes no sound"):
        make(character_s=60.0).engine.try_voice()


def test_each_step_of_the_rate_is_the_tenth_root_of_three() -> None:
    assert [sapi_voice.rate_for(round(157 * 3 ** (step / 10))) for step in range(-10, 11)] == list(range(-10, 11))
