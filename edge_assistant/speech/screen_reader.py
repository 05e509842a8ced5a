"""A running screen reader: whether there is one, and speech through it, which also reaches a braille display."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Literal, Protocol

from edge_assistant.dbus import DBusError, Service, connected, property_of
from edge_assistant.outside_text import clean
from edge_assistant.speech.messages import Tone
from edge_assistant.speech.speaker import Speaker

Output = Literal["auto", "screen-reader", "own-voice"]
IsRunning = Callable[[], bool]
"""Asks the system, which may take a moment."""

_TIMEOUT_S = 1.0
_WORDS_A_SECOND = 5.0
"""How fast a screen reader is taken to speak (300 words a minute): it does not tell when it has ended."""


class Announce(Protocol):
    """Hands text to the screen reader; called from any thread, and returns at once."""

    def __call__(self, text: str, *, at_once: bool) -> None:
        """`at_once` interrupts what the screen reader says now; else it follows."""


class ReaderOrVoice:
    """A speaker that lets a screen reader speak while one runs; tones are its own. Used as a Speaker.

    Whether one runs is asked again at each `stop`, that is at each press, beside whoever presses.
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
        self._closed = False
        self._through_reader = output == "screen-reader"
        self._begins = True
        self._ends = 0.0

    def start(self) -> None:
        """Warm up; also for the tones."""
        self._speaker.start()
        if self._output == "auto":
            self._through_reader = self._is_running()

    def say(self, text: str) -> None:
        """Speak `text` after what was said before."""
        text = clean(text)
        if not text.strip():
            return
        with self._changed:
            through_reader, begins = self._through_reader, self._begins
            if through_reader:
                self._begins = False
                self._ends = max(self._ends, self._clock()) + len(text.split()) / _WORDS_A_SECOND
        if through_reader:
            self._announce(text, at_once=begins)
        else:
            self._speaker.say(text)

    def tone(self, tone: Tone, *, if_idle: bool = False) -> None:
        """Sound a tone; with `if_idle` only where nothing is being said."""
        if not (if_idle and self._seconds_left() > 0):
            self._speaker.tone(tone, if_idle=if_idle)

    def stop(self) -> None:
        """Be silent. A screen reader falls silent by the key that was pressed, or by what is said next."""
        self._speaker.stop()
        with self._changed:
            self._begins, self._ends = True, 0.0
            self._changed.notify_all()
        if self._output == "auto":
            threading.Thread(target=self._ask, name="screen reader", daemon=True).start()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until everything is spoken; False when `timeout` seconds were too few."""
        return self.wait_unless(lambda: False, timeout)

    def wait_unless(self, unwanted: Callable[[], bool], timeout: float | None = None) -> bool:
        """As `wait`, but also until it is `unwanted`, which is asked at first and at each `look_again`."""
        deadline = None if timeout is None else self._clock() + timeout
        if not self._speaker.wait_unless(unwanted, timeout):
            return False
        with self._changed:
            while (left := self._ends - self._clock()) > 0 and not (self._closed or unwanted()):
                rest = left if deadline is None else min(left, deadline - self._clock())
                if rest <= 0:
                    return False
                self._changed.wait(rest)
        return True

    def look_again(self) -> None:
        """Let those who wait ask again whether they want to."""
        self._speaker.look_again()
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """End the worker."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._speaker.close()

    def _ask(self) -> None:
        running = self._is_running()
        with self._changed:
            self._through_reader = running

    def _seconds_left(self) -> float:
        with self._changed:
            return max(0.0, self._ends - self._clock())


def choose(platform: str = sys.platform) -> IsRunning:
    """How to ask whether a screen reader runs; `platform` is a `sys.platform` value."""
    if platform == "win32":
        return on_windows
    return on_mac if platform == "darwin" else on_linux


def on_linux() -> bool:
    """What the accessibility bus's launcher says: screen readers tell it when they come and go."""
    service = Service("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Status")
    try:
        with connected("SESSION") as connection:
            return bool(property_of(connection, service, "ScreenReaderEnabled", timeout=_TIMEOUT_S))
    except DBusError:
        return False


def on_windows(user32: Any = None) -> bool:
    """What SPI_GETSCREENREADER (winuser.h) says. Not yet run on Windows. Tests give another `user32`."""
    import ctypes

    system: Any = ctypes
    user32 = user32 or system.windll.user32
    runs = ctypes.c_int(0)
    return bool(user32.SystemParametersInfoW(0x0046, 0, ctypes.byref(runs), 0)) and runs.value != 0


def on_mac(run: Callable[..., Any] = subprocess.run) -> bool:
    """Whether VoiceOver is on, by the system's defaults. Not yet run on macOS. `run` as subprocess.run."""
    command = ["defaults", "read", "com.apple.universalaccess", "voiceOverOnOffKey"]
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
        return bool(done.returncode == 0 and done.stdout.strip() == "1")
    return False


def announcer(widget: Any) -> Announce:
    """Hands text to the screen reader as coming from `widget`, a QWidget. Call this on the GUI thread."""
    from PySide6.QtCore import QObject, Qt, Signal, Slot
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

    class Announcer(QObject):
        """Its signal may be emitted on any thread."""

        wanted = Signal(str, bool)

        def __init__(self) -> None:
            super().__init__(widget)
            self.wanted.connect(self.send, Qt.ConnectionType.QueuedConnection)

        @Slot(str, bool)
        def send(self, text: str, at_once: bool) -> None:
            """On the GUI thread."""
            event = QAccessibleAnnouncementEvent(widget, text)
            polite, assertive = QAccessible.AnnouncementPoliteness.Polite, QAccessible.AnnouncementPoliteness.Assertive
            event.setPoliteness(assertive if at_once else polite)
            QAccessible.updateAccessibility(event)

    made = Announcer()

    def announce(text: str, *, at_once: bool) -> None:
        with contextlib.suppress(RuntimeError):  # the window is gone
            made.wanted.emit(text, at_once)

    return announce
