"""Lets one thread stop what another is waiting for, be it bytes from the network or the time for another attempt."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from edge_assistant.models.hub import PassingError
from edge_assistant.system.errors import CancelledError, NetworkError
from edge_assistant.system.i18n import tr, tr_count

# Seconds before the first attempts after a failure; then it is given up. Bytes that arrive start the row anew.
BACK_OFF = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 60.0, 60.0, 60.0, 60.0, 60.0)
# Before the first byte, somebody is probably waiting to hear that there is no network.
FIRST_BACK_OFF = BACK_OFF[:5]
_LONGEST_WAIT = 300.0  # seconds; when the hub asks for more, the person had better come back later


class OpenStream(Protocol):
    """Bytes from `offset` on."""

    offset: int

    def __iter__(self) -> Iterator[bytes]:
        """The pieces as they arrive."""

    def abort(self) -> None:
        """Wake up whoever waits for bytes."""


class Cancellation:
    """Set from any thread; whatever is waited for then ends soon with CancelledError."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._stream: OpenStream | None = None

    def set(self) -> None:
        """Stop."""
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
        """Abort this stream, too, when the time comes. Raises CancelledError."""
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
        """Let time pass. Raises CancelledError."""
        self._event.wait(seconds)
        self.check()


class RetrySchedule:
    """Failures in a row, each followed by a longer wait, until it is enough."""

    def __init__(self, row: tuple[float, ...], on_notice: Callable[[str, str], None], cancel: Cancellation) -> None:
        self._row = row
        self._on_notice = on_notice
        self._cancel = cancel
        self._count = 0

    def failed(self, error: PassingError) -> None:
        """Tell it and wait. Raises NetworkError when it is enough, CancelledError."""
        self._cancel.check()
        later = tr("What was downloaded is kept; you can resume later.")
        if self._count == len(self._row):
            raise NetworkError(
                tr("{error} It was tried {value} times. {later}", error=error, value=self._count + 1, later=later),
                code=error.code,
            ) from error
        wait = max(self._row[self._count], error.wait or 0.0)
        self._count += 1
        if wait > _LONGEST_WAIT:
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
