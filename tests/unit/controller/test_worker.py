"""The worker thread with a scripted assistant: one request at a time, each spoken to its end."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from support.waiting import until

from edge_assistant.assistant.conversation import QUESTION_IMAGE_TOKENS
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
from edge_assistant.assistant.options import AnswerOptions, RequestSettings
from edge_assistant.assistant.picture_checks import refuse_blank
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.latency import LatencyRecords, VariantLatency
from edge_assistant.controller.request import Request
from edge_assistant.controller.worker import RequestSpeech, RequestWorker
from edge_assistant.engine.messages import Turn
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.system.errors import (
    AssistantError,
    CancelledError,
    DoesNotFitError,
    InputError,
    WeightsError,
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
        self.speaks = False
        self.changed = threading.Condition()

    def say(self, text: str, request_id: int | None = None) -> None:
        self.heard.append((text, request_id))

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

    def __init__(
        self, harness: WorkerHarness, think: bool, speech: RequestSpeech, on_event: Callable[[Event], None]
    ) -> None:
        self.harness = harness
        self.think = think
        self.speech = speech
        self.on_event = on_event
        self.was_cancelled = threading.Event()
        self.questions: list[tuple[str | None, int | None]] = []
        self.looked: list[AnswerOptions] = []
        self.capture: Callable[[], CapturedPicture] = lambda: PICTURE
        self.request = AnswerOptions()
        self.turns: tuple[Turn, ...] = ()
        self.closed = False
        self.loaded = False
        self.model = replace(PAIR, variant="thinking" if think else "instruct")
        self.conversations: list[object] = []
        self.swap: float | None = None

    def warm(self) -> None:
        if self.harness.cannot_load == self.think:
            raise DoesNotFitError("Too little memory.")
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

    def look_at(self, capture: Callable[[], CapturedPicture], request: AnswerOptions, turns: tuple[Turn, ...]) -> None:
        self.capture, self.request, self.turns = capture, request, turns
        self.looked.append(request)

    def ask(self, index: int, question: str | None, *, max_tokens: int | None) -> DoneEvent | ErrorEvent:
        self.harness.asked.put(self)
        self.questions.append((question, max_tokens))
        try:
            self.capture()
        except CancelledError:
            return cancelled(index, "")
        self.on_event(StageEvent(index, "prepare", 1.0))
        if self.harness.held:
            assert self.was_cancelled.wait(5)
            return cancelled(index, "")
        text = f"{self.request.mode} {'thinking' if self.think else 'instruct'}."
        self.turns += (Turn(question or "", text),)
        self.speech.say(text)
        self.on_event(SentenceEvent(index, text))
        for code, notice in self.harness.notices:
            self.on_event(NoticeEvent(index, code, notice))
        times = Timings(first_token=2.0, swap_to_first_token=3.0)
        done = replace(cancelled(index, ""), variant=self.model.variant, timings_s=times, stop="end")
        self.on_event(done)
        return done

    def encode_detail_ahead(self, request: AnswerOptions) -> None:
        self.harness.asked_ahead.append(request.mode)

    def encode_ahead(self, captured: CapturedPicture, request: AnswerOptions) -> None:
        refuse_blank(captured)
        self.harness.asked_ahead.append((request.mode, request.image_tokens))

    def cancel_ahead(self) -> None:
        self.harness.asked_ahead.append("dropped")

    def cancel(self) -> None:
        self.was_cancelled.set()

    def close(self) -> None:
        self.closed, self.loaded = True, False


class WorkerHarness:
    """A worker with scripted parts, and its reports in order."""

    def __init__(self) -> None:
        self.speech = ScriptedSpeech()
        self.shown: list[Event] = []
        self.reports: queue.Queue[tuple[object, ...]] = queue.Queue()
        self.asked: queue.Queue[ScriptedAssistant] = queue.Queue()
        self.assistants: list[ScriptedAssistant] = []
        self.missing: AssistantError | None = None
        self.cannot_load: bool | None = None
        self.held = False
        self.notices: list[tuple[str, str]] = []
        self.costs: list[tuple[bool, str]] = []
        self.free = AMPLE
        self.latency_records = LatencyRecords()
        self.asked_ahead: list[object] = []
        self.ahead = False
        self.worker = RequestWorker(
            self._make,  # type: ignore[arg-type]
            AnswerOptions(),
            self.speech,  # type: ignore[arg-type]
            self.shown.append,
            self.latency_records,
            free_memory=lambda: self.free,
            may_encode_ahead=lambda: self.ahead,
        )

    def _make(
        self, think: bool, speech: RequestSpeech, on_event: Callable[[Event], None], _: object
    ) -> ScriptedAssistant:
        if self.missing:
            raise self.missing
        self.assistants.append(ScriptedAssistant(self, think, speech, on_event))
        return self.assistants[-1]

    def on_ready(self, *, loaded: bool) -> None:
        self.reports.put(("ready", loaded))

    def on_failed(self, error: AssistantError) -> None:
        self.reports.put(("failed", str(error)))

    def on_stage(self) -> None:
        pass

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
        self.worker.start(self, self.request(0))


@pytest.fixture
def harness() -> Iterator[WorkerHarness]:
    worker_harness = WorkerHarness()
    yield worker_harness
    worker_harness.worker.close()


@pytest.fixture
def ready(harness: WorkerHarness) -> WorkerHarness:
    harness.start()
    harness.expect(("ready", True), ("ended", 0))
    assert harness.speech.heard == [("Loading.", None)], "whoever presses meanwhile hears it too"
    harness.speech.heard.clear()
    return harness


def test_each_request_is_answered_in_its_own_mode_and_ends_with_the_end_tone(ready: WorkerHarness) -> None:
    ready.worker.answer(ready.request(1))
    ready.worker.answer(ready.request(2, mode="detail"))
    ready.expect(("answered", 1, True), ("ended", 1), ("answered", 2, True), ("ended", 2))
    assert ready.speech.heard == [
        ("glance instruct.", 1), ("(end)", 1), ("detail instruct.", 2), ("(end)", 2)
    ]  # fmt: skip


def test_only_a_glance_has_its_detail_encoded_ahead_and_only_where_it_may(ready: WorkerHarness) -> None:
    ready.worker.answer(ready.request(1))
    ready.expect(("answered", 1, True), ("ended", 1))
    assert ready.asked_ahead == []
    ready.ahead = True
    for id, mode in ((2, "glance"), (3, "detail"), (4, "read")):
        ready.worker.answer(ready.request(id, mode=mode))
        ready.expect(("answered", id, True), ("ended", id))
    assert ready.asked_ahead == ["detail"]


def encoded_ahead(harness: WorkerHarness, request: Request, picture: Callable[[], CapturedPicture]) -> list[object]:
    """Return what is encoded ahead."""
    harness.worker.encode_ahead(request, picture)
    harness.worker.repeat(harness.request(9))  # takes its turn after it
    harness.expect(("ended", 9))
    return harness.asked_ahead


def test_what_is_about_to_be_chosen_or_asked_about_is_encoded_with_the_options_of_its_request(
    ready: WorkerHarness,
) -> None:
    ready.ahead = True
    assert encoded_ahead(ready, ready.request(1, action="palette"), lambda: SEEN) == [("glance", None)]
    asked = ready.request(2, action="ask", mode="detail")
    assert encoded_ahead(ready, asked, lambda: SEEN) == [("glance", None), ("detail", QUESTION_IMAGE_TOKENS)]


def test_nothing_is_encoded_ahead_on_battery_nor_when_it_was_closed_nor_where_there_is_nothing(
    ready: WorkerHarness,
) -> None:
    def off_screen() -> CapturedPicture:
        raise InputError("It is outside of the screen.", code="off-screen")

    assert encoded_ahead(ready, ready.request(1), lambda: SEEN) == []
    ready.ahead = True
    closed = ready.request(2)
    closed.cancel()
    assert encoded_ahead(ready, closed, lambda: SEEN) == []
    assert encoded_ahead(ready, ready.request(3), off_screen) == []
    assert encoded_ahead(ready, ready.request(4), lambda: CapturedPicture(Image.new("RGB", (64, 64)))) == []
    ready.worker.answer(ready.request(5))
    ready.expect(("answered", 5, True), ("ended", 5))


def test_what_was_encoded_ahead_can_be_dropped(ready: WorkerHarness) -> None:
    ready.ahead = True
    ready.worker.encode_ahead(ready.request(1), lambda: SEEN)
    ready.worker.cancel_encode_ahead()
    assert encoded_ahead(ready, ready.request(2), lambda: SEEN) == [
        ("glance", None),
        "dropped",
        ("glance", None),
    ]


def test_a_bug_in_encoding_ahead_does_not_end_the_thread(
    ready: WorkerHarness, expect_log: Callable[[str], None]
) -> None:
    def broken() -> CapturedPicture:
        raise ValueError("a bug")

    expect_log("ERROR .*: encoding ahead failed")
    ready.ahead = True
    assert encoded_ahead(ready, ready.request(1), broken) == []
    ready.worker.answer(ready.request(2, mode="read"))
    ready.expect(("answered", 2, True), ("ended", 2))


def test_a_cancelled_glance_has_nothing_encoded_ahead(ready: WorkerHarness) -> None:
    ready.ahead = ready.held = True
    request = ready.request(1)
    ready.worker.answer(request)
    ready.asked.get(timeout=5)
    ready.worker.cancel(request)
    ready.expect(("ended", 1))
    assert ready.asked_ahead == []


def test_the_request_keeps_its_sentences_and_its_stage(ready: WorkerHarness) -> None:
    request = ready.request(1)
    ready.worker.answer(request)
    ready.expect(("answered", 1, True), ("ended", 1))
    assert request.sentences == ["glance instruct."]
    assert request.stage == "encode", "the picture is prepared, so it is looked at"


def test_a_repeated_answer_still_says_that_it_was_cut_off(ready: WorkerHarness) -> None:
    ready.notices = [("small-text", "Small text is lost."), ("cut-off", "Cut off."), ("loop", "Ended.")]
    request = ready.request(1)
    ready.worker.answer(request)
    ready.expect(("answered", 1, True), ("ended", 1))
    assert request.sentences == ["glance instruct.", "Cut off.", "Ended."]


def test_a_cancelled_request_ends_without_an_answer_and_the_next_is_answered(ready: WorkerHarness) -> None:
    ready.held = True
    request = ready.request(1)
    ready.worker.answer(request)
    ready.asked.get(timeout=5)
    ready.worker.cancel(request)
    ready.held = False
    ready.worker.answer(ready.request(2))
    ready.expect(("ended", 1), ("answered", 2, True), ("ended", 2))


def test_a_request_that_is_cancelled_while_it_waits_is_never_asked(ready: WorkerHarness) -> None:
    ready.held = True
    first, second = ready.request(1), ready.request(2)
    ready.worker.answer(first)
    ready.asked.get(timeout=5)
    ready.worker.answer(second)
    ready.worker.cancel(second)
    ready.worker.cancel(first)
    ready.expect(("ended", 1), ("ended", 2))
    assert ready.asked.empty()


def test_a_request_that_is_cancelled_while_it_is_spoken_ends_at_once(ready: WorkerHarness) -> None:
    ready.speech.speaks = True
    request = ready.request(1)
    ready.worker.answer(request)
    ready.expect(("answered", 1, True))
    with pytest.raises(queue.Empty):
        ready.reports.get(timeout=0.05)
    ready.worker.cancel(request)
    ready.expect(("ended", 1))


def test_the_end_does_not_wait_for_what_is_spoken(ready: WorkerHarness) -> None:
    ready.speech.speaks = True
    ready.worker.answer(ready.request(1))
    ready.expect(("answered", 1, True))
    ready.worker.close()
    ready.expect(("ended", 1))


def test_a_picture_that_could_not_be_had_is_said_and_ends_with_the_end_tone(ready: WorkerHarness) -> None:
    request = ready.request(1)
    request.failure = InputError("There is no display here.")
    ready.worker.answer(request)
    ready.expect(("answered", 1, False), ("ended", 1))
    assert ready.speech.heard == [("There is no display here.", 1), ("(end)", 1)]
    assert isinstance(ready.shown[-1], ErrorEvent)


def test_with_memory_for_both_think_harder_leaves_both_loaded_and_goes_back_at_once(ready: WorkerHarness) -> None:
    toggle_twice(ready)
    instruct, thinking = ready.assistants
    assert [instruct.loaded, thinking.loaded] == [True, True]
    assert [text for text, _ in ready.speech.heard].count("Loading.") == 1
    ready.worker.close()
    assert [instruct.closed, thinking.closed] == [True, True]


def test_where_memory_is_short_the_old_model_is_unloaded(ready: WorkerHarness) -> None:
    ready.free = SHORT
    toggle_twice(ready)
    instruct, thinking = ready.assistants
    assert [instruct.loaded, thinking.loaded] == [True, False]
    assert [text for text, _ in ready.speech.heard].count("Loading.") == 2


def test_the_conversation_goes_on_with_the_other_model_and_comes_back(ready: WorkerHarness) -> None:
    toggle_twice(ready)
    instruct, thinking = ready.assistants
    assert thinking.conversations == ["what was said to instruct, for thinking"]
    assert instruct.conversations == ["what was said to thinking, for instruct"]


def test_what_a_change_and_the_first_word_after_it_took_can_be_read(ready: WorkerHarness) -> None:
    ready.worker.toggle_thinking(ready.request(1))
    ready.worker.answer(ready.request(2))
    ready.expect(("answered", 1, False), ("ended", 1), ("answered", 2, True), ("ended", 2))
    swap = ready.assistants[1].swap
    assert swap is not None
    assert ready.latency_records.of("thinking") == VariantLatency(
        swap=swap, first_token=2.0, swap_to_first_token=3.0, answer=0.0
    )
    assert ready.latency_records.of("instruct") == VariantLatency()


def test_what_is_turned_on_or_forgotten_is_so_though_the_next_request_came_before_its_turn(
    ready: WorkerHarness,
) -> None:
    for change, id in ((ready.worker.toggle_thinking, 1), (ready.worker.forget_all, 2)):
        request = ready.request(id)
        ready.worker.cancel(request)
        change(request)
    ready.worker.answer(ready.request(3))
    ready.expect(("answered", 1, False), ("ended", 1), ("answered", 2, False), ("ended", 2), ("answered", 3, True))
    instruct, thinking, new = ready.assistants
    assert (instruct.closed, thinking.closed) == (True, True), "what they held was not forgotten"
    assert new.think


def cancelled_toggle(ready: WorkerHarness, id: int) -> None:
    """Turn Think harder on or off, and cancel it while the model is still verified."""
    ready.missing = CancelledError()
    ready.worker.toggle_thinking(ready.request(id))
    ready.expect(("answered", id, False), ("ended", id))
    ready.missing = None


def test_a_question_asked_while_the_model_is_still_verified_goes_to_the_thinking_model(ready: WorkerHarness) -> None:
    cancelled_toggle(ready, 1)
    ready.worker.answer(ready.request(2))
    ready.expect(("answered", 2, True), ("ended", 2))
    assert [each.think for each in ready.assistants] == [False, True]
    assert ready.assistants[1].conversations == ["what was said to instruct, for thinking"]
    heard = [words for words, id in ready.speech.heard if id == 2]
    assert heard.index("Think harder is on.") < heard.index("glance thinking.")


def test_think_harder_turned_on_and_off_before_the_model_was_found_is_off(ready: WorkerHarness) -> None:
    cancelled_toggle(ready, 1)
    cancelled_toggle(ready, 2)
    ready.worker.answer(ready.request(3))
    ready.expect(("answered", 3, True), ("ended", 3))
    assert [each.think for each in ready.assistants] == [False]
    assert ("glance instruct.", 3) in ready.speech.heard


def test_where_the_thinking_model_is_missing_the_question_says_so_and_the_next_is_answered(
    ready: WorkerHarness,
) -> None:
    cancelled_toggle(ready, 1)
    ready.missing = WeightsError("The Thinking model is not installed.")
    for id in (2, 3):
        ready.worker.answer(ready.request(id))
        ready.expect(("answered", id, id == 3), ("ended", id))
    assert ("The Thinking model is not installed.", 2) in ready.speech.heard
    assert ("glance instruct.", 3) in ready.speech.heard


def test_a_new_model_is_found_and_loaded_without_a_restart_and_the_old_engines_end(ready: WorkerHarness) -> None:
    ready.worker.toggle_thinking(ready.request(1))
    ready.expect(("answered", 1, False), ("ended", 1))
    ready.worker.reload(ready.request(0))
    ready.expect(("ready", True), ("ended", 0))
    *old, new = ready.assistants
    assert [each.closed for each in old] == [True, True]
    assert (new.think, new.loaded) == (True, True)
    assert new.conversations == ["what was said to thinking, for thinking"]


def test_where_no_new_model_can_be_found_the_old_one_stays(ready: WorkerHarness) -> None:
    ready.missing = WeightsError("There are no weights.")
    ready.worker.reload(ready.request(0))
    ready.expect(("ready", False), ("ended", 0))
    assert ready.assistants[0].loaded


def toggle_twice(ready: WorkerHarness) -> None:
    for id, words in ((1, "Think harder is on."), (2, "Think harder is off.")):
        ready.worker.toggle_thinking(ready.request(id))
        ready.expect(("answered", id, False), ("ended", id))
        assert (words, id) in ready.speech.heard
    assert [each.think for each in ready.assistants] == [False, True]


def test_without_a_thinking_model_the_reason_is_said_and_the_other_stays(ready: WorkerHarness) -> None:
    ready.missing = WeightsError("The Thinking model is not installed.")
    ready.worker.toggle_thinking(ready.request(1))
    ready.expect(("answered", 1, False), ("ended", 1))
    assert ready.speech.heard[-1] == ("The Thinking model is not installed.", 1)
    assert not ready.assistants[0].closed
    ready.worker.answer(ready.request(2))
    ready.expect(("answered", 2, True), ("ended", 2))
    assert ("glance instruct.", 2) in ready.speech.heard


def test_a_thinking_model_that_does_not_fit_is_replaced_by_the_other_again(ready: WorkerHarness) -> None:
    ready.cannot_load = True
    ready.worker.toggle_thinking(ready.request(1))
    ready.expect(("answered", 1, False), ("ended", 1))
    assert ("Too little memory.", 1) in ready.speech.heard
    ready.worker.answer(ready.request(2))
    ready.expect(("answered", 2, True), ("ended", 2))
    assert ("glance instruct.", 2) in ready.speech.heard


def test_a_failed_load_is_reported_and_a_press_tries_again(harness: WorkerHarness) -> None:
    harness.cannot_load = False
    harness.start()
    harness.expect(("ready", False), ("ended", 0))
    assert harness.speech.heard == [("Too little memory.", None)]
    harness.worker.answer(harness.request(1))
    harness.expect(("answered", 1, True), ("ended", 1))


def test_without_any_model_that_is_reported(harness: WorkerHarness) -> None:
    harness.missing = WeightsError("There are no weights.")
    harness.start()
    harness.expect(("failed", "There are no weights."), ("ended", 0))


def test_a_repeat_says_the_sentences_and_nothing_else(ready: WorkerHarness) -> None:
    request = ready.request(1)
    request.sentences = ["One.", "Two."]
    ready.worker.repeat(request)
    ready.expect(("ended", 1))
    assert ready.speech.heard == [("One.", 1), ("Two.", 1)]


def test_a_bug_ends_one_request_with_a_sentence_and_not_the_program(
    ready: WorkerHarness, expect_log: Callable[[str], None]
) -> None:
    expect_log("a request failed")

    class Broken(Request):
        @property
        def mode(self) -> str:  # type: ignore[override]
            raise ZeroDivisionError

        @mode.setter
        def mode(self, _: str) -> None: ...

    broken = Broken(1, print, ready.shown.append)
    ready.worker.answer(broken)
    ready.expect(("ended", 1))
    assert "in the program" in ready.speech.heard[0][0]
    ready.worker.answer(ready.request(2))
    ready.expect(("answered", 2, True), ("ended", 2))


def test_loading_may_wait_for_the_first_question(harness: WorkerHarness) -> None:
    harness.worker.configure_loading(load_at_start=False, unload_after=None)
    harness.start()
    harness.expect(("ready", True), ("ended", 0))
    assert [each.loaded for each in harness.assistants] == [False]
    assert harness.speech.heard == []


def test_an_idle_model_is_unloaded_and_loaded_again_at_the_next_press(ready: WorkerHarness) -> None:
    (assistant,) = ready.assistants
    ready.worker.configure_loading(load_at_start=True, unload_after=0.05)
    until(lambda: not assistant.loaded)
    ready.worker.configure_loading(load_at_start=True, unload_after=None)
    ready.worker.preload(ready.request(1))
    until(lambda: assistant.loaded)
    assert ready.speech.heard == [("Loading.", 1)]
    ready.worker.answer(ready.request(1))
    ready.expect(("answered", 1, True), ("ended", 1))
    assert ready.assistants == [assistant]


def test_without_an_idle_time_the_model_stays_loaded(ready: WorkerHarness) -> None:
    ready.worker.configure_loading(load_at_start=True, unload_after=None)
    time.sleep(0.1)
    assert ready.assistants[0].loaded


def test_preloading_for_a_cancelled_request_loads_nothing(ready: WorkerHarness) -> None:
    (assistant,) = ready.assistants
    assistant.loaded = False
    request = ready.request(1)
    request.cancel()
    ready.worker.preload(request)
    ready.worker.repeat(ready.request(2))
    ready.expect(("ended", 2))
    assert not assistant.loaded


def test_a_load_ahead_of_a_question_that_fails_unexpectedly_is_met_again_by_the_question(
    ready: WorkerHarness, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    def no_memory() -> None:
        raise MemoryError

    expect_log("the model could not be loaded")
    expect_log("a request failed")
    (assistant,) = ready.assistants
    assistant.loaded = False
    monkeypatch.setattr(assistant, "warm", no_memory)
    monkeypatch.setattr(assistant, "ask", lambda *_, **__: no_memory())
    ready.worker.preload(ready.request(1))
    ready.worker.answer(ready.request(1))
    ready.expect(("ended", 1))
    assert ready.speech.heard == [("There is not enough memory. Close some programs and try again.", 1)]


def test_whoever_wants_to_hear_everything_hears_how_long_it_took_and_what_can_be_asked_next(
    ready: WorkerHarness,
) -> None:
    ready.worker.answer(ready.request(1, action="window", options=RequestSettings(verbosity="full")))
    ready.expect(("answered", 1, True), ("ended", 1))
    assert ("This took 0 seconds. The same shortcut again gives details.", 1) in ready.speech.heard


def test_each_request_keeps_the_options_it_started_with(ready: WorkerHarness) -> None:
    options = RequestSettings(glance_tokens=192, detail_tokens=700, thinking_tokens=300, verbosity="brief")
    for mode, tokens in (("glance", 192), ("detail", 700), ("read", None)):
        ready.worker.answer(ready.request(1, mode=mode, options=options))
        ready.expect(("answered", 1, True), ("ended", 1))
        request = ready.assistants[0].request
        assert (request.image_tokens, request.thinking_tokens, request.only_answers) == (tokens, 300, True)


def test_a_follow_up_goes_to_the_same_picture_and_a_new_one_begins_anew(ready: WorkerHarness) -> None:
    first = ready.request(1)
    ready.worker.answer(first)
    ready.worker.answer(ready.request(2, question="Why?", conversation=first.conversation, mode="detail"))
    ready.worker.answer(ready.request(3))
    ready.expect(*(each for id in (1, 2, 3) for each in (("answered", id, True), ("ended", id))))
    (assistant,) = ready.assistants
    assert [request.mode for request in assistant.looked] == ["glance", "glance"]
    assert assistant.questions == [(None, None), ("Why?", 500), (None, None)]


def test_a_picture_that_was_taken_to_be_asked_about_is_sent_larger_than_at_a_glance(ready: WorkerHarness) -> None:
    ready.worker.answer(ready.request(1, question="Why?", mode="detail"))
    ready.expect(("answered", 1, True), ("ended", 1))
    assert ready.assistants[0].looked[0].image_tokens == 512


def test_a_follow_up_after_the_change_is_about_the_same_picture(ready: WorkerHarness) -> None:
    first = ready.request(1, question="What?")
    ready.worker.answer(first)
    ready.worker.toggle_thinking(ready.request(2))
    ready.worker.answer(ready.request(3, question="Why?", conversation=first.conversation))
    ready.expect(("answered", 1, True), ("ended", 1), ("answered", 2, False), ("ended", 2), ("answered", 3, True))
    thinking = ready.assistants[1]
    assert thinking.questions == [("Why?", 500)]
    assert thinking.looked == [], "it has taken the conversation over and needs no picture"


def test_after_a_cancelled_question_the_next_one_is_answered(ready: WorkerHarness) -> None:
    ready.held = True
    first = ready.request(1, question="What?")
    ready.worker.answer(first)
    ready.asked.get(timeout=5)
    ready.worker.cancel(first)
    ready.held = False
    ready.worker.answer(ready.request(2, question="Why?", conversation=first.conversation))
    ready.expect(("ended", 1), ("answered", 2, True), ("ended", 2))


def test_forgetting_ends_the_engine_and_a_new_one_is_loaded(ready: WorkerHarness) -> None:
    ready.worker.answer(ready.request(1))
    ready.worker.forget_all(ready.request(2))
    ready.expect(("answered", 1, True), ("ended", 1), ("answered", 2, False), ("ended", 2))
    assert [each.closed for each in ready.assistants] == [True, False]
    assert ("Everything was forgotten.", 2) in ready.speech.heard


def test_think_harder_says_what_it_cost_last_time_and_not_before_it_was_measured(ready: WorkerHarness) -> None:
    for id in (1, 2):
        ready.worker.toggle_thinking(ready.request(id))
        ready.expect(("answered", id, False), ("ended", id))
    unknown = "How long an answer takes on this computer is not measured yet."
    assert ready.speech.heard[0] == (unknown, 1)
    assert [on for on, _ in ready.costs] == [False, True, False]
    assert ready.costs[1][1].startswith("Turning it on took ")


def test_what_was_not_found_at_the_start_is_looked_for_at_the_next_press(harness: WorkerHarness) -> None:
    harness.missing = WeightsError("There are no weights.")
    harness.start()
    harness.expect(("failed", "There are no weights."), ("ended", 0))
    harness.worker.answer(harness.request(1))
    harness.expect(("answered", 1, False), ("ended", 1))
    harness.missing = None
    harness.worker.answer(harness.request(2))
    harness.expect(("answered", 2, True), ("ended", 2))


def test_it_is_idle_only_while_nothing_is_worked_on_or_spoken(ready: WorkerHarness) -> None:
    assert ready.worker.idle_seconds > 0.0
    ready.speech.speaks = True
    ready.worker.answer(ready.request(1))
    ready.expect(("answered", 1, True))
    assert ready.worker.idle_seconds == 0.0
    with ready.speech.changed:
        ready.speech.speaks = False
        ready.speech.changed.notify_all()
    ready.expect(("ended", 1))
    deadline = time.monotonic() + 5
    while ready.worker.idle_seconds == 0.0 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert ready.worker.idle_seconds > 0.0
