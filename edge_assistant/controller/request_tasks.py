"""What the worker thread does for a request: load, answer, repeat, change the model, forget."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.conversation import Conversation
from edge_assistant.assistant.events import DoneEvent, ErrorEvent
from edge_assistant.assistant.model_places import matches_of, question_for
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.assistant.text_search import Match
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.event_loop import EventLoop
from edge_assistant.controller.latency import LatencyForecast, LatencyRecords, thinking_cost, thinking_price
from edge_assistant.controller.model_switcher import ModelSwitcher
from edge_assistant.controller.request import Request
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.controller.worker import RequestOutput, WorkerListener
from edge_assistant.system import memory
from edge_assistant.system.errors import AssistantError, CancelledError, InputError, rebuild_error, run_safely
from edge_assistant.system.i18n import tr
from edge_assistant.text.languages import language_of

_OVERLAY_OPENS_S = 0.2
"""Seconds that an opening overlay or window has the processor for itself before a picture is encoded ahead."""

IsCancelled = Callable[[], bool]
MakeAssistant = Callable[[bool, IsCancelled], Assistant]
"""(think, is_cancelled): finds the model, which may take a while. Raises AssistantError."""


class RequestTasks:
    """The tasks for RequestWorker, and the assistants that they need; `listener` is set before the first one.

    The tasks belong to the worker thread; `cancel`, `expected_seconds` and `close` may be used from any.
    """

    listener: WorkerListener

    def __init__(
        self,
        make_assistant: MakeAssistant,
        base_options: AnswerOptions,
        output: RequestOutput,
        speech: SpeechChannel,
        event_loop: EventLoop,
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
        self._output = output
        self._speech = speech
        self._event_loop = event_loop
        self._may_encode_ahead = may_encode_ahead
        self._latency_records = latency_records or LatencyRecords()
        self._switcher = ModelSwitcher(self._latency_records, free_memory)
        self._forecast = LatencyForecast()
        self._active_conversation: Conversation | None = None
        self._answering: Assistant | None = None  # which may not be the switcher's current one
        self._reader: Assistant | None = None  # that answered last, and was not the current one
        self._change_is_told = True  # by a sentence about Think harder
        self.load_at_start = True
        """Whether `start` loads the model; otherwise the first question does."""

    def cancel(self, request: Request) -> None:
        """Stop working on a request, now or when its turn comes."""
        request.cancel()
        self._speech.recheck_waiters()
        assistant = self._answering or self._switcher.current
        if self._output.request is request and assistant is not None:
            assistant.cancel()

    def close(self) -> None:
        """End the engines at once."""
        self._switcher.close()

    def unload(self) -> None:
        """Free the models' memory until the next question."""
        self._switcher.unload()

    @property
    def current(self) -> Assistant | None:
        """The assistant that answers, None before the start; may be read from any thread."""
        return self._switcher.current

    def leave_device(self) -> None:
        """Load the models on the CPU: their GPU computes wrongly. A failure is told by the next question."""
        run_safely(self._switcher.leave_device, "the model was not loaded on the processor")

    def start(self, request: Request) -> None:
        """Make the assistant, and load its model; the request stands for that."""
        try:
            assistant = self._switcher.start(partial(self._make_for, request))
        except CancelledError:
            return
        except AssistantError as error:
            self._event_loop.post(self.listener.on_failed, error)
            return
        try:
            if self.load_at_start:
                assistant.warm()
        except CancelledError:
            return
        except AssistantError as error:
            self._output.fail(request, error)
        self._report_ready(request)
        self._report_thinking()

    def reload(self, request: Request) -> None:
        """Find and load the model again, since others may be installed or chosen; the request stands for that."""
        self._reader = None
        try:
            self._switcher.reload(partial(self._make_for, request))
        except CancelledError:
            return
        except AssistantError as error:
            self._output.fail(request, error)
        self._report_ready(request)

    def preload(self, _: Request) -> None:
        """Load the model, if it is not, for a request whose picture is still being taken."""
        assistant = self._switcher.current
        if assistant is not None and not assistant.loaded:
            assistant.warm()

    def encode_ahead(self, request: Request, picture: Callable[[], CapturedPicture]) -> None:
        """Encode what will perhaps be asked about next with the options of `request`, unless that is cancelled."""
        assistant = self._switcher.current
        if assistant is not None and self._may_encode_ahead():
            request.wait(_OVERLAY_OPENS_S)
            assistant.encode_ahead(picture(), self._options_for(request))

    def cancel_encode_ahead(self) -> None:
        """Drop what `encode_ahead` was given."""
        if self._switcher.current is not None:
            self._switcher.current.cancel_ahead()

    def answer(self, request: Request) -> None:
        """Answer the request, or report why there is no picture."""
        outcome: DoneEvent | ErrorEvent | None = None
        if request.failure is None:
            self._ensure_assistant(request)
        assistant = self._switcher.current
        if request.failure is not None:
            self._output.fail(request, request.failure)
        elif assistant is not None and not request.is_cancelled():
            outcome = self._read(request) if self._is_reading(request) else self._ask(assistant, request)
        if request.is_cancelled():
            return
        complete = isinstance(outcome, DoneEvent) and outcome.stop != "cancelled"
        self._report_answered(request, complete=complete)
        duration = request.options.duration_sentence(outcome.timings_s.total) if isinstance(outcome, DoneEvent) else ""
        if complete and duration:
            request.notice("after", _after_answer_sentence(request, duration))
        self._speech.tone("end", request.id)
        if (
            complete
            and request.mode == "glance"
            and not request.more
            and assistant is not None
            and self._may_encode_ahead()
        ):
            assistant.encode_detail_ahead(request.options.answer_options(self._base_options, "detail"))
            self._forecast.start_encode_ahead()

    def locate(self, request: Request, query: str) -> tuple[Match, ...]:
        """Return where the model finds something in the picture of a quiet request; () where it does not.

        Raises AssistantError.
        """
        self._ensure_assistant(request)
        assistant, picture = self._switcher.current, request.require_picture()
        if request.failure is not None:
            raise request.failure
        if assistant is None or assistant.model.family == "demo":
            raise InputError(tr("The demo model cannot find things."))
        self._active_conversation = None
        assistant.look_at(lambda: picture, request.options.answer_options(self._base_options, "places"))
        outcome = assistant.ask(request.id, question_for(query), task="places")
        if isinstance(outcome, ErrorEvent):
            raise rebuild_error(outcome.kind, outcome.code, outcome.message)
        if outcome.stop == "cancelled":
            raise CancelledError
        return matches_of(outcome.answer, query, assistant.frame, picture.image.size)

    def repeat(self, request: Request) -> None:
        """Speak the request's sentences."""
        for sentence in request.sentences:
            self._speech.say(sentence, request.id, language=language_of(sentence))

    def toggle_thinking(self, request: Request) -> None:
        """Turn Think harder on or off."""
        self._reader = None
        think = not self._switcher.think
        if think:
            request.notice("think-cost", thinking_cost(self._latency_records))
        try:
            self._switcher.change(partial(self._make_for, request))
        except CancelledError:
            self._change_is_told = False  # the next question loads the model and tells it
        except AssistantError as error:
            self._change_is_told = True
            self._output.fail(request, error)
        else:
            self._tell_thinking(request)
        self._report_thinking()
        self._report_answered(request, complete=False)

    def forget_all(self, request: Request) -> None:
        """Drop all pictures and conversations, the engines' memory too."""
        self._reader = None
        self._active_conversation = None
        self._switcher.forget()
        request.notice("forgotten", tr("Everything was forgotten."))
        try:
            self._switcher.start(partial(self._make_for, request)).warm()
        except CancelledError:
            pass  # it is loaded by the next question
        except AssistantError as error:
            self._output.fail(request, error)
        self._report_answered(request, complete=False)

    def expected_seconds(self, request: Request) -> float | None:
        """Forecast the seconds until the first word about the request's picture; None where nothing was measured."""
        assistant = self._switcher.current
        if request.captured is None or assistant is None:
            return None
        size = request.captured.image.size
        return self._forecast.estimate(assistant.planned_tokens(size, self._options_for(request)))

    def _ensure_assistant(self, request: Request) -> None:
        """Make the assistant that could not be made at the start, or finish a change of model that was cancelled."""
        make_assistant = partial(self._make_for, request)
        try:
            if self._switcher.current is None:
                self._switcher.start(make_assistant)
            elif self._switcher.current_thinks != self._switcher.think:
                self._switcher.finish_change(make_assistant)
                self._change_is_told = False
            if not self._change_is_told:
                self._tell_thinking(request)
        except CancelledError:
            pass
        except AssistantError as error:
            self._change_is_told = True
            request.failure = error

    def _is_reading(self, request: Request) -> bool:
        """Return whether text is to be read out; also note when another assistant answers than the one that read."""
        cut, is_active = request.conversation.cut, request.conversation is self._active_conversation
        goes_on = request.more and is_active and self._reader is not None and cut is not None and cut.task == "read"
        if not goes_on:
            self._reader = None
        return goes_on or (request.mode == "read" and request.question is None and not request.more)

    def _read(self, request: Request) -> DoneEvent | ErrorEvent:
        """Answer with the assistant that reads, and let the current one continue the conversation.

        A text that goes on is read by the same one, which has the picture in its cache.
        """
        current, reader = self._switcher.current, self._reader if request.more else None
        reader = reader or self._switcher.reader(partial(self._make_for, request))
        assert current is not None
        assert reader is not None
        if reader is current:
            return self._ask(current, request)
        if not request.more:
            self._active_conversation = None
        self._answering = self._reader = reader
        try:
            outcome = self._ask(reader, request)
        finally:
            self._answering = None
        if self._active_conversation is not None:
            try:
                current.take_over(reader.conversation(current.model))
            except AssistantError:
                self._active_conversation = None  # the next question takes the picture again
        return outcome

    def _ask(self, assistant: Assistant, request: Request) -> DoneEvent | ErrorEvent:
        conversation = request.conversation
        was_active = conversation is self._active_conversation
        if not was_active:
            if request.more and request.captured is None:
                gone = InputError(tr("The picture is no longer kept. Describe it again."), code="no-picture")
                self._output.fail(request, gone)
                return ErrorEvent.from_error(request.id, gone)
            conversation.request = conversation.request or self._options_for(request)
            assistant.look_at(
                request.require_picture,
                conversation.request,
                conversation.turns,
                conversation.cut,
                make_text=lambda _: request.text,
            )
        outcome = assistant.more(request.id) if request.more else assistant.ask(request.id, request.question)
        conversation.turns, conversation.cut = assistant.turns, assistant.cut
        # A cancelled question may not even have its picture, unless there was one before it.
        failed = request.is_cancelled() or isinstance(outcome, ErrorEvent)
        self._active_conversation = conversation if was_active or not failed else None
        if isinstance(outcome, ErrorEvent):
            request.failure = rebuild_error(outcome.kind, outcome.code, outcome.message)
        else:
            request.reasoning = outcome.reasoning or ""
            self._latency_records.record_answer(outcome)
            self._forecast.record_answer(outcome)
            self._report_thinking()
        return outcome

    def _options_for(self, request: Request) -> AnswerOptions:
        is_question = (request.question is not None or request.action == "ask") and request.mode == "detail"
        return request.options.answer_options(self._base_options, "question" if is_question else request.mode)

    def _make_for(self, request: Request, think: bool) -> Assistant:
        return self._make_assistant(think, lambda: request.is_cancelled() or self._switcher.closed)

    def _report_ready(self, request: Request) -> None:
        self._event_loop.post(self.listener.on_ready, loaded=request.failure is None)

    def _tell_thinking(self, request: Request) -> None:
        self._change_is_told = True
        request.notice("think", _thinking_sentence(self._switcher.think))

    def _report_thinking(self) -> None:
        price = thinking_price(self._latency_records)
        self._event_loop.post(self.listener.on_thinking_changed, self._switcher.think, price)

    def _report_answered(self, request: Request, *, complete: bool) -> None:
        self._event_loop.post(self.listener.on_answered, request, complete=complete)


def _after_answer_sentence(request: Request, duration: str) -> str:
    """Return the hint after an answer, for verbosity "full"."""
    more = tr("The same shortcut again gives details.") if request.action and request.mode != "detail" else ""
    return f"{duration} {more}".strip()


def _thinking_sentence(on: bool) -> str:
    return tr("Think harder is on.") if on else tr("Think harder is off.")
