"""A sound card for tests: ALSA's file device feeds a pipe, and this end of it listens at the pace of real hardware."""

from __future__ import annotations

import fcntl
import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from benchmarking.sound_card import open_card
from numpy.typing import NDArray

from edge_assistant.speech.speaker import Speaker

RATE = 22050  # what espeak-ng makes: one channel, 16 bits
_TICK, _PAUSE = 0.005, 0.1
NO_CARD = """
pcm.!default { type hw card 7 }
ctl.!default { type null }
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """Samples that arrived at the same time (as of time.monotonic)."""

    at: float
    samples: bytes


class SoundCard:
    """Hears what ALSA's default device plays, `speed` times faster than real hardware, which may be changed.

    At a speed of 0 it stands still, and so does a player as soon as the pipe is full.
    """

    def __init__(self, folder: Path, speed: float = 1.0) -> None:
        self.configuration, self._fd = open_card(folder)
        fcntl.fcntl(self._fd, fcntl.F_SETPIPE_SZ, 4096)  # 46 ms at most wait in the pipe; a full one holds players back
        self.speed = speed
        self._heard: list[Heard] = []
        self._bytes = 0
        self._open = True
        self._thread = threading.Thread(target=self._listen, name="sound-card", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._open = False
        self._thread.join()
        os.close(self._fd)

    @property
    def silent_since(self) -> float:
        """When the last samples arrived, as of time.monotonic; 0 before the first."""
        return self._heard[-1].at if self._heard else 0.0

    def samples(self) -> NDArray[np.float64]:
        """All that was heard so far, on one string."""
        data = b"".join(each.samples for each in list(self._heard))
        return np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2").astype(np.float64)

    def wait_for_sound(self, seconds: float = 0.05, timeout: float = 30.0) -> None:
        """Block until `seconds` of sound more than before were heard."""
        wanted = self._bytes // 2 + seconds * RATE
        deadline = time.monotonic() + timeout
        while self._bytes // 2 < wanted:
            assert time.monotonic() < deadline, "nothing is heard"
            time.sleep(_TICK)

    def wait_for_silence(self, seconds: float = 0.3, timeout: float = 60.0) -> None:
        """Block until nothing was heard for `seconds`."""
        deadline = time.monotonic() + timeout
        while time.monotonic() - self.silent_since < seconds:
            assert time.monotonic() < deadline, "the sound does not end"
            time.sleep(_TICK)

    def wait_until_heard(self, *wanted: NDArray[np.float64], since: int = 0, timeout: float = 60.0) -> None:
        """Block until all of them were heard after so many samples, in any order.

        Nothing is compared twice: that would take the processor from who speaks.
        """
        searched = dict.fromkeys(range(len(wanted)), since)
        deadline = time.monotonic() + timeout
        while searched:
            heard = self.samples()
            for number, begin in list(searched.items()):
                if places(heard[begin:], wanted[number]):
                    del searched[number]
                else:
                    searched[number] = max(begin, len(heard) - len(wanted[number]))
            assert not searched or time.monotonic() < deadline, f"not heard: {sorted(searched)} of {len(wanted)}"
            if searched:
                time.sleep(_PAUSE)

    def _listen(self) -> None:
        last = time.monotonic()
        while self._open:
            time.sleep(_TICK)
            now = time.monotonic()
            ready = int(min(now - last, 0.05) * 2 * RATE * self.speed) // 2 * 2
            last = now
            if not ready:
                continue
            try:
                samples = os.read(self._fd, ready)
            except BlockingIOError:
                continue
            self._heard.append(Heard(now, samples))
            self._bytes += len(samples)


class RecordedSpeaker(Speaker):
    """A speaker that keeps which sentences began to be heard, and were not stopped by then."""

    def __init__(self, started: list[str], **options: Any) -> None:
        super().__init__(**options)
        self._texts_started = started

    @property
    def pid(self) -> int | None:
        """The worker's process id, None when there is none."""
        process = self._process
        return process.pid if process else None

    def _note_started(self, utterance: Any, now: float, seconds: float) -> None:
        super()._note_started(utterance, now, seconds)
        if utterance.text and utterance.stop_deadline is None:
            self._texts_started.append(utterance.text)


@dataclass
class Said:
    """A speaker and what it reported."""

    speaker: RecordedSpeaker
    notices: list[tuple[str, str]] = field(default_factory=list)
    started: list[str] = field(default_factory=list)

    @property
    def codes(self) -> list[str]:
        """The notices' codes, in order."""
        return [code for code, _ in self.notices]


def references(folder: Path, texts: Sequence[str], voice: str = "gmw/en", rate: int = 200) -> list[NDArray[np.float64]]:
    """The samples that the espeak-ng program makes of each text, in a process of its own.

    200 words a minute is pyttsx3's usual rate.
    """
    path = folder / "reference.wav"
    made = []
    for text in texts:
        command = ["espeak-ng", "-v", voice, "-s", str(rate), "-w", str(path)]
        subprocess.run(command, input=text.encode(), check=True)
        made.append(np.frombuffer(path.read_bytes()[44:], dtype="<i2").astype(np.float64))
    return made


def trimmed(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """The samples without the silence around them."""
    loud = np.flatnonzero(np.abs(samples) > 50)
    return samples[loud[0] : loud[-1] + 1]


def places(heard: NDArray[np.float64], wanted: NDArray[np.float64]) -> list[float]:
    """Where in `heard` (in seconds) `wanted` occurs: the peaks above 0.8 of the normalised cross-correlation.

    It is 1 for the same speech and below 0.1 for other speech.
    """
    wanted = trimmed(wanted)
    if len(heard) < len(wanted):
        return []
    size = 1 << (len(heard) + len(wanted)).bit_length()
    product = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size)), size)
    energy = np.concatenate([[0.0], np.cumsum(heard**2)])
    count = len(heard) - len(wanted) + 1
    window = energy[len(wanted) : len(wanted) + count] - energy[:count]
    match = product[:count] / np.sqrt(np.maximum(window, 1.0) * np.sum(wanted**2))
    found: list[float] = []
    for place in np.flatnonzero(match > 0.8):
        if not found or place / RATE - found[-1] > 0.05:
            found.append(float(place / RATE))
    return found
