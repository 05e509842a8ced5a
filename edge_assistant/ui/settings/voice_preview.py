"""Preview of a voice: a sentence spoken with settings that are not applied yet."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal

from edge_assistant.assistant.factory import AnySpeaker, make_speaker
from edge_assistant.settings.schema import Settings
from edge_assistant.system.i18n import catalogue_language, tr_noop, translator

_SENTENCE = tr_noop("This is how answers sound.")
_IN_ANY_LANGUAGE = "1, 2, 3, 4."


class VoicePreview(QObject):
    """Speaks one sentence at a time. It belongs to the GUI thread, and never blocks it."""

    _failed = Signal(str)

    def __init__(self, on_failure: Callable[[str], None]) -> None:
        """`on_failure` is called on the GUI thread with a sentence that says why nothing can be heard."""
        super().__init__()
        self._failed.connect(on_failure, Qt.ConnectionType.QueuedConnection)
        self._speaker: AnySpeaker | None = None

    def play(self, settings: Settings) -> None:
        """Speak a sentence with the voice that answers would have with these settings."""
        self.stop()
        language = settings.spoken_language or catalogue_language()
        words = translator(language)
        sentence = words(_SENTENCE) if words else _IN_ANY_LANGUAGE
        own_voice = replace(settings, output="own-voice")
        self._speaker = make_speaker(own_voice, lambda _, message: self._failed.emit(message), speak=True)
        if self._speaker is not None:
            self._speaker.start()
            self._speaker.say(sentence, language=language)

    def stop(self) -> None:
        """Stop speaking, and end the voice's process."""
        speaker, self._speaker = self._speaker, None
        if speaker is not None:
            threading.Thread(target=speaker.close, daemon=True).start()  # close() waits for the process to end
