"""Short tones made of sine waves: command received, still working, end of the answer."""

from __future__ import annotations

import array
import contextlib
import io
import math
import sys
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edge_assistant.speech.audio_files import private_file
from edge_assistant.speech.messages import Tone
from edge_assistant.speech.players import Sound

RATE = 22050
"""Samples a second, the same as espeak-ng's, so that the output need not be reconfigured between tone and voice."""

_FADE = 0.005
"""Seconds of fade-in and fade-out of a note; a hard edge would click."""


@dataclass(frozen=True, slots=True)
class _Note:
    """A note: `pitch` in hertz, `loudness` from 0 to 1."""

    pitch: float
    seconds: float
    loudness: float


# The tick differs by being short and 15 decibels quieter, the end by its falling pitch.
_NOTES: dict[Tone, tuple[_Note, ...]] = {
    "heard": (_Note(880, 0.07, 0.35),),
    "tick": (_Note(1320, 0.02, 0.06),),
    "end": (_Note(660, 0.08, 0.3), _Note(440, 0.12, 0.3)),
}


def generate_samples(tone: Tone, volume: int = 100) -> array.array[int]:
    """Return the tone as 16 bit mono samples; `volume` is in percent, 0 to 100."""
    result = array.array("h")
    for note in _NOTES[tone]:
        count = round(note.seconds * RATE)
        for index in range(count):
            edge = min(index, count - 1 - index) / (_FADE * RATE)
            level = 32767 * note.loudness * min(1.0, edge) * volume / 100
            result.append(round(level * math.sin(2 * math.pi * note.pitch * index / RATE)))
    return result


def generate_wav(tone: Tone, volume: int = 100) -> bytes:
    """Return the tone as a WAV file; `volume` as in `generate_samples`."""
    data = generate_samples(tone, volume)
    if sys.byteorder == "big":
        data.byteswap()
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(data.tobytes())
    return file.getvalue()


def tone_seconds(tone: Tone) -> float:
    """Return the tone's length."""
    return sum(note.seconds for note in _NOTES[tone])


@contextlib.contextmanager
def tone_sound(tone: Tone, volume: int, folder: Path | None, number: int = 0) -> Iterator[Sound]:
    """Yield the tone as a WAV file in `folder` (None: in memory), which is removed afterwards.

    The file has another name for each `number`: Windows may still have an earlier one open.
    """
    with private_file(folder, number) as (path, descriptor):
        Path(path).write_bytes(generate_wav(tone, volume))
        yield Sound(path, tone_seconds(tone), descriptor)
