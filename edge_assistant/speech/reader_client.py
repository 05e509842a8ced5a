"""Speech through Windows' screen readers: a queue of sentences, handed over one at a time by a worker process.

The next sentence is handed over when the screen reader tells that the one before it ended; where it does not tell, when
it is taken to have ended. A worker whose call hangs is killed.
"""

from __future__ import annotations

import collections
import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from edge_assistant.speech import reader_detection, reader_worker
from edge_assistant.speech.reader_worker import (
    Ended,
    Find,
    Found,
    HandedOver,
    HandOver,
    MakeReaders,
    Ready,
    Reply,
    Silence,
)
from edge_assistant.speech.windows_readers import Ending, make_readers
from edge_assistant.system.i18n import catalogue_language
from edge_assistant.system.worker_process import WorkerDiedError, WorkerProcess

_log = logging.getLogger(__name__)
_START_TIMEOUT_S = 10.0
"""A worker that is not ready after this time is stuck."""
_CALL_TIMEOUT_S = 2.0
"""A screen reader that has not taken a call after this time hangs: it takes milliseconds."""
_STOP_TIMEOUT_S = 0.05
_END_GRACE_S, _END_FACTOR = 5.0, 4.0
"""The end is waited for this long, and this many times the estimate: for 75 words a minute."""


def estimate_seconds(text: str) -> float:
    """Return how long a screen reader is taken to speak a text: 300 words, or 1,800 characters, a minute."""
    return max(len(text.split()) / 5, len(text) / 30)


@dataclass(slots=True)
class _Sentence:
    id: int
    text: str
    language: str
    is_interjected: bool = False  # or interrupted by what was
    stopped: bool = False


class ReaderClient:
    """The ScreenReader of Windows. Its worker is started when it is first needed, where a screen reader is present."""

    def __init__(
        self,
        make_readers: MakeReaders = make_readers,
        is_present: Callable[[], bool] = reader_detection.is_running_on_windows,
        hangs: Callable[[], bool] = reader_detection.nvda_hangs,
    ) -> None:
        """Tests pass the functions: `make_readers` is called in the worker, `hangs` when an end is not told."""
        self._make_readers = make_readers
        self._is_present = is_present
        self._hangs = hangs
        self._on_failure: Callable[[], None] = lambda: None
        self._on_silenced: Callable[[], None] = lambda: None
        self._changed = threading.Condition()
        self._queue: collections.deque[_Sentence] = collections.deque()
        self._current: _Sentence | None = None
        self._process: WorkerProcess | None = None
        self._thread = threading.Thread(target=self._run, name="screen reader", daemon=True)
        self._last_id = 0
        self._is_asked = False
        self._answers = False
        self._tells_end = True
        self._handed_over = False
        self._closed = False

    def start(self, on_failure: Callable[[], None], on_silenced: Callable[[], None]) -> None:
        """Begin. On this object's thread is called: `on_failure` when no screen reader answers or takes a sentence
        (`take_unspoken` returns it), `on_silenced` when the person silenced the screen reader.
        """
        self._on_failure, self._on_silenced = on_failure, on_silenced
        self._is_asked = self._is_present()  # so that the worker is ready for the first sentence
        self._thread.start()

    def is_present(self) -> bool:
        """Return at once whether a screen reader seems to run."""
        return self._is_present()

    def answers(self) -> bool:
        """Return whether a screen reader answers; this may take seconds, and starts the worker."""
        if not self._is_present():
            return False
        with self._changed:
            if self._current or self._queue:
                return True  # it speaks; if that fails, `on_failure` is called
            self._is_asked = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._closed or not self._is_asked, _START_TIMEOUT_S + _CALL_TIMEOUT_S)
            return self._answers

    def say(self, text: str, language: str | None) -> None:
        """Queue a text for the screen reader; return at once. `language` is as for Speaker."""
        with self._changed:
            if not self._closed:
                self._queue.append(_Sentence(self._next_id(), text, language or catalogue_language()))
                self._changed.notify_all()

    def interject(self, text: str, *, once: bool = False) -> None:
        """Speak a sentence of ours at once, and then the sentence that it interrupts again, and those behind it; `once`
        is as for Speaker.
        """
        with self._changed:
            heard = self._current if self._current is not None and not self._current.stopped else None
            waiting = [*self._queue] if heard is None else [heard, *self._queue]
            if self._closed or (once and any(each.is_interjected for each in waiting)):
                return
            new = [_Sentence(self._next_id(), text, catalogue_language(), is_interjected=True)]
            if heard is not None:
                new.append(_Sentence(self._next_id(), heard.text, heard.language, is_interjected=True))
            self._queue.extendleft(reversed(new))
            silence = self._stop_current()
        silence()

    def take_unspoken(self) -> list[tuple[str, str]]:
        """Take the sentences that could not be spoken, and those after them: text and language of each."""
        with self._changed:
            sentences = [self._current, *self._queue] if self._current else [*self._queue]
            self._queue.clear()
            return [(sentence.text, sentence.language) for sentence in sentences if not sentence.stopped]

    def stop(self) -> None:
        """Silence the screen reader, and clear the queue."""
        with self._changed:
            self._queue.clear()
            silence = self._stop_current()
        silence()

    def is_speaking(self) -> bool:
        """Return whether something is being spoken or queued."""
        with self._changed:
            return not self._is_idle()

    def pending(self) -> int:
        """Return how many texts were said and are not spoken to their end yet."""
        with self._changed:
            return len(self._queue) + (self._current is not None and not self._current.stopped)

    def wait_unless(self, cancelled: Callable[[], bool], timeout: float | None = None) -> bool:
        """Block until everything is spoken or `cancelled` is true; return False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._is_idle() or cancelled(), timeout)

    def recheck_waiters(self) -> None:
        """Make the waiting threads call their `cancelled` again."""
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """Silence the screen reader, and end the worker. What is taken to be over is not cut off."""
        with self._changed:
            self._handed_over = self._handed_over and not self._is_idle()
        self.stop()
        with self._changed:
            self._closed = True
            process, self._process = self._process, None
            self._changed.notify_all()
        if process is not None:
            process.close(_STOP_TIMEOUT_S)

    def _stop_current(self) -> Callable[[], None]:
        """Speak the current sentence no further; return what silences the screen reader, for without the lock."""
        if self._current:
            self._current.stopped = True
        process, must_silence = self._process, self._handed_over
        self._handed_over, self._tells_end = False, True
        self._changed.notify_all()

        def silence() -> None:
            if process is not None:
                process.wake()
            if must_silence:
                self._silence()

        return silence

    def _is_idle(self) -> bool:
        return self._closed or not (self._queue or (self._current and not self._current.stopped))

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _run(self) -> None:
        try:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._closed or self._is_asked or self._queue)
                    if self._closed:
                        return
                    sentence = self._current = self._queue.popleft() if self._queue else None
                if sentence is None:
                    self._ask()
                else:
                    self._end(sentence, self._speak(sentence))
        finally:  # also when a callback raises: nobody may wait forever
            with self._changed:
                self._closed = True
                self._changed.notify_all()

    def _ask(self) -> None:
        with self._changed:
            id = self._next_id()
        reply = self._request(Find(id), lambda: self._closed)
        with self._changed:
            self._answers = isinstance(reply, Found) and reply.answers
            self._is_asked = False
            self._changed.notify_all()
            answers = self._answers or self._closed
        if not answers:
            self._on_failure()

    def _end(self, sentence: _Sentence, ending: Ending) -> None:
        """Do what follows from a sentence's end; it is the current one until that is done."""
        with self._changed:
            if sentence.stopped:
                ending = "spoken"
            elif ending == "silenced":
                self._queue.clear()
        if ending == "silenced":
            self._on_silenced()
        elif ending == "failed":
            self._on_failure()
        with self._changed:
            self._current = None
            self._changed.notify_all()

    def _speak(self, sentence: _Sentence) -> Ending:
        """Have one sentence spoken; return how it ended, or is taken to have ended."""

        def is_over() -> bool:
            return self._closed or sentence.stopped

        if not self._is_present():
            return "failed"
        with self._changed:
            self._handed_over = True
        message = HandOver(sentence.id, sentence.text, sentence.language, self._tells_end)
        reply = self._request(message, is_over)
        if sentence.stopped:
            self._silence()  # the worker may have got the first Silence before this sentence
        seconds = estimate_seconds(sentence.text)
        if isinstance(reply, HandedOver) and reply.tells_end:
            reply = self._receive(sentence.id, _END_GRACE_S + _END_FACTOR * seconds, is_over)
            if reply is None:
                return self._judge_missing_end(is_over)
        if reply is None:
            return "failed"
        with self._changed:
            if isinstance(reply, Ended) and reply.ending != "unknown":
                self._handed_over = False
                return reply.ending
            self._changed.wait_for(is_over, seconds)
        return "spoken"

    def _judge_missing_end(self, is_over: Callable[[], bool]) -> Ending:
        """Tell a screen reader that hangs from one that tells no end, as where its speech is turned off."""
        if is_over():
            return "spoken"
        if self._process is None or self._hangs():
            return "failed"
        self._tells_end = False  # until the next stop
        return "spoken"

    def _request(self, message: Find | HandOver, is_over: Callable[[], bool]) -> Reply | None:
        """Send a message and return the first reply; None when the worker hangs, is gone or cannot be started."""
        try:
            process = self._ensure_process()
            if process is not None and process.send(message, _CALL_TIMEOUT_S):
                reply = self._receive(message.id, _CALL_TIMEOUT_S, is_over)
                if reply is not None or is_over():
                    return reply
        except (OSError, RuntimeError, MemoryError) as error:
            _log.info("the screen reader's worker cannot be started: %s", error)
        except WorkerDiedError as error:
            _log.info("%s", error)
        self._discard()
        return None

    def _receive(self, id: int, timeout: float, is_over: Callable[[], bool]) -> Reply | None:
        """Return the next reply to message `id`; None after `timeout` seconds, when it is over, or the worker died."""
        process, deadline = self._process, time.monotonic() + timeout
        while process is not None and not is_over() and (left := deadline - time.monotonic()) > 0:
            try:
                reply: Reply | None = process.receive(left)
            except WorkerDiedError as error:
                _log.info("%s", error)
                self._discard()
                return None
            if reply is not None and reply.id == id:
                return reply
        return None

    def _silence(self) -> None:
        process = self._process
        if process is not None:
            with contextlib.suppress(WorkerDiedError):  # noticed when it is used next
                process.send(Silence(), _STOP_TIMEOUT_S)

    def _ensure_process(self) -> WorkerProcess | None:
        """Return the worker, which is started and waited for if there is none; None if that fails, or after `close`."""
        with self._changed:
            if self._process is not None or self._closed:
                return self._process
        process = WorkerProcess(reader_worker.serve, self._make_readers, name="screen reader")
        with self._changed:
            if not self._closed:
                self._process = process
        if self._process is not process:
            process.kill()
            return None
        return process if self._receive(Ready().id, _START_TIMEOUT_S, lambda: self._closed) else None

    def _discard(self) -> None:
        with self._changed:
            process, self._process = self._process, None
        if process is not None:
            process.kill()
