"""Speech on Windows: one SAPI voice that lives as long as the worker, and queues what it is given."""

from __future__ import annotations

import collections
import contextlib
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from edge_assistant.speech import sapi_voice, tones
from edge_assistant.speech.messages import (
    Failure,
    Play,
    PlaybackStarted,
    PlaybackStopped,
    Reply,
    Say,
    Spoken,
    SystemVoice,
)
from edge_assistant.speech.playback import Playback
from edge_assistant.speech.players import NoSoundError
from edge_assistant.speech.sapi_choice import ChosenVoices
from edge_assistant.speech.sapi_errors import SapiError
from edge_assistant.speech.speech_engine import VoiceSettings
from edge_assistant.speech.voices import NoVoiceError
from edge_assistant.system.i18n import tr, tr_noop

# Seconds between two looks at what is spoken; a Stop does not wait for them.
_LOOK_EVERY = 0.01
# The same while nothing is spoken: a thread that COM has given a window must not leave its messages lying about, for
# Windows waits for it where it tells all windows of a change.
_PUMP_EVERY = 0.5 if sys.platform == "win32" else None
# A voice that goes on for this many seconds after it was silenced is replaced; if it may be heard, with the worker.
_SILENT_WITHIN = 1.0
# A sentence that failed after this many seconds was heard, and is not repeated.
_HEARD_AFTER = 0.5
# The longest that a character may take, at a voice's usual rate or a faster one: a digit is a word.
_SECONDS_PER_CHARACTER = 0.5
_USUAL_RATE = 150  # words a minute
_TRIAL_SECONDS = 5.0
_NO_END = tr_noop("The voice makes no sound. Choose another voice in the settings, or restart the computer.")


class _Taken:
    """A message that was taken, and the number of the last stream that speaks it: 0 before, or where there is none."""

    def __init__(self, message: Say | Play) -> None:
        self.message = message
        self.id = message.id
        self.last_stream = 0
        self.started: float | None = None
        self.ended = False
        self.failed = False


class SapiSpeech:
    """A SpeechEngine over SapiVoice. The thread that calls `start` is the one that speaks. Replies go to `send`."""

    def __init__(
        self,
        settings: VoiceSettings,
        folder: Path | None,
        playback: Playback,
        send: Callable[[Reply], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare speech; tones are made in `folder` and played by `playback`."""
        self._settings = settings
        self._folder = folder
        self._playback = playback
        self._send = send
        self._clock = clock
        self._chosen = ChosenVoices(settings, send)
        self._waiting: collections.deque[_Taken] = collections.deque()
        self._spoken: collections.deque[_Taken] = collections.deque()  # the voice has these; the first is heard
        self._silenced: float | None = None  # when the voice was told to be silent, until it is
        self._inaudible = True  # whether its output was stopped then

    def start(self) -> None:
        """Make the voice, so that the first sentence finds it ready."""
        with contextlib.suppress(SapiError, NoVoiceError):  # reported with the first sentence
            self._chosen.make()

    def voices(self) -> list[SystemVoice]:
        """List the voices. Raises NoVoiceError."""
        try:
            return self._chosen.make().voices
        except SapiError as error:
            raise NoVoiceError(str(error.explanation(has_output=True))) from error

    def try_voice(self) -> None:
        """Speak a letter at volume 0. Raises NoVoiceError or NoSoundError."""
        self._chosen = ChosenVoices(VoiceSettings(volume=0), self._send)
        try:
            voice = self._chosen.make()
            voice.speak("a", None)
            end = self._clock() + _TRIAL_SECONDS
            while not voice.progress().done:
                if self._clock() > end:
                    raise NoVoiceError(tr(_NO_END))
                sapi_voice.pump_messages()
                time.sleep(_LOOK_EVERY)
        except SapiError as error:
            raise error.explanation(has_output=self._chosen.has_output()) from error

    def speak(self, message: Say | Play) -> None:
        """Take an utterance; `poll` has it spoken."""
        self._waiting.append(_Taken(message))

    def stop(self, id: int) -> None:
        """Speak nothing up to `id`; a tone ends at once, a sentence with the next `poll`."""
        self._playback.stop(id)

    def configure(self, rate: int | None, volume: int) -> None:
        """Use this rate and volume from now on."""
        self._settings = replace(self._settings, rate=rate, volume=volume)
        try:
            self._chosen.configure(self._settings)
        except SapiError as error:
            self._recover(error)

    def poll(self) -> float | None:
        """Obey stops, tell what began and ended, and queue what waits."""
        sapi_voice.pump_messages()
        try:
            self._obey_stops()
            self._tell_progress()
            self._queue_waiting(ready=self._is_silent())
            self._tell_progress()  # before a Stop can come for what was queued
        except SapiError as error:
            self._recover(error)
        except (NoVoiceError, NoSoundError) as error:
            self._fail(error)
        if self._spoken or self._silenced is not None:
            return _LOOK_EVERY
        return 0.0 if self._waiting else _PUMP_EVERY

    def _obey_stops(self) -> None:
        stopped = [each for each in (*self._spoken, *self._waiting) if self._playback.is_stopped(each.id)]
        if not stopped:
            return
        if any(each in self._spoken for each in stopped):
            self._silence()
        for each in stopped:
            self._send(PlaybackStopped(each.id, requested=True))
        self._wait_again([each for each in (*self._spoken, *self._waiting) if each not in stopped])

    def _silence(self) -> None:
        if self._chosen.voice is None:
            return
        try:
            self._inaudible = self._chosen.voice.silence()
            self._silenced = self._clock()
        except SapiError:  # its audio output is gone, and so is the sound
            self._chosen.voice = None

    def _is_silent(self) -> bool:
        """Return whether the voice is ready for more after it was silenced. Raises TimeoutError."""
        if self._silenced is not None and (self._chosen.voice is None or self._chosen.voice.is_done()):
            self._silenced = None
        if self._silenced is not None and self._clock() - self._silenced > _SILENT_WITHIN:
            if not self._inaudible:
                raise TimeoutError("the voice is not silent")  # the worker ends, and the voice with it
            self._chosen.voice = self._silenced = None
        return self._silenced is None

    def _tell_progress(self) -> None:
        if not self._spoken or self._chosen.voice is None:
            return
        progress = self._chosen.voice.progress()
        while self._spoken:
            first = self._spoken[0]
            ended = progress.done or first.ended or not first.last_stream or progress.stream > first.last_stream
            if first.started is None and first.last_stream and (ended or progress.speaking):
                self._tell_start(first)
            if not ended:
                return
            self._spoken.popleft()
            self._send(Spoken(first.id))

    def _tell_start(self, taken: _Taken) -> None:
        taken.started = self._clock()
        assert isinstance(taken.message, Say)
        slowness = max(1.0, _USUAL_RATE / (self._settings.rate or _USUAL_RATE))
        self._send(PlaybackStarted(taken.id, slowness * _SECONDS_PER_CHARACTER * len(taken.message.text)))

    def _queue_waiting(self, *, ready: bool) -> None:
        """Play tones and queue sentences, as far as it is their turn; `ready` is whether the voice takes sentences."""
        while self._waiting:
            taken = self._waiting[0]
            if isinstance(taken.message, Play):
                if self._spoken:
                    return
                self._play(taken.message)
                self._waiting.popleft()
            elif not (ready and self._queue(taken, taken.message)):
                return

    def _queue(self, taken: _Taken, message: Say) -> bool:
        """Give a sentence to the voice; return False where that has to wait."""
        if self._chosen.is_for_old_output():
            if self._spoken:
                return False
            self._chosen.voice = None  # the next one takes the new output
        for text in self._chosen.texts(message.parts):
            number = self._chosen.speak(text)
            if self._spoken and number <= self._spoken[-1].last_stream:  # all had ended, and the numbers began again
                for each in self._spoken:
                    each.ended = True
            taken.last_stream = number
        self._waiting.popleft()
        self._spoken.append(taken)
        return True

    def _play(self, message: Play) -> None:
        """Play a tone to its end; `stop` works meanwhile. Raises NoSoundError."""
        with tones.tone_sound(message.tone, self._settings.tone_volume, self._folder, message.id) as sound:
            outcome = self._playback.play(
                message.id, sound, lambda: self._send(PlaybackStarted(message.id, sound.seconds))
            )
        stopped = PlaybackStopped(message.id, requested=outcome == "stopped")
        self._send(Spoken(message.id) if outcome == "played" else stopped)

    def _recover(self, error: SapiError) -> None:
        """Go on with a new voice: what was not heard is spoken again, once; a sentence that was heard is cut off."""
        explanation = error.explanation(has_output=self._chosen.has_output())
        self._silence()
        self._chosen.voice = self._silenced = None
        self._wait_again([*self._spoken, *self._waiting])
        if not self._waiting:
            return
        first = self._waiting[0]
        if first.started is not None and self._clock() - first.started > _HEARD_AFTER:
            self._waiting.popleft()
            self._send(PlaybackStopped(first.id, requested=False))
        elif first.failed:
            self._fail(explanation)
        else:
            first.failed, first.started = True, None

    def _fail(self, error: NoVoiceError | NoSoundError) -> None:
        first = self._waiting.popleft()
        code = "no-voice" if isinstance(error, NoVoiceError) else "no-sound"
        self._send(Failure(first.id, code, str(error)))

    def _wait_again(self, taken: list[_Taken]) -> None:
        for each in taken:
            each.last_stream, each.ended = 0, False
        self._spoken.clear()
        self._waiting = collections.deque(taken)
