"""What the two sides of speech say to each other over the Pipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["heard", "tick", "end"]


@dataclass(frozen=True, slots=True)
class Say:
    """Parent to worker: speak `text`; it is answered by exactly one Spoken, Interrupted or Trouble."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class Play:
    """Parent to worker: sound a tone; it is answered as a Say."""

    id: int
    tone: Tone


@dataclass(frozen=True, slots=True)
class Stop:
    """Parent to worker: be silent now. A Say or Play up to `id` that has not ended is answered by Interrupted."""

    id: int


@dataclass(frozen=True, slots=True)
class PlaybackStarted:
    """Worker to parent: the player of sentence `id` runs; the sound lasts `seconds`."""

    id: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """Worker to parent: sentence `id` was played to its end, or has nothing to be heard."""

    id: int


@dataclass(frozen=True, slots=True)
class PlaybackStopped:
    """Worker to parent: sentence `id` was cut off; `by_us` is False when something outside ended the player."""

    id: int
    by_us: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """Worker to parent: sentence `id` cannot be heard. `code` is no-voice or no-sound, `message` a sentence."""

    id: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class SystemVoice:
    """A voice of the system: `id` and `name` choose it, `languages` are codes such as en-gb."""

    id: str
    name: str
    languages: tuple[str, ...]
    gender: str | None


@dataclass(frozen=True, slots=True)
class Notice:
    """Worker to parent: something to know that stops nothing, such as `no-voice-for-language`."""

    code: str
    message: str


Reply = PlaybackStarted | Spoken | PlaybackStopped | Failure | Notice
