"""The worker thread with a scripted assistant: one request at a time, each spoken to its end."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable

import pytest
from support.waiting import until
from support.worker_harness import (
    WorkerHarness,
)

from edge_assistant.assistant.events import NoticeEvent, SentenceEvent, cancelled
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.request import Request
from edge_assistant.text.languages import language_of


def test_a_bug_in_encoding_ahead_does_not_end_the_thread(
    ready: WorkerHarness, expect_log: Callable[[str], None]
) -> None:
    def broken() -> CapturedPicture:
        raise ValueError("a bug")

    expect_log("ERROR .*: encoding ahead failed")
    ready.ahead = True
    assert ready.encoded_ahead(ready.request(1), broken) == []
    ready.answer(ready.request(2, mode="read"))
    ready.expect(("answered", 2, True), ("ended", 2))


def test_the_request_keeps_its_sentences_and_its_stage(ready: WorkerHarness) -> None:
    request = ready.request(1)
    ready.answer(request)
    ready.expect(("answered", 1, True), ("ended", 1))
    assert request.sentences == ["glance instruct."]
    assert request.stage == "encode", "the picture is prepared, so it is looked at"


def test_free_memory_goes_back_when_a_request_is_over(ready: WorkerHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    released: list[int] = []
    monkeypatch.setattr("edge_assistant.system.allocator.release_free_memory", lambda: released.append(1))
    ready.answer(ready.request(1))
    ready.expect(("answered", 1, True), ("ended", 1))
    assert released == [1]


def test_of_a_cancelled_request_only_its_end_and_its_notices_are_still_shown(worker_harness: WorkerHarness) -> None:
    request = worker_harness.request(1)
    worker_harness.output.request = request
    sentence, notice = SentenceEvent(1, "A dialog."), NoticeEvent(1, "small-text", "Small text is lost.")
    for event in (sentence, notice):
        worker_harness.output.show(event)
    assert worker_harness.shown == [sentence, notice]
    request.cancel()
    for event in (sentence, notice, cancelled(1, "")):
        worker_harness.output.show(event)
    assert worker_harness.shown[2:] == [notice, cancelled(1, "")]


def test_what_could_not_be_confirmed_is_repeated_with_the_answer_and_the_text_before_it_is_not(
    worker_harness: WorkerHarness,
) -> None:
    request = worker_harness.request(1)
    worker_harness.output.request = request
    worker_harness.output.show(NoticeEvent(1, "glance-text", "Text: Disk full."))
    worker_harness.output.show(SentenceEvent(1, "Code 4711."))
    worker_harness.output.show(NoticeEvent(1, "unconfirmed", "I could not confirm: 4711"))
    assert request.sentences == ["Code 4711.", "I could not confirm: 4711"]


def test_the_sentences_of_an_answer_keep_their_language_for_later(worker_harness: WorkerHarness) -> None:
    request = worker_harness.request(1)
    worker_harness.output.request = request
    worker_harness.output.show(SentenceEvent(1, "Hallo.", language="de"))
    worker_harness.output.show(NoticeEvent(1, "cut-off", "Cut off."))
    assert [(text, language_of(text)) for text in request.sentences] == [("Hallo.", "de"), ("Cut off.", None)]
    worker_harness.tasks.repeat(request)
    assert worker_harness.speech.languages == ["de", None]


def test_a_repeated_answer_still_says_that_it_was_cut_off(ready: WorkerHarness) -> None:
    ready.notices = [("small-text", "Small text is lost."), ("cut-off", "Cut off."), ("loop", "Ended.")]
    request = ready.request(1)
    ready.answer(request)
    ready.expect(("answered", 1, True), ("ended", 1))
    assert request.sentences == ["glance instruct.", "Cut off.", "Ended."]


def test_a_cancelled_request_ends_without_an_answer_and_the_next_is_answered(ready: WorkerHarness) -> None:
    ready.held = True
    request = ready.request(1)
    ready.answer(request)
    ready.asked.get(timeout=5)
    ready.tasks.cancel(request)
    ready.held = False
    ready.answer(ready.request(2))
    ready.expect(("ended", 1), ("answered", 2, True), ("ended", 2))


def test_a_request_that_is_cancelled_while_it_waits_is_never_asked(ready: WorkerHarness) -> None:
    ready.held = True
    first, second = ready.request(1), ready.request(2)
    ready.answer(first)
    ready.asked.get(timeout=5)
    ready.answer(second)
    ready.tasks.cancel(second)
    ready.tasks.cancel(first)
    ready.expect(("ended", 1), ("ended", 2))
    assert ready.asked.empty()


def test_a_request_that_is_cancelled_while_it_is_spoken_ends_at_once(ready: WorkerHarness) -> None:
    ready.speech.speaks = True
    request = ready.request(1)
    ready.answer(request)
    ready.expect(("answered", 1, True))
    with pytest.raises(queue.Empty):
        ready.reports.get(timeout=0.05)
    ready.tasks.cancel(request)
    ready.expect(("ended", 1))


def test_the_end_does_not_wait_for_what_is_spoken(ready: WorkerHarness) -> None:
    ready.speech.speaks = True
    ready.answer(ready.request(1))
    ready.expect(("answered", 1, True))
    ready.close()
    ready.expect(("ended", 1))


def test_what_fails_because_the_program_ends_is_not_reported(
    ready: WorkerHarness, expect_log: Callable[[str], None]
) -> None:
    expect_log("a request failed")

    def fail(_: Request) -> None:
        ready.worker.close()
        raise RuntimeError("Signal source has been deleted")

    ready.worker.work_on(ready.request(1), fail)
    ready.expect(("ended", 1))
    assert (ready.shown, ready.speech.heard) == ([], [])


def test_what_is_turned_on_or_forgotten_is_so_though_the_next_request_came_before_its_turn(
    ready: WorkerHarness,
) -> None:
    for change, id in ((ready.toggle_thinking, 1), (ready.forget_all, 2)):
        request = ready.request(id)
        ready.tasks.cancel(request)
        change(request)
    ready.answer(ready.request(3))
    ready.expect(("answered", 1, False), ("ended", 1), ("answered", 2, False), ("ended", 2), ("answered", 3, True))
    instruct, thinking, new = ready.assistants
    assert (instruct.closed, thinking.closed) == (True, True), "what they held was not forgotten"
    assert new.think


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
    ready.answer(broken)
    ready.expect(("ended", 1))
    assert "in the program" in ready.speech.heard[0][0]
    ready.answer(ready.request(2))
    ready.expect(("answered", 2, True), ("ended", 2))


def test_an_idle_model_is_unloaded_and_loaded_again_at_the_next_press(ready: WorkerHarness) -> None:
    (assistant,) = ready.assistants
    ready.worker.set_idle_time(0.05)
    until(lambda: not assistant.loaded)
    ready.worker.set_idle_time(None)
    ready.preload(ready.request(1))
    until(lambda: assistant.loaded)
    assert ready.speech.heard == [("Loading.", 1)]
    ready.answer(ready.request(1))
    ready.expect(("answered", 1, True), ("ended", 1))
    assert ready.assistants == [assistant]


def test_without_an_idle_time_the_model_stays_loaded(ready: WorkerHarness) -> None:
    ready.worker.set_idle_time(None)
    time.sleep(0.1)
    assert ready.assistants[0].loaded


def test_preloading_for_a_cancelled_request_loads_nothing(ready: WorkerHarness) -> None:
    (assistant,) = ready.assistants
    assistant.loaded = False
    request = ready.request(1)
    request.cancel()
    ready.preload(request)
    ready.repeat(ready.request(2))
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
    ready.preload(ready.request(1))
    ready.answer(ready.request(1))
    ready.expect(("ended", 1))
    assert ready.speech.heard == [("There is not enough memory. Close some programs and try again.", 1)]


def test_it_is_idle_only_while_nothing_is_worked_on_or_spoken(ready: WorkerHarness) -> None:
    assert ready.worker.idle_seconds > 0.0
    ready.speech.speaks = True
    ready.answer(ready.request(1))
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
