"""A hub whose answers must begin within a time limit, and that a cancel does not wait for.

The HTTP client limits the wait for each byte only: a hub that sends its headers one byte at a time would never end.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TypeVar

from edge_assistant.models.hub import OpenStream, Remote, RemoteFile
from edge_assistant.models.hub_errors import TemporaryError
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.i18n import tr
from edge_assistant.system.time_limit import call_within

ANSWER_TIMEOUT_S = 60.0
"""Seconds until an answer has begun, after all redirects; the hub takes a few."""

_T = TypeVar("_T")


class PatientHub:
    """A Remote that passes all on to `hub`. Raises TemporaryError where that takes too long, and CancelledError."""

    def __init__(self, hub: Remote, cancel: Cancellation) -> None:
        self._hub = hub
        self._cancel = cancel

    @property
    def host(self) -> str:
        """The name of its computer, for people."""
        return self._hub.host

    def look_up(self, repository: str, revision: str, file: str) -> RemoteFile:
        """Ask for a file's commit, checksum and size."""
        return self._call(lambda: self._hub.look_up(repository, revision, file), lambda _: None)

    @contextlib.contextmanager
    def open(self, repository: str, revision: str, file: str, offset: int, size: int | None) -> Iterator[OpenStream]:
        """Open the file's bytes from `offset` on."""

        def begin() -> tuple[OpenStream, contextlib.ExitStack]:
            with contextlib.ExitStack() as closing:
                stream = closing.enter_context(self._hub.open(repository, revision, file, offset, size))
                return stream, closing.pop_all()

        stream, closing = self._call(begin, lambda late: late[1].close())
        with closing:
            yield stream

    def _call(self, function: Callable[[], _T], discard: Callable[[_T], object]) -> _T:
        try:
            return call_within(ANSWER_TIMEOUT_S, function, name="hub", discard=discard, check=self._cancel.check)
        except TimeoutError as error:
            raise TemporaryError(tr("The hub takes too long to answer."), code="stalled") from error
