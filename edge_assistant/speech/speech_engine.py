"""What the worker asks of a way of speaking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from edge_assistant.speech.messages import Play, Say, SystemVoice


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """A Speaker's settings: `rate` in words a minute (None: the voice's own), volumes in percent."""

    voice: str | None = None
    language: str | None = None
    rate: int | None = None
    volume: int = 100
    tone_volume: int = 100


class SpeechEngine(Protocol):
    """A way of speaking. One thread uses it; only `stop` may be called from another, at any time."""

    def start(self) -> None:
        """Get ready for the first sentence; what is wrong is reported with that sentence."""

    def voices(self) -> list[SystemVoice]:
        """List the system's voices. Raises NoVoiceError."""

    def try_voice(self) -> None:
        """Speak a moment without a sound. Raises NoVoiceError or NoSoundError with a sentence that says what is wrong.

        Where the voice only makes files, its output is not tried.
        """

    def speak(self, message: Say | Play) -> None:
        """Take an utterance, to be heard after those before it; each is replied to as its message says."""

    def configure(self, rate: int | None, volume: int) -> None:
        """Use this rate and volume from the next utterance on; they are as in VoiceSettings."""

    def poll(self) -> float | None:
        """Go on; return the seconds until the next call, None where only a new message needs one."""

    def stop(self, id: int) -> None:
        """Be silent at once, and speak nothing up to `id`; a `poll` must follow, which sends the replies."""
