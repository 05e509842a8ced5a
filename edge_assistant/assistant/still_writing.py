"""The spoken sign of life of an answer that is being written while nothing is heard of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from edge_assistant.system.i18n import tr

SILENCE_S = 10.0
"""Seconds without speech, after which it is said that the answer is still being written."""

_CHECK_S = 1.0

_END_S = 1.0
"""The longest wait for the thread, which may just be with the voice."""


class StillWriting:
    """Says "Still writing." through `say` when an answer is being written and nothing was heard for 10 s.

    It has a thread of its own, since an engine that stalls reports nothing, which runs within the `with`. The rest may
    be used from any thread.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        is_speaking: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`is_speaking` returns whether something that was said before is still to be heard."""
        self._say = say
        self._is_speaking = is_speaking
        self._clock = clock
        self._silent_since: float | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="still-writing", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join(_END_S)

    def begin(self) -> None:
        """Count the silence from now on, if it is not counted yet: the answer is being written."""
        if self._silent_since is None:
            self._silent_since = self._clock()

    def note_sentence(self) -> None:
        """Count the silence from now on: a sentence of the answer that is being written was said."""
        if self._silent_since is not None:
            self._silent_since = self._clock()

    def end(self) -> None:
        """Say nothing any more: the answer is written."""
        self._silent_since = None

    def check(self) -> None:
        """Say it if it is due."""
        since, now = self._silent_since, self._clock()
        if since is None:
            return
        if self._is_speaking():
            self._silent_since = now
        elif now - since >= SILENCE_S:
            self._silent_since = now
            self._say(tr("Still writing."))

    def _run(self) -> None:
        while not self._stopped.wait(_CHECK_S):
            self.check()
