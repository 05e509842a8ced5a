"""Texts in several languages through the real worker: each part sounds as espeak-ng's voice for it alone does."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.sound_card import RATE, Said, SoundCard, places, references, trimmed

from edge_assistant.speech import joining
from edge_assistant.speech.messages import Part, PlaybackStarted, PlaybackStopped, Reply, Say, Spoken
from edge_assistant.speech.playback import Outcome, Playback
from edge_assistant.speech.played_speech import PlayedSpeech
from edge_assistant.speech.players import Sound
from edge_assistant.speech.speech_engine import VoiceSettings

RUSSIAN = "Не удалось сохранить документ."


def test_a_russian_sentence_in_an_english_answer_is_spoken_by_the_russian_voice(
    card: Callable[..., SoundCard], speak: Callable[..., Said], tmp_path: Path
) -> None:
    sounds, said = card(speed=8), speak(language="en")

    said.speaker.say(RUSSIAN, language="en")
    said.speaker.say("It has two buttons.", language="en")
    assert said.speaker.wait(30)
    sounds.wait_for_silence()

    heard = sounds.samples()
    (russian,) = references(tmp_path, [RUSSIAN], "zle/ru")
    (english,) = references(tmp_path, ["It has two buttons."])
    assert len(places(heard, russian)) == 1
    assert len(places(heard, english)) == 1
    assert said.notices == []


def test_a_mixed_sentence_is_one_sound_without_a_gap_and_one_utterance(
    card: Callable[..., SoundCard], speak: Callable[..., Said], tmp_path: Path
) -> None:
    sounds, said = card(speed=8), speak(language="en")
    text = f"The message says: “{RUSSIAN}” Below it is a button."

    said.speaker.say(text, language="en")
    assert said.speaker.wait(30)
    sounds.wait_for_silence()

    heard = sounds.samples()
    before, after = references(tmp_path, ["The message says: ", " Below it is a button."])
    (russian,) = references(tmp_path, [f"“{RUSSIAN}”"], "zle/ru")
    ends = 0.0
    for reference in (before, russian, after):
        (start,) = places(heard, reference)
        assert start - ends < 0.25, "a pause between two voices"
        ends = start + len(trimmed(reference)) / RATE
    assert said.started == [text]


def test_stop_ends_all_parts_of_a_mixed_sentence(card: Callable[..., SoundCard], speak: Callable[..., Said]) -> None:
    sounds, said = card(), speak(language="en")

    said.speaker.say(f"The message says: “{RUSSIAN}” Below it is a button. {RUSSIAN}", language="en")
    sounds.wait_for_sound(0.3)
    begun = time.monotonic()
    said.speaker.stop()
    assert said.speaker.wait(2)
    sounds.wait_for_silence()
    assert sounds.silent_since - begun < 1.0


def test_chinese_is_spoken_as_words_and_not_as_letters_and_numbers(
    card: Callable[..., SoundCard], speak: Callable[..., Said], tmp_path: Path
) -> None:
    """The voice cmn of espeak-ng 1.51 says "ni three hao three"."""
    sounds, said = card(speed=8), speak(language="en")

    said.speaker.say("你好世界。", language="en")
    assert said.speaker.wait(30)
    sounds.wait_for_silence()

    (words,) = references(tmp_path, ["你好世界。"], "cmn-latn-pinyin")
    assert len(places(sounds.samples(), words)) == 1
    assert len(trimmed(sounds.samples())) / RATE < 2, "four syllables"


def test_kanji_are_told_to_be_unreadable_once(card: Callable[..., SoundCard], speak: Callable[..., Said]) -> None:
    sounds, said = card(speed=8), speak(language="ja")

    said.speaker.say("ファイルを保存しますか", language="ja")
    said.speaker.say("東京タワーへ", language="ja")
    assert said.speaker.wait(30)
    sounds.wait_for_silence()

    assert said.codes == ["no-voice-for-language"]
    assert "kanji" in said.notices[0][1]


@pytest.mark.parametrize(("language", "voice"), [("tr", "trk/tr"), ("fr", "roa/fr")])
def test_our_own_sentences_without_a_translation_are_spoken_in_english(
    card: Callable[..., SoundCard], speak: Callable[..., Said], tmp_path: Path, language: str, voice: str
) -> None:
    sounds, said = card(speed=8), speak(language=language)

    said.speaker.say("Ankara 1923.", language=language)
    said.speaker.say("The answer was cut off here.")
    assert said.speaker.wait(30)
    sounds.wait_for_silence()

    heard = sounds.samples()
    (own,) = references(tmp_path, ["Ankara 1923."], voice)
    (english,) = references(tmp_path, ["The answer was cut off here."])
    assert len(places(heard, own)) == 1
    assert len(places(heard, english)) == 1
    assert said.notices == []


def test_a_script_without_a_voice_is_told_once(card: Callable[..., SoundCard], speak: Callable[..., Said]) -> None:
    sounds, said = card(speed=8), speak(language="en")

    for _ in range(2):
        said.speaker.say("The sign says ភាសាខ្មែរ in red.", language="en")
    assert said.speaker.wait(30)
    sounds.wait_for_silence()

    assert said.codes == ["no-voice-for-language"]
    assert said.notices[0][1].startswith("There is no voice for Khmer on this computer")


def test_parts_that_cannot_be_joined_are_played_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on macOS, whose voices write another kind of file."""
    monkeypatch.setattr(joining, "join", lambda *_: False)
    played: list[str] = []
    lengths: list[float] = []
    sent: list[Reply] = []

    class Recorded(Playback):
        def play(self, id: int, sound: Sound, on_start: Callable[[], None]) -> Outcome:
            on_start()
            played.append(Path(sound.path).name)
            lengths.append(sound.seconds)
            return "interrupted" if id == 2 else "played"

    speech = PlayedSpeech(VoiceSettings(language="en"), tmp_path, Recorded([]), sent.append)
    speech.start()
    parts = (Part("It says ", "en"), Part("Привет", "ru"), Part(", in red.", "en"))
    speech.speak(Say(1, parts))
    speech.speak(Say(2, parts))
    assert played == ["sentence.wav", "sentence1.wav", "sentence2.wav", "sentence.wav"]
    total = sum(lengths[:3])
    assert sent == [
        PlaybackStarted(1, total),
        Spoken(1),
        PlaybackStarted(2, total),
        PlaybackStopped(2, requested=False),
    ]
    assert list(tmp_path.iterdir()) == []
