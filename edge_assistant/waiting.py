"""Says aloud what takes so long, so that nobody waits in silence."""

from __future__ import annotations

import time
from collections.abc import Callable

from edge_assistant.events import Stage
from edge_assistant.text import later, tr

# Seconds of silence before the first word about it, and between two of them.
FIRST_AFTER = 5.0
NEXT_AFTER = 10.0
WORDS: dict[Stage, str] = {
    "load": later("Loading the weights"),
    "prepare": later("Preparing the picture"),
    "encode": later("Looking at the picture"),
    "prefill": later("Taking it in"),
    "think": later("Thinking"),
}
"""What is being done, in words."""


class WaitingWords:
    """Fed with one question's progress; speaks through `say`, at most every ten seconds, until the answer begins."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._clock = clock
        self._due = clock() + FIRST_AFTER

    def progress(self, stage: Stage, fraction: float) -> None:
        """A stage has come to `fraction` (0 to 1)."""
        words = WORDS.get(stage)
        if words is None or self._clock() < self._due:
            return
        self._due = self._clock() + NEXT_AFTER
        self._say(tr("{doing}, {percent} percent.", doing=tr(words), percent=round(fraction * 100)))
