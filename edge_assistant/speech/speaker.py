"""The speaker: a queue of sentences that one worker process speaks, each exactly once and in order.

Stopping speech stops the player only (3 ms), so that the next sentence needs no warm-up. Only a worker that does not
acknowledge in time is killed, together with its player.
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
    Part,
    Play,
    PlaybackStarted,
    PlaybackStopped,
    Reply,
    Say,
    Stop,
    Tone,
)
from edge_assistant.speech.playback import GRACE
from edge_assistant.system.i18n import catalogue_language, tr, tr_noop
from edge_assistant.system.text_cleaning import for_speech
from edge_assistant.system.worker_process import WorkerDiedError, WorkerProcess, kill_group
from edge_assistant.text.languages import split_by_language
from edge_assistant.text.spoken_form import spoken_form

# A worker that does not acknowledge a Stop within this many seconds is killed, together with its player.
_STOP_GRACE = 0.05
# Synthesis of a sentence takes about 11 ms; a worker that needs twice this many seconds, more for long text, is stuck.
_SYNTHESIS_TIMEOUT = 10.0
_SYNTHESIS_TIMEOUT_PER_CHARACTER = 0.02
# Speech is turned off after this many failures in a row. Sound that lasted for a second counts as a success.
_MAX_FAILURES = 3
_WORKS_AFTER = 1.0
# A sentence whose worker died before it was heard is tried once more, then dropped.
_MAX_TRIES = 2
_RESTARTED = tr_noop("Speech stopped and was restarted. Something may have been left out.")
_GIVEN_UP = tr_noop("There is no sound: speech keeps crashing, so it is off now. Start again to retry.")
_NO_WORKER = tr_noop("There is no sound: speech cannot be started. Close other programs, then start again.")


class _Utterance:
    """A queued sentence or tone, and its state while it is spoken."""

    def __init__(self, id: int, parts: tuple[Part, ...], tone: Tone | None = None) -> None:
        self.id = id
        self.parts = parts
        self.text = "".join(part.text for part in parts)
        self.tone = tone
        self.tries = 0
        self.started: float | None = None
        self.timeout = 0.0
        self.extended = False
        self.deadline = 0.0
        self.stop_deadline: float | None = None


class Speaker:
    """Speaks sentences in the background; all methods may be called from any thread.

    `on_notice(code, message)` is called on the speaker's own thread: `no-sound` or `no-voice` (once; everything said
    after that is dropped silently), `speech-restarted`, `no-voice-for-language`, `no-such-voice`. `rate` is in words a
    minute, `volume` and `tone_volume` are in percent. `voice` speaks the texts in `language`; without one, and for
    other languages, the system's voices are searched.
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
    ) -> None:
        self._arguments = (voice, language, rate, volume, tone_volume)
        self._on_notice = on_notice
        self._changed = threading.Condition()
        self._queue: collections.deque[_Utterance] = collections.deque()
        self._current: _Utterance | None = None
        self._process: WorkerProcess | None = None
        self._last_id = 0
        self._failures = 0
        self._notices: set[Notice] = set()
        self._running = False
        self._off = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)

    def start(self) -> None:
        """Start the worker, so that it is ready for the first sentence; return at once."""
        with self._changed:
            if not (self._running or self._closed):
                self._running = True
                self._thread.start()

    def say(self, text: str, *, language: str | None = None) -> None:
        """Queue `text`, to be spoken after the earlier ones; return at once. Nothing is spoken before `start`.

        `language` is the code of the text's language, by default that of our own sentences. What is in another script
        or language is spoken by a voice that knows it. Long numbers are spoken digit by digit.
        """
        text = for_speech(text)
        if text.strip():
            runs = split_by_language(text, language or catalogue_language())
            self._enqueue(tuple(Part(spoken_form(run, code), code) for run, code in runs))

    def tone(self, tone: Tone, *, if_idle: bool = False) -> None:
        """Queue a tone; with `if_idle` only while nothing is spoken or queued. Return at once."""
        self._enqueue((), tone, if_idle=if_idle)

    def stop(self) -> None:
        """Be silent at once and clear the queue; later sentences are spoken."""
        with self._changed:
            self._queue.clear()
            process, utterance = self._process, self._current
            if utterance is None or utterance.stop_deadline is not None:
                return
            utterance.stop_deadline = time.monotonic() + _STOP_GRACE
        if process is not None:
            process.wake()
            with contextlib.suppress(WorkerDiedError):  # the speaker's own thread notices
                if not process.send(Stop(utterance.id), _STOP_GRACE):
                    kill_group(process.pid)  # it does not read its messages

    def wait(self, timeout: float | None = None) -> bool:
        """Block until everything is spoken or dropped; return False after `timeout` seconds."""
        return self.wait_unless(lambda: False, timeout)

    def wait_unless(self, cancelled: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait like `wait`, or until `cancelled` returns true; it is called first and at each `recheck_waiters`."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running or self._is_idle() or cancelled(), timeout)

    def recheck_waiters(self) -> None:
        """Make the waiting threads call their `cancelled` again."""
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """Be silent, end the worker and remove its files."""
        with self._changed:
            self._closed = True
            self._queue.clear()
            process, self._process = self._process, None
            self._changed.notify_all()
        if process is not None:
            kill_group(process.pid)  # silence first; the pipe is closed once nobody reads it
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(_STOP_GRACE)  # no longer: `on_notice` may be waiting for the closing thread
        if process is not None:
            _terminate(process)

    def _enqueue(self, parts: tuple[Part, ...], tone: Tone | None = None, *, if_idle: bool = False) -> None:
        with self._changed:
            if not (self._off or self._closed or (if_idle and not self._is_idle())):
                self._last_id += 1
                self._queue.append(_Utterance(self._last_id, parts, tone))
                self._changed.notify_all()

    def _is_idle(self) -> bool:
        return self._closed or not (self._queue or self._current)

    def _run(self) -> None:
        try:
            self._ensure_process()
            while self._next_utterance():
                assert self._current is not None
                try:
                    self._speak(self._current)
                except WorkerDiedError:
                    self._recover(self._current)
                with self._changed:
                    self._current = None
                    self._changed.notify_all()
        finally:  # also when a callback raises: nobody may wait forever
            with self._changed:
                self._off = True
                self._queue.clear()
                self._current = None
                self._changed.notify_all()

    def _next_utterance(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed)
            if self._closed:
                return False
            self._current = self._queue.popleft()
            return True

    def _ensure_process(self) -> WorkerProcess | None:
        """Return the worker, started if there is none; None after `close`."""
        with self._changed:
            if self._process is not None or self._closed:
                return self._process
        try:
            process = WorkerProcess(worker.serve, *self._arguments, name="speech")
        except (OSError, RuntimeError, MemoryError):  # no thread can be started, say
            self._give_up("no-sound", tr(_NO_WORKER))
            return None
        with self._changed:
            if not self._closed:
                self._process = process
                return process
        _terminate(process)
        return None

    def _speak(self, utterance: _Utterance) -> None:
        process = self._ensure_process()
        if process is None or utterance.stop_deadline is not None:
            return
        utterance.tries += 1
        utterance.extended = False
        utterance.timeout = _SYNTHESIS_TIMEOUT + _SYNTHESIS_TIMEOUT_PER_CHARACTER * len(utterance.text)
        utterance.deadline = time.monotonic() + utterance.timeout
        process.send(Play(utterance.id, utterance.tone) if utterance.tone else Say(utterance.id, utterance.parts))
        if utterance.stop_deadline is not None:
            process.send(Stop(utterance.id))  # the worker got the first Stop before this Say
        while True:
            deadline = min(filter(None, (utterance.stop_deadline, utterance.deadline)))
            reply: Reply | None = process.receive(max(0.0, deadline - time.monotonic()))
            now = time.monotonic()
            if isinstance(reply, Notice):
                self._forward_notice(reply)
            elif isinstance(reply, PlaybackStarted):
                self._note_started(utterance, now, reply.seconds)
            elif reply is not None:
                self._finish(utterance, reply)
                return
            if utterance.stop_deadline is not None and now > utterance.stop_deadline:
                self._discard(process)
                return
            if now > utterance.deadline:
                if utterance.extended:
                    self._recover(utterance)
                    return
                # A second time: the machine may have been suspended meanwhile.
                utterance.deadline, utterance.extended = now + utterance.timeout, True

    def _note_started(self, utterance: _Utterance, now: float, seconds: float) -> None:
        utterance.started = now
        utterance.timeout = seconds + 2 * GRACE
        utterance.extended = False
        utterance.deadline = now + utterance.timeout

    def _finish(self, utterance: _Utterance, reply: Reply) -> None:
        if isinstance(reply, Failure):
            self._give_up(reply.code, reply.message)
        elif isinstance(reply, PlaybackStopped) and not reply.requested:
            self._count_failure(utterance)
        else:
            self._failures = 0

    def _recover(self, utterance: _Utterance) -> None:
        """Replace a dead or stuck worker. A sentence that was partly heard is not repeated; another one is retried."""
        process = self._process
        if process is None:
            return  # closed
        self._discard(process)
        if utterance.stop_deadline is not None:
            return
        self._count_failure(utterance)
        with self._changed:
            # A late tone would mislead.
            retry = (
                not utterance.tone
                and utterance.started is None
                and utterance.tries < _MAX_TRIES
                and utterance.stop_deadline is None
            )
            if retry and not (self._off or self._closed):
                self._queue.appendleft(utterance)

    def _count_failure(self, utterance: _Utterance) -> None:
        worked = utterance.started is not None and time.monotonic() - utterance.started > _WORKS_AFTER
        self._failures = 1 if worked else self._failures + 1
        if self._failures < _MAX_FAILURES:
            self._on_notice("speech-restarted", tr(_RESTARTED))
        else:
            self._give_up("no-sound", tr(_GIVEN_UP))

    def _forward_notice(self, notice: Notice) -> None:
        if notice not in self._notices:  # each new worker sends it again
            self._notices.add(notice)
            self._on_notice(notice.code, notice.message)

    def _discard(self, process: WorkerProcess) -> None:
        _terminate(process)
        with self._changed:
            if self._process is process:
                self._process = None

    def _give_up(self, code: str, message: str) -> None:
        with self._changed:
            self._off = True
            process, self._process = self._process, None
        if process is not None:
            _terminate(process)
        self._on_notice(code, message)  # before the queue is cleared, so that no waiting thread misses it
        with self._changed:
            self._queue.clear()
            self._changed.notify_all()


def _terminate(process: WorkerProcess) -> None:
    process.kill()
    audio_files.remove_folder(process.pid)
