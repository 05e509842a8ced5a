"""The worker thread: works on one request after the other, and waits until each has been spoken."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

from edge_assistant.assistant import answer_checks, cut_answers
from edge_assistant.assistant.events import (
    DoneEvent,
    ErrorEvent,
    Event,
    NoticeEvent,
    SentenceEvent,
    Stage,
    StageEvent,
    TokenEvent,
)
from edge_assistant.controller.event_loop import EventLoop
from edge_assistant.controller.request import Request
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.system import allocator
from edge_assistant.system.errors import AssistantError, run_safely
from edge_assistant.text.languages import Sentence


class WorkerListener(Protocol):
    """The receiver of the worker's reports; all of it is called on the event loop's thread."""

    def on_ready(self, *, loaded: bool) -> None:
        """Handle the end of the start; without a loaded model the reason was spoken, and the next press tries again."""

    def on_failed(self, error: AssistantError) -> None:
        """Handle that there is no model at all."""

    def on_thinking_changed(self, on: bool, cost: str) -> None:
        """Handle Think harder being on or off; `cost` is how much longer answers take, in a few words."""

    def on_answered(self, request: Request, *, complete: bool) -> None:
        """Handle the end of the work on a request; `complete` says whether there is an answer."""

    def on_ended(self, request: Request) -> None:
        """Handle that a request was spoken to its end, or cancelled."""


class RequestOutput:
    """The speech and the events of the request that is worked on; the assistants speak and report through it.

    `on_progress` is called when the request enters another stage, or has another sentence.
    """

    def __init__(
        self, speech: SpeechChannel, on_event: Callable[[Event], None], on_progress: Callable[[], None]
    ) -> None:
        self.request: Request | None = None
        self._speech = speech
        self._on_event = on_event
        self._on_progress = on_progress

    def say(self, text: str, *, language: str | None = None) -> None:
        """Speak a text after what was said before; `language` is as for SpeechChannel."""
        if self.request is not None and self.request.is_quiet:
            return
        # What is said of the start (id 0) belongs to no request: whoever presses a key meanwhile is to hear it too.
        self._speech.say(text, (self.request.id or None) if self.request else None, language=language)

    def stop(self) -> None:
        """Stop speaking at once."""
        self._speech.silence()

    def wait(self, timeout: float) -> bool:
        """Block until all is spoken; return False when `timeout` seconds were too few."""
        return self._speech.wait(timeout)

    def fail(self, request: Request, error: AssistantError) -> None:
        """Speak and show the error that a request ended with."""
        request.failure = error
        self._on_event(ErrorEvent.from_error(request.id, error))
        self.say(error.spoken)

    def show(self, event: Event) -> None:
        """Keep what an event says of the request, and show it."""
        if self.request is not None and self.request.is_quiet:
            return
        if self.request is not None:
            self._keep(self.request, event)
            if self.request.is_cancelled() and not isinstance(event, DoneEvent | ErrorEvent | NoticeEvent):
                return
        self._on_event(event)

    def _keep(self, request: Request, event: Event) -> None:
        match event:
            case TokenEvent(kind="thinking"):
                request.reasoning += event.text
            case StageEvent():
                # The next stage reports nothing until its first part is done, which may take seconds.
                finished = event.fraction >= 1 and event.stage in ("load", "prepare") and request.captured is not None
                self._set_stage(request, "encode" if finished else event.stage)
            case NoticeEvent() if event.code in (*cut_answers.NOTICE_CODES.values(), answer_checks.UNCONFIRMED):
                # Whoever hears the answer again must not take it for complete, or for sure, either.
                request.sentences.append(event.message)
            case SentenceEvent():
                request.sentences.append(Sentence(event.text, event.language))
                request.answer.append(event.text)
                self._on_progress()

    def _set_stage(self, request: Request, stage: Stage) -> None:
        if request.stage != stage:
            request.stage = stage
            self._on_progress()


class RequestWorker:
    """The worker thread; `listener` is set before its start. All methods may be called from any thread."""

    listener: WorkerListener

    def __init__(
        self, output: RequestOutput, speech: SpeechChannel, event_loop: EventLoop, on_idle: Callable[[], None]
    ) -> None:
        """`on_idle` is called on the worker thread after long enough without anything to do, see `set_idle_time`."""
        self.output = output
        self._speech = speech
        self._event_loop = event_loop
        self._on_idle = on_idle
        self._idle_after: float | None = None
        self._idle_since = time.monotonic()
        self._tasks: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    @property
    def current(self) -> Request | None:
        """The request that is being worked on."""
        return self.output.request

    @property
    def idle_seconds(self) -> float:
        """The seconds since the last work; 0.0 while there is any, or some is queued."""
        busy = self.current is not None or not self._tasks.empty()
        return 0.0 if busy else time.monotonic() - self._idle_since

    def start(self) -> None:
        """Start the thread; what was posted before waits for it."""
        self._thread.start()

    def set_idle_time(self, seconds: float | None) -> None:
        """Set after how many seconds without work `on_idle` is called; None: never."""
        self._idle_after = seconds
        self._tasks.put(lambda: None)  # restarts the wait with the new time

    def work_on(self, request: Request, task: Callable[[Request], None], *, even_if_cancelled: bool = False) -> None:
        """Run a task for a request in its turn, unless it is cancelled by then, and report when it has been spoken."""
        self._tasks.put(partial(self._work_on, request, task, even_if_cancelled))

    def prepare(self, request: Request, task: Callable[[Request], None], what_failed: str) -> None:
        """Run a task ahead of the work on a request, unless it is cancelled by then.

        Nothing is reported, and a failure only logged as `what_failed`: the work on the request fails alike.
        """
        self._tasks.put(partial(self._prepare, request, task, what_failed))

    def post(self, task: Callable[[], object]) -> None:
        """Run a task in its turn."""
        self._tasks.put(task)

    def close(self) -> None:
        """End the thread after the present task, without waiting for what it speaks."""
        self._closed = True
        self._speech.recheck_waiters()
        self._tasks.put(lambda: None)

    def _run(self) -> None:
        timeout = None
        while not self._closed:
            try:
                task = self._tasks.get(timeout=timeout)
            except queue.Empty:
                task, timeout = self._on_idle, None
            else:
                timeout = self._idle_after
            if not self._closed:
                task()

    def _work_on(self, request: Request, task: Callable[[Request], None], even_if_cancelled: bool) -> None:
        self.output.request = request
        if even_if_cancelled or not request.is_cancelled():
            failure = run_safely(partial(task, request), "a request failed")
            if failure is not None and not self._closed:  # nothing is shown any more then
                self.output.fail(request, failure)
        self._speech.wait_unless(lambda: request.is_cancelled() or self._closed)
        self._end()
        self._event_loop.post(self.listener.on_ended, request)

    def _prepare(self, request: Request, task: Callable[[Request], None], what_failed: str) -> None:
        if not request.is_cancelled():
            self.output.request = request
            run_safely(partial(task, request), what_failed)
            self._end()

    def _end(self) -> None:
        self._idle_since = time.monotonic()
        self.output.request = None
        if self._tasks.empty():
            allocator.release_free_memory()
