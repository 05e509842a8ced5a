"""A speaker for tests that says a sentence for as long as the test wants, as a real one does in its time."""

from __future__ import annotations

import threading
from collections.abc import Callable

from edge_assistant.controller.speech_channel import SpeechChannel
from support.waiting import PATIENCE, until


class SlowSpeaker:
    """A Speaker whose sentences end when the test says so; `heard` are those that began, "(silence)" each stop."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._changed = threading.Condition()
        self._queue: list[str] = []
        self.closed = False

    def start(self) -> None: ...

    def say(self, text: str, *, language: str | None = None) -> None:  # noqa: ARG002 (as a speaker's)
        with self._changed:
            if not self._queue:
                self.heard.append(text)
            self._queue.append(text)
            self._changed.notify_all()

    def interject(self, text: str, *, once: bool = False) -> None:  # noqa: ARG002
        """Say a text now; what is spoken then begins again behind it."""
        with self._changed:
            self.heard.append(text)
            self._queue.insert(0, text)
            self._changed.notify_all()

    def tone(self, tone: str, *, if_idle: bool = False) -> None:
        if not if_idle:
            self.heard.append(f"({tone})")

    def stop(self) -> None:
        with self._changed:
            self._queue.clear()
            self.heard.append("(silence)")
            self._changed.notify_all()

    def end_sentence(self) -> None:
        """Let the sentence that is spoken end, once there is one; the next one begins."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._queue, PATIENCE), f"nothing is spoken: {self.heard}"
            self._queue.pop(0)
            self.heard += self._queue[:1]
            self._changed.notify_all()

    def pending(self) -> int:
        with self._changed:
            return len(self._queue)

    def wait(self, timeout: float | None = None) -> bool:
        return self.wait_unless(lambda: False, timeout)

    def wait_unless(self, cancelled: Callable[[], bool], timeout: float | None = None) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.closed or not self._queue or cancelled(), timeout)

    def recheck_waiters(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def wait_until_heard(self, text: str, times: int = 1) -> None:
        """Block until a sentence has begun that often."""
        until(lambda: self.heard.count(text) >= times, f"{text!r} in {self.heard}")


def channel_with(speaker: SlowSpeaker) -> SpeechChannel:
    """Return a speech channel that speaks through `speaker`."""
    return SpeechChannel(lambda _: speaker, lambda *_: None)  # type: ignore[arg-type, return-value]
