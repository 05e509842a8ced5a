"""The worker thread: answers one request after the other, and waits until each has been spoken."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Protocol

from edge_assistant.assistant import picture_checks
from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.conversation import QUESTION_IMAGE_TOKENS, QUESTION_TOKENS, Conversation
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
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.latency import LatencyForecast, LatencyRecords, thinking_cost
from edge_assistant.controller.model_switcher import ModelSwitcher
from edge_assistant.controller.request import Request
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.engine import prompts
from edge_assistant.imaging import token_budget
from edge_assistant.system import memory
from edge_assistant.system.errors import AssistantError, CancelledError, rebuild_error, run_safely
from edge_assistant.system.i18n import tr

_log = logging.getLogger(__name__)

_OVERLAY_OPENS_S = 0.2
"""Seconds that an opening overlay or window has the processor for itself before a picture is encoded ahead."""

IsCancelled = Callable[[], bool]
MakeAssistant = Callable[[bool, "RequestSpeech", Callable[[Event], None], IsCancelled], Assistant]
"""(think, speech, on_event, is_cancelled): finds the model, which may take a while. Raises AssistantError."""


class WorkerListener(Protocol):
    """The receiver of the worker's reports; each is called on the worker thread and returns at once."""

    def on_ready(self, *, loaded: bool) -> None:
        """Report the end of the start; without a loaded model the reason was spoken, and the next press tries again."""

    def on_failed(self, error: AssistantError) -> None:
        """Report that there is no model at all."""

    def on_stage(self) -> None:
        """Report that the current request entered another stage, or has its first sentence."""

    def on_thinking_changed(self, on: bool, cost: str) -> None:
        """Report whether Think harder is on; the cost sentence says what it took when last measured."""

    def on_answered(self, request: Request, *, complete: bool) -> None:
        """Report the end of the work on a request; `complete` says whether there is an answer."""

    def on_ended(self, request: Request) -> None:
        """Report that a request was spoken to its end, or cancelled."""


class RequestSpeech:
    """The assistant's speech output: speaks for the current request."""

    def __init__(self, speech: SpeechChannel) -> None:
        self._speech = speech
        self.request_id: int | None = None

    def say(self, text: str) -> None:
        """Speak a text after what was said before."""
        self._speech.say(text, self.request_id)

    def stop(self) -> None:
        """Stop speaking at once."""
        self._speech.silence()


class RequestWorker:
    """The owner of the assistants, of which one answers at a time. Public methods may be called from any thread."""

    def __init__(
        self,
        make_assistant: MakeAssistant,
        base_options: AnswerOptions,
        speech: SpeechChannel,
        on_event: Callable[[Event], None],
        latency_records: LatencyRecords | None = None,
        free_memory: Callable[[], int] = memory.available_bytes,
        *,
        may_encode_ahead: Callable[[], bool] = lambda: False,
    ) -> None:
        """`free_memory` returns the bytes of memory that could be used now.

        `may_encode_ahead` returns whether a likely next picture may be prepared: the detail after a glance, or what is
        about to be chosen or asked about.
        """
        self._make_assistant = make_assistant
        self._base_options = base_options
        self._speech = speech
        self._request_speech = RequestSpeech(speech)
        self._on_event = on_event
        self._may_encode_ahead = may_encode_ahead
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._latency_records = latency_records or LatencyRecords()
        self._switcher = ModelSwitcher(self._latency_records, free_memory)
        self._forecast = LatencyForecast()
        self._current: Request | None = None
        self._listener: WorkerListener | None = None
        self._active_conversation: Conversation | None = None
        self._closed = threading.Event()
        self._load_at_start = True
        self._unload_after: float | None = None
        self._idle_since = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    @property
    def current(self) -> Request | None:
        """The request that is being worked on."""
        return self._current

    @property
    def idle_seconds(self) -> float:
        """The seconds since the last work; 0.0 while there is any, or some is queued."""
        busy = self._current is not None or not self._tasks.empty()
        return 0.0 if busy else time.monotonic() - self._idle_since

    @property
    def latency_records(self) -> LatencyRecords:
        """How long answers and changes of model took."""
        return self._latency_records

    @property
    def _assistant(self) -> Assistant | None:
        return self._switcher.current

    def configure_loading(self, *, load_at_start: bool, unload_after: float | None) -> None:
        """Load the model at the start or at the first question; unload it after so many idle seconds, if any."""
        self._load_at_start, self._unload_after = load_at_start, unload_after
        self._tasks.put(lambda: None)  # restarts the wait with the new time

    def preload(self, request: Request) -> None:
        """Load the model, if it is not, for a request whose picture is still being taken."""
        if self._thread.is_alive() and not self._switcher.loaded:
            self._tasks.put(partial(self._preload, request))

    def encode_ahead(self, request: Request, picture: Callable[[], CapturedPicture]) -> None:
        """Encode what will perhaps be asked about next with the options of `request`, unless that is cancelled."""
        if self._thread.is_alive():
            self._tasks.put(partial(self._encode_ahead, request, picture))

    def cancel_encode_ahead(self) -> None:
        """Drop what `encode_ahead` was given."""
        if self._thread.is_alive():
            self._tasks.put(self._cancel_encode_ahead)

    def start(self, listener: WorkerListener, request: Request) -> None:
        """Start the thread and load the model; `request` stands for that."""
        self._listener = listener
        self._tasks.put(partial(self._run_task, request, self._start))
        self._thread.start()

    def answer(self, request: Request) -> None:
        """Answer the request, or report why there is no picture."""
        self._tasks.put(partial(self._run_task, request, self._answer))

    def repeat(self, request: Request) -> None:
        """Speak the request's sentences."""
        self._tasks.put(partial(self._run_task, request, self._repeat))

    def toggle_thinking(self, request: Request) -> None:
        """Turn Think harder on or off, even if the next request cancels this one."""
        self._tasks.put(partial(self._run_task, request, self._toggle_thinking, even_if_cancelled=True))

    def forget_all(self, request: Request) -> None:
        """Drop all pictures and conversations, the engines' memory too, even if the request is cancelled."""
        self._tasks.put(partial(self._run_task, request, self._forget, even_if_cancelled=True))

    def reload(self, request: Request) -> None:
        """Find and load the model again, since others may be installed or chosen. `request` stands for that."""
        self._tasks.put(partial(self._run_task, request, self._reload))

    def cancel(self, request: Request) -> None:
        """Stop working on a request, now or when its turn comes."""
        request.cancel()
        self._speech.recheck_waiters()
        assistant = self._assistant
        if self._current is request and assistant is not None:
            assistant.cancel()

    def close(self) -> None:
        """End the engines at once."""
        self._closed.set()
        self._speech.recheck_waiters()
        self._tasks.put(None)
        self._switcher.close()

    def _run(self) -> None:
        while (task := self._next_task()) is not None and not self._closed.is_set():
            task()

    def _next_task(self) -> Callable[[], None] | None:
        """Return the next task; after long enough without one, the task that unloads the model."""
        try:
            return self._tasks.get(timeout=self._unload_after if self._switcher.loaded else None)
        except queue.Empty:
            _log.info("the model is unloaded: no requests")
            return self._switcher.unload

    def _preload(self, request: Request) -> None:
        assistant = self._assistant
        if assistant is None or assistant.loaded or request.is_cancelled():
            return
        self._current, self._request_speech.request_id = request, request.id or None
        # The next question fails alike, and says so.
        run_safely(assistant.warm, "the model could not be loaded")
        self._end_request()

    def _encode_ahead(self, request: Request, picture: Callable[[], CapturedPicture]) -> None:
        assistant = self._assistant
        if assistant is None or request.is_cancelled() or not self._may_encode_ahead():
            return

        def encode() -> None:
            request.wait(_OVERLAY_OPENS_S)
            assistant.encode_ahead(picture(), self._options_for(request))

        run_safely(encode, "encoding ahead failed")  # the question fails alike, and says so

    def _cancel_encode_ahead(self) -> None:
        if self._assistant is not None:
            self._assistant.cancel_ahead()

    def _run_task(self, request: Request, task: Callable[[Request], None], *, even_if_cancelled: bool = False) -> None:
        """Run a task for a request, then wait until it has been spoken."""
        # What is said of the start (id 0) belongs to no request: whoever presses a key meanwhile is to hear it too.
        self._current, self._request_speech.request_id = request, request.id or None
        if even_if_cancelled or not request.is_cancelled():
            failure = run_safely(partial(task, request), "a request failed")
            if failure is not None:
                self._fail(request, failure)
        self._wait_until_spoken(request)
        self._end_request()
        assert self._listener is not None
        self._listener.on_ended(request)

    def _end_request(self) -> None:
        self._idle_since = time.monotonic()
        self._current, self._request_speech.request_id = None, None

    def _wait_until_spoken(self, request: Request) -> None:
        self._speech.wait_unless(lambda: request.is_cancelled() or self._closed.is_set())

    def _start(self, request: Request) -> None:
        assert self._listener is not None
        try:
            assistant = self._switcher.start(partial(self._make_for, request))
        except CancelledError:
            return
        except AssistantError as error:
            self._listener.on_failed(error)
            return
        try:
            if self._load_at_start:
                assistant.warm()
        except CancelledError:
            return
        except AssistantError as error:
            self._fail(request, error)
        self._listener.on_ready(loaded=request.failure is None)
        self._report_thinking()

    def _report_thinking(self) -> None:
        if self._listener:
            self._listener.on_thinking_changed(self._switcher.think, thinking_cost(self._latency_records))

    def _answer(self, request: Request) -> None:
        assert self._listener is not None
        outcome: DoneEvent | ErrorEvent | None = None
        if request.failure is None:
            self._ensure_assistant(request)
        if request.failure is not None:
            self._fail(request, request.failure)
        elif self._assistant is not None and not request.is_cancelled():
            outcome = self._ask(self._assistant, request)
        if request.is_cancelled():
            return
        complete = isinstance(outcome, DoneEvent) and outcome.stop != "cancelled"
        self._listener.on_answered(request, complete=complete)
        duration = request.options.duration_sentence(outcome.timings_s.total) if isinstance(outcome, DoneEvent) else ""
        if complete and duration:
            request.notice("after", _after_answer_sentence(request, duration))
        self._speech.tone("end", request.id)
        if complete and request.mode == "glance" and self._assistant is not None and self._may_encode_ahead():
            self._assistant.encode_detail_ahead(request.options.answer_options(self._base_options, "detail"))
            self._forecast.start_encode_ahead()

    def _ask(self, assistant: Assistant, request: Request) -> DoneEvent | ErrorEvent:
        conversation = request.conversation
        if conversation is not self._active_conversation:
            conversation.request = conversation.request or self._options_for(request)
            assistant.look_at(request.require_picture, conversation.request, conversation.turns)
        outcome = assistant.ask(request.id, request.question, max_tokens=QUESTION_TOKENS if request.question else None)
        conversation.turns = assistant.turns
        # A cancelled question may not even have its picture.
        self._active_conversation = None if request.is_cancelled() or isinstance(outcome, ErrorEvent) else conversation
        if isinstance(outcome, ErrorEvent):
            request.failure = rebuild_error(outcome.kind, outcome.code, outcome.message)
        else:
            request.reasoning = outcome.reasoning or ""
            self._report_thinking()
        return outcome

    def expected_seconds(self, request: Request) -> float | None:
        """Forecast the seconds until the first word about the request's picture; None where nothing was measured."""
        options, mode = self._options_for(request), prompts.MODES[request.mode]
        if request.captured is None:
            return None
        max_tokens = options.image_tokens or mode.image_tokens
        plan = token_budget.plan(
            request.captured.image.size, max_tokens=max_tokens, min_tokens=min(max_tokens, mode.min_image_tokens)
        )
        return self._forecast.estimate(plan.tokens)

    def _options_for(self, request: Request) -> AnswerOptions:
        options = request.options.answer_options(self._base_options, request.mode)
        is_question = (request.question is not None or request.action == "ask") and request.mode == "detail"
        return replace(options, image_tokens=QUESTION_IMAGE_TOKENS) if is_question else options

    def _forget(self, request: Request) -> None:
        assert self._listener is not None
        self._active_conversation = None
        self._switcher.forget()
        request.notice("forgotten", tr("Everything was forgotten."))
        try:
            self._switcher.start(partial(self._make_for, request)).warm()
        except CancelledError:
            pass  # it is loaded by the next question
        except AssistantError as error:
            self._fail(request, error)
        self._listener.on_answered(request, complete=False)

    def _ensure_assistant(self, request: Request) -> None:
        """Make the assistant that could not be made at the start, or finish a change of model that was cancelled."""
        make_assistant = partial(self._make_for, request)
        try:
            if self._assistant is None:
                self._switcher.start(make_assistant)
            elif self._switcher.finish_pending_change(make_assistant):
                request.notice("think", _thinking_sentence(self._switcher.think))
        except CancelledError:
            pass
        except AssistantError as error:
            request.failure = error

    def _repeat(self, request: Request) -> None:
        for sentence in request.sentences:
            self._speech.say(sentence, request.id)

    def _toggle_thinking(self, request: Request) -> None:
        assert self._listener is not None
        think = not self._switcher.think
        if think:
            request.notice("think-cost", thinking_cost(self._latency_records))
        try:
            self._switcher.change(partial(self._make_for, request))
        except CancelledError:
            pass  # it is loaded by the next question
        except AssistantError as error:
            self._fail(request, error)
        else:
            request.notice("think", _thinking_sentence(think))
        self._report_thinking()
        self._listener.on_answered(request, complete=False)

    def _reload(self, request: Request) -> None:
        assert self._listener is not None
        try:
            self._switcher.reload(partial(self._make_for, request))
        except CancelledError:
            return
        except AssistantError as error:
            self._fail(request, error)
        self._listener.on_ready(loaded=request.failure is None)

    def _make_for(self, request: Request, think: bool) -> Assistant:
        return self._make_assistant(
            think, self._request_speech, self._handle_event, lambda: request.is_cancelled() or self._closed.is_set()
        )  # fmt: skip

    def _fail(self, request: Request, error: AssistantError) -> None:
        request.failure = error
        self._on_event(ErrorEvent.from_error(request.id, error))
        self._request_speech.say(str(error))

    def _handle_event(self, event: Event) -> None:
        request = self._current
        if isinstance(event, DoneEvent):
            self._latency_records.record_answer(event)
            self._forecast.record_answer(event)
        if request is not None:
            if isinstance(event, TokenEvent):
                request.reasoning += event.text if event.kind == "thinking" else ""
            elif isinstance(event, StageEvent):
                # The next stage reports nothing until its first part is done, which may take seconds.
                finished = event.fraction >= 1 and event.stage in ("load", "prepare") and request.captured is not None
                self._set_stage(request, "encode" if finished else event.stage)
            elif isinstance(event, NoticeEvent) and event.code in picture_checks.STOP_NOTICE_CODES:
                # Whoever hears the answer again must not take it for complete either.
                request.sentences.append(event.message)
            elif isinstance(event, SentenceEvent):
                request.sentences.append(event.text)
                if len(request.sentences) == 1 and self._listener:
                    self._listener.on_stage()
            if request.is_cancelled() and not isinstance(event, DoneEvent | ErrorEvent | NoticeEvent):
                return
        self._on_event(event)

    def _set_stage(self, request: Request, stage: Stage) -> None:
        if request.stage != stage:
            request.stage = stage
            if self._listener:
                self._listener.on_stage()


def _after_answer_sentence(request: Request, duration: str) -> str:
    """Return the hint after an answer, for verbosity "full"."""
    more = tr("The same shortcut again gives details.") if request.action and request.mode != "detail" else ""
    return f"{duration} {more}".strip()


def _thinking_sentence(on: bool) -> str:
    return tr("Think harder is on.") if on else tr("Think harder is off.")
