"""The switch between the Instruct and the Thinking model: both stay loaded where memory allows, else one at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.controller.latency import LatencyRecords
from edge_assistant.models.memory_estimate import available_beside
from edge_assistant.system import memory
from edge_assistant.system.errors import AssistantError, CancelledError

_log = logging.getLogger(__name__)

AssistantFactory = Callable[[bool], Assistant]
"""Makes the assistant that thinks or does not; its model is not loaded yet. Raises AssistantError."""


class ModelSwitcher:
    """The assistants of both variants, one of them current.

    `start`, `change`, `reader`, `reload`, `unload` and `leave_device` belong to one thread; the rest may be used from
    any. `free` returns the bytes of memory that could be used now.
    """

    def __init__(
        self,
        latency_records: LatencyRecords,
        free: Callable[[], int] = memory.available_bytes,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._latency_records = latency_records
        self._free = free
        self._clock = clock
        self._lock = threading.Lock()
        self.closed = False
        self.current: Assistant | None = None
        """The assistant that answers, None before the start."""
        self._standby: Assistant | None = None
        self.current_thinks = False
        """Whether the current assistant has the Thinking model."""
        self.think = False
        """Whether the Thinking model is to answer; while a change is pending, the current assistant has the other."""

    def start(self, make: AssistantFactory) -> Assistant:
        """Make the first assistant; it is not loaded yet. Raises AssistantError."""
        assistant = make(self.think)
        self._install(assistant, self.think, None)
        return assistant

    def change(self, make: AssistantFactory) -> None:
        """Switch to the other variant, load its model, and hand the picture and conversation over to it.

        Where memory is too short for both, the old model is unloaded first. Raises AssistantError when the other model
        cannot be used; then all is as before, but the next question may have to load the old model again. After
        CancelledError the next question loads the other model.
        """
        start = self._clock()
        old, think = self.current, not self.think
        self.think = think
        if think == self.current_thinks:
            return  # a pending change is undone
        try:
            other = self._standby or make(think)
        except CancelledError:
            raise  # e.g. while the model was verified: see finish_change
        except AssistantError:
            self.think = self.current_thinks
            raise
        if old is not None:
            try:
                other.take_over(old.conversation(other.model))
            except AssistantError:
                other.close()
                self._standby, self.think = None, self.current_thinks
                raise
            if not (other.loaded or self._fits_beside(old, other)):
                old.unload()
        self._install(other, think, old)
        try:
            other.warm()
        except CancelledError:
            other.record_swap(self._clock() - start)
            raise
        except AssistantError:
            other.close()
            if old is not None:
                self._install(old, not think, None)
            raise
        seconds = self._clock() - start
        other.record_swap(seconds)
        self._latency_records.record_swap(other.model.variant, seconds)

    def finish_change(self, make: AssistantFactory) -> None:
        """Make a change that was cancelled before its model was found. Raises as `change`."""
        self.think = self.current_thinks
        self.change(make)

    def reader(self, make: AssistantFactory) -> Assistant | None:
        """Return the assistant that reads text out: thinking does not help there, and takes long.

        It has the Instruct model where that is loaded or fits beside the current one; else it is the current one. The
        demo model does not read for another.
        """
        current = self.current
        if current is None or not self.current_thinks:
            return current
        try:
            other = self._standby or make(False)
        except AssistantError:
            return current  # it is not installed, say
        is_as_good = other.model.variant == "instruct" and other.model.demo <= current.model.demo
        if is_as_good and (other.loaded or self._fits_beside(current, other)):
            self._install(current, self.current_thinks, other)
            return other
        if other is not self._standby:
            other.close()
        return current

    def reload(self, make: AssistantFactory) -> None:
        """Find the model again, since others may be installed, and load it. Raises AssistantError.

        Where none can be found, the old one stays.
        """
        other = make(self.think)
        if self.current is not None:
            other.take_over(self.current.conversation(other.model))
        for assistant in (self.current, self._standby):
            if assistant is not None:
                assistant.close()
        self._install(other, self.think, None)
        other.warm()

    def unload(self) -> None:
        """Free the models' memory; picture and conversation stay, and the next question loads again."""
        for assistant in (self.current, self._standby):
            if assistant is not None and assistant.loaded:
                _log.info("a model is unloaded")
                assistant.unload()

    def leave_device(self) -> None:
        """Load the models on the CPU, the current one now: their GPU computes wrongly. Raises AssistantError."""
        for assistant in (self.current, self._standby):
            if assistant is not None:
                assistant.leave_device()
        if self.current is not None and not self.closed:
            self.current.warm()

    def forget(self) -> None:
        """End all engines, and with them what they hold of pictures and conversations; `start` makes new ones."""
        with self._lock:
            both, self.current, self._standby = (self.current, self._standby), None, None
        for assistant in both:
            if assistant is not None:
                assistant.close()

    def close(self) -> None:
        """End all engines at once."""
        with self._lock:
            self.closed = True
            both = (self.current, self._standby)
        for assistant in both:
            if assistant is not None:
                assistant.close()

    def _fits_beside(self, loaded: Assistant, other: Assistant) -> bool:
        # An assistant that is not loaded (its engine died, say) takes nothing now, but the next change needs it again.
        needed = other.needed_bytes() + (0 if loaded.loaded else loaded.needed_bytes())
        return needed <= available_beside(loaded.model, self._free())

    def _install(self, assistant: Assistant, think: bool, standby: Assistant | None) -> None:
        with self._lock:
            self.current, self._standby = assistant, standby
            self.think = self.current_thinks = think
            closed = self.closed
        if closed:
            assistant.close()
