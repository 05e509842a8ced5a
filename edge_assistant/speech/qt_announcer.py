"""Speech through a screen reader by Qt's announcements, which also reach a braille display. Used on Linux and macOS."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from edge_assistant.speech.reader_detection import IsRunning
from edge_assistant.system.i18n import catalogue_language

_WORDS_PER_SECOND = 5.0
"""The assumed speed of a screen reader (300 words a minute): it does not report the end of speech."""


class Announce(Protocol):
    """A function that passes text to the screen reader; callable from any thread, returns at once."""

    def __call__(self, text: str, *, interrupt: bool) -> None:
        """Announce `text`; `interrupt` interrupts what the screen reader says now."""


class AnnouncedReader:
    """A ScreenReader that is sent announcements and taken to speak them; it is never known to be silenced.

    What was announced before `answers` finds that none runs any more was heard by nobody: it is given back.
    It is not told the language: Qt's announcements have none. It switches by its own settings.
    """

    def __init__(self, announce: Announce, is_running: IsRunning, clock: Callable[[], float] = time.monotonic) -> None:
        self._announce = announce
        self._is_running = is_running
        self._clock = clock
        self._changed = threading.Condition()
        self._closed = False
        self._on_failure: Callable[[], None] = lambda: None
        self._unsure: list[tuple[str, str]] = []
        """What was announced since the last stop, or since a screen reader was known to run after that."""
        self._interrupt_next = True
        self._interjection_end = 0.0
        self._speech_end = 0.0

    def start(self, on_failure: Callable[[], None], on_silenced: Callable[[], None]) -> None:  # noqa: ARG002
        """Set what is called when what was announced was heard by nobody; the other one is never called."""
        self._on_failure = on_failure

    def is_present(self) -> bool:
        """Return whether a screen reader runs; this may take a second."""
        return self._is_running()

    def answers(self) -> bool:
        """Return whether a screen reader runs; this may take a second."""
        is_running = self._is_running()
        with self._changed:
            if is_running:
                self._unsure.clear()
            is_lost = bool(self._unsure)
        if is_lost:
            self._on_failure()
        return is_running

    def say(self, text: str, language: str | None) -> None:
        """Announce a text; return at once."""
        with self._changed:
            self._unsure.append((text, language or catalogue_language()))
            interrupt, self._interrupt_next = self._interrupt_next, False
            self._speech_end = max(self._speech_end, self._clock()) + len(text.split()) / _WORDS_PER_SECOND
        self._announce(text, interrupt=interrupt)

    def interject(self, text: str, *, once: bool = False) -> None:
        """Announce a text behind all others: what an interruption would cut off is not known. With `once` it is left
        out until the last one is taken to be over.
        """
        if not (once and self._clock() < self._interjection_end):
            self.say(text, None)
            self._interjection_end = self._speech_end

    def take_unspoken(self) -> list[tuple[str, str]]:
        """Take what was announced while it was not known that no screen reader runs any more."""
        with self._changed:
            unspoken, self._unsure, self._speech_end = self._unsure, [], 0.0
            self._changed.notify_all()
            return unspoken

    def stop(self) -> None:
        """Let the next announcement interrupt. The screen reader is silenced by the key press itself, or by that."""
        with self._changed:
            self._interrupt_next, self._speech_end = True, 0.0
            self._unsure.clear()
            self._changed.notify_all()

    def is_speaking(self) -> bool:
        """Return whether what was announced is taken not to be over."""
        with self._changed:
            return self._clock() < self._speech_end

    def pending(self) -> int:
        """Return 1 while what was announced is taken not to be over, as more is not known."""
        return int(self.is_speaking())

    def wait_unless(self, cancelled: Callable[[], bool], timeout: float | None = None) -> bool:
        """Block until everything is taken to be over or `cancelled` is true; return False after `timeout` seconds."""
        deadline = None if timeout is None else self._clock() + timeout
        with self._changed:
            while (left := self._speech_end - self._clock()) > 0 and not (self._closed or cancelled()):
                rest = left if deadline is None else min(left, deadline - self._clock())
                if rest <= 0:
                    return False
                self._changed.wait(rest)
        return True

    def recheck_waiters(self) -> None:
        """Make the waiting threads call their `cancelled` again."""
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """Let nobody wait any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def create_announcer(widget: Any) -> Announce:
    """Create a function that announces text on behalf of `widget`, a QWidget. Call this on the GUI thread."""
    from PySide6.QtCore import QObject, Qt, Signal, Slot
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

    class Announcer(QObject):
        """The receiver on the GUI thread; its signal may be emitted on any thread."""

        requested = Signal(str, bool)

        def __init__(self) -> None:
            super().__init__(widget)
            self.requested.connect(self.send, Qt.ConnectionType.QueuedConnection)

        @Slot(str, bool)
        def send(self, text: str, interrupt: bool) -> None:
            """Send the announcement; runs on the GUI thread."""
            event = QAccessibleAnnouncementEvent(widget, text)
            polite, assertive = QAccessible.AnnouncementPoliteness.Polite, QAccessible.AnnouncementPoliteness.Assertive
            event.setPoliteness(assertive if interrupt else polite)
            QAccessible.updateAccessibility(event)

    receiver = Announcer()

    def announce(text: str, *, interrupt: bool) -> None:
        with contextlib.suppress(RuntimeError):  # the window is gone
            receiver.requested.emit(text, interrupt)

    return announce
