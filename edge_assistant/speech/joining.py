"""Joining of sounds: the parts of a sentence that several voices speak become one sound without long gaps."""

from __future__ import annotations

import array
import sys
import wave
from collections.abc import Sequence

_SILENCE = 64
"""Samples up to this amplitude, of 32,767, are silence."""
_KEPT_S = 0.06
"""The silence kept between two parts; a voice leaves 0.3 s after each, as after a sentence."""


def join(sources: Sequence[str], target: str) -> bool:
    """Write the WAV files one after the other into `target`; return False when they cannot be joined.

    They cannot where they are of another kind (Apple's AIFF), or differ in their rate.
    """
    formats: set[tuple[int, int, int]] = set()
    parts: list[bytes] = []
    try:
        for number, path in enumerate(sources):
            with wave.open(path, "rb") as file:
                formats.add((file.getnchannels(), file.getsampwidth(), file.getframerate()))
                frames = file.readframes(file.getnframes())
            last = number == len(sources) - 1
            parts.append(frames if last else _without_end_silence(frames, file.getframerate()))
    except (EOFError, wave.Error):
        return False
    if len(formats) != 1 or next(iter(formats))[:2] != (1, 2):
        return False
    with wave.open(target, "wb") as joined:
        joined.setnchannels(1)
        joined.setsampwidth(2)
        joined.setframerate(next(iter(formats))[2])
        joined.writeframes(b"".join(parts))
    return True


def _without_end_silence(frames: bytes, rate: int) -> bytes:
    """Shorten the silence at the end of 16-bit samples."""
    samples = array.array("h", frames[: len(frames) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    end = len(samples)
    while end and abs(samples[end - 1]) <= _SILENCE:
        end -= 1
    return frames[: 2 * min(len(samples), end + int(_KEPT_S * rate))]
