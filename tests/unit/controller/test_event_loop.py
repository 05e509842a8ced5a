"""The loop behind the presses: what comes in is done in turn, also where something goes wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from support.loop_desk import (
    Desk,
    do,
)

from edge_assistant.assistant.events import NoticeEvent
from edge_assistant.controller import event_loop
from edge_assistant.controller.request_history import TICK_S
from edge_assistant.system.errors import InputError, WeightsError


def test_ticks_come_every_two_seconds_until_the_first_sentence(desk: Desk) -> None:
    desk.press("window")
    heard = len(desk.voice.heard)
    for _ in range(3):
        desk.now += TICK_S
        desk.step()
    assert desk.voice.heard[heard:] == ["(tick if idle)"] * 3
    desk.newest.sentences.append("A dialog.")
    assert desk.control._until_due() is None


def test_a_press_while_the_weights_are_loaded_is_kept_and_ready_is_not_said_over_it(desk: Desk) -> None:
    desk = Desk()
    desk.press("window")
    heard = len(desk.voice.heard)
    desk.control.on_ready(loaded=True)
    desk.step()
    assert desk.voice.heard[heard:] == []
    assert desk.newest.id == 1


def test_a_failed_start_is_not_called_ready() -> None:
    desk = Desk()
    desk.control.on_ready(loaded=False)
    desk.step()
    assert desk.voice.heard == []


@pytest.mark.parametrize(
    ("action", "answer"), [("status", "Ready."), ("stop", ""), ("dance", "There is no action dance.")]
)
def test_a_trigger_is_answered_with_what_there_is_to_say(desk: Desk, action: str, answer: str) -> None:
    assert answered_by(desk, action) == answer


def answered_by(desk: Desk, action: str) -> str:
    """What a trigger gets, with the loop taking one step meanwhile."""
    answer: list[str] = []
    thread = threading.Thread(target=lambda: answer.append(desk.control.trigger(action)))
    thread.start()
    if action != "dance":
        desk.step()
    thread.join()
    return answer[0]


def test_quit_ends_the_loop(desk: Desk) -> None:
    desk.control.quit()
    desk.control.run()
    desk = Desk()
    desk.control.press("quit")
    desk.control.run()


def test_without_any_weights_the_reason_is_said_and_the_loop_ends() -> None:
    desk = Desk()
    desk.control.on_failed(WeightsError("There are no weights."))
    with pytest.raises(WeightsError):
        desk.control.run()
    assert desk.voice.heard[-1] == "There are no weights."


def test_what_belongs_to_no_request_is_said_and_shown(desk: Desk) -> None:
    desk.control.tell("keys-lost", "The display is gone.")
    desk.step()
    assert desk.voice.heard[-1] == "The display is gone."
    assert isinstance(desk.shown[-1], NoticeEvent)


def test_a_bug_behind_a_press_is_a_sentence_and_the_next_press_works(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("a press failed")

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken_for_now:
        broken_for_now.setattr(desk.work, "repeat", broken)
        desk.control.press("repeat")
        desk.control.press("window")
        desk.control._row.put(event_loop._Call(lambda: desk.control.press("quit")))  # after the sentence about the bug
        desk.control.run()
    assert any("in the program" in each for each in desk.voice.heard)
    assert desk.newest.action == "window"


def test_the_condition_is_told_whenever_it_changes(desk: Desk) -> None:
    desk.press("window")
    desk.newest.stage = "think"
    do(desk, desk.control.on_stage)
    desk.newest.sentences.append("A dialog.")
    do(desk, desk.control.on_stage)
    desk.answer()
    desk.end()
    assert desk.conditions == ["ready", "looking", "thinking", "speaking", "ready"]


def test_an_error_stays_the_condition_until_the_next_request(desk: Desk) -> None:
    desk.press("window")
    desk.newest.failure = InputError("No.")
    desk.control.on_answered(desk.newest, whole=False)
    desk.end()
    assert desk.conditions[-1] == "error"
    desk.press("window")
    assert desk.conditions[-1] == "looking"


def test_a_program_that_stays_says_that_there_are_no_weights_and_goes_on() -> None:
    desk = Desk()
    desk.control._stays = True
    do(desk, lambda: desk.control.on_failed(WeightsError("There are no weights.")))
    assert desk.voice.heard == ["There are no weights."]
    assert desk.conditions == ["error"]
