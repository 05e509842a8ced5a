"""The one channel to the speaker: only the newest request is heard, and a speaker that failed is replaced."""

from __future__ import annotations

import threading
from collections.abc import Callable

from edge_assistant.assistant.factory import AnySpeaker, OnNotice
from edge_assistant.speech.messages import NO_VOICE_FOR_LANGUAGE, Tone
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

    def say(self, text: str, request_id: int | None = None, *, language: str | None = None) -> None:
        """Speak a text after what was said before, unless `request_id` is no longer heard.

        `language` is the code of the text's language, by default that of our own sentences.
        """
        with self._lock:
            if self._speaker and request_id in (None, self._request_id):
                self._speaker.say(text, language=language)

    def tone(self, tone: Tone, request_id: int | None = None, *, if_idle: bool = False) -> None:
        """Sound a tone, as `say`; with `if_idle` only while nothing is spoken."""
        with self._lock:
            enabled = self._ticks if tone == "tick" else self._tones
            if enabled and self._speaker and request_id in (None, self._request_id):
                self._speaker.tone(tone, if_idle=if_idle)

    def silence(self) -> None:
        """Stop speaking at once; later texts are spoken."""
        with self._lock:
            if self._speaker:
                self._speaker.stop()

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

    def _start_speaker(self) -> AnySpeaker | None:
        speaker = self._make_speaker(self._forward_notice) if self._make_speaker else None
        if speaker:
            speaker.start()
        return speaker

    def _forward_notice(self, code: str, message: str) -> None:
        if code in _FAILURE_CODES:
            self._broken = True
        if code == NO_VOICE_FOR_LANGUAGE:
            if message in self._said:
                return
            self._said.add(message)
            self.say(message)
        self._on_notice(code, message)
