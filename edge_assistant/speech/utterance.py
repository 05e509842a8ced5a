"""One sentence or tone of the speaker, and how long the worker may take for it."""

from __future__ import annotations

import time

from edge_assistant.speech.messages import Part, Tone
from edge_assistant.speech.playback import GRACE

# Synthesis of a sentence takes about 11 ms; a worker that needs twice this many seconds, more for long text, is stuck.
_SYNTHESIS_TIMEOUT = 10.0
_SYNTHESIS_TIMEOUT_PER_CHARACTER = 0.02
# A sentence whose worker died before it was heard is tried once more, then dropped.
_MAX_TRIES = 2


class Utterance:
    """A sentence or tone. Its time runs from `begin`, when it is its turn; times are as of time.monotonic.

    `passing` is as for text.passing.Passing. `is_interjection` tells a sentence of ours that interrupted
    another one, `was_interrupted` that one, which is spoken again.
    """

    def __init__(self, id: int, parts: tuple[Part, ...], tone: Tone | None = None, *, passing: bool = False) -> None:
        self.id = id
        self.passing = passing
        self.is_interjection = self.was_interrupted = False
        self.parts = parts
        self.text = "".join(part.text for part in parts)
        self.tone = tone
        self.started: float | None = None
        self.stop_deadline: float | None = None
        self._tries = 0
        self._timeout = 0.0
        self._deadline: float | None = None
        self._extended = False

    def begin(self) -> None:
        """Note that the worker works on it from now on; later calls change nothing."""
        if self._deadline is None:
            self._tries += 1
            self._allow(_SYNTHESIS_TIMEOUT + _SYNTHESIS_TIMEOUT_PER_CHARACTER * len(self.text))

    def note_started(self, now: float, seconds: float) -> None:
        """Note that a sound of this many seconds began."""
        self.started = now
        self._allow(seconds + 2 * GRACE)

    def seconds_left(self) -> float:
        """Return how long to wait for the worker's next reply."""
        return max(0.0, min(filter(None, (self.stop_deadline, self._deadline)), default=0.0) - time.monotonic())

    def is_overdue(self) -> bool:
        """Return whether the worker is stuck: it took its time twice, or did not stop in time."""
        now = time.monotonic()
        if self.stop_deadline is not None and now > self.stop_deadline:
            return True
        if self._deadline is None or now <= self._deadline:
            return False
        if self._extended:
            return True
        self._deadline, self._extended = now + self._timeout, True  # the machine may have been suspended meanwhile
        return False

    def take_back(self) -> bool:
        """Make it wait for its turn again, for another worker; return False where it must not be spoken again."""
        begun, self._deadline = self._deadline is not None, None
        if self.stop_deadline is not None or (self.tone and begun):  # a late tone would mislead
            return False
        return self.started is None and self._tries < _MAX_TRIES

    def _allow(self, seconds: float) -> None:
        self._timeout, self._extended = seconds, False
        self._deadline = time.monotonic() + seconds
