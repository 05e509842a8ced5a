"""Which of Windows' voices speaks a text, and what becomes of those that do not work."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edge_assistant.speech.audio_output import default_output
from edge_assistant.speech.messages import NO_SUCH_VOICE, Notice, Part
from edge_assistant.speech.sapi_errors import SapiError
from edge_assistant.speech.sapi_voice import SapiVoice
from edge_assistant.speech.speech_engine import VoiceSettings
from edge_assistant.speech.voiced_text import VoicedText, assign_voices
from edge_assistant.speech.voices import VoiceChooser, no_voice_error
from edge_assistant.system.i18n import tr, tr_noop

_BROKEN_VOICE = tr_noop("The voice {name} does not work. Another voice is used.")
_BROKEN_USUAL_VOICE = tr_noop("The voice that Windows uses does not work. Another voice is used.")


class ChosenVoices:
    """The one SapiVoice, made when it is needed, and its voices for each language; `send` gets notices."""

    def __init__(self, settings: VoiceSettings, send: Callable[[Notice], object]) -> None:
        self.voice: SapiVoice | None = None
        self._settings = settings
        self._send = send
        self._chooser: VoiceChooser | None = None
        self._output: str | None = None  # the default one when the voice was made
        self._broken: set[str | None] = set()  # the ids of voices that failed

    def make(self) -> SapiVoice:
        """Return the voice, made if there is none. Raises SapiError, or NoVoiceError where Windows has none."""
        if self.voice is None:
            self._output = default_output()
            voice = SapiVoice(self._settings.rate, self._settings.volume)
            if voice.usual is None and not voice.voices:
                raise no_voice_error("win32")
            self._choose(voice)
            self.voice = voice
        return self.voice

    def configure(self, settings: VoiceSettings) -> None:
        """Use the rate and volume of these settings from now on. Raises SapiError."""
        self._settings = settings
        if self.voice is not None:
            self.voice.configure(settings.rate, settings.volume)

    def is_for_old_output(self) -> bool:
        """Return whether Windows has another default audio output than when the voice was made."""
        return self.voice is not None and default_output() != self._output

    def has_output(self) -> bool:
        """Return whether Windows has an audio output, as far as it can be told."""
        try:
            return self.voice is None or self.voice.has_output()
        except SapiError:
            return True

    def texts(self, parts: Sequence[Part]) -> list[VoicedText]:
        """Return the texts of a sentence, each with its voice. Raises SapiError or NoVoiceError."""
        self.make()
        return assign_voices(parts, self._chooser)

    def speak(self, text: VoicedText) -> int:
        """Queue a text, by another voice where its own does not work; return the stream's number. Raises SapiError."""
        voice = self.make()
        id = self._working(text.voice, voice)
        try:
            return voice.speak(text.text, id)
        except SapiError as error:
            if error.is_about_output(has_output=self.has_output()):
                raise
            self._leave_out(id, voice)
            other = self._chooser.voice_for(text.language) if self._chooser else None
            instead = self._working(other.id if other else None, voice)
            if instead in self._broken:
                raise
        try:
            return voice.speak(text.text, instead)
        except SapiError as error:
            if not error.is_about_output(has_output=self.has_output()):
                self._leave_out(instead, voice)
            raise

    def _working(self, id: str | None, voice: SapiVoice) -> str | None:
        """Return the id, or that of any voice that works; `id` where there is none."""
        if id not in self._broken:
            return id
        return next((each.id for each in voice.voices if each.id not in self._broken), id)

    def _leave_out(self, id: str | None, voice: SapiVoice) -> None:
        """Use a voice no more, and tell so."""
        self._broken |= {None, voice.usual} if id in (None, voice.usual) else {id}
        name = next((each.name for each in voice.voices if each.id == (id or voice.usual)), None)
        self._send(Notice(NO_SUCH_VOICE, tr(_BROKEN_VOICE, name=name) if name else tr(_BROKEN_USUAL_VOICE)))
        self._choose(voice)

    def _choose(self, voice: SapiVoice) -> None:
        usable = [each for each in voice.voices if each.id not in self._broken]
        wanted = self._settings.voice if len(usable) == len(voice.voices) else None  # that it is missing was told
        self._chooser = VoiceChooser(usable, wanted, self._settings.language, self._send, "win32")
