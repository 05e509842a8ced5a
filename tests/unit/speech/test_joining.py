"""Joining of the sounds of several voices."""

from __future__ import annotations

import array
import wave
from pathlib import Path

import pytest

from edge_assistant.speech.joining import join

RATE = 22050


def write(path: Path, samples: list[int], rate: int = RATE, channels: int = 1) -> str:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(array.array("h", samples).tobytes())
    return str(path)


def read(path: Path) -> list[int]:
    with wave.open(str(path), "rb") as file:
        assert file.getframerate() == RATE
        return list(array.array("h", file.readframes(file.getnframes())))


def test_sounds_are_joined_without_the_pause_at_the_end_of_all_but_the_last(tmp_path: Path) -> None:
    first = write(tmp_path / "1.wav", [0, 0, 900, -800] + [3] * RATE)
    second = write(tmp_path / "2.wav", [700] + [0] * 5000)
    assert join([first, second], str(tmp_path / "joined.wav"))
    pause = int(0.06 * RATE)
    assert read(tmp_path / "joined.wav") == [0, 0, 900, -800, *[3] * pause, 700, *[0] * 5000]


def test_a_sound_without_a_pause_or_without_anything_is_joined_whole(tmp_path: Path) -> None:
    parts = [write(tmp_path / "1.wav", [900, 900]), write(tmp_path / "2.wav", []), write(tmp_path / "3.wav", [800])]
    assert join(parts, str(tmp_path / "joined.wav"))
    assert read(tmp_path / "joined.wav") == [900, 900, 800]


@pytest.mark.parametrize("other", [b"", b"FORM\0\0\0\4AIFF", b"RIFF"])
def test_what_is_no_wav_file_cannot_be_joined(tmp_path: Path, other: bytes) -> None:
    (tmp_path / "2.aiff").write_bytes(other)
    assert not join([write(tmp_path / "1.wav", [9]), str(tmp_path / "2.aiff")], str(tmp_path / "joined.wav"))


def test_other_rates_and_channels_cannot_be_joined(tmp_path: Path) -> None:
    first = write(tmp_path / "1.wav", [900])
    assert not join([first, write(tmp_path / "2.wav", [900], rate=16000)], str(tmp_path / "joined.wav"))
    stereo = write(tmp_path / "3.wav", [900, 900], channels=2)
    assert not join([stereo, stereo], str(tmp_path / "joined.wav"))
