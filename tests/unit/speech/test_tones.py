"""Tones: distinguishable, without clicks, and a quiet tick."""

from __future__ import annotations

import io
import wave
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_assistant.speech import tones
from edge_assistant.speech.messages import Tone


def made(tone: Tone) -> NDArray[np.float64]:
    return np.array(tones.generate_samples(tone), dtype=np.float64)


@pytest.mark.parametrize("tone", get_args(Tone))
def test_a_tone_is_a_sound_file_of_its_length_that_begins_and_ends_in_silence(tone: Tone) -> None:
    with wave.open(io.BytesIO(tones.generate_wav(tone))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22050)
        assert file.getnframes() / 22050 == pytest.approx(tones.tone_seconds(tone), abs=0.001)
    samples = made(tone)
    assert samples[0] == samples[-1] == 0
    assert np.max(np.abs(np.diff(samples))) < 0.3 * 32767, "a click"


def test_the_answer_to_a_press_is_short_and_the_tick_is_quiet() -> None:
    assert tones.tone_seconds("heard") < 0.1
    assert np.max(np.abs(made("tick"))) < np.max(np.abs(made("heard"))) / 5


def test_the_end_is_told_from_the_beginning_by_its_pitch() -> None:
    def pitch(samples: NDArray[np.float64]) -> float:
        return float(np.argmax(np.abs(np.fft.rfft(samples, 22050))))

    end = made("end")
    assert pitch(made("heard")) == pytest.approx(880, abs=10)
    assert pitch(end[:1600]) == pytest.approx(660, abs=15)
    assert pitch(end[1900:]) == pytest.approx(440, abs=15)
