"""A running screen reader: whether there is one, and speech through it, which also reaches a braille display."""

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
from edge_assistant.system.dbus import DBusError, Service, connected, property_of
from edge_assistant.system.outside_text import clean

_log = logging.getLogger(__name__)

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


class ScreenReaderOrVoice:
    """A speaker that lets a screen reader speak while one runs; tones are its own. Used as a Speaker.

    Whether one runs is asked again at each `stop`, that is at each press, beside whoever presses; and at each
    `leaves_focus_to_reader`.
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
        self._asking = threading.Lock()
        self._ask_waits = False
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
        self._ask_again()

    def leaves_focus_to_reader(self) -> bool:
        """Whether a screen reader speaks, which says by itself what has the keyboard. Returns at once.

        QAccessible.isActive does not tell this: it stays true as soon as any other program has read a window of ours.
        """
        self._ask_again()
        with self._changed:
            return self._through_reader

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

    def _ask_again(self) -> None:
        """On a thread of its own, since the answer can take a second; one after the other, and not more than needed."""
        with self._changed:
            if self._output != "auto" or self._ask_waits:
                return
            self._ask_waits = True
        try:
            threading.Thread(target=self._ask, name="screen reader", daemon=True).start()
        except RuntimeError as error:  # there is no room for another thread: what was known holds until the next time
            _log.info("whether a screen reader runs cannot be asked: %s", error)
            with self._changed:
                self._ask_waits = False

    def _ask(self) -> None:
        with self._asking:
            with self._changed:
                self._ask_waits = False
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


_READERS = (("wxWindowClassNR", "NVDA"), ("JFWUI2", None))
"""Class and title of a window that each screen reader has as long as it runs (title None: any): NVDA, JAWS."""


def on_windows(user32: Any = None) -> bool:
    """Whether a reader runs in this session that can speak for us. Not yet run on Windows. Tests give a `user32`.

    The flag SPI_GETSCREENREADER is not asked: one that crashed leaves it set, one that ends takes it from another that
    goes on, and Narrator never sets it. Narrator does not count: programs cannot speak through it, so that beside it
    the own voice does. With readers that are not known here both speak, which is better than neither.
    """
    if user32 is None:
        import ctypes

        system: Any = ctypes
        user32 = system.WinDLL("user32")
        user32.FindWindowW.argtypes = (ctypes.c_wchar_p, ctypes.c_wchar_p)
        user32.FindWindowW.restype = ctypes.c_void_p
    return any(user32.FindWindowW(kind, title) for kind, title in _READERS)


def on_mac(run: Callable[..., Any] = subprocess.run, appkit: Any = None) -> bool:
    """Whether VoiceOver is on: by the system's own word, else its defaults. Not yet run on macOS.

    `run` as subprocess.run; `appkit` stands in in tests.
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
