"""Messages between the speaker and its worker process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["heard", "tick", "end"]

NO_VOICE_FOR_LANGUAGE = "no-voice-for-language"
"""The code of the notice that a text's language has no voice."""
NO_SUCH_VOICE = "no-such-voice"
"""The code of the notice that the chosen voice is missing or does not work."""
ABOUT_VOICES = (NO_VOICE_FOR_LANGUAGE, NO_SUCH_VOICE)
"""The codes of notices that another voice can speak."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sentence, in the language with the code `language`."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Say:
    """Speaker to worker: speak the parts as one sentence; the reply is one Spoken, PlaybackStopped or Failure."""

    id: int
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The whole sentence."""
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Play:
    """Speaker to worker: play a tone; replies as for Say."""

    id: int
    tone: Tone


@dataclass(frozen=True, slots=True)
class Configure:
    """Speaker to worker: speak with this rate (words a minute, None: the voice's own) and volume (percent) from now on.

    There is no reply.
    """

    rate: int | None
    volume: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Speaker to worker: be silent now. The reply to each unfinished Say or Play up to `id` is PlaybackStopped."""

    id: int


@dataclass(frozen=True, slots=True)
class PlaybackStarted:
    """Worker to speaker: the player of utterance `id` runs; the sound lasts `seconds`."""

    id: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """Worker to speaker: utterance `id` was played to its end, or has no sound."""

    id: int


@dataclass(frozen=True, slots=True)
class PlaybackStopped:
    """Worker to speaker: utterance `id` was cut off; `requested` is False when something outside ended the player."""

    id: int
    requested: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """Worker to speaker: utterance `id` cannot be heard. `code` is no-voice or no-sound, `message` a sentence."""

    id: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class SystemVoice:
    """A voice of the system: selected by `id` or `name`; `languages` are codes such as en-gb.

    `espeak` is whether espeak-ng speaks, which knows few languages by word.
    """

    id: str
    name: str
    languages: tuple[str, ...]
    gender: str | None
    espeak: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Worker to speaker: a notice that does not stop speech, such as `no-voice-for-language`."""

    code: str
    message: str


Reply = PlaybackStarted | Spoken | PlaybackStopped | Failure | Notice
