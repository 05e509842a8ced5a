"""Cancellation of work on another thread, and the waits between attempts that it can interrupt."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from edge_assistant.models.hub import TemporaryError
from edge_assistant.system.errors import CancelledError, NetworkError
from edge_assistant.system.i18n import tr, tr_count

# Seconds to wait after each failure in a row, then give up. Bytes that arrive start the schedule again.
RETRY_WAITS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 60.0, 60.0, 60.0, 60.0, 60.0)
# Shorter before the first byte: the person is probably waiting to hear that there is no network.
FIRST_RETRY_WAITS = RETRY_WAITS[:5]
_MAX_WAIT_S = 300.0  # seconds; when the hub asks for more, the download ends with an error


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

    @property
    def is_set(self) -> bool:
        """Whether `set` was called."""
        return self._event.is_set()

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


class RetrySchedule:
    """The waits between attempts: a longer one after each failure in a row, up to a limit."""

    def __init__(self, waits: tuple[float, ...], on_notice: Callable[[str, str], None], cancel: Cancellation) -> None:
        self._waits = waits
        self._on_notice = on_notice
        self._cancel = cancel
        self._count = 0

    def record_failure(self, error: TemporaryError) -> None:
        """Announce a failure and wait. Raises NetworkError when the limit is reached, and CancelledError."""
        self._cancel.check()
        later = tr("What was downloaded is kept; you can resume later.")
        if self._count == len(self._waits):
            raise NetworkError(
                tr("{error} It was tried {value} times. {later}", error=error, value=self._count + 1, later=later),
                code=error.code,
            ) from error
        wait = max(self._waits[self._count], error.wait or 0.0)
        self._count += 1
        if wait > _MAX_WAIT_S:
            minutes = math.ceil(wait / 60)
            raise NetworkError(
                tr("{error} Wait {minutes} minutes. {later}", error=error, minutes=minutes, later=later),
                code=error.code,
            ) from error
        self._on_notice(
            error.code,
            tr_count(
                "{error} Trying again in {number} second.",
                "{error} Trying again in {number} seconds.",
                round(wait),
                error=error,
            ),
        )
        self._cancel.wait(wait)
