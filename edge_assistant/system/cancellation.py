"""A cancellation that any thread can set, and that the work which it concerns polls, waits with, or is called by."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from edge_assistant.system.errors import CancelledError


class Cancellation:
    """A cancellation that can be set from any thread; what is waited for then ends soon with CancelledError."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    def set(self) -> None:
        """Cancel."""
        with self._lock:
            self._event.set()
            callbacks = tuple(self._callbacks)
        for callback in callbacks:
            callback()

    @property
    def is_set(self) -> bool:
        """Whether `set` was called."""
        return self._event.is_set()

    @contextmanager
    def calling(self, callback: Callable[[], None]) -> Iterator[None]:
        """Within this block, call `callback` when the cancellation is set; at once if it was set before."""
        with self._lock:
            self._callbacks.append(callback)
            is_set = self._event.is_set()
        try:
            if is_set:
                callback()
            yield
        finally:
            with self._lock:
                self._callbacks.remove(callback)

    def check(self) -> None:
        """Raise CancelledError after `set`."""
        if self._event.is_set():
            raise CancelledError

    def wait(self, seconds: float) -> None:
        """Wait. Raises CancelledError."""
        self._event.wait(seconds)
        self.check()
