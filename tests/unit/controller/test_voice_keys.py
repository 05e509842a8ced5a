"""The keys for the voice: steps of a tenth, there and back, an end that is told, and settings that hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge_assistant.controller.voice_keys import changed_voice, reader_sentence
from edge_assistant.settings.schema import Settings, find_entry


def said(settings: Settings, *actions: str) -> list[str]:
    sentences = []
    for action in actions:
        settings, sentence = changed_voice(settings, action)
        sentences.append(sentence)
    return sentences


def test_a_press_changes_the_rate_by_a_tenth_and_the_opposite_one_undoes_it() -> None:
    assert said(Settings(), "faster", "faster", "slower", "slower", "slower") == [
        "220 words a minute.",
        "240 words a minute.",
        "220 words a minute.",
        "200 words a minute.",
        "180 words a minute.",
    ]


@pytest.mark.parametrize(("action", "end"), [("faster", "Fastest: 1000 words a minute."), ("slower", "Slowest: 20")])
def test_the_rate_goes_to_the_end_of_its_range_and_says_that_it_is_there(action: str, end: str) -> None:
    settings, rates = Settings(), [200]
    for _ in range(100):
        settings, sentence = changed_voice(settings, action)
        if settings.rate == rates[-1]:
            break
        assert settings.rate is not None
        rates.append(settings.rate)
    assert sentence.startswith(end)
    assert rates[-1] in (find_entry("rate").info.range or ())
    assert rates == sorted(set(rates), reverse=action == "slower")


def test_the_volume_goes_in_tens_and_never_to_silence() -> None:
    assert said(Settings(), "louder", "quieter", "quieter") == [
        "Loudest: volume 100 percent.",
        "Volume 90 percent.",
        "Volume 80 percent.",
    ]
    assert said(Settings(volume=15), "quieter", "quieter") == ["Volume 10 percent.", "Quietest: volume 10 percent."]
    assert said(Settings(volume=0), "quieter", "louder") == ["Quietest: volume 0 percent.", "Volume 10 percent."]


def test_nothing_else_changes() -> None:
    settings = Settings(volume=50, rate=300, language="de")
    assert changed_voice(settings, "louder")[0] == replace(settings, volume=60)
    assert changed_voice(settings, "slower")[0] == replace(settings, rate=270)


def test_with_a_screen_reader_rate_and_volume_are_its_own() -> None:
    assert reader_sentence("faster") == "The rate is your screen reader's own."
    assert reader_sentence("quieter") == "The volume is your screen reader's own."
