"""Speech on Linux and macOS: sound files that a player plays, one after the other.

Synthesis and start of the player take 40 ms, less than the pause after a sentence, so nothing is synthesized ahead.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from edge_assistant.speech.messages import (
    Failure,
    Part,
    Play,
    PlaybackStarted,
    PlaybackStopped,
    Reply,
    Say,
    Spoken,
    SystemVoice,
)
from edge_assistant.speech.playback import Outcome, Playback
from edge_assistant.speech.players import NoSoundError, Sound
from edge_assistant.speech.speech_engine import VoiceSettings
from edge_assistant.speech.synthesis import Synthesizer
from edge_assistant.speech.voices import NoVoiceError
from edge_assistant.system.i18n import tr


class PlayedSpeech:
    """A SpeechEngine whose `speak` returns when the utterance was heard or stopped. Replies go to `send`."""

    def __init__(
        self, settings: VoiceSettings, folder: Path | None, playback: Playback, send: Callable[[Reply], None]
    ) -> None:
        """Sound files are made in `folder`, None: in memory."""
        self._settings = settings
        self._synthesizer = Synthesizer(folder, settings.rate, settings.volume, settings.tone_volume)
        self._playback = playback
        self._send = send

    def start(self) -> None:
        """Choose the voices."""
        with contextlib.suppress(NoVoiceError):  # reported with the first sentence
            self._synthesizer.choose_voice(self._settings.voice, self._settings.language, self._send)

    def voices(self) -> list[SystemVoice]:
        """List the system's voices. Raises NoVoiceError."""
        return self._synthesizer.voices()

    def try_voice(self) -> None:
        """Synthesize a moment of speech. Raises NoVoiceError."""
        with self._synthesizer.sounds([Part("a", "en")]) as sounds:
            if not sounds:
                raise NoVoiceError(tr("The voice makes no sound. Install espeak-ng again."))

    def stop(self, id: int) -> None:
        """Be silent at once, and speak nothing up to `id`."""
        self._playback.stop(id)

    def configure(self, rate: int | None, volume: int) -> None:
        """Use this rate and volume from the next utterance on."""
        self._synthesizer.configure(rate, volume)

    def poll(self) -> float | None:
        """Return None: all that was taken is finished."""
        return None

    def speak(self, message: Say | Play) -> None:
        """Make the sound and play it to its end; `stop` works meanwhile."""
        if self._playback.is_stopped(message.id):
            self._send(PlaybackStopped(message.id, requested=True))
            return
        try:
            with self._sounds(message) as sounds:
                outcome = self._play_all(message.id, sounds)
        except NoVoiceError as error:
            self._send(Failure(message.id, "no-voice", str(error)))
        except NoSoundError as error:
            self._send(Failure(message.id, "no-sound", str(error)))
        else:
            stopped = PlaybackStopped(message.id, requested=outcome == "stopped")
            self._send(Spoken(message.id) if outcome == "played" else stopped)

    def _sounds(self, message: Say | Play) -> contextlib.AbstractContextManager[list[Sound]]:
        if isinstance(message, Play):
            return self._synthesizer.tone(message.tone)
        return self._synthesizer.sounds(message.parts)

    def _play_all(self, id: int, sounds: Sequence[Sound]) -> Outcome:
        """Play the sounds of one utterance one after the other. Raises NoSoundError."""
        started = PlaybackStarted(id, sum(sound.seconds for sound in sounds))
        for number, sound in enumerate(sounds):
            outcome = self._playback.play(id, sound, partial(self._send_first, started, number))
            if outcome != "played":
                return outcome
        return "played"

    def _send_first(self, started: PlaybackStarted, number: int) -> None:
        if number == 0:
            self._send(started)
