"""A harness for the worker thread and its tasks: scripted assistants and speech, and the reports in order."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from edge_assistant.assistant.cut_answers import CutAnswer
from edge_assistant.assistant.events import (
    DoneEvent,
    ErrorEvent,
    Event,
    NoticeEvent,
    SentenceEvent,
    StageEvent,
    Timings,
    cancelled,
)
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.assistant.picture_checks import refuse_blank
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.latency import LatencyRecords
from edge_assistant.controller.request import Request
from edge_assistant.controller.request_tasks import RequestTasks
from edge_assistant.controller.worker import RequestOutput, RequestWorker
from edge_assistant.engine.messages import Turn
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.system.errors import (
    AssistantError,
    CancelledError,
    DoesNotFitError,
)

PICTURE = CapturedPicture(Image.new("RGB", (64, 64)), origin="window")
SEEN = CapturedPicture(Image.linear_gradient("L").convert("RGB"), origin="window")


PAIR = ResolvedModel(
    name="pair",
    model=Path("model.gguf"),
    mmproj=Path("mmproj.gguf"),
    variant="instruct",
    quantisation=None,
    demo=False,
    ram_bytes=3 * 10**9,
    kv_bytes_per_token=0,
    context_length=4096,
)
AMPLE, SHORT = 9 * 10**9, 7 * 10**9  # for two pairs and what other programs want; for less than that


class ScriptedSpeech:
    def __init__(self) -> None:
        self.heard: list[tuple[str, int | None]] = []
        self.languages: list[str | None] = []
        self.speaks = False
        self.changed = threading.Condition()

    def say(self, text: str, request_id: int | None = None, *, language: str | None = None) -> None:
        self.heard.append((text, request_id))
        self.languages.append(language)

    def tone(self, tone: str, request_id: int | None = None) -> None:
        self.heard.append((f"({tone})", request_id))

    def silence(self) -> None:
        pass

    def wait_unless(self, unwanted: Callable[[], bool]) -> None:
        with self.changed:
            self.changed.wait_for(lambda: not self.speaks or unwanted())

    def recheck_waiters(self) -> None:
        with self.changed:
            self.changed.notify_all()


class ScriptedAssistant:
    """Answers with the mode it was asked in; `held` lets a question wait for its cancel."""

    def __init__(self, harness: WorkerHarness, think: bool) -> None:
        self.harness = harness
        self.think = think
        self.speech = harness.output
        self.on_event = harness.output.show
        self.was_cancelled = threading.Event()
        self.questions: list[str | None] = []
        self.looked: list[AnswerOptions] = []
        self.capture: Callable[[], CapturedPicture] = lambda: PICTURE
        self.request = AnswerOptions()
        self.turns: tuple[Turn, ...] = ()
        self.cut: CutAnswer | None = None
        self.closed = False
        self.loaded = False
        self.model = replace(PAIR, variant="thinking" if think else "instruct")
        self.conversations: list[object] = []
        self.swap: float | None = None

    def warm(self) -> None:
        if self.harness.cannot_load == self.think:
            raise DoesNotFitError("Too little memory.")
        if self.harness.cancels_loading:
            raise CancelledError
        if not self.loaded:
            self.speech.say("Loading.")
        self.loaded = True

    def needed_bytes(self) -> int:
        return 4 * 10**9

    def unload(self) -> None:
        self.loaded = False

    def conversation(self, heir: ResolvedModel) -> object:
        return f"what was said to {self.model.variant}, for {heir.variant}"

    def take_over(self, conversation: object) -> None:
        self.conversations.append(conversation)

    def record_swap(self, seconds: float) -> None:
        self.swap = seconds

    def look_at(
        self,
        capture: Callable[[], CapturedPicture],
        request: AnswerOptions,
        turns: tuple[Turn, ...],
        cut: CutAnswer | None,
        make_text: object = None,
    ) -> None:
        self.capture, self.request, self.turns, self.cut = capture, request, turns, cut
        self.make_text = make_text
        self.looked.append(request)

    def ask(self, index: int, question: str | None) -> DoneEvent | ErrorEvent:
        self.harness.asked.put(self)
        self.questions.append(question)
        try:
            self.capture()
        except CancelledError:
            return cancelled(index, "")
        self.on_event(StageEvent(index, "prepare", 1.0))
        if self.harness.held:
            assert self.was_cancelled.wait(5)
            return cancelled(index, "")
        text = f"{self.request.task} {'thinking' if self.think else 'instruct'}."
        self.turns += (Turn(question or "", text),)
        self.cut = CutAnswer(text, task=self.request.task) if self.harness.cuts else None
        self.speech.say(text)
        self.on_event(SentenceEvent(index, text))
        for code, notice in self.harness.notices:
            self.on_event(NoticeEvent(index, code, notice))
        times = Timings(first_token=2.0, swap_to_first_token=3.0)
        done = replace(cancelled(index, ""), variant=self.model.variant, timings_s=times, stop="end")
        self.on_event(done)
        return done

    def more(self, index: int) -> DoneEvent | ErrorEvent:
        return self.ask(index, "more")

    def encode_detail_ahead(self, request: AnswerOptions) -> None:
        self.harness.asked_ahead.append(request.task)

    def encode_ahead(self, captured: CapturedPicture, request: AnswerOptions) -> None:
        refuse_blank(captured)
        self.harness.asked_ahead.append((request.task, request.image_tokens))

    def cancel_ahead(self) -> None:
        self.harness.asked_ahead.append("dropped")

    def cancel(self) -> None:
        self.was_cancelled.set()

    def close(self) -> None:
        self.closed, self.loaded = True, False


class ImmediateLoop:
    """An event loop that calls each function at once, on the thread that posts it."""

    def post(self, function: Callable[..., object], *arguments: object, **options: object) -> None:
        function(*arguments, **options)


class WorkerHarness:
    """A worker and its tasks with scripted parts, and their reports in order."""

    def __init__(self) -> None:
        self.speech = ScriptedSpeech()
        self.shown: list[Event] = []
        self.reports: queue.Queue[tuple[object, ...]] = queue.Queue()
        self.asked: queue.Queue[ScriptedAssistant] = queue.Queue()
        self.assistants: list[ScriptedAssistant] = []
        self.missing: AssistantError | None = None
        self.cannot_load: bool | None = None
        self.held = self.cuts = self.cancels_loading = False
        self.notices: list[tuple[str, str]] = []
        self.costs: list[tuple[bool, str]] = []
        self.free = AMPLE
        self.latency_records = LatencyRecords()
        self.asked_ahead: list[object] = []
        self.ahead = False
        loop: Any = ImmediateLoop()
        speech: Any = self.speech
        self.output = RequestOutput(speech, self.shown.append, lambda: None)
        self.tasks = RequestTasks(
            self._make,  # type: ignore[arg-type]
            AnswerOptions(),
            self.output,
            speech,
            loop,
            self.latency_records,
            free_memory=lambda: self.free,
            may_encode_ahead=lambda: self.ahead,
        )
        self.worker = RequestWorker(self.output, speech, loop, on_idle=self.tasks.unload)
        self.worker.listener = self.tasks.listener = self

    def _make(self, think: bool, _: object) -> ScriptedAssistant:
        if self.missing:
            raise self.missing
        self.assistants.append(ScriptedAssistant(self, think))
        return self.assistants[-1]

    def on_ready(self, *, loaded: bool) -> None:
        self.reports.put(("ready", loaded))

    def on_failed(self, error: AssistantError) -> None:
        self.reports.put(("failed", str(error)))

    def on_thinking_changed(self, on: bool, cost: str) -> None:
        self.costs.append((on, cost))

    def on_answered(self, request: Request, *, complete: bool) -> None:
        self.reports.put(("answered", request.id, complete))

    def on_ended(self, request: Request) -> None:
        self.reports.put(("ended", request.id))

    def expect(self, *expected: tuple[object, ...]) -> None:
        """Wait for exactly these reports."""
        assert [self.reports.get(timeout=5) for _ in expected] == list(expected)

    def request(self, id: int, **options: object) -> Request:
        def say(text: str) -> None:
            self.speech.say(text, id)

        request = Request(id, say, self.shown.append, **options)  # type: ignore[arg-type]
        request.captured = PICTURE
        return request

    def start(self) -> None:
        self.worker.work_on(self.request(0), self.tasks.start)
        self.worker.start()

    def answer(self, request: Request) -> None:
        self.worker.work_on(request, self.tasks.answer)

    def repeat(self, request: Request) -> None:
        self.worker.work_on(request, self.tasks.repeat)

    def toggle_thinking(self, request: Request) -> None:
        self.worker.work_on(request, self.tasks.toggle_thinking, even_if_cancelled=True)

    def forget_all(self, request: Request) -> None:
        self.worker.work_on(request, self.tasks.forget_all, even_if_cancelled=True)

    def reload(self, request: Request) -> None:
        self.worker.work_on(request, self.tasks.reload)

    def preload(self, request: Request) -> None:
        self.worker.prepare(request, self.tasks.preload, what_failed="the model could not be loaded")

    def encode_ahead(self, request: Request, picture: Callable[[], CapturedPicture]) -> None:
        self.worker.prepare(
            request, partial(self.tasks.encode_ahead, picture=picture), what_failed="encoding ahead failed"
        )

    def encoded_ahead(self, request: Request, picture: Callable[[], CapturedPicture]) -> list[object]:
        """Encode a picture ahead; return what was encoded so far."""
        self.encode_ahead(request, picture)
        self.repeat(self.request(9))  # takes its turn after it
        self.expect(("ended", 9))
        return self.asked_ahead

    def close(self) -> None:
        self.worker.close()
        self.tasks.close()
