"""The parent's side of speech: sentences wait in a row, one worker speaks them, each exactly once and in order.

Silence comes from stopping the player (3 ms), so the worker stays and the next sentence needs no warm-up. Only a worker
that does not obey in time is killed together with its player.
"""

from __future__ import annotations

import collections
import contextlib
import threading
import time
from collections.abc import Callable

from edge_assistant.speech import audio_files, worker
from edge_assistant.speech.messages import (
    Failure,
    Notice,
    Play,
    PlaybackStarted,
    PlaybackStopped,
    Reply,
    Say,
    Stop,
    Tone,
)
from edge_assistant.speech.playback import GRACE
from edge_assistant.system.i18n import later, tr
from edge_assistant.system.outside_text import sayable
from edge_assistant.system.worker_process import WorkerDiedError, WorkerProcess, kill_group

# A Hush that is not acknowledged within this many seconds is answered by killing the worker with its player.
_HUSH_GRACE = 0.05
# A sentence takes about 11 ms to make; a worker that needs twice this many seconds, and more for a long text, is stuck.
_MAKING = 10.0
_MAKING_PER_CHARACTER = 0.02
# Speech that breaks off this often in a row is given up. Sound that lasted for a second shows that it works.
_MOST_FAILURES = 3
_WORKS_AFTER = 1.0
# A sentence during which the worker died before it could be heard is tried once more, then left out.
_MOST_TRIES = 2
_RESTARTED = later("Speech stopped and was restarted. Something may have been left out.")
_GIVEN_UP = later("There is no sound: speech keeps crashing, so it is off now. Start again to retry.")
_NO_WORKER = later("There is no sound: speech cannot be started. Close other programs, then start again.")


class _Sentence:
    """The sentence, or the tone, at work: what became of it so far."""

    def __init__(self, id: int, text: str, tone: Tone | None = None) -> None:
        self.id = id
        self.text = text
        self.tone = tone
        self.tries = 0
        self.started: float | None = None
        self.patience = 0.0
        self.has_more_time = False
        self.deadline = 0.0
        self.hush_at: float | None = None


class Speaker:
    """Speaks sentences while the program goes on; all methods may be called from any thread.

    `on_notice(code, message)` is called on a thread of the speaker's own: `no-sound` or `no-voice` (once; everything
    said after that is dropped silently), `speech-restarted`, `no-voice-for-language`, `no-such-voice`.
    `on_started(text)` is called there too, when a sentence begins to be heard. `rate` is in words a minute,
    `volume` and `tone_volume` are in percent.
    """

    def __init__(
        self,
        *,
        voice: str | None = None,
        language: str | None = None,
        rate: int | None = None,
        volume: int = 100,
        tone_volume: int = 100,
        on_notice: Callable[[str, str], None],
        on_started: Callable[[str], None] | None = None,
    ) -> None:
        self._arguments = (voice, language, rate, volume, tone_volume)
        self._on_notice = on_notice
        self._on_started = on_started
        self._changed = threading.Condition()
        self._row: collections.deque[_Sentence] = collections.deque()
        self._current: _Sentence | None = None
        self._child: WorkerProcess | None = None
        self._last_id = 0
        self._failures = 0
        self._remarks: set[Notice] = set()
        self._running = False
        self._off = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)

    @property
    def pid(self) -> int | None:
        """The worker's process id, None when there is none."""
        child = self._child
        return child.pid if child else None

    def start(self) -> None:
        """Warm up the worker, so that the first sentence finds it ready; returns at once. Once is enough."""
        with self._changed:
            if not (self._running or self._closed):
                self._running = True
                self._thread.start()

    def say(self, text: str) -> None:
        """Speak `text` after what was said before; returns at once. Before `start` it only waits in the row."""
        text = sayable(text)
        if text.strip():
            self._enqueue(text)

    def tone(self, tone: Tone, *, if_idle: bool = False) -> None:
        """Sound a tone after what was said before; with `if_idle` only where nothing is being said. Returns at once."""
        self._enqueue("", tone, if_idle=if_idle)

    def stop(self) -> None:
        """Be silent now and forget what waits; what is said after this is spoken."""
        with self._changed:
            self._row.clear()
            child, sentence = self._child, self._current
            if sentence is None or sentence.hush_at is not None:
                return
            sentence.hush_at = time.monotonic() + _HUSH_GRACE
        if child is not None:
            child.wake()
            with contextlib.suppress(WorkerDiedError):  # the speaker's own thread finds out
                if not child.send(Stop(sentence.id), _HUSH_GRACE):
                    kill_group(child.pid)  # it does not even read

    def wait(self, timeout: float | None = None) -> bool:
        """Block until everything that was said is spoken, or cannot be; False when `timeout` seconds were too few."""
        return self.wait_unless(lambda: False, timeout)

    def wait_unless(self, unwanted: Callable[[], bool], timeout: float | None = None) -> bool:
        """As `wait`, but also until it is `unwanted`, which is asked at first and at each `look_again`."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running or self._is_idle() or unwanted(), timeout)

    def look_again(self) -> None:
        """Let those who wait ask again whether they want to."""
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """Be silent and end the worker; nothing is left behind."""
        with self._changed:
            self._closed = True
            self._row.clear()
            child, self._child = self._child, None
            self._changed.notify_all()
        if child is not None:
            kill_group(child.pid)  # silence first; the Pipe is closed when nobody reads it any more
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(_HUSH_GRACE)  # no longer: a notice may wait for whoever closes
        if child is not None:
            _end(child)

    def _enqueue(self, text: str, tone: Tone | None = None, *, if_idle: bool = False) -> None:
        with self._changed:
            if not (self._off or self._closed or (if_idle and not self._is_idle())):
                self._last_id += 1
                self._row.append(_Sentence(self._last_id, text, tone))
                self._changed.notify_all()

    def _is_idle(self) -> bool:
        return self._closed or not (self._row or self._current)

    def _run(self) -> None:
        try:
            self._ready_child()
            while self._take_next():
                assert self._current is not None
                try:
                    self._speak(self._current)
                except WorkerDiedError:
                    self._recover(self._current)
                with self._changed:
                    self._current = None
                    self._changed.notify_all()
        finally:  # also when a callback raises: nobody may wait for ever
            with self._changed:
                self._off = True
                self._row.clear()
                self._current = None
                self._changed.notify_all()

    def _take_next(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._row or self._closed)
            if self._closed:
                return False
            self._current = self._row.popleft()
            return True

    def _ready_child(self) -> WorkerProcess | None:
        """The worker, started when there is none; None after `close`."""
        with self._changed:
            if self._child is not None or self._closed:
                return self._child
        try:
            child = WorkerProcess(worker.serve, *self._arguments, name="speech")
        except (OSError, RuntimeError, MemoryError):  # no thread can be started, say
            self._give_up("no-sound", tr(_NO_WORKER))
            return None
        with self._changed:
            if not self._closed:
                self._child = child
                return child
        _end(child)
        return None

    def _speak(self, sentence: _Sentence) -> None:
        child = self._ready_child()
        if child is None or sentence.hush_at is not None:
            return
        sentence.tries += 1
        sentence.has_more_time = False
        sentence.patience = _MAKING + _MAKING_PER_CHARACTER * len(sentence.text)
        sentence.deadline = time.monotonic() + sentence.patience
        child.send(Play(sentence.id, sentence.tone) if sentence.tone else Say(sentence.id, sentence.text))
        if sentence.hush_at is not None:
            child.send(Stop(sentence.id))  # the stop came too early to be meant for this Say
        while True:
            asked = min(filter(None, (sentence.hush_at, sentence.deadline)))
            reply: Reply | None = child.receive(max(0.0, asked - time.monotonic()))
            now = time.monotonic()
            if isinstance(reply, Notice):
                self._pass_on(reply)
            elif isinstance(reply, PlaybackStarted):
                sentence.started = now
                sentence.patience = reply.seconds + 2 * GRACE
                sentence.has_more_time = False
                sentence.deadline = now + sentence.patience
                if self._on_started and sentence.text and sentence.hush_at is None:
                    self._on_started(sentence.text)
            elif reply is not None:
                self._end_sentence(sentence, reply)
                return
            if sentence.hush_at is not None and now > sentence.hush_at:
                self._drop(child)
                return
            if now > sentence.deadline:
                if sentence.has_more_time:
                    self._recover(sentence)
                    return
                # Once more: if the machine slept meanwhile, that was not the worker's time.
                sentence.deadline, sentence.has_more_time = now + sentence.patience, True

    def _end_sentence(self, sentence: _Sentence, reply: Reply) -> None:
        if isinstance(reply, Failure):
            self._give_up(reply.code, reply.message)
        elif isinstance(reply, PlaybackStopped) and not reply.by_us:
            self._tell_failure(sentence)
        else:
            self._failures = 0

    def _recover(self, sentence: _Sentence) -> None:
        """The worker is dead or stuck. A sentence that had begun was partly heard and is not repeated; another is."""
        child = self._child
        if child is None:
            return  # closed
        self._drop(child)
        if sentence.hush_at is not None:
            return
        self._tell_failure(sentence)
        with self._changed:
            # A tone that comes late says something else.
            again = (
                not sentence.tone
                and sentence.started is None
                and sentence.tries < _MOST_TRIES
                and sentence.hush_at is None
            )
            if again and not (self._off or self._closed):
                self._row.appendleft(sentence)

    def _tell_failure(self, sentence: _Sentence) -> None:
        worked = sentence.started is not None and time.monotonic() - sentence.started > _WORKS_AFTER
        self._failures = 1 if worked else self._failures + 1
        if self._failures < _MOST_FAILURES:
            self._on_notice("speech-restarted", tr(_RESTARTED))
        else:
            self._give_up("no-sound", tr(_GIVEN_UP))

    def _pass_on(self, remark: Notice) -> None:
        if remark not in self._remarks:  # each new worker makes it again
            self._remarks.add(remark)
            self._on_notice(remark.code, remark.message)

    def _drop(self, child: WorkerProcess) -> None:
        _end(child)
        with self._changed:
            if self._child is child:
                self._child = None

    def _give_up(self, code: str, message: str) -> None:
        with self._changed:
            self._off = True
            child, self._child = self._child, None
        if child is not None:
            _end(child)
        self._on_notice(code, message)  # before the row is empty, so that nobody who waits misses it
        with self._changed:
            self._row.clear()
            self._changed.notify_all()


def _end(child: WorkerProcess) -> None:
    child.kill()
    audio_files.remove_folder(child.pid)
