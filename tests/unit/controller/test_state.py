"""The state machine of requests: states, events and times, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from edge_assistant.controller.state import (
    DETAIL_OFFER_S,
    Effect,
    State,
    Task,
    Transition,
    offers_detail,
    on_answered,
    on_captured,
    on_conversation_closed,
    on_conversation_opened,
    on_describe_target,
    on_ended,
    on_forget,
    on_front_window_changed,
    on_history,
    on_lines,
    on_lines_closed,
    on_more,
    on_press,
    on_question,
    on_read_reasoning,
    on_silenced,
    on_spell_aloud,
    on_stop,
    on_time_passed,
)
from edge_assistant.hotkeys.actions import ACTIONS, ANSWER_ACTIONS, VOICE_ACTIONS, asks_for_answer, question_action

SILENCE, CANCEL, FORGET = Effect.SILENCE, Effect.CANCEL_REQUEST, Effect.FORGET_PICTURE
BEGINNINGS: dict[Task, Effect] = {
    "describe": Effect.CAPTURE,
    "describe_target": Effect.CAPTURE,
    "ask": Effect.CAPTURE,
    "question": Effect.ANSWER_QUESTION,
    "detail": Effect.DESCRIBE_IN_DETAIL,
    "more": Effect.GO_ON,
    "think": Effect.TOGGLE_THINKING,
    "forget": Effect.FORGET_ALL,
}
"""The effect that begins each task but a repetition."""

REPETITIONS = (Effect.REPEAT_ANSWER, Effect.READ_REASONING)


def begun(transition: Transition) -> tuple[int, str]:
    """Return the number and task of the request that a transition begins, with the action of a description."""
    state, effects = transition
    if state.task == "repeat":
        assert effects[-1] in REPETITIONS
        return state.id, effects[-1]
    assert effects[-1] is BEGINNINGS[state.task]
    return state.id, f"describe {state.last_action}" if state.task == "describe" else state.task


def capturing(action: str = "window", at: float = 100.0) -> State:
    return on_press(State(), action, at)[0]


def working(action: str = "window", at: float = 100.0) -> State:
    state, effects = on_captured(capturing(action, at), 1, has_picture=True)
    assert effects == (Effect.ANSWER,)
    return state


def speaking(action: str = "window", at: float = 100.0) -> State:
    state = working(action, at)
    return on_answered(state, state.id, complete=True)[0]


def finished(action: str = "window", at: float = 100.0) -> State:
    state = speaking(action, at)
    return on_ended(state, state.id, at)[0]


@pytest.mark.parametrize("action", ANSWER_ACTIONS)
def test_a_key_takes_a_picture_when_nothing_goes_on(action: str) -> None:
    state, effects = on_press(State(), action, 100.0)
    assert effects == (SILENCE, FORGET, Effect.CAPTURE)
    assert (state.phase, state.id, state.task, state.last_action) == ("capturing", 1, "describe", action)


def test_the_picture_is_answered_whether_it_could_be_taken_or_not() -> None:
    for has_picture in (True, False):
        state, effects = on_captured(capturing(), 1, has_picture=has_picture)
        assert (state.phase, effects) == ("working", (Effect.ANSWER,))
        assert on_captured(state, 1, has_picture=has_picture) == (state, ()), "only once"


def test_a_question_is_only_awaited_where_there_is_a_picture_and_else_the_failure_is_reported() -> None:
    asked = capturing("ask")
    state, effects = on_captured(asked, 1, has_picture=True)
    assert (state.phase, state.picture, effects) == ("idle", "kept", (Effect.PROMPT_FOR_QUESTION,))
    state, effects = on_captured(asked, 1, has_picture=False)
    assert (state.phase, state.picture, effects) == ("working", "", (Effect.ANSWER,))


def test_a_picture_that_comes_after_its_request_was_stopped_or_followed_by_another_changes_nothing() -> None:
    stopped = on_press(capturing(), "window", 101.0)[0]
    followed = on_press(capturing(), "screen", 101.0)[0]
    for state in (stopped, followed):
        assert on_captured(state, 1, has_picture=True) == (state, ())


@pytest.mark.parametrize("action", ANSWER_ACTIONS)
def test_the_same_key_while_it_works_or_speaks_stops_and_does_nothing_else(action: str) -> None:
    for state in (capturing(action), working(action), speaking(action)):
        after, effects = on_press(state, action, 101.0)
        assert effects[:2] == (SILENCE, CANCEL)
        assert not {Effect.CAPTURE, Effect.DESCRIBE_IN_DETAIL} & set(effects)
        assert after.phase == "idle"


def test_the_same_key_soon_after_the_answer_asks_for_the_detail_of_the_kept_picture() -> None:
    state, effects = on_press(finished(at=100.0), "window", 100.0 + DETAIL_OFFER_S)
    assert effects == (SILENCE, Effect.DESCRIBE_IN_DETAIL)
    assert (state.phase, state.id, state.task) == ("working", 2, "detail")
    assert on_answered(state, 2, complete=True)[0].picture == "detailed"


def test_where_the_person_has_moved_on_the_same_key_is_a_new_request() -> None:
    state = finished()
    assert offers_detail(state, "window", 101.0)
    assert not offers_detail(state, "screen", 101.0)
    assert not offers_detail(speaking(), "window", 101.0)
    after = on_press(on_front_window_changed(state), "window", 101.0)
    assert after[1] == (SILENCE, FORGET, Effect.CAPTURE)
    assert begun(after) == (2, "describe window")
    assert not offers_detail(state, "window", 100.1 + DETAIL_OFFER_S)


def test_later_the_same_key_takes_a_new_picture_and_the_old_one_is_forgotten() -> None:
    assert begun(on_press(finished(at=100.0), "window", 100.1 + DETAIL_OFFER_S)) == (2, "describe window")
    state, effects = on_time_passed(finished(at=100.0), 100.1 + DETAIL_OFFER_S)
    assert effects == (FORGET,)
    assert on_time_passed(state, 1000.0)[1] == ()
    assert begun(on_press(state, "window", 1000.0)) == (2, "describe window")


def test_a_picture_is_not_forgotten_while_its_detail_may_be_asked_for() -> None:
    assert on_time_passed(finished(at=100.0), 100.0 + DETAIL_OFFER_S)[1] == ()


def test_another_key_soon_after_the_answer_takes_a_new_picture() -> None:
    after = on_press(finished("window"), "screen", 101.0)
    assert after[1] == (SILENCE, FORGET, Effect.CAPTURE)
    assert begun(after) == (2, "describe screen")


def test_after_the_detail_the_same_key_takes_a_new_picture() -> None:
    state = on_press(finished(), "window", 101.0)[0]
    state = on_answered(state, state.id, complete=True)[0]
    state, effects = on_ended(state, state.id, 102.0)
    assert effects == (FORGET,)
    assert begun(on_press(state, "window", 103.0)) == (3, "describe window")


@pytest.mark.parametrize(
    ("state", "action", "expected"),
    [
        (capturing("window"), "screen", "describe screen"),
        (working("window"), "screen", "describe screen"),
        (speaking("window"), "screen", "describe screen"),
        (capturing("window"), "think", "think"),
        (working("window"), "think", "think"),
    ],
)
def test_another_request_silences_and_cancels_the_old_one(state: State, action: str, expected: str) -> None:
    after = on_press(state, action, 101.0)
    assert [each for each in after[1][:-1] if each != Effect.REPORT_ENDED_ANSWER] == [SILENCE, CANCEL, FORGET]
    assert begun(after) == (2, expected)
    assert after[0].busy


@pytest.mark.parametrize("state", [speaking(), finished()])
def test_think_harder_keeps_the_picture_and_offers_its_detail_again(state: State) -> None:
    state, effects = on_press(state, "think", 101.0)
    assert effects[-1] == Effect.TOGGLE_THINKING
    assert FORGET not in effects
    assert on_time_passed(state, 1000.0) == (state, ()), "it is not forgotten while the weights load"
    state = on_answered(state, 2, complete=False)[0]
    state, effects = on_ended(state, 2, 120.0)
    assert effects == ()
    assert begun(on_press(state, "window", 149.0)) == (3, "detail")


def test_think_harder_says_that_it_ends_an_answer_and_not_that_it_ends_itself() -> None:
    state, effects = on_press(working("window"), "think", 101.0)
    assert effects == (SILENCE, CANCEL, Effect.REPORT_ENDED_ANSWER, FORGET, Effect.TOGGLE_THINKING)
    assert Effect.REPORT_ENDED_ANSWER not in on_press(state, "think", 102.0)[1]
    assert Effect.REPORT_ENDED_ANSWER not in on_press(speaking(), "think", 102.0)[1], "the answer was there"


def test_a_key_while_think_harder_changes_the_model_is_a_request_not_a_stop() -> None:
    state = on_press(finished(), "think", 101.0)[0]
    assert begun(on_press(state, "window", 102.0)) == (3, "describe window")


def test_the_last_answer_may_be_repeated_after_think_harder_and_the_same_key_stops_that() -> None:
    state = on_press(finished(), "think", 101.0)[0]
    state = on_press(on_answered(state, 2, complete=False)[0], "repeat", 102.0)[0]
    assert on_press(state, "window", 103.0)[0].phase == "idle"


def test_an_answer_that_was_stopped_while_it_was_made_offers_no_detail() -> None:
    state, _ = on_press(working(), "window", 101.0)
    assert begun(on_press(state, "window", 102.0)) == (2, "describe window")


def test_an_answer_that_was_stopped_while_it_was_spoken_offers_its_detail() -> None:
    state, _ = on_press(speaking(), "window", 101.0)
    assert begun(on_press(state, "window", 102.0)) == (2, "detail")


def test_a_request_that_failed_offers_no_detail() -> None:
    state = working()
    state = on_answered(state, state.id, complete=False)[0]
    state = on_ended(state, state.id, 101.0)[0]
    assert begun(on_press(state, "window", 102.0)) == (2, "describe window")


def test_the_first_stop_silences_the_second_cancels() -> None:
    state, effects = on_press(working(), "stop", 101.0)
    assert effects == (SILENCE, Effect.MUTE, Effect.REPORT_MUTED)
    assert (state.phase, state.muted) == ("working", True)
    state, effects = on_press(state, "stop", 102.0)
    assert effects == (SILENCE, CANCEL, FORGET, Effect.REPORT_STOPPED)
    assert state.phase == "idle"


def test_who_silences_the_screen_reader_mutes_that_request_alone() -> None:
    state = working()
    assert on_silenced(state, state.id + 1) == (state, ())
    muted, effects = on_silenced(state, state.id)
    assert (muted.phase, muted.muted, effects) == ("working", True, (Effect.MUTE,))
    assert on_silenced(muted, state.id) == (muted, ())
    assert on_press(muted, "more", 102.0, has_answer=True)[1] == (Effect.REPEAT_PARTIAL_ANSWER,)
    assert on_silenced(speaking(), speaking().id) == (speaking(), ()), "its speech is over, and so will it be"


def test_what_was_silenced_is_answered_all_the_same() -> None:
    state, _ = on_press(working(), "stop", 101.0)
    state = on_answered(state, state.id, complete=True)[0]
    state = on_ended(state, state.id, 102.0)[0]
    assert begun(on_press(state, "window", 103.0)) == (2, "detail")


def test_one_stop_ends_speech_whose_work_is_over() -> None:
    state, effects = on_press(speaking(), "stop", 101.0)
    assert effects == (SILENCE, CANCEL, Effect.REPORT_STOPPED)
    assert state.phase == "idle"


def test_stop_when_nothing_goes_on_silences_and_says_so() -> None:
    for state in (State(), finished()):
        assert on_press(state, "stop", 101.0) == (state, (SILENCE, Effect.REPORT_NOTHING_TO_STOP))


def test_an_earlier_answer_lets_what_is_worked_on_go_on_unheard_and_ends_what_is_spoken() -> None:
    for state in (capturing(), working()):
        assert on_history(state, 101.0) == (replace(state, muted=True), (SILENCE, Effect.MUTE))
    after, effects = on_history(speaking(), 101.0)
    assert (after.phase, after.picture, effects) == ("idle", "kept", (SILENCE, CANCEL))
    assert on_history(finished(), 101.0) == (finished(), (SILENCE,))


@pytest.mark.parametrize("action", VOICE_ACTIONS)
def test_the_voice_changes_whatever_goes_on(action: str) -> None:
    for state in (State(), capturing(), working(), speaking(), finished()):
        assert on_press(state, action, 101.0) == (state, (Effect(action),))


def test_repeat_says_the_last_answer_again_and_keeps_the_offer_of_its_detail() -> None:
    state, effects = on_press(finished(), "repeat", 101.0)
    assert effects == (SILENCE, Effect.REPEAT_ANSWER)
    assert state.phase == "speaking"
    state = on_ended(state, 2, 110.0)[0]
    assert begun(on_press(state, "window", 139.0)) == (3, "detail")


def test_repeat_does_not_offer_the_detail_of_a_forgotten_picture() -> None:
    state, _ = on_time_passed(finished(), 1000.0)
    state, _ = on_press(state, "repeat", 1001.0)
    state, _ = on_ended(state, state.id, 1002.0)
    assert begun(on_press(state, "window", 1003.0)) == (3, "describe window")


def test_repeat_while_the_answer_is_made_says_what_was_said_and_goes_on() -> None:
    muted, _ = on_press(working(), "stop", 101.0)
    state, effects = on_press(muted, "repeat", 102.0)
    assert effects == (Effect.REPEAT_PARTIAL_ANSWER,)
    assert (state.phase, state.muted, state.id) == ("working", False, 1)


def test_events_of_an_older_request_change_nothing() -> None:
    state = working("screen")
    newer, _ = on_press(state, "window", 101.0)
    assert on_answered(newer, state.id, complete=True) == (newer, ())
    assert on_ended(newer, state.id, 102.0) == (newer, ())
    assert on_answered(finished(), 1, complete=True) == (finished(), ())
    assert on_ended(finished(), 1, 200.0) == (finished(), ())


def test_status_and_quit_change_nothing_by_themselves() -> None:
    for state in (State(), working(), speaking()):
        assert on_press(state, "status", 101.0) == (state, (Effect.REPORT_STATUS,))
        assert on_press(state, "quit", 101.0) == (state, (Effect.QUIT,))


def test_every_sequence_of_presses_leaves_one_request_at_most_and_ids_that_only_grow() -> None:
    others: dict[str, Callable[[State], Transition]] = {
        "answered": lambda state: on_answered(state, state.id, complete=True),
        "ended": lambda state: on_ended(state, state.id, 10.0),
        "later": lambda state: on_time_passed(state, 100.0),
        "taken": lambda state: on_captured(state, state.id, has_picture=True),
        "opened": on_conversation_opened,
        "closed": lambda state: on_conversation_closed(state, 10.0),
        "lines closed": lambda state: on_lines_closed(state, 10.0),
        "question": lambda state: on_question(state, has_picture=True),
        "reasoning": on_read_reasoning,
        "forget": on_forget,
        "elsewhere": on_describe_target,
    }
    alphabet = [*ACTIONS, question_action("Free seat"), *others]
    reached, seen = {State()}, set()
    for _ in range(5):
        next_reached = set()
        for state in reached - seen:
            for step in alphabet:
                press = partial(on_press, action=step, now=10.0, has_picture=bool(state.picture))
                after, effects = others.get(step, press)(state)
                beginnings = [each for each in effects if each in (*BEGINNINGS.values(), *REPETITIONS)]
                begun_now = after.id - state.id
                assert begun_now in (0, 1)
                # Reading what there is so far begins nothing.
                assert len(beginnings) == begun_now or (not begun_now and beginnings == [Effect.READ_REASONING])
                if begun_now and state.phase != "idle":
                    assert effects[:2] == (SILENCE, CANCEL)
                if state.holds_picture and not asks_for_answer(step) and step not in ("ask", "elsewhere", "forget"):
                    assert FORGET not in effects, "the picture of an open conversation, or open lines, is gone"
                if Effect.DESCRIBE_IN_DETAIL in effects:
                    assert state.picture, "the detail of nothing"
                next_reached.add(after)
        seen |= reached
        reached = next_reached
    assert len(seen) > 100


def asked_about() -> State:
    """A picture was taken to be asked about, and the window is open."""
    state, effects = on_press(State(), "ask", 100.0)
    assert effects == (SILENCE, FORGET, Effect.CAPTURE)
    return on_captured(state, 1, has_picture=True)[0]


def test_a_picture_taken_to_be_asked_about_stays_as_long_as_the_window_is_open() -> None:
    state = asked_about()
    assert (state.phase, state.picture, state.conversation_open) == ("idle", "kept", True)
    assert on_time_passed(state, 10_000.0) == (state, ())
    shut, _ = on_conversation_closed(state, 200.0)
    assert on_time_passed(shut, 200.0 + DETAIL_OFFER_S)[1] == ()
    assert on_time_passed(shut, 200.1 + DETAIL_OFFER_S)[1] == (FORGET,)
    again, _ = on_conversation_opened(shut)
    assert on_time_passed(again, 200.1 + DETAIL_OFFER_S)[1] == ()


def test_a_question_keeps_its_picture_whether_it_is_answered_stopped_or_fails() -> None:
    state, effects = on_question(asked_about(), has_picture=True)
    assert effects == (SILENCE, Effect.ANSWER_QUESTION)
    stopped, effects = on_press(on_press(state, "stop", 102.0)[0], "stop", 102.0)
    failed = on_ended(on_answered(state, 2, complete=False)[0], 2, 102.0)[0]
    for after in (stopped, failed):
        assert (after.phase, after.picture) == ("idle", "kept")
    assert FORGET not in effects


def test_a_question_ends_the_one_before_it_and_one_about_nothing_is_refused() -> None:
    state, _ = on_question(asked_about(), has_picture=True)
    _, effects = on_question(state, has_picture=True)
    assert effects == (SILENCE, CANCEL, Effect.ANSWER_QUESTION)
    assert on_question(State(), has_picture=False) == (State(), (SILENCE, Effect.REPORT_NO_PICTURE))


def test_a_picture_described_by_a_key_stays_too_while_the_window_is_open() -> None:
    state, _ = on_conversation_opened(finished(at=100.0))
    state, effects = on_time_passed(state, 200.0)
    assert (state.picture, effects) == ("kept", ())
    assert begun(on_press(state, "window", 201.0)) == (2, "describe window"), "its detail is no longer offered"


def test_think_harder_keeps_the_picture_of_an_open_conversation() -> None:
    state, effects = on_press(asked_about(), "think", 101.0)
    assert effects == (SILENCE, Effect.TOGGLE_THINKING)
    assert on_answered(state, 2, complete=False)[0].picture


def test_the_reasoning_so_far_is_read_without_ending_the_work() -> None:
    state, effects = on_read_reasoning(working())
    assert effects == (SILENCE, Effect.READ_REASONING)
    assert state.phase == "working"
    assert on_read_reasoning(finished())[1] == (SILENCE, Effect.READ_REASONING)


def test_forgetting_ends_everything() -> None:
    state, effects = on_forget(working())
    assert effects == (SILENCE, CANCEL, FORGET, Effect.FORGET_ALL)
    assert not state.picture


def test_a_file_or_monitor_ends_the_old_request_and_has_no_detail_key() -> None:
    state, effects = on_describe_target(working())
    assert effects == (SILENCE, CANCEL, FORGET, Effect.CAPTURE)
    assert begun(on_press(state, "window", 102.0)) == (3, "describe window")


def test_more_goes_on_with_the_last_answer_and_leaves_its_picture_and_its_key_as_they_were() -> None:
    before = finished()
    state, effects = on_press(before, "more", 110.0, has_answer=True)
    assert effects == (SILENCE, Effect.GO_ON)
    assert (state.phase, state.task, state.id) == ("working", "more", before.id + 1)
    assert (state.picture, state.last_action) == ("kept", "window")
    state, _ = on_answered(state, state.id, complete=True)
    state, effects = on_ended(state, state.id, 120.0)
    assert (state.picture, effects) == ("kept", ())
    assert offers_detail(state, "window", 120.0 + DETAIL_OFFER_S)


def test_more_is_there_after_the_picture_was_dropped_and_does_not_bring_it_back() -> None:
    state, _ = on_time_passed(finished(), 100.0 + DETAIL_OFFER_S + 1)
    state, effects = on_more(state, has_answer=True)
    assert effects[-1] is Effect.GO_ON
    state, _ = on_answered(state, state.id, complete=True)
    assert state.picture == ""


def test_what_is_still_being_spoken_is_heard_to_its_end_before_more() -> None:
    state, effects = on_more(speaking(), has_answer=True)
    assert effects == (Effect.LET_SPEAK_ON, Effect.GO_ON)
    assert state.phase == "working"


def test_while_an_answer_is_worked_on_more_says_so_and_a_silenced_one_is_heard() -> None:
    for state in (capturing(), working()):
        assert on_more(state, has_answer=True) == (state, (Effect.REPORT_STATUS,))
    muted, _ = on_stop(working(), 101.0)
    state, effects = on_more(muted, has_answer=True)
    assert (state.muted, effects) == (False, (Effect.REPEAT_PARTIAL_ANSWER,))


def test_without_an_answer_more_says_that_there_is_none() -> None:
    assert on_press(State(), "more", 100.0) == (State(), (SILENCE, Effect.REPORT_NO_ANSWER))


def test_more_that_is_cancelled_leaves_the_picture() -> None:
    state, _ = on_more(finished(), has_answer=True)
    for action in ("window", "stop"):
        stopped = on_press(state, action, 110.0)[0] if action == "window" else on_stop(on_stop(state, 1.0)[0], 1.0)[0]
        assert (stopped.phase, stopped.picture) == ("idle", "kept")


def test_lines_are_those_of_the_kept_picture_which_stays_as_long_as_they_are_open() -> None:
    state, effects = on_lines(finished(), 100.0, has_picture=True)
    assert effects == (SILENCE, Effect.OPEN_LINES)
    assert (state.phase, state.picture, state.lines_open) == ("idle", "kept", True)
    assert on_time_passed(state, 1000.0) == (state, ())
    closed, _ = on_lines_closed(state, 1000.0)
    assert closed.picture == "kept"
    dropped, effects = on_time_passed(closed, 1031.0)
    assert (dropped.picture, effects) == ("", (FORGET,))


def test_lines_mute_the_request_that_runs_and_stopping_it_keeps_the_picture() -> None:
    state, effects = on_lines(working(), 100.0, has_picture=True)
    assert effects == (SILENCE, Effect.MUTE, Effect.OPEN_LINES)
    assert (state.phase, state.muted) == ("working", True)
    stopped, effects = on_stop(state, 101.0)
    assert effects == (SILENCE, CANCEL, Effect.REPORT_STOPPED)
    assert (stopped.phase, stopped.picture) == ("idle", "kept")


def test_lines_end_the_speech_of_an_answer() -> None:
    state, effects = on_lines(speaking(), 100.0, has_picture=True)
    assert effects == (SILENCE, CANCEL, Effect.OPEN_LINES)
    assert state.phase == "idle"


def test_without_a_picture_lines_are_those_of_the_window_that_is_captured_for_them() -> None:
    state, effects = on_press(State(), "lines", 100.0)
    assert (state.task, effects) == ("lines", (SILENCE, FORGET, Effect.CAPTURE))
    cancelled = on_press(state, "lines", 100.1)[1]
    assert cancelled == (SILENCE, CANCEL, FORGET, Effect.REPORT_STOPPED), "the same key again cancels"
    state, effects = on_captured(state, state.id, has_picture=True)
    assert (state.phase, state.picture, state.lines_open, effects) == ("idle", "kept", True, (Effect.OPEN_LINES,))
    failed, _ = on_press(State(), "lines", 100.0)
    assert on_captured(failed, failed.id, has_picture=False)[1] == (Effect.ANSWER,), "the failure is reported"


def test_a_new_picture_takes_the_place_of_the_one_whose_lines_are_open() -> None:
    state, _ = on_lines(finished(), 100.0, has_picture=True)
    assert FORGET in on_press(state, "screen", 101.0)[1]


def test_spelling_opens_its_window_or_is_spoken_where_there_is_none() -> None:
    assert on_press(finished(), "spell", 100.0) == (finished(), (SILENCE, Effect.OPEN_SPELLING))
    state, effects = on_spell_aloud(finished())
    assert (state.task, state.phase, effects) == ("repeat", "speaking", (SILENCE, Effect.SPELL_ALOUD))
    assert on_spell_aloud(working()) == (working(), (Effect.REPORT_STATUS,))
