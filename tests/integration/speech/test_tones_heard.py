"""Tones share the voice's queue and player, and can be stopped like speech."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from support.sound_card import Said, SoundCard, places, references

from edge_assistant.speech import tones
from edge_assistant.speech.messages import Tone

SENTENCE = "A save dialog lies over an invoice."


def starts(sounds: SoundCard, tone: Tone) -> list[float]:
    return places(sounds.samples(), np.array(tones.generate_samples(tone), dtype=np.float64))


def test_tones_and_sentences_are_heard_in_their_order_and_a_tick_only_when_nothing_is_said(
    card: Callable[..., SoundCard], speak: Callable[..., Said], tmp_path: Path
) -> None:
    sounds, said = card(speed=8), speak()

    said.speaker.tone("heard")
    said.speaker.say(SENTENCE)
    said.speaker.tone("tick", if_idle=True)
    said.speaker.tone("end")
    assert said.speaker.wait(60)
    said.speaker.tone("tick", if_idle=True)
    assert said.speaker.wait(60)
    sounds.wait_for_silence()

    (reference,) = references(tmp_path, [SENTENCE])
    found = [starts(sounds, "heard"), places(sounds.samples(), reference), starts(sounds, "end")]
    assert all(len(each) == 1 for each in found), found
    assert found == sorted(found)
    assert [each for each in starts(sounds, "tick") if each > found[-1][0]] == starts(sounds, "tick")[-1:]
    assert said.started == [SENTENCE], "only sentences are told"
    assert said.notices == []


def test_a_tone_that_waits_is_dropped_by_a_stop(card: Callable[..., SoundCard], speak: Callable[..., Said]) -> None:
    sounds, said = card(), speak()

    said.speaker.say(SENTENCE)
    said.speaker.tone("end")
    sounds.wait_for_sound()
    said.speaker.stop()
    said.speaker.tone("heard")
    assert said.speaker.wait(60)
    sounds.wait_for_silence()

    assert len(starts(sounds, "heard")) == 1
    assert starts(sounds, "end") == []
