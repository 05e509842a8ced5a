"""The thread that asks, with a scripted assistant: one request at a time, each told to its end."""

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
from edge_assistant.assistant.options import AnswerOptions, RequestOptions
from edge_assistant.assistant.picture_checks import refuse_blank
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.latency import LatencyRecords, Seconds
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


class ScriptedVoice:
    def __init__(self) -> None:
        self.heard: list[tuple[str, int | None]] = []
        self.speaks = False
        self.changed = threading.Condition()

    def say(self, text: str, request: int | None = None) -> None:
        self.heard.append((text, request))

    def tone(self, tone: str, request: int | None = None) -> None:
        self.heard.append((f"({tone})", request))

    def silence(self) -> None:
        pass

    def wait_unless(self, unwanted: Callable[[], bool]) -> None:
        with self.changed:
            self.changed.wait_for(lambda: not self.speaks or unwanted())

    def look_again(self) -> None:
        with self.changed:
            self.changed.notify_all()


class ScriptedAssistant:
    """Answers with the mode it was asked in; `held` lets a question wait for its cancel."""

    def __init__(self, office: Office, think: bool, spoken: RequestSpeech, on_event: Callable[[Event], None]) -> None:
        self.office = office
        self.think = think
        self.spoken = spoken
        self.on_event = on_event
        self.was_cancelled = threading.Event()
        self.questions: list[tuple[str | None, int | None]] = []
        self.looked: list[AnswerOptions] = []
        self.capture: Callable[[], CapturedPicture] = lambda: PICTURE
        self.request = AnswerOptions()
        self.turns: tuple[Turn, ...] = ()
        self.closed = False
        self.loaded = False
        self.weights = replace(PAIR, variant="thinking" if think else "instruct")
        self.conversations: list[object] = []
        self.swap: float | None = None

    def warm(self) -> None:
        if self.office.cannot_load == self.think:
            raise DoesNotFitError("Too little memory.")
        if not self.loaded:
            self.spoken.say("Loading.")
        self.loaded = True

    def needed_bytes(self) -> int:
        return 4 * 10**9

    def unload(self) -> None:
        self.loaded = False

    def conversation(self, heir: ResolvedModel) -> object:
        return f"what was said to {self.weights.variant}, for {heir.variant}"

    def go_on(self, conversation: object) -> None:
        self.conversations.append(conversation)

    def swapped(self, seconds: float) -> None:
        self.swap = seconds

    def look_at(self, capture: Callable[[], CapturedPicture], request: AnswerOptions, turns: tuple[Turn, ...]) -> None:
        self.capture, self.request, self.turns = capture, request, turns
        self.looked.append(request)

    def ask(self, index: int, question: str | None, *, max_tokens: int | None) -> DoneEvent | ErrorEvent:
        self.office.asked.put(self)
        self.questions.append((question, max_tokens))
        try:
            self.capture()
        except CancelledError:
            return cancelled(index, "")
        self.on_event(StageEvent(index, "prepare", 1.0))
        if self.office.held:
            assert self.was_cancelled.wait(5)
            return cancelled(index, "")
        text = f"{self.request.mode} {'thinking' if self.think else 'instruct'}."
        self.turns += (Turn(question or "", text),)
        self.spoken.say(text)
        self.on_event(SentenceEvent(index, text))
        for code, notice in self.office.notices:
            self.on_event(NoticeEvent(index, code, notice))
        times = Timings(first_token=2.0, swap_to_first_token=3.0)
        done = replace(cancelled(index, ""), variant=self.weights.variant, timings_s=times, stop="end")
        self.on_event(done)
        return done

    def encode_detail_ahead(self, request: AnswerOptions) -> None:
        self.office.asked_ahead.append(request.mode)

    def encode_ahead(self, captured: CapturedPicture, request: AnswerOptions) -> None:
        refuse_blank(captured)
        self.office.asked_ahead.append((request.mode, request.image_tokens))

    def drop_ahead(self) -> None:
        self.office.asked_ahead.append("dropped")

    def cancel(self) -> None:
        self.was_cancelled.set()

    def close(self) -> None:
        self.closed, self.loaded = True, False


class Office:
    """The work with its scripted parts, and what it reports, in order."""

    def __init__(self) -> None:
        self.voice = ScriptedVoice()
        self.shown: list[Event] = []
        self.told: queue.Queue[tuple[object, ...]] = queue.Queue()
        self.asked: queue.Queue[ScriptedAssistant] = queue.Queue()
        self.assistants: list[ScriptedAssistant] = []
        self.missing: AssistantError | None = None
        self.cannot_load: bool | None = None
        self.held = False
        self.notices: list[tuple[str, str]] = []
        self.costs: list[tuple[bool, str]] = []
        self.free = AMPLE
        self.measurements = LatencyRecords()
        self.asked_ahead: list[object] = []
        self.ahead = False
        self.work = RequestWorker(
            self._make,  # type: ignore[arg-type]
            AnswerOptions(),
            self.voice,  # type: ignore[arg-type]
            self.shown.append,
            self.measurements,
            free=lambda: self.free,
            may_encode_ahead=lambda: self.ahead,
        )

    def _make(
        self, think: bool, spoken: RequestSpeech, on_event: Callable[[Event], None], _: object
    ) -> ScriptedAssistant:
        if self.missing:
            raise self.missing
        self.assistants.append(ScriptedAssistant(self, think, spoken, on_event))
        return self.assistants[-1]

    def on_ready(self, *, loaded: bool) -> None:
        self.told.put(("ready", loaded))

    def on_failed(self, error: AssistantError) -> None:
        self.told.put(("failed", str(error)))

    def on_stage(self) -> None:
        pass

    def on_think(self, on: bool, cost: str) -> None:
        self.costs.append((on, cost))

    def on_answered(self, job: Request, *, whole: bool) -> None:
        self.told.put(("answered", job.id, whole))

    def on_ended(self, job: Request) -> None:
        self.told.put(("ended", job.id))

    def tells(self, *expected: tuple[object, ...]) -> None:
        """Wait for exactly these reports."""
        assert [self.told.get(timeout=5) for _ in expected] == list(expected)

    def job(self, id: int, **options: object) -> Request:
        def say(text: str) -> None:
            self.voice.say(text, id)

        made = Request(id, say, self.shown.append, **options)  # type: ignore[arg-type]
        made.captured = PICTURE
        return made

    def start(self) -> None:
        self.work.start(self, self.job(0))


@pytest.fixture
def office() -> Iterator[Office]:
    made = Office()
    yield made
    made.work.close()


@pytest.fixture
def ready(office: Office) -> Office:
    office.start()
    office.tells(("ready", True), ("ended", 0))
    assert office.voice.heard == [("Loading.", None)], "whoever presses meanwhile hears it too"
    office.voice.heard.clear()
    return office


def test_each_request_is_answered_in_its_own_mode_and_ends_with_the_end_tone(ready: Office) -> None:
    ready.work.answer(ready.job(1))
    ready.work.answer(ready.job(2, mode="detail"))
    ready.tells(("answered", 1, True), ("ended", 1), ("answered", 2, True), ("ended", 2))
    assert ready.voice.heard == [
        ("glance instruct.", 1), ("(end)", 1), ("detail instruct.", 2), ("(end)", 2)
    ]  # fmt: skip


def test_only_a_glance_has_its_detail_encoded_ahead_and_only_where_it_may(ready: Office) -> None:
    ready.work.answer(ready.job(1))
    ready.tells(("answered", 1, True), ("ended", 1))
    assert ready.asked_ahead == []
    ready.ahead = True
    for id, mode in ((2, "glance"), (3, "detail"), (4, "read")):
        ready.work.answer(ready.job(id, mode=mode))
        ready.tells(("answered", id, True), ("ended", id))
    assert ready.asked_ahead == ["detail"]


def looked_ahead(office: Office, job: Request, picture: Callable[[], CapturedPicture]) -> list[object]:
    """What is encoded ahead."""
    office.work.look_ahead(job, picture)
    office.work.repeat(office.job(9))  # takes its turn after it
    office.tells(("ended", 9))
    return office.asked_ahead


def test_what_is_about_to_be_chosen_or_asked_about_is_encoded_as_it_will_be_looked_at(ready: Office) -> None:
    ready.ahead = True
    assert looked_ahead(ready, ready.job(1, action="palette"), lambda: SEEN) == [("glance", None)]
    asked = ready.job(2, action="ask", mode="detail")
    assert looked_ahead(ready, asked, lambda: SEEN) == [("glance", None), ("detail", QUESTION_IMAGE_TOKENS)]


def test_nothing_is_encoded_ahead_on_battery_nor_when_it_was_closed_nor_where_there_is_nothing(ready: Office) -> None:
    def nothing() -> CapturedPicture:
        raise InputError("It is outside of the screen.", code="off-screen")

    assert looked_ahead(ready, ready.job(1), lambda: SEEN) == []
    ready.ahead = True
    closed = ready.job(2)
    closed.cancel()
    assert looked_ahead(ready, closed, lambda: SEEN) == []
    assert looked_ahead(ready, ready.job(3), nothing) == []
    assert looked_ahead(ready, ready.job(4), lambda: CapturedPicture(Image.new("RGB", (64, 64)))) == []
    ready.work.answer(ready.job(5))
    ready.tells(("answered", 5, True), ("ended", 5))


def test_what_was_looked_at_ahead_can_be_given_up(ready: Office) -> None:
    ready.ahead = True
    ready.work.look_ahead(ready.job(1), lambda: SEEN)
    ready.work.look_away()
    assert looked_ahead(ready, ready.job(2), lambda: SEEN) == [("glance", None), "dropped", ("glance", None)]


def test_a_bug_in_looking_ahead_does_not_end_the_thread(ready: Office, expect_log: Callable[[str], None]) -> None:
    def broken() -> CapturedPicture:
        raise ValueError("a bug")

    expect_log("ERROR .*worker: nothing is encoded ahead")
    ready.ahead = True
    assert looked_ahead(ready, ready.job(1), broken) == []
    ready.work.answer(ready.job(2, mode="read"))
    ready.tells(("answered", 2, True), ("ended", 2))


def test_a_cancelled_glance_has_nothing_encoded_ahead(ready: Office) -> None:
    ready.ahead = ready.held = True
    job = ready.job(1)
    ready.work.answer(job)
    ready.asked.get(timeout=5)
    ready.work.cancel(job)
    ready.tells(("ended", 1))
    assert ready.asked_ahead == []


def test_what_was_said_and_how_far_it_is_can_be_read_from_the_job(ready: Office) -> None:
    job = ready.job(1)
    ready.work.answer(job)
    ready.tells(("answered", 1, True), ("ended", 1))
    assert job.sentences == ["glance instruct."]
    assert job.stage == "encode", "the picture is prepared, so it is looked at"


def test_an_answer_that_was_cut_off_is_not_taken_for_whole_when_it_is_heard_again(ready: Office) -> None:
    ready.notices = [("small-text", "Small text is lost."), ("cut-off", "Cut off."), ("loop", "Ended.")]
    job = ready.job(1)
    ready.work.answer(job)
    ready.tells(("answered", 1, True), ("ended", 1))
    assert job.sentences == ["glance instruct.", "Cut off.", "Ended."]


def test_a_cancelled_request_ends_without_an_answer_and_the_next_is_answered(ready: Office) -> None:
    ready.held = True
    job = ready.job(1)
    ready.work.answer(job)
    ready.asked.get(timeout=5)
    ready.work.cancel(job)
    ready.held = False
    ready.work.answer(ready.job(2))
    ready.tells(("ended", 1), ("answered", 2, True), ("ended", 2))


def test_a_request_that_is_cancelled_while_it_waits_is_never_asked(ready: Office) -> None:
    ready.held = True
    first, second = ready.job(1), ready.job(2)
    ready.work.answer(first)
    ready.asked.get(timeout=5)
    ready.work.answer(second)
    ready.work.cancel(second)
    ready.work.cancel(first)
    ready.tells(("ended", 1), ("ended", 2))
    assert ready.asked.empty()


def test_a_request_that_is_cancelled_while_it_is_spoken_ends_at_once(ready: Office) -> None:
    ready.voice.speaks = True
    job = ready.job(1)
    ready.work.answer(job)
    ready.tells(("answered", 1, True))
    with pytest.raises(queue.Empty):
        ready.told.get(timeout=0.05)
    ready.work.cancel(job)
    ready.tells(("ended", 1))


def test_the_end_does_not_wait_for_what_is_spoken(ready: Office) -> None:
    ready.voice.speaks = True
    ready.work.answer(ready.job(1))
    ready.tells(("answered", 1, True))
    ready.work.close()
    ready.tells(("ended", 1))


def test_a_picture_that_could_not_be_had_is_said_and_ends_with_the_end_tone(ready: Office) -> None:
    job = ready.job(1)
    job.failure = InputError("There is no display here.")
    ready.work.answer(job)
    ready.tells(("answered", 1, False), ("ended", 1))
    assert ready.voice.heard == [("There is no display here.", 1), ("(end)", 1)]
    assert isinstance(ready.shown[-1], ErrorEvent)


def test_with_memory_for_both_think_harder_leaves_both_loaded_and_goes_back_at_once(ready: Office) -> None:
    toggle_twice(ready)
    instruct, thinking = ready.assistants
    assert [instruct.loaded, thinking.loaded] == [True, True]
    assert [text for text, _ in ready.voice.heard].count("Loading.") == 1
    ready.work.close()
    assert [instruct.closed, thinking.closed] == [True, True]


def test_where_memory_is_short_the_old_weights_make_way(ready: Office) -> None:
    ready.free = SHORT
    toggle_twice(ready)
    instruct, thinking = ready.assistants
    assert [instruct.loaded, thinking.loaded] == [True, False]
    assert [text for text, _ in ready.voice.heard].count("Loading.") == 2


def test_the_conversation_goes_on_with_the_other_weights_and_comes_back(ready: Office) -> None:
    toggle_twice(ready)
    instruct, thinking = ready.assistants
    assert thinking.conversations == ["what was said to instruct, for thinking"]
    assert instruct.conversations == ["what was said to thinking, for instruct"]


def test_what_a_change_and_the_first_word_after_it_took_can_be_read(ready: Office) -> None:
    ready.work.think(ready.job(1))
    ready.work.answer(ready.job(2))
    ready.tells(("answered", 1, False), ("ended", 1), ("answered", 2, True), ("ended", 2))
    swap = ready.assistants[1].swap
    assert swap is not None
    assert ready.measurements.of("thinking") == Seconds(swap=swap, first_token=2.0, swap_to_first_token=3.0, answer=0.0)
    assert ready.measurements.of("instruct") == Seconds()


def test_what_is_turned_on_or_forgotten_is_so_though_the_next_request_came_before_its_turn(ready: Office) -> None:
    for change, id in ((ready.work.think, 1), (ready.work.forget, 2)):
        job = ready.job(id)
        ready.work.cancel(job)
        change(job)
    ready.work.answer(ready.job(3))
    ready.tells(("answered", 1, False), ("ended", 1), ("answered", 2, False), ("ended", 2), ("answered", 3, True))
    instruct, thinking, new = ready.assistants
    assert (instruct.closed, thinking.closed) == (True, True), "what they held was not forgotten"
    assert new.think


def cancelled_toggle(ready: Office, id: int) -> None:
    """Think harder is turned on or off, and the next request comes while the weights are still checked."""
    ready.missing = CancelledError()
    ready.work.think(ready.job(id))
    ready.tells(("answered", id, False), ("ended", id))
    ready.missing = None


def test_a_question_asked_while_the_weights_are_still_checked_is_thought_about(ready: Office) -> None:
    cancelled_toggle(ready, 1)
    ready.work.answer(ready.job(2))
    ready.tells(("answered", 2, True), ("ended", 2))
    assert [each.think for each in ready.assistants] == [False, True]
    assert ready.assistants[1].conversations == ["what was said to instruct, for thinking"]
    heard = [words for words, id in ready.voice.heard if id == 2]
    assert heard.index("Think harder is on.") < heard.index("glance thinking.")


def test_what_was_turned_on_and_off_before_the_weights_were_found_is_off(ready: Office) -> None:
    cancelled_toggle(ready, 1)
    cancelled_toggle(ready, 2)
    ready.work.answer(ready.job(3))
    ready.tells(("answered", 3, True), ("ended", 3))
    assert [each.think for each in ready.assistants] == [False]
    assert ("glance instruct.", 3) in ready.voice.heard


def test_where_the_thinking_weights_turn_out_to_be_missing_the_question_says_so_and_the_next_is_answered(
    ready: Office,
) -> None:
    cancelled_toggle(ready, 1)
    ready.missing = WeightsError("The Thinking model is not installed.")
    for id in (2, 3):
        ready.work.answer(ready.job(id))
        ready.tells(("answered", id, id == 3), ("ended", id))
    assert ("The Thinking model is not installed.", 2) in ready.voice.heard
    assert ("glance instruct.", 3) in ready.voice.heard


def test_new_weights_are_found_and_loaded_without_a_restart_and_the_old_ones_end(ready: Office) -> None:
    ready.work.think(ready.job(1))
    ready.tells(("answered", 1, False), ("ended", 1))
    ready.work.renew(ready.job(0))
    ready.tells(("ready", True), ("ended", 0))
    *old, new = ready.assistants
    assert [each.closed for each in old] == [True, True]
    assert (new.think, new.loaded) == (True, True)
    assert new.conversations == ["what was said to thinking, for thinking"]


def test_where_no_new_weights_can_be_found_the_old_ones_stay(ready: Office) -> None:
    ready.missing = WeightsError("There are no weights.")
    ready.work.renew(ready.job(0))
    ready.tells(("ready", False), ("ended", 0))
    assert ready.assistants[0].loaded


def toggle_twice(ready: Office) -> None:
    for id, words in ((1, "Think harder is on."), (2, "Think harder is off.")):
        ready.work.think(ready.job(id))
        ready.tells(("answered", id, False), ("ended", id))
        assert (words, id) in ready.voice.heard
    assert [each.think for each in ready.assistants] == [False, True]


def test_without_thinking_weights_the_reason_is_said_and_the_others_stay(ready: Office) -> None:
    ready.missing = WeightsError("The Thinking model is not installed.")
    ready.work.think(ready.job(1))
    ready.tells(("answered", 1, False), ("ended", 1))
    assert ready.voice.heard[-1] == ("The Thinking model is not installed.", 1)
    assert not ready.assistants[0].closed
    ready.work.answer(ready.job(2))
    ready.tells(("answered", 2, True), ("ended", 2))
    assert ("glance instruct.", 2) in ready.voice.heard


def test_thinking_weights_that_do_not_fit_give_way_to_the_others_again(ready: Office) -> None:
    ready.cannot_load = True
    ready.work.think(ready.job(1))
    ready.tells(("answered", 1, False), ("ended", 1))
    assert ("Too little memory.", 1) in ready.voice.heard
    ready.work.answer(ready.job(2))
    ready.tells(("answered", 2, True), ("ended", 2))
    assert ("glance instruct.", 2) in ready.voice.heard


def test_weights_that_cannot_be_loaded_are_told_and_a_press_tries_again(office: Office) -> None:
    office.cannot_load = False
    office.start()
    office.tells(("ready", False), ("ended", 0))
    assert office.voice.heard == [("Too little memory.", None)]
    office.work.answer(office.job(1))
    office.tells(("answered", 1, True), ("ended", 1))


def test_without_any_weights_that_is_told(office: Office) -> None:
    office.missing = WeightsError("There are no weights.")
    office.start()
    office.tells(("failed", "There are no weights."), ("ended", 0))


def test_a_repeat_says_the_sentences_and_nothing_else(ready: Office) -> None:
    job = ready.job(1)
    job.sentences = ["One.", "Two."]
    ready.work.repeat(job)
    ready.tells(("ended", 1))
    assert ready.voice.heard == [("One.", 1), ("Two.", 1)]


def test_a_bug_ends_one_request_with_a_sentence_and_not_the_program(
    ready: Office, expect_log: Callable[[str], None]
) -> None:
    expect_log("a request failed")

    class Broken(Request):
        @property
        def mode(self) -> str:  # type: ignore[override]
            raise ZeroDivisionError

        @mode.setter
        def mode(self, _: str) -> None: ...

    broken = Broken(1, print, ready.shown.append)
    ready.work.answer(broken)
    ready.tells(("ended", 1))
    assert "in the program" in ready.voice.heard[0][0]
    ready.work.answer(ready.job(2))
    ready.tells(("answered", 2, True), ("ended", 2))


def test_weights_may_wait_for_the_first_question(office: Office) -> None:
    office.work.keep(from_start=False, rest_after=None)
    office.start()
    office.tells(("ready", True), ("ended", 0))
    assert [each.loaded for each in office.assistants] == [False]
    assert office.voice.heard == []


def test_idle_weights_leave_the_memory_and_come_back_at_the_next_press(ready: Office) -> None:
    (assistant,) = ready.assistants
    ready.work.keep(from_start=True, rest_after=0.05)
    until(lambda: not assistant.loaded)
    ready.work.keep(from_start=True, rest_after=None)
    ready.work.wake(ready.job(1))
    until(lambda: assistant.loaded)
    assert ready.voice.heard == [("Loading.", 1)]
    ready.work.answer(ready.job(1))
    ready.tells(("answered", 1, True), ("ended", 1))
    assert ready.assistants == [assistant]


def test_weights_that_nobody_lets_rest_stay(ready: Office) -> None:
    ready.work.keep(from_start=True, rest_after=None)
    time.sleep(0.1)
    assert ready.assistants[0].loaded


def test_waking_for_a_job_that_is_cancelled_loads_nothing(ready: Office) -> None:
    (assistant,) = ready.assistants
    assistant.loaded = False
    job = ready.job(1)
    job.cancel()
    ready.work.wake(job)
    ready.work.repeat(ready.job(2))
    ready.tells(("ended", 2))
    assert not assistant.loaded


def test_a_load_ahead_of_a_question_that_fails_unexpectedly_is_met_again_by_the_question(
    ready: Office, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    def no_memory() -> None:
        raise MemoryError

    expect_log("the weights could not be loaded")
    expect_log("a request failed")
    (assistant,) = ready.assistants
    assistant.loaded = False
    monkeypatch.setattr(assistant, "warm", no_memory)
    monkeypatch.setattr(assistant, "ask", lambda *_, **__: no_memory())
    ready.work.wake(ready.job(1))
    ready.work.answer(ready.job(1))
    ready.tells(("ended", 1))
    assert ready.voice.heard == [("There is not enough memory. Close some programs and try again.", 1)]


def test_whoever_wants_to_hear_everything_hears_how_long_it_took_and_what_can_be_asked_next(ready: Office) -> None:
    ready.work.answer(ready.job(1, action="window", manner=RequestOptions(verbosity="full")))
    ready.tells(("answered", 1, True), ("ended", 1))
    assert ("This took 0 seconds. The same shortcut again gives details.", 1) in ready.voice.heard


def test_each_request_is_asked_in_the_manner_it_began_with(ready: Office) -> None:
    manner = RequestOptions(glance_tokens=192, detail_tokens=700, thinking_tokens=300, verbosity="brief")
    for mode, tokens in (("glance", 192), ("detail", 700), ("read", None)):
        ready.work.answer(ready.job(1, mode=mode, manner=manner))
        ready.tells(("answered", 1, True), ("ended", 1))
        request = ready.assistants[0].request
        assert (request.image_tokens, request.thinking_tokens, request.only_answers) == (tokens, 300, True)


def test_a_follow_up_goes_to_the_same_picture_and_a_new_one_begins_anew(ready: Office) -> None:
    first = ready.job(1)
    ready.work.answer(first)
    ready.work.answer(ready.job(2, question="Why?", talk=first.talk, mode="detail"))
    ready.work.answer(ready.job(3))
    ready.tells(*(each for id in (1, 2, 3) for each in (("answered", id, True), ("ended", id))))
    (assistant,) = ready.assistants
    assert [request.mode for request in assistant.looked] == ["glance", "glance"]
    assert assistant.questions == [(None, None), ("Why?", 500), (None, None)]


def test_a_picture_that_was_taken_to_be_asked_about_is_sent_larger_than_at_a_glance(ready: Office) -> None:
    ready.work.answer(ready.job(1, question="Why?", mode="detail"))
    ready.tells(("answered", 1, True), ("ended", 1))
    assert ready.assistants[0].looked[0].image_tokens == 512


def test_a_follow_up_after_the_change_is_about_the_same_picture(ready: Office) -> None:
    first = ready.job(1, question="What?")
    ready.work.answer(first)
    ready.work.think(ready.job(2))
    ready.work.answer(ready.job(3, question="Why?", talk=first.talk))
    ready.tells(("answered", 1, True), ("ended", 1), ("answered", 2, False), ("ended", 2), ("answered", 3, True))
    thinking = ready.assistants[1]
    assert thinking.questions == [("Why?", 500)]
    assert thinking.looked == [], "it has taken the conversation over and needs no picture"


def test_after_a_cancelled_question_the_next_one_is_answered(ready: Office) -> None:
    ready.held = True
    first = ready.job(1, question="What?")
    ready.work.answer(first)
    ready.asked.get(timeout=5)
    ready.work.cancel(first)
    ready.held = False
    ready.work.answer(ready.job(2, question="Why?", talk=first.talk))
    ready.tells(("ended", 1), ("answered", 2, True), ("ended", 2))


def test_forgetting_ends_the_engine_and_a_new_one_is_loaded(ready: Office) -> None:
    ready.work.answer(ready.job(1))
    ready.work.forget(ready.job(2))
    ready.tells(("answered", 1, True), ("ended", 1), ("answered", 2, False), ("ended", 2))
    assert [each.closed for each in ready.assistants] == [True, False]
    assert ("Everything was forgotten.", 2) in ready.voice.heard


def test_think_harder_says_what_it_cost_last_time_and_not_before_it_was_measured(ready: Office) -> None:
    for id in (1, 2):
        ready.work.think(ready.job(id))
        ready.tells(("answered", id, False), ("ended", id))
    unknown = "How long an answer takes on this computer is not measured yet."
    assert ready.voice.heard[0] == (unknown, 1)
    assert [on for on, _ in ready.costs] == [False, True, False]
    assert ready.costs[1][1].startswith("Turning it on took ")


def test_what_was_not_found_at_the_start_is_looked_for_at_the_next_press(office: Office) -> None:
    office.missing = WeightsError("There are no weights.")
    office.start()
    office.tells(("failed", "There are no weights."), ("ended", 0))
    office.work.answer(office.job(1))
    office.tells(("answered", 1, False), ("ended", 1))
    office.missing = None
    office.work.answer(office.job(2))
    office.tells(("answered", 2, True), ("ended", 2))


def test_it_is_idle_only_while_nothing_is_at_work_or_being_spoken(ready: Office) -> None:
    assert ready.work.idle_seconds > 0.0
    ready.voice.speaks = True
    ready.work.answer(ready.job(1))
    ready.tells(("answered", 1, True))
    assert ready.work.idle_seconds == 0.0
    with ready.voice.changed:
        ready.voice.speaks = False
        ready.voice.changed.notify_all()
    ready.tells(("ended", 1))
    deadline = time.monotonic() + 5
    while ready.work.idle_seconds == 0.0 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert ready.work.idle_seconds > 0.0
