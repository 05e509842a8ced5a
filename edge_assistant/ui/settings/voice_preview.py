"""Preview of a voice: a sentence spoken with settings that are not applied yet."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from edge_assistant.assistant.factory import AnySpeaker, make_speaker
from edge_assistant.settings.schema import Settings
from edge_assistant.system.i18n import catalogue_language, tr_noop, translator
from edge_assistant.ui.thread_relay import ThreadRelay

_SENTENCE = tr_noop("This is how answers sound.")
_IN_ANY_LANGUAGE = "1, 2, 3, 4."


class VoicePreview:
    """Speaks one sentence at a time. It belongs to the GUI thread, and never blocks it."""

    def __init__(self, on_failure: Callable[[str], object]) -> None:
        """`on_failure` is called on the GUI thread with a sentence that says why nothing can be heard; it must be a
        method of a QObject.
        """
        self._on_failure = on_failure
        self._speaker: AnySpeaker | None = None
        self._relay: ThreadRelay | None = None

    def play(self, settings: Settings) -> None:
        """Speak a sentence with the voice that answers would have with these settings."""
        self.stop()
        language = settings.spoken_language or catalogue_language()
        words = translator(language)
        sentence = words(_SENTENCE) if words else _IN_ANY_LANGUAGE
        own_voice = replace(settings, output="own-voice")
        self._relay = relay = ThreadRelay(self._on_failure)
        self._speaker = make_speaker(own_voice, lambda _, message: relay.send(message), speak=True)
        if self._speaker is not None:
            self._speaker.start()
            self._speaker.say(sentence, language=language)

    def stop(self) -> None:
        """Stop speaking, and end the voice's process."""
        speaker, self._speaker = self._speaker, None
        relay, self._relay = self._relay, None
        if relay is not None:
            # On a thread: to close a speaker waits for its process to end.
            threading.Thread(target=_close, args=(speaker, relay), daemon=True).start()


def _close(speaker: AnySpeaker | None, relay: ThreadRelay) -> None:
    if speaker is not None:
        speaker.close()
    relay.end()
