"""Cancellation of work on another thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from edge_assistant.system.errors import CancelledError


class OpenStream(Protocol):
    """A stream of bytes that begins at `offset`."""

    offset: int

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces as they arrive."""

    def abort(self) -> None:
        """Wake up the thread that waits for bytes, with an error."""


class Cancellation:
    """A cancellation that can be set from any thread; what is waited for then ends soon with CancelledError."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._stream: OpenStream | None = None

    def set(self) -> None:
        """Cancel."""
        self._event.set()
        stream = self._stream
        if stream is not None:
            stream.abort()

    @contextmanager
    def watching(self, stream: OpenStream) -> Iterator[None]:
        """Abort this stream when the cancellation is set. Raises CancelledError."""
        self._stream = stream
        try:
            self.check()
            yield
        finally:
            self._stream = None

    def check(self) -> None:
        """Raise CancelledError after `set`."""
        if self._event.is_set():
            raise CancelledError

    def wait(self, seconds: float) -> None:
        """Wait. Raises CancelledError."""
        self._event.wait(seconds)
        self.check()
