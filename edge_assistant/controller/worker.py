"""The thread that asks: one request after the other, and it waits until each has been spoken."""

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
from edge_assistant.controller.latency import LatencyForecast, LatencyRecords, cost
from edge_assistant.controller.model_switcher import ModelSwitcher
from edge_assistant.controller.request import Request
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.engine import prompts
from edge_assistant.imaging import token_budget
from edge_assistant.system import memory
from edge_assistant.system.errors import AssistantError, CancelledError, explained, rebuilt
from edge_assistant.system.i18n import tr

_log = logging.getLogger(__name__)

# So long the window in which it is chosen or asked has the processor for itself, to open at once.
_OPENING_S = 0.2

IsCancelled = Callable[[], bool]
MakeAssistant = Callable[[bool, "RequestSpeech", Callable[[Event], None], IsCancelled], Assistant]
"""(think, voice, on_event, is_cancelled): finds the weights, which may take a while. Raises AssistantError."""


class WorkerListener(Protocol):
    """What the thread reports; each is called on it and returns at once."""

    def on_ready(self, *, loaded: bool) -> None:
        """The weights are loaded, or a sentence said why not; then a press will try again."""

    def on_failed(self, error: AssistantError) -> None:
        """There are no weights at all."""

    def on_stage(self) -> None:
        """The job at work has come to another stage, or to its first sentence."""

    def on_think(self, on: bool, cost: str) -> None:
        """Think harder is on or off; `cost` says what it took when last measured."""

    def on_answered(self, job: Request, *, whole: bool) -> None:
        """The work is over; `whole` says whether there is an answer."""

    def on_ended(self, job: Request) -> None:
        """It has been spoken too, or is no longer wanted."""


class RequestSpeech:
    """The assistant's voice: it says what it says for the request that is at work."""

    def __init__(self, voice: SpeechChannel) -> None:
        self._voice = voice
        self.request: int | None = None

    def say(self, text: str) -> None:
        """Speak after what was said before."""
        self._voice.say(text, self.request)

    def stop(self) -> None:
        """Be silent at once."""
        self._voice.silence()


class RequestWorker:
    """Owns the assistants, of which one answers at a time. The public methods may be called from any thread."""

    def __init__(
        self,
        make: MakeAssistant,
        request: AnswerOptions,
        voice: SpeechChannel,
        show: Callable[[Event], None],
        measurements: LatencyRecords | None = None,
        free: Callable[[], int] = memory.available,
        *,
        may_encode_ahead: Callable[[], bool] = lambda: False,
    ) -> None:
        """`measurements` are told how long things took; `free` tells the bytes of memory that could be used now.

        `may_encode_ahead` is asked whether what may be wanted next may be prepared: after a glance its detail, and what
        is about to be chosen or asked about.
        """
        self._make = make
        self._request = request
        self._voice = voice
        self._spoken = RequestSpeech(voice)
        self._show = show
        self._may_encode_ahead = may_encode_ahead
        self._row: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._measurements = measurements or LatencyRecords()
        self._engines = ModelSwitcher(self._measurements, free)
        self._outlook = LatencyForecast()
        self._job: Request | None = None
        self._told: WorkerListener | None = None
        self._held: Conversation | None = None
        self._closed = threading.Event()
        self._loads_at_start = True
        self._rest_after: float | None = None
        self._idle_since = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="work", daemon=True)

    @property
    def job(self) -> Request | None:
        """What the thread is at."""
        return self._job

    @property
    def idle_seconds(self) -> float:
        """For how long there has been nothing to do; 0.0 while something is at work, or waits for its turn."""
        busy = self._job is not None or not self._row.empty()
        return 0.0 if busy else time.monotonic() - self._idle_since

    @property
    def measurements(self) -> LatencyRecords:
        """How long things took."""
        return self._measurements

    @property
    def _assistant(self) -> Assistant | None:
        return self._engines.current

    def keep(self, *, from_start: bool, rest_after: float | None) -> None:
        """Load the weights at the start or at the first question; unload them after so many idle seconds, if any."""
        self._loads_at_start, self._rest_after = from_start, rest_after
        self._row.put(lambda: None)  # whoever waits begins to count anew

    def wake(self, job: Request) -> None:
        """Load the weights, if they are not, for a job whose picture is still being fetched."""
        if self._thread.is_alive() and not self._engines.loaded:
            self._row.put(partial(self._wake, job))

    def look_ahead(self, job: Request, picture: Callable[[], CapturedPicture]) -> None:
        """Have encoded what will perhaps be asked about next, as `job` would look at it; until that is cancelled."""
        if self._thread.is_alive():
            self._row.put(partial(self._look_ahead, job, picture))

    def look_away(self) -> None:
        """What `look_ahead` was given is not wanted after all."""
        if self._thread.is_alive():
            self._row.put(self._look_away)

    def start(self, told: WorkerListener, job: Request) -> None:
        """Load the weights; `job` stands for that."""
        self._told = told
        self._row.put(partial(self._with, job, self._warm))
        self._thread.start()

    def answer(self, job: Request) -> None:
        """Describe the job's picture, or say why there is none."""
        self._row.put(partial(self._with, job, self._answer))

    def repeat(self, job: Request) -> None:
        """Say the job's sentences."""
        self._row.put(partial(self._with, job, self._repeat))

    def think(self, job: Request) -> None:
        """Turn think harder on or off, also where the next request is waited for when its turn comes."""
        self._row.put(partial(self._with, job, self._toggle, always=True))

    def forget(self, job: Request) -> None:
        """Drop all that is held of pictures and conversations, the engines' memory too; whatever is waited for."""
        self._row.put(partial(self._with, job, self._forget, always=True))

    def renew(self, job: Request) -> None:
        """Find the weights anew and load them: others may be here now, or be wanted. `job` stands for that."""
        self._row.put(partial(self._with, job, self._renew))

    def cancel(self, job: Request) -> None:
        """Stop working on it, now or when its turn comes."""
        job.cancel()
        self._voice.look_again()
        assistant = self._assistant
        if self._job is job and assistant is not None:
            assistant.cancel()

    def close(self) -> None:
        """End the engine at once."""
        self._closed.set()
        self._voice.look_again()
        self._row.put(None)
        self._engines.close()

    def _run(self) -> None:
        while (task := self._next()) is not None and not self._closed.is_set():
            task()

    def _next(self) -> Callable[[], None] | None:
        """What is to be done next; whoever waits for it long enough gives the memory back."""
        try:
            return self._row.get(timeout=self._rest_after if self._engines.loaded else None)
        except queue.Empty:
            _log.info("the weights are unloaded: nobody asks anything")
            return self._engines.unload

    def _wake(self, job: Request) -> None:
        assistant = self._assistant
        if assistant is None or assistant.loaded or job.is_cancelled():
            return
        self._job, self._spoken.request = job, job.id or None
        try:
            assistant.warm()
        except AssistantError as error:
            _log.info("the weights could not be loaded: %s", error)  # the question meets it again, and says it
        except Exception:  # noqa: BLE001 (the question meets it again, and this thread must go on)
            _log.exception("the weights could not be loaded")
        finally:
            self._end_job()

    def _look_ahead(self, job: Request, picture: Callable[[], CapturedPicture]) -> None:
        assistant = self._assistant
        if assistant is None or job.is_cancelled() or not self._may_encode_ahead():
            return
        try:
            job.wait(_OPENING_S)
            assistant.encode_ahead(picture(), self._request_of(job))
        except AssistantError as error:
            _log.info("nothing is encoded ahead: %s", error)  # a question meets it again, and says it
        except Exception:  # noqa: BLE001 (nobody asked for it, and this thread must go on)
            _log.exception("nothing is encoded ahead")

    def _look_away(self) -> None:
        if self._assistant is not None:
            self._assistant.drop_ahead()

    def _with(self, job: Request, work: Callable[[Request], None], *, always: bool = False) -> None:
        """`always`: also a job that was cancelled before its turn came."""
        # What is told of the start belongs to no request: whoever presses meanwhile wants to hear it too.
        self._job, self._spoken.request = job, job.id or None
        try:
            if always or not job.is_cancelled():
                work(job)
        except Exception as error:  # noqa: BLE001 (a bug must end one request with a sentence, and never the program)
            _log.exception("a request failed")
            self._fail(job, explained(error))
        self._wait_until_spoken(job)
        self._end_job()
        assert self._told is not None
        self._told.on_ended(job)

    def _end_job(self) -> None:
        self._idle_since = time.monotonic()
        self._job, self._spoken.request = None, None

    def _wait_until_spoken(self, job: Request) -> None:
        self._voice.wait_unless(lambda: job.is_cancelled() or self._closed.is_set())

    def _warm(self, job: Request) -> None:
        assert self._told is not None
        try:
            assistant = self._engines.start(partial(self._made, job))
        except CancelledError:
            return
        except AssistantError as error:
            self._told.on_failed(error)
            return
        try:
            if self._loads_at_start:
                assistant.warm()
        except CancelledError:
            return
        except AssistantError as error:
            self._fail(job, error)
        self._told.on_ready(loaded=job.failure is None)
        self._tell_think()

    def _tell_think(self) -> None:
        if self._told:
            self._told.on_think(self._engines.think, cost(self._measurements))

    def _answer(self, job: Request) -> None:
        assert self._told is not None
        outcome: DoneEvent | ErrorEvent | None = None
        if job.failure is None:
            self._find(job)
        if job.failure is not None:
            self._fail(job, job.failure)
        elif self._assistant is not None and not job.is_cancelled():
            outcome = self._asked(self._assistant, job)
        if job.is_cancelled():
            return
        whole = isinstance(outcome, DoneEvent) and outcome.stop != "cancelled"
        self._told.on_answered(job, whole=whole)
        if whole and isinstance(outcome, DoneEvent) and (took := job.manner.duration(outcome.timings_s.total)):
            job.notice("after", _after(job, took))
        self._voice.tone("end", job.id)
        if whole and job.mode == "glance" and self._assistant is not None and self._may_encode_ahead():
            self._assistant.encode_detail_ahead(job.manner.request(self._request, "detail"))
            self._outlook.began_ahead()

    def _asked(self, assistant: Assistant, job: Request) -> DoneEvent | ErrorEvent:
        talk = job.talk
        if talk is not self._held:
            talk.request = talk.request or self._request_of(job)
            assistant.look_at(job.picture, talk.request, talk.turns)
        outcome = assistant.ask(job.id, job.question, max_tokens=QUESTION_TOKENS if job.question else None)
        talk.turns = assistant.turns
        # What was cancelled may not even have its picture.
        self._held = None if job.is_cancelled() or isinstance(outcome, ErrorEvent) else talk
        if isinstance(outcome, ErrorEvent):
            job.failure = rebuilt(outcome.exit_code, outcome.code, outcome.message)
        else:
            job.reasoning = outcome.reasoning or ""
            self._tell_think()
        return outcome

    def expected_seconds(self, job: Request) -> float | None:
        """Until the first word about the job's picture, told from the last one; None where that is not known."""
        request, mode = self._request_of(job), prompts.MODES[job.mode]
        if job.captured is None:
            return None
        most = request.image_tokens or mode.image_tokens
        sent = token_budget.plan(job.captured.image.size, max_tokens=most, min_tokens=min(most, mode.min_image_tokens))
        return self._outlook.seconds(sent.tokens)

    def _request_of(self, job: Request) -> AnswerOptions:
        request = job.manner.request(self._request, job.mode)
        asked_about = (job.question is not None or job.action == "ask") and job.mode == "detail"
        return replace(request, image_tokens=QUESTION_IMAGE_TOKENS) if asked_about else request

    def _forget(self, job: Request) -> None:
        assert self._told is not None
        self._held = None
        self._engines.forget()
        job.notice("forgotten", tr("Everything was forgotten."))
        try:
            self._engines.start(partial(self._made, job)).warm()
        except CancelledError:
            pass  # it is loaded by the next question
        except AssistantError as error:
            self._fail(job, error)
        self._told.on_answered(job, whole=False)

    def _find(self, job: Request) -> None:
        """At the start there were no weights, and there may be some by now; or the change to others was cancelled."""
        make = partial(self._made, job)
        try:
            if self._assistant is None:
                self._engines.start(make)
            elif self._engines.catch_up(make):
                job.notice("think", _think_is(self._engines.think))
        except CancelledError:
            pass
        except AssistantError as error:
            job.failure = error

    def _repeat(self, job: Request) -> None:
        for sentence in job.sentences:
            self._voice.say(sentence, job.id)

    def _toggle(self, job: Request) -> None:
        assert self._told is not None
        wanted = not self._engines.think
        if wanted:
            job.notice("think-cost", cost(self._measurements))
        try:
            self._engines.change(partial(self._made, job))
        except CancelledError:
            pass  # it is loaded by the next question
        except AssistantError as error:
            self._fail(job, error)
        else:
            job.notice("think", _think_is(wanted))
        self._tell_think()
        self._told.on_answered(job, whole=False)

    def _renew(self, job: Request) -> None:
        assert self._told is not None
        try:
            self._engines.renew(partial(self._made, job))
        except CancelledError:
            return
        except AssistantError as error:
            self._fail(job, error)
        self._told.on_ready(loaded=job.failure is None)

    def _made(self, job: Request, think: bool) -> Assistant:
        return self._make(
            think, self._spoken, self._on_event, lambda: job.is_cancelled() or self._closed.is_set()
        )  # fmt: skip

    def _fail(self, job: Request, error: AssistantError) -> None:
        job.failure = error
        self._show(ErrorEvent(job.id, error.code, str(error), error.exit_code))
        self._spoken.say(str(error))

    def _on_event(self, event: Event) -> None:
        job = self._job
        if isinstance(event, DoneEvent):
            self._measurements.answered(event)
            self._outlook.answered(event)
        if job is not None:
            if isinstance(event, TokenEvent):
                job.reasoning += event.text if event.kind == "thinking" else ""
            elif isinstance(event, StageEvent):
                # What follows a whole stage is told only when a first part of it is done, which may take seconds.
                over = event.fraction >= 1 and event.stage in ("load", "prepare") and job.captured is not None
                self._come_to(job, "encode" if over else event.stage)
            elif isinstance(event, NoticeEvent) and event.code in picture_checks.CODES_OF_ENDINGS:
                job.sentences.append(event.message)  # whoever hears the answer again must not take it for whole either
            elif isinstance(event, SentenceEvent):
                job.sentences.append(event.text)
                if len(job.sentences) == 1 and self._told:
                    self._told.on_stage()
            if job.is_cancelled() and not isinstance(event, DoneEvent | ErrorEvent | NoticeEvent):
                return
        self._show(event)

    def _come_to(self, job: Request, stage: Stage) -> None:
        if job.stage != stage:
            job.stage = stage
            if self._told:
                self._told.on_stage()


def _after(job: Request, took: str) -> str:
    """What is good to know after an answer, for whoever wants to hear everything."""
    more = tr("The same shortcut again gives details.") if job.action and job.mode != "detail" else ""
    return f"{took} {more}".strip()


def _think_is(on: bool) -> str:
    return tr("Think harder is on.") if on else tr("Think harder is off.")
