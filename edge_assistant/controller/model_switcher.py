"""One assistant for each variant of the weights: both stay loaded where memory allows, else one makes way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.controller.latency import LatencyRecords
from edge_assistant.models.memory_estimate import free_beside
from edge_assistant.system import memory
from edge_assistant.system.errors import AssistantError, CancelledError

Make = Callable[[bool], Assistant]
"""Makes the assistant that thinks or does not; its weights are not loaded yet. Raises AssistantError."""


class ModelSwitcher:
    """`start`, `change`, `renew` and `unload` belong to one thread; the rest may be used from any.

    `free` tells the bytes of memory that could be used now.
    """

    def __init__(
        self,
        measurements: LatencyRecords,
        free: Callable[[], int] = memory.available,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._measurements = measurements
        self._free = free
        self._clock = clock
        self._lock = threading.Lock()
        self._closed = False
        self._current: Assistant | None = None
        self._resting: Assistant | None = None
        self._think = False
        self._wanted = False  # another one than _think while a change is owed

    @property
    def current(self) -> Assistant | None:
        """The one that answers, None before the start."""
        return self._current

    @property
    def think(self) -> bool:
        """Whether the one that thinks harder is to answer."""
        return self._wanted

    def start(self, make: Make) -> Assistant:
        """Make the first one; it is not loaded yet. Raises AssistantError."""
        assistant = make(self._wanted)
        self._install(assistant, self._wanted, None)
        return assistant

    def change(self, make: Make) -> None:
        """Let the other variant answer from now on, about the same picture, with its weights loaded.

        Where memory is too short for both, the old one is unloaded first. Raises AssistantError when the other weights
        cannot be had; then all is as before, but the old ones may have to be loaded again by the next question. After
        CancelledError the next question loads the other ones.
        """
        start = self._clock()
        old, think = self._current, not self._wanted
        self._wanted = think
        if think == self._think:
            return  # a change that was owed is taken back
        try:
            other = self._resting or make(think)
        except CancelledError:
            raise  # while the weights were checked, say: see catch_up
        except AssistantError:
            self._wanted = self._think
            raise
        if old is not None:
            try:
                other.go_on(old.conversation(other.weights))
            except AssistantError:
                other.close()
                self._resting, self._wanted = None, self._think
                raise
            if not (other.loaded or self._fits_beside(old, other)):
                old.unload()
        self._install(other, think, old)
        try:
            other.warm()
        except CancelledError:
            other.swapped(self._clock() - start)
            raise
        except AssistantError:
            other.close()
            if old is not None:
                self._install(old, not think, None)
            raise
        seconds = self._clock() - start
        other.swapped(seconds)
        self._measurements.swapped(other.weights.variant, seconds)

    def catch_up(self, make: Make) -> bool:
        """Make the change that was cancelled before its weights were found, if one was. Raises as `change`."""
        owed = self._wanted != self._think
        if owed:
            self._wanted = self._think
            self.change(make)
        return owed

    def renew(self, make: Make) -> None:
        """Find the weights anew, since others may be here now, and go on with them. Raises AssistantError.

        Where none can be found, the old ones stay.
        """
        other = make(self._wanted)
        if self._current is not None:
            other.go_on(self._current.conversation(other.weights))
        for each in (self._current, self._resting):
            if each is not None:
                each.close()
        self._install(other, self._wanted, None)
        other.warm()

    @property
    def loaded(self) -> bool:
        """Whether any weights are in memory."""
        return any(each is not None and each.loaded for each in (self._current, self._resting))

    def unload(self) -> None:
        """Give all memory back; picture and conversation stay, and the next question loads anew."""
        for each in (self._current, self._resting):
            if each is not None and each.loaded:
                each.unload()

    def forget(self) -> None:
        """End all engines, and with them what they hold of pictures and conversations; `start` makes new ones."""
        with self._lock:
            both, self._current, self._resting = (self._current, self._resting), None, None
        for each in both:
            if each is not None:
                each.close()

    def close(self) -> None:
        """End all engines at once."""
        with self._lock:
            self._closed = True
            both = (self._current, self._resting)
        for each in both:
            if each is not None:
                each.close()

    def _fits_beside(self, loaded: Assistant, other: Assistant) -> bool:
        # What is not loaded (its engine died, say) takes nothing now, but the next change will want it back.
        wanted = other.needed_bytes() + (0 if loaded.loaded else loaded.needed_bytes())
        return wanted <= free_beside(loaded.weights, self._free())

    def _install(self, assistant: Assistant, think: bool, resting: Assistant | None) -> None:
        with self._lock:
            self._current, self._think, self._resting = assistant, think, resting
            self._wanted = think
            closed = self._closed
        if closed:
            assistant.close()
