"""Speech through a screen reader, which also reaches a braille display, or through our own voice."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Literal, Protocol

from edge_assistant.speech.messages import Tone
from edge_assistant.speech.speaker import Speaker
from edge_assistant.system.text_cleaning import clean
from edge_assistant.text.passing import Passing

_log = logging.getLogger(__name__)

Output = Literal["auto", "screen-reader"]


class ScreenReader(Protocol):
    """A way to speak through a screen reader. All methods may be called from any thread."""

    def start(self, on_failure: Callable[[], None], on_silenced: Callable[[], None]) -> None:
        """Set what is called when a sentence could not be spoken, and when the person silenced the screen reader."""

    def is_present(self) -> bool:
        """Return, within a second, whether a screen reader seems to run."""

    def answers(self) -> bool:
        """Return whether a screen reader takes what is said; this may take seconds."""

    def say(self, text: str, language: str | None) -> None:
        """Speak a text after those before it; return at once."""

    def interject(self, text: str, *, once: bool = False) -> None:
        """Speak a sentence of ours at once, and the interrupted one again; where that is not known, behind all. `once`
        is as for Speaker.
        """

    def take_unspoken(self) -> list[tuple[str, str]]:
        """Take the sentences that could not be spoken, and those after them: text and language of each."""

    def stop(self) -> None:
        """Be silent, and forget what was not spoken yet."""

    def is_speaking(self) -> bool:
        """Return whether something is still to be heard."""

    def pending(self) -> int:
        """Return how many texts were said and are not spoken to their end yet, as far as that is known."""

    def wait_unless(self, cancelled: Callable[[], bool], timeout: float | None = None) -> bool:
        """Block until everything is spoken or `cancelled` is true; return False after `timeout` seconds."""

    def recheck_waiters(self) -> None:
        """Make the waiting threads call their `cancelled` again."""

    def close(self) -> None:
        """Be silent, and end what belongs to it."""


class ScreenReaderOrVoice:
    """A Speaker that speaks through the screen reader while one runs; tones are played by its own voice's worker.

    Whether one runs is checked again, in the background, at each `stop` and each `reader_announces_focus`. What the
    screen reader does not take is spoken by our own voice, and so is the rest, until it is checked again; where the
    screen reader is to speak in any case, until the next `stop`.
    """

    def __init__(self, speaker: Speaker, reader: ScreenReader, output: Output) -> None:
        self.on_silenced: Callable[[], None] = lambda: None
        """Called, on a thread of its own, when the person silenced the screen reader: the rest is not wanted."""
        self._speaker = speaker
        self._reader = reader
        self._output = output
        self._lock = threading.Lock()  # around saying, so that sentences that change to the own voice stay in order
        self._check_lock = threading.Lock()
        self._check_queued = False
        self._use_reader = output == "screen-reader"
        self._own_voice_used = False

    def start(self) -> None:
        """Start the worker, which the tones need in any case."""
        self._speaker.start()
        self._reader.start(self._speak_unspoken, lambda: self.on_silenced())
        if self._output == "auto":
            self._use_reader = self._reader.is_present()

    def say(self, text: str, *, language: str | None = None) -> None:
        """Speak `text` after the earlier ones; `language` and Passing texts are as for Speaker."""
        passing = isinstance(text, Passing)
        text = clean(text)
        if passing:
            text = Passing(text)
            if not text:
                self._speaker.say(text)
        if not text.strip():
            return
        with self._lock:
            if self._use_reader and not self._own_voice_speaks():
                self._reader.say(text, language)
            else:
                self._own_voice_used = True
                self._speaker.say(text, language=language)

    def interject(self, text: str, *, once: bool = False) -> None:
        """Speak a sentence of ours at once, and then the sentence that it interrupts again, and those behind it; `once`
        is as for Speaker.
        """
        with self._lock:
            if self._use_reader and not self._own_voice_speaks():
                self._reader.interject(clean(text), once=once)
            else:
                self._own_voice_used = True
                self._speaker.interject(text, once=once)

    def configure(self, rate: int | None, volume: int) -> None:
        """Let our own voice use this rate and volume from the next sentence on."""
        self._speaker.configure(rate, volume)

    def tone(self, tone: Tone, *, if_idle: bool = False) -> None:
        """Play a tone; with `if_idle` only while nothing is spoken."""
        if not (if_idle and self._reader.is_speaking()):
            self._speaker.tone(tone, if_idle=if_idle)

    def stop(self) -> None:
        """Be silent."""
        with self._lock:
            self._reader.stop()
            self._speaker.stop()
            self._own_voice_used = False
            self._use_reader = self._use_reader or self._output == "screen-reader"
        self._queue_check()

    def reader_announces_focus(self) -> bool:
        """Return at once whether a screen reader runs, which announces the focus by itself.

        QAccessible.isActive is no answer: it stays true once any other program has read one of our windows.
        """
        self._queue_check()
        with self._lock:
            return self._use_reader

    def pending(self) -> int:
        """Return how many texts were said and are not spoken to their end yet."""
        return self._reader.pending() + self._speaker.pending()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until everything is spoken; return False after `timeout` seconds."""
        return self.wait_unless(lambda: False, timeout)

    def wait_unless(self, cancelled: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait like `wait`, or until `cancelled` returns true; it is called first and at each `recheck_waiters`."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            for speaks in (self._reader.wait_unless, self._speaker.wait_unless):  # the second may get the first's rest
                rest = None if deadline is None else max(0.0, deadline - time.monotonic())
                if not speaks(cancelled, rest):
                    return False
            if cancelled() or not self._reader.is_speaking():
                return True

    def recheck_waiters(self) -> None:
        """Make the waiting threads call their `cancelled` again."""
        self._speaker.recheck_waiters()
        self._reader.recheck_waiters()

    def close(self) -> None:
        """Be silent and end the workers."""
        self._reader.close()
        self._speaker.close()

    def _own_voice_speaks(self) -> bool:
        """Return whether our own voice still speaks: two voices at once cannot be understood."""
        if self._own_voice_used and self._speaker.wait(0.0):
            self._own_voice_used = False
        return self._own_voice_used

    def _speak_unspoken(self) -> None:
        """Let our own voice speak what the screen reader did not take."""
        with self._lock:
            self._use_reader = False
            for text, language in self._reader.take_unspoken():
                self._own_voice_used = True
                self._speaker.say(text, language=language)

    def _queue_check(self) -> None:
        """Check on another thread, since that can take seconds; one check at a time, and at most one queued."""
        with self._lock:
            if self._output != "auto" or self._check_queued:
                return
            self._check_queued = True
        try:
            threading.Thread(target=self._check, name="screen reader", daemon=True).start()
        except RuntimeError as error:  # no thread can be started: the last result holds until the next check
            _log.info("whether a screen reader runs cannot be asked: %s", error)
            with self._lock:
                self._check_queued = False

    def _check(self) -> None:
        with self._check_lock:
            with self._lock:
                self._check_queued = False
            answers = self._reader.answers()
            with self._lock:
                self._use_reader = answers
