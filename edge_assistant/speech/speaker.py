"""The parent's side of speech: sentences wait in a row, one worker speaks them, each exactly once and in order."""

from __future__ import annotations

import collections
import threading
import time
from collections.abc import Callable

from edge_assistant.child import Child, ChildDied
from edge_assistant.speech import worker
from edge_assistant.speech.messages import Hush, Interrupted, Remark, Reply, Say, Started, Trouble

# A Hush that is not acknowledged within this many seconds is answered by killing the worker with its player.
_HUSH_GRACE = 0.05
_POLL = 0.02
# After this many deaths in a row, without a sentence between them, speech is given up.
_MOST_DEATHS = 3
_RESTARTED = "Speech had stopped and is started again. Something may have been left out."
_GIVEN_UP = "Speech keeps stopping, so it is off now. Start again to try once more."


class Speaker:
    """Speaks sentences while the program goes on; all methods may be called from any thread.

    `on_notice(code, message)` is called on a thread of the speaker's own: `no-sound` or `no-voice` (once; everything
    said after that is dropped silently), `speech-restarted`, `no-voice-for-language`, `no-such-voice`.
    `on_started(text)` is called when a sentence begins to be heard. `rate` is in words a minute.
    """

    def __init__(
        self,
        *,
        voice: str | None = None,
        language: str | None = None,
        rate: int | None = None,
        on_notice: Callable[[str, str], None],
        on_started: Callable[[str], None] | None = None,
    ) -> None:
        self._arguments = (voice, language, rate)
        self._on_notice = on_notice
        self._on_started = on_started
        self._changed = threading.Condition()
        self._row: collections.deque[str] = collections.deque()
        self._speaking = False
        self._begun = False
        self._off = False
        self._closed = False
        self._hush_at: float | None = None
        self._child: Child | None = None
        self._last_id = 0
        self._deaths = 0
        self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)

    @property
    def pid(self) -> int | None:
        """The worker's process id, None when there is none."""
        child = self._child
        return child.pid if child else None

    def start(self) -> None:
        """Warm up the worker, so that the first sentence finds it ready; returns at once."""
        self._thread.start()

    def say(self, text: str) -> None:
        """Speak `text` after what was said before; returns at once."""
        with self._changed:
            if not (self._off or self._closed):
                self._row.append(text)
                self._changed.notify_all()

    def stop(self) -> None:
        """Be silent now and forget what waits; what is said after this is spoken."""
        with self._changed:
            self._row.clear()
            child = self._child
            if not self._speaking or child is None or self._hush_at is not None:
                return
            self._hush_at = time.monotonic() + _HUSH_GRACE
        try:
            child.send(Hush())
        except ChildDied:
            return  # the speaker's own thread finds out

    def wait(self, timeout: float | None = None) -> bool:
        """Block until everything that was said is spoken, or cannot be; False when `timeout` seconds were too few."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closed or not (self._row or self._speaking), timeout)

    def close(self) -> None:
        """Be silent and end the worker; nothing is left behind."""
        with self._changed:
            self._closed = True
            self._row.clear()
            child, self._child = self._child, None
            self._changed.notify_all()
        if child is not None:
            child.kill()

    def _run(self) -> None:
        self._ready_child()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._row or self._closed)
                if self._closed:
                    return
                text = self._row.popleft()
                self._speaking, self._begun, self._hush_at = True, False, None
            try:
                self._speak(text)
            except ChildDied:
                self._recover(text)
            with self._changed:
                self._speaking = False
                self._changed.notify_all()

    def _ready_child(self) -> Child | None:
        with self._changed:
            if self._child is None and not self._closed:
                self._child = Child(worker.serve, *self._arguments, name="speech")
            return self._child

    def _speak(self, text: str) -> None:
        child = self._ready_child()
        if child is None:
            return
        self._last_id += 1
        child.send(Say(self._last_id, text))
        while True:
            reply: Reply | None = child.receive(_POLL)
            if reply is None:
                if self._hush_at is not None and time.monotonic() > self._hush_at:
                    self._drop(child)
                    return
            elif isinstance(reply, Remark):
                self._on_notice(reply.code, reply.message)
            elif isinstance(reply, Started):
                self._deaths, self._begun = 0, True
                if self._on_started:
                    self._on_started(text)
            else:
                self._end(reply)
                return

    def _end(self, reply: Reply) -> None:
        if isinstance(reply, Trouble):
            self._give_up(reply.code, reply.message)
        elif isinstance(reply, Interrupted) and not reply.by_us:
            self._on_notice("speech-restarted", _RESTARTED)

    def _recover(self, text: str) -> None:
        """The worker died. A sentence that had begun may have been heard and is not repeated; another one is."""
        child = self._child
        if child is None or self._closed:
            return
        self._drop(child)
        if self._hush_at is not None:
            return
        self._deaths += 1
        if self._deaths >= _MOST_DEATHS:
            self._give_up("no-sound", _GIVEN_UP)
            return
        self._on_notice("speech-restarted", _RESTARTED)
        with self._changed:
            if not self._begun and self._hush_at is None and not self._closed:
                self._row.appendleft(text)

    def _drop(self, child: Child) -> None:
        child.kill()
        with self._changed:
            if self._child is child:
                self._child = None

    def _give_up(self, code: str, message: str) -> None:
        with self._changed:
            self._off = True
            self._row.clear()
        self._on_notice(code, message)
