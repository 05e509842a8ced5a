"""All that is said goes through here: of the requests only the newest is heard, and a voice that broke is renewed."""

from __future__ import annotations

import threading
from collections.abc import Callable

from edge_assistant.assistant.factory import AnySpeaker, OnNotice
from edge_assistant.speech.messages import Tone
from edge_assistant.speech.screen_reader import ScreenReaderOrVoice

MakeSpeaker = Callable[[OnNotice], AnySpeaker | None]
_GIVEN_UP = ("no-sound", "no-voice")


class SpeechChannel:
    """All methods may be called from any thread. Without a speaker nothing is spoken."""

    def __init__(self, make_speaker: MakeSpeaker, on_notice: OnNotice) -> None:
        self._make: MakeSpeaker | None = make_speaker
        self._on_notice = on_notice
        self._lock = threading.RLock()
        self._request = 0
        self._broken = False
        self._tones = self._ticks = True
        self._speaker = self._made()

    def listen_to(self, request: int | None) -> None:
        """From now on only this request is heard, and what belongs to none; None: only the latter."""
        with self._lock:
            if request is not None and self._broken:  # the sound may be back: it costs nothing to try
                self._broken = False
                if self._speaker:
                    self._speaker.close()
                self._speaker = self._made()
            self._request = request or 0

    def renew(self, make_speaker: MakeSpeaker) -> None:
        """Be silent, and speak with another speaker from now on, or not at all."""
        with self._lock:
            old, self._make, self._broken = self._speaker, make_speaker, False
            self._speaker = self._made()
        if old:
            old.close()

    def sound(self, *, tones: bool, ticks: bool) -> None:
        """Which tones are sounded from now on."""
        with self._lock:
            self._tones, self._ticks = tones, ticks

    def say(self, text: str, request: int | None = None) -> None:
        """Speak after what was said before, unless `request` is no longer to be heard."""
        with self._lock:
            if self._speaker and request in (None, self._request):
                self._speaker.say(text)

    def tone(self, tone: Tone, request: int | None = None, *, if_idle: bool = False) -> None:
        """Sound a tone, as `say`; with `if_idle` only where nothing is being said."""
        with self._lock:
            wanted = self._ticks if tone == "tick" else self._tones
            if wanted and self._speaker and request in (None, self._request):
                self._speaker.tone(tone, if_idle=if_idle)

    def silence(self) -> None:
        """Be silent at once; what is said after this is spoken."""
        with self._lock:
            if self._speaker:
                self._speaker.stop()

    def leaves_focus_to_reader(self) -> bool:
        """Whether a screen reader speaks, which says by itself what has the keyboard. Returns at once."""
        speaker = self._speaker
        return isinstance(speaker, ScreenReaderOrVoice) and speaker.leaves_focus_to_reader()

    def wait(self, timeout: float) -> bool:
        """Block until all is spoken; False when `timeout` seconds were too few."""
        speaker = self._speaker
        return speaker.wait(timeout) if speaker else True

    def wait_unless(self, unwanted: Callable[[], bool]) -> None:
        """Block until all is spoken or it is `unwanted`, which is asked at first and at each `look_again`."""
        if speaker := self._speaker:
            speaker.wait_unless(unwanted)

    def look_again(self) -> None:
        """Let those who wait ask again whether they want to."""
        if speaker := self._speaker:
            speaker.look_again()

    def close(self) -> None:
        """Be silent and end the worker."""
        with self._lock:
            speaker, self._speaker, self._make = self._speaker, None, None
        if speaker:
            speaker.close()

    def _made(self) -> AnySpeaker | None:
        speaker = self._make(self._pass_on) if self._make else None
        if speaker:
            speaker.start()
        return speaker

    def _pass_on(self, code: str, message: str) -> None:
        if code in _GIVEN_UP:
            self._broken = True
        self._on_notice(code, message)
