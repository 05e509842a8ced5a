"""The speaker: a queue of sentences that one worker process speaks, each exactly once and in order.

The worker has the next sentence before the present one ends, so that a voice that can leaves no gap between them.
Stopping speech stops the sound only (3 ms), so that the next sentence needs no warm-up. Only a worker that does not
acknowledge in time is killed, together with its player.
"""

from __future__ import annotations

import collections
import contextlib
import sys
import threading
import time
from collections.abc import Callable
from functools import partial

from edge_assistant.speech import audio_files, worker
from edge_assistant.speech.messages import (
    Configure,
    Failure,
    Notice,
    Part,
    Play,
    PlaybackStarted,
    PlaybackStopped,
    Reply,
    Say,
    Spoken,
    Stop,
    Tone,
)
from edge_assistant.speech.utterance import Utterance
from edge_assistant.system.i18n import catalogue_language, tr, tr_noop
from edge_assistant.system.text_cleaning import for_speech
from edge_assistant.system.worker_process import WorkerDiedError, WorkerProcess, kill_group
from edge_assistant.text.languages import split_by_language
from edge_assistant.text.passing import Passing
from edge_assistant.text.spoken_form import spoken_form

# A worker that does not acknowledge a Stop within this many seconds is killed, together with its player. On Windows the
# audio output is stopped first and the voice may take longer; a new worker would take seconds there.
_STOP_GRACE = 0.5 if sys.platform == "win32" else 0.05
# A worker that takes no message for so many seconds is stuck: it has a thread for that.
_SEND_TIMEOUT_S = 10.0
# The worker has this many utterances at a time: the one that is heard, and the next.
_AHEAD = 2
# Speech is turned off after this many failures in a row. Sound that lasted for a second counts as a success.
_MAX_FAILURES = 3
_WORKS_AFTER = 1.0
_RESTARTED = tr_noop("Speech stopped and was restarted. Something may have been left out.")
_GIVEN_UP = tr_noop("There is no sound: speech keeps crashing, so it is off now. Start again to retry.")
_NO_WORKER = tr_noop("There is no sound: speech cannot be started. Close other programs, then start again.")


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
        self._voice, self._language, self._tone_volume = voice, language, tone_volume
        self._rate, self._volume = rate, volume
        self._on_notice = on_notice
        self._changed = threading.Condition()
        self._queue: collections.deque[Utterance] = collections.deque()
        self._sent: collections.deque[Utterance] = collections.deque()  # the worker has these; the first is heard
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
        or language is spoken by a voice that knows it. Long numbers are spoken digit by digit. A Passing text takes the
        place of those that are still queued; an empty one also ends the one that is heard.
        """
        passing = isinstance(text, Passing)
        if passing:
            self._drop_passing(heard=not text)
        parts = _parts(text, language)
        if parts:
            self._enqueue(parts, passing=passing)

    def interject(self, text: str, *, once: bool = False) -> None:
        """Speak a sentence of ours at once, and then the sentence that it interrupts again, and those behind it.

        With `once` it is left out until the sentence that the last one interrupted has ended: whoever asks again and
        again would keep that sentence from ever ending.
        """
        parts = _parts(text, None)
        if not parts:
            return
        with self._changed:
            unfinished = [each for each in (*self._sent, *self._queue) if each.stop_deadline is None]
            if once and any(each.is_interjection or each.was_interrupted for each in unfinished):
                return
            again = [each for each in unfinished if (each.parts or each.started is None) and not each.is_interjection]
            interrupted = next((each for each in again if each.parts), None)
            stop = self._clear()
            self._enqueue(parts, is_interjection=True)
            for each in again:
                was_interrupted = each.was_interrupted or each is interrupted
                self._enqueue(each.parts, each.tone, passing=each.passing, was_interrupted=was_interrupted)
        stop()

    def configure(self, rate: int | None, volume: int) -> None:
        """Speak with this rate and volume from the next sentence on; what is heard now ends as it began."""
        with self._changed:
            self._rate, self._volume = rate, volume
            process = self._process
        if process is not None:
            with contextlib.suppress(WorkerDiedError):  # the next one begins with them
                process.send(Configure(rate, volume), _STOP_GRACE)  # a worker that takes nothing is replaced soon

    def tone(self, tone: Tone, *, if_idle: bool = False) -> None:
        """Queue a tone; with `if_idle` only while nothing is spoken or queued. Return at once."""
        self._enqueue((), tone, if_idle=if_idle)

    def stop(self) -> None:
        """Be silent at once and clear the queue; later sentences are spoken."""
        with self._changed:
            stop = self._clear()
        stop()

    def pending(self) -> int:
        """Return how many texts were said and are not spoken to their end yet; tones do not count."""
        with self._changed:
            utterances = (*self._queue, *self._sent)
            return sum(bool(each.parts) and each.stop_deadline is None for each in utterances)

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

    def _clear(self) -> Callable[[], None]:
        """Clear the queue; return what makes the worker silent, to be called without the lock."""
        self._queue.clear()
        process = self._process
        if not self._sent or self._sent[-1].stop_deadline is not None:
            return lambda: None
        for utterance in self._sent:
            utterance.stop_deadline = utterance.stop_deadline or time.monotonic() + _STOP_GRACE
        return partial(_silence, process, self._sent[-1].id) if process is not None else lambda: None

    def _drop_passing(self, *, heard: bool) -> None:
        """Drop the passing texts that wait; with `heard` the one that is heard ends, too."""
        with self._changed:
            kept = [each for each in self._queue if not each.passing]
            self._queue.clear()
            self._queue.extend(kept)
            self._changed.notify_all()
            first = self._sent[0] if self._sent else None
            process = self._process
            if not heard or process is None or first is None or not first.passing or first.stop_deadline is not None:
                return
            first.stop_deadline = time.monotonic() + _STOP_GRACE
        _silence(process, first.id)

    def _enqueue(
        self,
        parts: tuple[Part, ...],
        tone: Tone | None = None,
        *,
        if_idle: bool = False,
        passing: bool = False,
        is_interjection: bool = False,
        was_interrupted: bool = False,
    ) -> None:
        with self._changed:
            if self._off or self._closed or (if_idle and not self._is_idle()):
                return
            self._last_id += 1
            utterance = Utterance(self._last_id, parts, tone, passing=passing)
            utterance.is_interjection, utterance.was_interrupted = is_interjection, was_interrupted
            self._queue.append(utterance)
            self._changed.notify_all()
            process = self._process if 0 < len(self._sent) < _AHEAD else None
        if process is not None:
            process.wake()  # the speaker's own thread waits for replies

    def _is_idle(self) -> bool:
        return self._closed or not (self._queue or self._sent)

    def _run(self) -> None:
        try:
            self._ensure_process()
            while self._wait_for_work():
                try:
                    self._hand_over()
                    self._receive()
                except WorkerDiedError:
                    self._recover()
        finally:  # also when a callback raises: nobody may wait forever
            with self._changed:
                self._off = True
                self._drop_all()

    def _wait_for_work(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._sent or self._closed)
            return not self._closed

    def _drop_all(self) -> None:
        self._queue.clear()
        self._sent.clear()
        self._changed.notify_all()

    def _ensure_process(self) -> WorkerProcess | None:
        """Return the worker, started if there is none; None after `close`."""
        with self._changed:
            if self._process is not None or self._closed:
                return self._process
            arguments = (self._voice, self._language, self._rate, self._volume, self._tone_volume)
        try:
            process = WorkerProcess(worker.serve, *arguments, name="speech")
        except (OSError, RuntimeError, MemoryError):  # no thread can be started, say
            self._give_up("no-sound", tr(_NO_WORKER))
            return None
        with self._changed:
            if not self._closed:
                self._process = process
                return process
        _terminate(process)
        return None

    def _hand_over(self) -> None:
        """Send the worker the next utterances, as many as it may have; a passing one only when it is its turn.

        Raises WorkerDiedError.
        """
        while True:
            with self._changed:
                if not self._queue or len(self._sent) >= (1 if self._queue[0].passing else _AHEAD):
                    return
                utterance = self._queue.popleft()
                self._sent.append(utterance)
            process = self._ensure_process()
            if process is None or utterance.stop_deadline is not None:
                self._remove(utterance)
                continue
            _send(process, Play(utterance.id, utterance.tone) if utterance.tone else Say(utterance.id, utterance.parts))
            if utterance.stop_deadline is not None:
                _send(process, Stop(utterance.id))  # the worker got the first Stop before this Say

    def _receive(self) -> None:
        """Receive one reply, or see that it is overdue. Raises WorkerDiedError."""
        with self._changed:
            process = self._process
            if process is None or not self._sent:
                return
            first = self._sent[0]
        first.begin()
        reply: Reply | None = process.receive(first.seconds_left())
        if isinstance(reply, Notice):
            self._forward_notice(reply)
        elif reply is not None:
            self._take_reply(reply, time.monotonic())
            return
        if first.is_overdue():
            self._recover()

    def _take_reply(self, reply: PlaybackStarted | Spoken | PlaybackStopped | Failure, now: float) -> None:
        utterance = next((each for each in self._sent if each.id == reply.id), None)
        if utterance is None:
            return
        if isinstance(reply, PlaybackStarted):
            self._note_started(utterance, now, reply.seconds)
        else:
            self._finish(utterance, reply)
            self._remove(utterance)

    def _remove(self, utterance: Utterance) -> None:
        with self._changed:
            if utterance in self._sent:
                self._sent.remove(utterance)
                self._changed.notify_all()

    def _note_started(self, utterance: Utterance, now: float, seconds: float) -> None:
        utterance.note_started(now, seconds)

    def _finish(self, utterance: Utterance, reply: Reply) -> None:
        if isinstance(reply, Failure):
            self._give_up(reply.code, reply.message)
        elif isinstance(reply, PlaybackStopped) and not reply.requested:
            self._count_failure(utterance)
        else:
            self._failures = 0

    def _recover(self) -> None:
        """Replace a dead or stuck worker, and send it again what had not begun, unless it was stopped.

        A sentence that was partly heard is not repeated.
        """
        with self._changed:
            process = self._process
            first = self._sent[0] if self._sent else None
        if process is None or first is None:  # closed
            with self._changed:
                self._sent.clear()
                self._changed.notify_all()
            return
        self._discard(process)
        if first.stop_deadline is None:
            self._count_failure(first)
        with self._changed:
            again = [each for each in self._sent if each.take_back()]
            self._sent.clear()
            if not (self._off or self._closed):
                self._queue.extendleft(reversed(again))
            self._changed.notify_all()

    def _count_failure(self, utterance: Utterance) -> None:
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
            self._drop_all()


def _parts(text: str, language: str | None) -> tuple[Part, ...]:
    """Return the parts of a text as they are spoken; () where there is nothing to say."""
    text = for_speech(text)
    if not text.strip():
        return ()
    runs = split_by_language(text, language or catalogue_language())
    return tuple(Part(spoken_form(run, code), code) for run, code in runs)


def _silence(process: WorkerProcess, last_id: int) -> None:
    """Have the worker stop all up to `last_id`; one that does not read its messages is killed."""
    process.wake()
    with contextlib.suppress(WorkerDiedError):  # the speaker's own thread notices
        if not process.send(Stop(last_id), _STOP_GRACE):
            kill_group(process.pid)


def _send(process: WorkerProcess, message: Say | Play | Stop) -> None:
    """Send a message. Raises WorkerDiedError, also where the worker takes none."""
    if not process.send(message, _SEND_TIMEOUT_S):
        raise WorkerDiedError(process.name, None, (), stuck=True)


def _terminate(process: WorkerProcess) -> None:
    process.kill()
    audio_files.remove_folder(process.pid)
