"""The one channel to the speaker: only the newest request is heard, and a speaker that failed is replaced."""

from __future__ import annotations

import threading
from collections.abc import Callable

from edge_assistant.assistant.factory import AnySpeaker, OnNotice
from edge_assistant.speech.messages import ABOUT_VOICES, Tone
from edge_assistant.speech.screen_reader import ScreenReaderOrVoice

MakeSpeaker = Callable[[OnNotice], AnySpeaker | None]
_FAILURE_CODES = ("no-sound", "no-voice")


class SpeechChannel:
    """The speech output of all requests, thread-safe. Without a speaker nothing is spoken."""

    def __init__(self, make_speaker: MakeSpeaker, on_notice: OnNotice) -> None:
        self._make_speaker: MakeSpeaker | None = make_speaker
        self._on_notice = on_notice
        self._lock = threading.RLock()
        self._request_id = 0
        self._last_heard: int | None = None
        self._focus_was_last = False
        self._silenced: int | None = None
        self.on_silenced: Callable[[int], None] = lambda _: None
        """Called, on a thread of its own, with the request in which the person silenced the screen reader."""
        self._broken = False
        self._said: set[str] = set()
        self._tones = self._ticks = True
        self._speaker = self._start_speaker()

    def select_request(self, request_id: int | None) -> None:
        """Speak only for this request from now on, and for what belongs to none; None: only for the latter."""
        with self._lock:
            if request_id is not None and self._broken:  # sound may work again: trying costs nothing
                self._broken = False
                if self._speaker:
                    self._speaker.close()
                self._speaker = self._start_speaker()
            self._request_id = request_id or 0
            self._silenced = None

    def set_speaker(self, make_speaker: MakeSpeaker) -> None:
        """Stop speaking, and use another speaker from now on, or none."""
        with self._lock:
            old, self._make_speaker, self._broken = self._speaker, make_speaker, False
            self._speaker = self._start_speaker()
        if old:
            old.close()

    def configure_tones(self, *, tones: bool, ticks: bool) -> None:
        """Set which tones are sounded from now on."""
        with self._lock:
            self._tones, self._ticks = tones, ticks

    def say(self, text: str, request_id: int | None = None, *, language: str | None = None) -> bool:
        """Speak a text after what was said before, unless `request_id` is no longer heard; return whether it is.

        `language` is the code of the text's language, by default that of our own sentences.
        """
        with self._lock:
            if not self._is_heard(request_id):
                return False
            if self._speaker:
                self._last_heard, self._focus_was_last = request_id, False
                self._speaker.say(text, language=language)
            return True

    def interject(self, text: str, *, once: bool = False) -> None:
        """Speak a sentence of ours at once; what it interrupts is spoken again behind it, and goes on. `once` is as for
        Speaker.
        """
        with self._lock:
            if self._speaker:
                self._focus_was_last = False
                self._speaker.interject(text, once=once)

    def configure_voice(self, rate: int | None, volume: int) -> None:
        """Let our own voice speak with this rate (words a minute) and volume (percent) from the next sentence on."""
        with self._lock:
            if self._speaker:
                self._speaker.configure(rate, volume)

    def say_focus(self, text: str, interrupts: bool, *, lasts: bool = False) -> None:
        """Speak what has the keyboard in place of what had it before.

        With `interrupts` it ends all other speech, as with a screen reader: a key that moves the keyboard ends a whole
        answer. With `lasts` it tells of what happened, and what has the keyboard next is said after it.
        """
        with self._lock:
            if self._speaker is None:
                return
            if interrupts or self._focus_was_last:
                if interrupts and self._last_heard is not None and self._speaker.pending():
                    self._end_silenced_request()
                self._speaker.stop()
            self._focus_was_last, self._last_heard = not lasts, None
            self._speaker.say(text, language=None)

    def tone(self, tone: Tone, request_id: int | None = None, *, if_idle: bool = False) -> None:
        """Sound a tone, as `say`; with `if_idle` only while nothing is spoken."""
        with self._lock:
            enabled = self._ticks if tone == "tick" else self._tones
            if enabled and self._speaker and self._is_heard(request_id):
                self._speaker.tone(tone, if_idle=if_idle)

    def silence(self) -> None:
        """Stop speaking at once; later texts are spoken."""
        with self._lock:
            self._silenced = None
            if self._speaker:
                self._speaker.stop()

    @property
    def speaks(self) -> bool:
        """Whether there is a speaker; without one nothing is heard."""
        return self._speaker is not None

    def is_silenced(self, request_id: int) -> bool:
        """Return whether the person silenced the screen reader in this request, and nothing was said of it since."""
        return request_id == self._silenced

    def pending(self) -> int:
        """Return how many texts were said and are not spoken to their end yet. It waits for no lock of the channel."""
        speaker = self._speaker
        return speaker.pending() if speaker else 0

    def reader_announces_focus(self) -> bool:
        """Return at once whether a screen reader speaks, which announces the focus by itself."""
        speaker = self._speaker
        return isinstance(speaker, ScreenReaderOrVoice) and speaker.reader_announces_focus()

    def wait(self, timeout: float) -> bool:
        """Block until all is spoken; return False when `timeout` seconds were too few."""
        speaker = self._speaker
        return speaker.wait(timeout) if speaker else True

    def wait_unless(self, unwanted: Callable[[], bool]) -> None:
        """Block until all is spoken or `unwanted` is true, which is checked first and at each `recheck_waiters`."""
        if speaker := self._speaker:
            speaker.wait_unless(unwanted)

    def recheck_waiters(self) -> None:
        """Let `wait_unless` check again whether to go on waiting."""
        if speaker := self._speaker:
            speaker.recheck_waiters()

    def close(self) -> None:
        """Stop speaking and end the speaker."""
        with self._lock:
            speaker, self._speaker, self._make_speaker = self._speaker, None, None
        if speaker:
            speaker.close()

    def _is_heard(self, request_id: int | None) -> bool:
        return request_id is None or (request_id == self._request_id and request_id != self._silenced)

    def _end_silenced_request(self) -> None:
        """Speak nothing more of the request in which the person silenced the screen reader, until `silence` or
        another request: one silencing ends a whole answer, as our own key for it does.
        """
        with self._lock:
            self._silenced = id = self._last_heard
        if id is not None:
            self.on_silenced(id)

    def _start_speaker(self) -> AnySpeaker | None:
        speaker = self._make_speaker(self._forward_notice) if self._make_speaker else None
        if isinstance(speaker, ScreenReaderOrVoice):
            speaker.on_silenced = self._end_silenced_request
        if speaker:
            speaker.start()
        return speaker

    def _forward_notice(self, code: str, message: str) -> None:
        if code in _FAILURE_CODES:
            self._broken = True
        if code in ABOUT_VOICES:
            if message in self._said:
                return
            self._said.add(message)
            self.say(message)
        self._on_notice(code, message)
