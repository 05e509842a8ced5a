"""Screen readers: detection of a running one, and speech through it, which also reaches a braille display."""

from __future__ import annotations

import contextlib
import importlib
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Literal, Protocol

from edge_assistant.speech.messages import Tone
from edge_assistant.speech.speaker import Speaker
from edge_assistant.system.dbus import DBusError, Service, connect, get_property
from edge_assistant.system.text_cleaning import clean

_log = logging.getLogger(__name__)

Output = Literal["auto", "screen-reader", "own-voice"]
IsRunning = Callable[[], bool]
"""A check whether a screen reader runs, which may take a second."""

_TIMEOUT_S = 1.0
_WORDS_PER_SECOND = 5.0
"""The assumed speed of a screen reader (300 words a minute): it does not report the end of speech."""


class Announce(Protocol):
    """A function that passes text to the screen reader; callable from any thread, returns at once."""

    def __call__(self, text: str, *, interrupt: bool) -> None:
        """Announce `text`; `interrupt` interrupts what the screen reader says now."""


class ScreenReaderOrVoice:
    """A Speaker that speaks through the screen reader while one runs; tones are played by its own voice's worker.

    Whether one runs is checked again, in the background, at each `stop` and each `reader_announces_focus`.
    """

    def __init__(
        self,
        speaker: Speaker,
        announce: Announce,
        output: Output,
        is_running: IsRunning,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._speaker = speaker
        self._announce = announce
        self._output = output
        self._is_running = is_running
        self._clock = clock
        self._changed = threading.Condition()
        self._check_lock = threading.Lock()
        self._check_queued = False
        self._closed = False
        self._use_reader = output == "screen-reader"
        self._interrupt_next = True
        self._speech_end = 0.0

    def start(self) -> None:
        """Start the worker, which the tones need in any case."""
        self._speaker.start()
        if self._output == "auto":
            self._use_reader = self._is_running()

    def say(self, text: str, *, language: str | None = None) -> None:
        """Speak `text` after the earlier ones; `language` is as for Speaker.

        A screen reader is not told the language: Qt's announcements have none. It switches by its own settings.
        """
        text = clean(text)
        if not text.strip():
            return
        with self._changed:
            use_reader, interrupt = self._use_reader, self._interrupt_next
            if use_reader:
                self._interrupt_next = False
                self._speech_end = max(self._speech_end, self._clock()) + len(text.split()) / _WORDS_PER_SECOND
        if use_reader:
            self._announce(text, interrupt=interrupt)
        else:
            self._speaker.say(text, language=language)

    def tone(self, tone: Tone, *, if_idle: bool = False) -> None:
        """Play a tone; with `if_idle` only while nothing is spoken."""
        if not (if_idle and self._seconds_left() > 0):
            self._speaker.tone(tone, if_idle=if_idle)

    def stop(self) -> None:
        """Be silent. A screen reader is silenced by the key press itself, or by the next announcement."""
        self._speaker.stop()
        with self._changed:
            self._interrupt_next, self._speech_end = True, 0.0
            self._changed.notify_all()
        self._queue_check()

    def reader_announces_focus(self) -> bool:
        """Return at once whether a screen reader runs, which announces the focus by itself.

        QAccessible.isActive is no answer: it stays true once any other program has read one of our windows.
        """
        self._queue_check()
        with self._changed:
            return self._use_reader

    def wait(self, timeout: float | None = None) -> bool:
        """Block until everything is spoken; return False after `timeout` seconds."""
        return self.wait_unless(lambda: False, timeout)

    def wait_unless(self, cancelled: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait like `wait`, or until `cancelled` returns true; it is called first and at each `recheck_waiters`."""
        deadline = None if timeout is None else self._clock() + timeout
        if not self._speaker.wait_unless(cancelled, timeout):
            return False
        with self._changed:
            while (left := self._speech_end - self._clock()) > 0 and not (self._closed or cancelled()):
                rest = left if deadline is None else min(left, deadline - self._clock())
                if rest <= 0:
                    return False
                self._changed.wait(rest)
        return True

    def recheck_waiters(self) -> None:
        """Make the waiting threads call their `cancelled` again."""
        self._speaker.recheck_waiters()
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """Be silent and end the worker."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._speaker.close()

    def _queue_check(self) -> None:
        """Check on another thread, since that can take a second; one check at a time, and at most one queued."""
        with self._changed:
            if self._output != "auto" or self._check_queued:
                return
            self._check_queued = True
        try:
            threading.Thread(target=self._check, name="screen reader", daemon=True).start()
        except RuntimeError as error:  # no thread can be started: the last result holds until the next check
            _log.info("whether a screen reader runs cannot be asked: %s", error)
            with self._changed:
                self._check_queued = False

    def _check(self) -> None:
        with self._check_lock:
            with self._changed:
                self._check_queued = False
            running = self._is_running()
            with self._changed:
                self._use_reader = running

    def _seconds_left(self) -> float:
        with self._changed:
            return max(0.0, self._speech_end - self._clock())


def choose_detector(platform: str = sys.platform) -> IsRunning:
    """Return the check for a running screen reader on `platform` (as in sys.platform)."""
    if platform == "win32":
        return is_running_on_windows
    return is_running_on_mac if platform == "darwin" else is_running_on_linux


def is_running_on_linux() -> bool:
    """Return the state in the accessibility bus's launcher, where screen readers register."""
    service = Service("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Status")
    try:
        with connect("SESSION") as connection:
            return bool(get_property(connection, service, "ScreenReaderEnabled", timeout=_TIMEOUT_S))
    except DBusError:
        return False


_READER_WINDOWS = (("wxWindowClassNR", "NVDA"), ("JFWUI2", None))
"""Class and title of a window that NVDA and JAWS have as long as they run (title None: any)."""


def is_running_on_windows(user32: Any = None) -> bool:
    """Return whether NVDA or JAWS runs in this session. Not yet run on Windows. Tests pass a `user32`.

    The flag SPI_GETSCREENREADER is not used: a reader that crashed leaves it set, one that ends clears it for another
    that still runs, and Narrator never sets it. Narrator does not count: programs cannot speak through it, so our own
    voice speaks. With unknown readers both speak, which is better than neither.
    """
    if user32 is None:
        import ctypes

        system: Any = ctypes
        user32 = system.WinDLL("user32")
        user32.FindWindowW.argtypes = (ctypes.c_wchar_p, ctypes.c_wchar_p)
        user32.FindWindowW.restype = ctypes.c_void_p
    return any(user32.FindWindowW(window_class, title) for window_class, title in _READER_WINDOWS)


def is_running_on_mac(run: Callable[..., Any] = subprocess.run, appkit: Any = None) -> bool:
    """Return whether VoiceOver is on, from AppKit or else the user defaults. Not yet run on macOS.

    `run` is like subprocess.run; tests pass it and `appkit`.
    """
    try:
        appkit = appkit or importlib.import_module("AppKit")
        return bool(appkit.NSWorkspace.sharedWorkspace().isVoiceOverEnabled())
    except (ImportError, AttributeError) as error:
        _log.debug("VoiceOver is looked for in the defaults: %s", error)
    command = ["defaults", "read", "com.apple.universalaccess", "voiceOverOnOffKey"]
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
        return bool(done.returncode == 0 and done.stdout.strip() == "1")
    return False


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
