"""The worker process that calls Windows' screen readers: its messages, and its side of the pipe.

All calls are on its main thread, JAWS' COM object too, but one: the call that returns when a sentence has ended has a
thread of its own, so that the next message, to stop for instance, is handled meanwhile.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from edge_assistant.speech.windows_readers import Ending, Reader, make_readers

_SETTLED_S = 0.3
"""What NVDA cancels sooner than this after the hand-over may have been cancelled by a key pressed, or by our own stop,
before it: NVDA carries these out late, counts them against the new sentence since 2026.3, and speaks that all the same.
"""
_INPUT_S = 1.0
"""Only what is silenced within this time after a key, mouse or touch was silenced by the person. NVDA also falls silent
when another window comes to the front by itself; that must not end an answer.
"""

_KEY_FIRST_S = 0.25
"""What the person silenced is told this much later: the key may be one of ours, and shall do its own work first."""

MakeReaders = Callable[[], tuple[Sequence[Reader], Callable[[], float]]]


@dataclass(frozen=True, slots=True)
class Find:
    """To the worker: is there a screen reader that answers? The reply is Found."""

    id: int


@dataclass(frozen=True, slots=True)
class HandOver:
    """To the worker: have a sentence spoken and shown in braille; `language` is its code.

    The reply is HandedOver and, if that says so, later Ended; or Ended alone, as failed. `to_end`: tell the end if the
    screen reader does.
    """

    id: int
    text: str
    language: str | None
    to_end: bool


@dataclass(frozen=True, slots=True)
class Silence:
    """To the worker: silence the screen reader. There is no reply."""


@dataclass(frozen=True, slots=True)
class Ready:
    """From the worker, first of all: it takes messages."""

    id: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """From the worker: whether a screen reader answers."""

    id: int
    answers: bool


@dataclass(frozen=True, slots=True)
class HandedOver:
    """From the worker: the screen reader has the sentence; Ended follows if `tells_end`, or even came before."""

    id: int
    tells_end: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """From the worker: how the sentence ended."""

    id: int
    ending: Ending


Reply = Ready | Found | HandedOver | Ended


class ReaderWorker:
    """Handles the messages, one after the other; `send` takes the replies and may be called on any thread."""

    def __init__(
        self, send: Callable[[Reply], object], readers: Sequence[Reader], input_age: Callable[[], float]
    ) -> None:
        """`readers`: the preferred one first. `input_age` returns the seconds since the person's last input."""
        self._send = send
        self._readers = readers
        self._input_age = input_age
        self._used: Reader | None = None
        self._waits = False  # for the end of a sentence

    def handle(self, message: Find | HandOver | Silence) -> None:
        """Handle one message."""
        if isinstance(message, Find):
            self._send(Found(message.id, any(reader.answers() for reader in self._readers)))
        elif isinstance(message, HandOver):
            self._hand_over(message)
        elif self._used is not None:
            self._used.stop()

    def _hand_over(self, message: HandOver) -> None:
        for reader in self._readers:
            if not reader.answers():
                continue
            self._used = reader
            if message.to_end and reader.tells_end and self._start_waiting(reader, message):
                return
            if reader.say(message.text):
                self._send(HandedOver(message.id, tells_end=False))
                return
        self._send(Ended(message.id, "failed"))

    def _start_waiting(self, reader: Reader, message: HandOver) -> bool:
        """Begin to wait for the sentence's end, unless an earlier call still hangs; return whether it began."""
        if self._waits:
            return False
        waiting = threading.Thread(target=self._wait, args=(reader, message), daemon=True)
        self._waits = True
        try:
            waiting.start()
        except RuntimeError:  # no thread can be started
            self._waits = False
            return False
        self._send(HandedOver(message.id, tells_end=True))
        return True

    def _wait(self, reader: Reader, message: HandOver) -> None:
        try:
            ending = self._speak_to_end(reader, message)
        finally:
            self._waits = False  # before the end is told, since the next sentence may follow at once
        self._send(Ended(message.id, ending))

    def _speak_to_end(self, reader: Reader, message: HandOver) -> Ending:
        began = time.monotonic()
        ending = reader.say_to_end(message.text, message.language)
        if ending == "silenced" and time.monotonic() - began < _SETTLED_S:
            return "unknown"
        if ending == "silenced" and self._input_age() > _INPUT_S:
            return "spoken"
        if ending == "silenced":
            time.sleep(_KEY_FIRST_S)
        return ending


def serve(connection: Connection, make_readers: MakeReaders = make_readers) -> None:
    """Handle messages until the pipe is closed. The target of a WorkerProcess."""
    lock = threading.Lock()

    def send(reply: Reply) -> None:
        with lock, contextlib.suppress(OSError):  # the parent is gone: the main thread notices
            connection.send(reply)

    worker = ReaderWorker(send, *make_readers())
    send(Ready())
    while True:
        worker.handle(connection.recv())
