"""The event loop handles its queue in order, also when something fails."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from support.loop_harness import (
    LoopHarness,
)

from edge_assistant.assistant.events import ErrorEvent, NoticeEvent
from edge_assistant.controller import event_loop
from edge_assistant.controller.effects import TICK_INTERVAL_S
from edge_assistant.system.errors import INTERNAL_ERROR, InputError, WeightsError
from edge_assistant.system.shown_text import ShownText


def test_ticks_come_every_two_seconds_until_the_first_sentence(harness: LoopHarness) -> None:
    harness.press("window")
    heard = len(harness.speech.heard)
    for _ in range(3):
        harness.now += TICK_INTERVAL_S
        harness.step()
    assert harness.speech.heard[heard:] == ["(tick if idle)"] * 3
    harness.newest.sentences.append("A dialog.")
    assert harness.controller.seconds_until_due() is None


def test_a_press_while_the_model_is_loading_is_kept_and_ready_is_not_said_over_it(harness: LoopHarness) -> None:
    harness = LoopHarness()
    harness.press("window")
    heard = len(harness.speech.heard)
    harness.run(harness.controller.on_ready, loaded=True)
    assert harness.speech.heard[heard:] == []
    assert harness.newest.id == 1


def test_ready_is_not_said_while_a_model_is_asked_for() -> None:
    harness = LoopHarness()
    harness.controller.is_asking = lambda: True
    harness.run(harness.controller.on_ready, loaded=True)
    assert harness.speech.heard == []
    harness.controller.is_asking = lambda: False
    harness.run(harness.controller.on_ready, loaded=True)
    assert harness.speech.heard == ["Ready."]


def test_a_failed_start_is_not_called_ready() -> None:
    harness = LoopHarness()
    harness.run(harness.controller.on_ready, loaded=False)
    assert harness.speech.heard == []


@pytest.mark.parametrize(("action", "answer"), [("status", "Ready."), ("stop", "")])
def test_a_call_from_another_thread_is_answered_with_what_there_is_to_say(
    harness: LoopHarness, action: str, answer: str
) -> None:
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(harness.loop.call(harness.controller.press, action)))
    thread.start()
    harness.step()
    thread.join()
    assert answers == [answer]


def test_a_call_with_a_bug_is_answered_at_once_too(harness: LoopHarness) -> None:
    def fail() -> str:
        raise ZeroDivisionError

    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(harness.loop.call(fail)))
    thread.start()
    with pytest.raises(ZeroDivisionError):  # which `run` reports
        harness.step()
    thread.join()
    assert answers == [INTERNAL_ERROR]


def test_a_call_that_takes_too_long_is_answered_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_loop, "_REPLY_TIMEOUT_S", 0.01)
    harness = LoopHarness()
    assert harness.loop.call(harness.controller.press, "status") == "Edge Assistant is busy. Try again."


def test_who_quits_hears_so_to_the_end_and_then_the_loop_ends(
    harness: LoopHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[list[str]] = []
    monkeypatch.setattr(harness.speech, "wait", lambda _: waited.append(list(harness.speech.heard)))
    harness.press("window")
    harness.loop.post(harness.controller.press, "quit")
    harness.controller.run()
    assert harness.tasks.cancelled == [1]
    assert waited == [harness.speech.heard]
    assert harness.speech.heard[-2:] == ["(silence)", "Edge Assistant is closed."]


def test_a_voice_that_fails_keeps_nobody_from_quitting(harness: LoopHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness.speech, "say", lambda *_: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        harness.controller.press("quit")
    harness.controller.run()


def test_a_signal_ends_the_loop_at_once(harness: LoopHarness) -> None:
    harness.loop.post(harness.controller.end)
    harness.controller.run()
    assert "Edge Assistant is closed." not in harness.speech.heard


def test_without_any_model_the_reason_is_said_and_the_loop_ends() -> None:
    harness = LoopHarness()
    harness.loop.post(harness.controller.on_failed, WeightsError("There are no weights."))
    with pytest.raises(WeightsError):
        harness.controller.run()
    assert harness.speech.heard[-1] == "There are no weights."


def test_of_a_damaged_model_the_short_sentence_is_heard_and_the_exact_one_shown() -> None:
    harness = LoopHarness()
    error = WeightsError(ShownText("The checksum of a.gguf begins with 0123.", "The file is damaged."))
    harness.controller.fail(0, error)
    assert harness.speech.heard == ["The file is damaged."]
    assert [each.message for each in harness.shown if isinstance(each, ErrorEvent)] == [str(error)]
    harness.controller.current.failure = error
    harness.controller.repeat_missed_answer()
    assert harness.speech.heard[-1] == "The file is damaged."
    harness.loop.post(harness.controller.on_failed, error)
    with pytest.raises(WeightsError):
        harness.controller.run()
    assert harness.speech.heard[-1] == "The file is damaged."


def test_what_belongs_to_no_request_is_said_and_shown(harness: LoopHarness) -> None:
    harness.run(harness.controller.tell, "keys-lost", "The display is gone.")
    assert harness.speech.heard[-1] == "The display is gone."
    assert isinstance(harness.shown[-1], NoticeEvent)


def test_a_bug_behind_a_press_is_a_sentence_and_the_next_press_works(
    harness: LoopHarness, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("a press failed")

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken_for_now:
        broken_for_now.setattr(harness.tasks, "repeat", broken)
        harness.loop.post(harness.controller.press, "repeat")
        harness.loop.post(harness.controller.press, "window")
        # After the sentence about the bug.
        harness.loop.post(harness.loop.post, harness.controller.press, "quit")
        harness.controller.run()
    assert any("in the program" in each for each in harness.speech.heard)
    assert harness.newest.action == "window"


def test_the_status_is_reported_whenever_it_changes(harness: LoopHarness) -> None:
    harness.press("window")
    harness.newest.stage = "think"
    harness.run(harness.loop.wake)
    harness.newest.sentences.append("A dialog.")
    harness.run(harness.loop.wake)
    harness.answer()
    harness.end()
    assert harness.statuses == ["ready", "looking", "thinking", "speaking", "ready"]


def test_an_error_stays_the_status_until_the_next_request(harness: LoopHarness) -> None:
    harness.press("window")
    harness.newest.failure = InputError("No.")
    harness.loop.post(harness.controller.on_answered, harness.newest, complete=False)
    harness.end()
    assert harness.statuses[-1] == "error"
    harness.press("window")
    assert harness.statuses[-1] == "looking"


def test_a_loop_that_keeps_running_says_that_there_is_no_model_and_continues() -> None:
    harness = LoopHarness(keep_running=True)
    harness.run(harness.controller.on_failed, WeightsError("There are no weights."))
    assert harness.speech.heard == ["There are no weights."]
    assert harness.statuses == ["error"]
