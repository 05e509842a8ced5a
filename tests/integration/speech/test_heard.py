"""The real worker's sound through ALSA, compared sample by sample with espeak-ng's for the same text."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
from pyttsx3.engine import Engine
from support.sound_card import Said, SoundCard, places, references

from edge_assistant.speech.messages import Part
from edge_assistant.speech.synthesis import Synthesizer
from edge_assistant.speech.voices import NoVoiceError

SENTENCES = [
    "A save dialog lies over an invoice.",
    "It has two buttons.",
    "Cancel is on the left,",
    "and Save is on the right!",
    "Is the total 42.50?",
    "A save dialog lies over an invoice.",
]
LONG = (
    "The window shows a table with the names of all the people who work in this building and the numbers of their "
    "rooms and the days on which they are here and the colours of their doors and the names of their dogs and cats and "
    "what they like to eat when they are hungry in the middle of the day"
)


def test_each_sentence_is_heard_once_and_in_order_and_nothing_else(
    card: Callable[..., SoundCard], speak: Callable[..., Said], tmp_path: Path
) -> None:
    sounds, said = card(speed=8), speak()

    for sentence in SENTENCES:
        said.speaker.say(sentence)
    assert said.speaker.wait(60)
    sounds.wait_for_silence()

    heard = sounds.samples()
    wanted = references(tmp_path, [*SENTENCES, "Nobody says this."])
    # The last one says the first one's words again, with other flutter, so each is looked for behind the one before.
    position = 0
    for reference in wanted[:-1]:
        found = places(heard[position : position + len(reference) + 8192], reference)
        assert len(found) == 1
        position += len(reference)
    assert places(heard, wanted[-1]) == []
    assert len(heard) - position < 8192 * len(SENTENCES), "something else was played, too"
    assert said.started == SENTENCES
    assert said.notices == []


def test_a_long_sentence_is_heard_to_its_end(
    card: Callable[..., SoundCard], speak: Callable[..., Said], tmp_path: Path
) -> None:
    sounds, said = card(speed=16), speak()

    said.speaker.say(LONG)
    assert said.speaker.wait(60)
    sounds.wait_for_silence()

    (reference,) = references(tmp_path, [LONG])
    assert len(places(sounds.samples(), reference)) == 1


def test_the_rate_holds_also_where_espeak_is_slow_to_take_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a pause before the sentence, one in twelve was spoken at the usual rate while it was set in the loop."""
    synthesizer = Synthesizer(tmp_path, rate=300)
    synthesizer.choose_voice(None, "de", lambda remark: pytest.fail(str(remark)))
    save = Engine.save_to_file

    def save_if_taken(engine: Engine, text: str, path: str) -> None:
        if engine.getProperty("rate") != 300:
            raise NoVoiceError(f"espeak has {engine.getProperty('rate')}")
        time.sleep(0.02)
        save(engine, text, path)

    monkeypatch.setattr(Engine, "save_to_file", save_if_taken)
    lengths = set()
    for _ in range(20):
        with synthesizer.sounds([Part("Ein Fenster mit zwei Knöpfen.", "de")]) as (sound,):
            lengths.add(sound.seconds)
    (reference,) = references(tmp_path, ["Ein Fenster mit zwei Knöpfen."], "gmw/de", 300)
    assert lengths == {len(reference) / 22050}


@pytest.mark.parametrize("options", [{"language": "de"}, {"voice": "German"}, {"voice": "gmw/de", "language": "fr"}])
def test_the_voice_of_the_language_speaks_and_a_chosen_voice_goes_before_it(
    card: Callable[..., SoundCard], speak: Callable[..., Said], tmp_path: Path, options: dict[str, str]
) -> None:
    sounds, said = card(speed=8), speak(**options, rate=300)

    said.speaker.say("Ein Fenster mit zwei Knöpfen.")
    assert said.speaker.wait(30)
    sounds.wait_for_silence()

    (reference,) = references(tmp_path, ["Ein Fenster mit zwei Knöpfen."], "gmw/de", 300)
    assert len(places(sounds.samples(), reference)) == 1


def test_a_language_without_a_voice_is_told_once_and_the_usual_voice_speaks(
    card: Callable[..., SoundCard], speak: Callable[..., Said], tmp_path: Path
) -> None:
    sounds, said = card(speed=8), speak(language="xx")

    for _ in range(2):
        said.speaker.say("Hello there.", language="xx")
    assert said.speaker.wait(30)
    sounds.wait_for_silence()

    assert said.codes == ["no-voice-for-language"]
    assert len(places(sounds.samples(), references(tmp_path, ["Hello there."])[0])) == 2


def test_stop_is_silence_and_what_is_said_after_it_is_heard(
    card: Callable[..., SoundCard], speak: Callable[..., Said], tmp_path: Path
) -> None:
    sounds, said = card(), speak()
    worker = None

    for _ in range(3):
        said.speaker.say(LONG)
        said.speaker.say("This waits and is forgotten.")
        sounds.wait_for_sound(0.3)
        worker = worker or said.speaker.pid
        begun = time.monotonic()
        said.speaker.stop()
        assert time.monotonic() - begun < 1.0
        assert said.speaker.wait(2)
        sounds.wait_for_silence()
        assert sounds.silent_since - begun < 1.0, "promised: 0.1 s"
    said.speaker.say("Hello there.")
    assert said.speaker.wait(10)
    sounds.wait_for_silence()

    if said.speaker.pid == worker:
        reference = references(tmp_path, [LONG, LONG, LONG, "Hello there."])[-1]
    else:  # a slow machine: the worker did not obey in time
        reference = references(tmp_path, ["Hello there."])[-1]
    assert len(places(sounds.samples()[-2 * len(reference) :], reference)) == 1
    assert said.notices == []
    assert said.started == [LONG, LONG, LONG, "Hello there."]


def test_a_stop_that_comes_right_behind_the_say_leaves_nothing_to_hear(
    card: Callable[..., SoundCard], speak: Callable[..., Said]
) -> None:
    sounds, said = card(), speak()

    for _ in range(20):
        said.speaker.say("This is forgotten before it begins.")
        said.speaker.stop()
        said.speaker.stop()
    assert said.speaker.wait(10)
    sounds.wait_for_silence()

    assert len(sounds.samples()) / 22050 < 0.5
    assert said.notices == []


@pytest.mark.parametrize("text", ["...", "😀", "\x07\x1b[31mred", "a\ud800b", "\u200b", " \n ", "", "<b>", "-", "\x00"])
def test_odd_texts_are_spoken_or_passed_over_and_the_next_sentence_comes(
    card: Callable[..., SoundCard], speak: Callable[..., Said], text: str
) -> None:
    card(speed=16)
    said = speak()

    said.speaker.say(text)
    said.speaker.say("Hello there.")
    assert said.speaker.wait(20)

    assert said.started[-1] == "Hello there."
    assert said.notices == []


def test_a_text_of_control_characters_only_is_never_played(
    card: Callable[..., SoundCard], speak: Callable[..., Said]
) -> None:
    card(speed=16)
    said = speak()

    said.speaker.say("\x00\x07\ud800")
    assert said.speaker.wait(20)

    assert said.started == []
    assert said.notices == []


def test_two_hundred_sentences_leave_no_descriptor_and_no_zombie(
    card: Callable[..., SoundCard], speak: Callable[..., Said]
) -> None:
    card(speed=400)
    said = speak()
    said.speaker.say("Hi.")
    assert said.speaker.wait(20)
    pid = said.speaker.pid
    assert pid is not None
    worker, parent = psutil.Process(pid), psutil.Process()
    before = worker.num_fds(), parent.num_fds()

    for _ in range(200):
        said.speaker.say("A.")
    assert said.speaker.wait(120)

    assert said.speaker.pid == worker.pid
    after = worker.num_fds(), parent.num_fds()
    assert max(now - then for now, then in zip(after, before, strict=True)) <= 0
    assert worker.children() == []
    assert worker.num_threads() < 8


def test_a_lower_volume_makes_voice_and_tones_quieter(
    card: Callable[..., SoundCard], speak: Callable[..., Said]
) -> None:
    sounds = card(speed=8)

    def loudest(**volumes: int) -> tuple[float, float]:
        said = speak(**volumes)
        found = []
        for play in (lambda: said.speaker.say(SENTENCES[0]), lambda: said.speaker.tone("heard")):
            before = len(sounds.samples())
            play()
            assert said.speaker.wait(60)
            sounds.wait_for_silence()
            found.append(float(np.max(np.abs(sounds.samples()[before:]))))
        return found[0], found[1]

    full, quiet = loudest(), loudest(volume=40, tone_volume=25)
    assert 0 < quiet[0] < 0.6 * full[0]
    assert quiet[1] == pytest.approx(full[1] / 4, rel=0.02)
