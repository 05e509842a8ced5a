"""A sentence in the voice that is being chosen, before it holds."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from edge_assistant.assistant.factory import AnySpeaker, make_speaker
from edge_assistant.settings.schema import Settings


class VoicePreview(QObject):
    """Belongs to the GUI thread, and never keeps it waiting; one sentence at a time."""

    _trouble = Signal(str)

    def __init__(self, on_trouble: Callable[[str], None]) -> None:
        """`on_trouble` is called on the GUI thread with a sentence where nothing can be heard."""
        super().__init__()
        self._trouble.connect(on_trouble, Qt.ConnectionType.QueuedConnection)
        self._speaker: AnySpeaker | None = None

    def play(self, wanted: Settings, sentence: str) -> None:
        """Say `sentence` as `wanted` says."""
        self.stop()
        self._speaker = make_speaker(wanted, lambda _, message: self._trouble.emit(message), speak=True)
        if self._speaker is not None:
            self._speaker.start()
            self._speaker.say(sentence)

    def stop(self) -> None:
        """Be silent, and end the voice's process."""
        speaker, self._speaker = self._speaker, None
        if speaker is not None:
            threading.Thread(target=speaker.close, daemon=True).start()  # it waits for the process to end
