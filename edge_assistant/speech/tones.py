"""The short sounds beside the voice, made from sines: heard you, still at work, that was all."""

from __future__ import annotations

import array
import io
import math
import sys
import wave
from dataclasses import dataclass

from edge_assistant.speech.messages import Tone

RATE = 22050
"""Samples a second, as espeak-ng has them, so that an output need not change between tone and voice."""

_FADE = 0.005
"""Seconds in which a note comes and goes; a hard edge would click."""


@dataclass(frozen=True, slots=True)
class _Note:
    """`pitch` in hertz, `seconds` long, `loudness` from 0 to 1."""

    pitch: float
    seconds: float
    loudness: float


# The tick is told from the others by being short and 15 decibels quieter, the end by its falling step.
_NOTES: dict[Tone, tuple[_Note, ...]] = {
    "heard": (_Note(880, 0.07, 0.35),),
    "tick": (_Note(1320, 0.02, 0.06),),
    "end": (_Note(660, 0.08, 0.3), _Note(440, 0.12, 0.3)),
}


def samples(tone: Tone, volume: int = 100) -> array.array[int]:
    """The tone as 16 bit samples, one channel; `volume` is in percent, 0 to 100."""
    made = array.array("h")
    for note in _NOTES[tone]:
        count = round(note.seconds * RATE)
        for place in range(count):
            edge = min(place, count - 1 - place) / (_FADE * RATE)
            level = 32767 * note.loudness * min(1.0, edge) * volume / 100
            made.append(round(level * math.sin(2 * math.pi * note.pitch * place / RATE)))
    return made


def wav(tone: Tone, volume: int = 100) -> bytes:
    """The tone as a WAV file; `volume` as in `samples`."""
    made = samples(tone, volume)
    if sys.byteorder == "big":
        made.byteswap()
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(made.tobytes())
    return file.getvalue()


def seconds(tone: Tone) -> float:
    """How long it sounds."""
    return sum(note.seconds for note in _NOTES[tone])
