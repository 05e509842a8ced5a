"""The state machine of requests: states, events and times, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge_assistant.controller.state import (
    DETAIL_OFFER_S,
    AnswerQuestion,
    CancelRequest,
    CaptureForQuestion,
    Describe,
    DescribeInDetail,
    DescribeTarget,
    Effect,
    ForgetAll,
    ForgetPicture,
    Mute,
    Quit,
    ReadReasoning,
    RepeatAnswer,
    RepeatPartialAnswer,
    ReportNoPicture,
    ReportStatus,
    Silence,
    State,
    ToggleThinking,
    Transition,
    offers_detail,
    on_answered,
    on_conversation_closed,
    on_conversation_opened,
    on_describe_target,
    on_ended,
    on_forget,
    on_front_window_changed,
    on_press,
    on_question,
    on_question_picture,
    on_read_reasoning,
    on_time_passed,
)
from edge_assistant.hotkeys.actions import ACTIONS, ANSWER_ACTIONS

Effects = tuple[Effect, ...]
BEGINNINGS = (
    Describe,
    DescribeTarget,
    CaptureForQuestion,
    AnswerQuestion,
    DescribeInDetail,
    RepeatAnswer,
    ReadReasoning,
    ToggleThinking,
    ForgetAll,
)


def working(action: str = "window", at: float = 100.0) -> State:
    return on_press(State(), action, at)[0]


def speaking(action: str = "window", at: float = 100.0) -> State:
    state = working(action, at)
    return on_answered(state, state.id, complete=True)[0]


def finished(action: str = "window", at: float = 100.0) -> State:
    state = speaking(action, at)
    return on_ended(state, state.id, at)[0]


@pytest.mark.parametrize("action", ANSWER_ACTIONS)
def test_a_key_takes_a_picture_when_nothing_goes_on(action: str) -> None:
    state, effects = on_press(State(), action, 100.0)
    assert effects == (Silence(), ForgetPicture(), Describe(1, action))
    assert (state.phase, state.id, state.started_at) == ("working", 1, 100.0)


@pytest.mark.parametrize("action", ANSWER_ACTIONS)
def test_the_same_key_while_it_works_or_speaks_stops_and_does_nothing_else(action: str) -> None:
    for state in (working(action), speaking(action)):
        after, effects = on_press(state, action, 101.0)
        assert effects[:2] == (Silence(), CancelRequest(1))
        assert not [each for each in effects if isinstance(each, Describe | DescribeInDetail)]
        assert after.phase == "idle"


def test_the_same_key_soon_after_the_answer_asks_for_the_detail_of_the_kept_picture() -> None:
    state, effects = on_press(finished(at=100.0), "window", 100.0 + DETAIL_OFFER_S)
    assert effects == (Silence(), DescribeInDetail(2))
    assert state.phase == "working"
    assert (state.started_at, state.detail_given) == (130.0, True)


def test_where_the_person_has_moved_on_the_same_key_is_a_new_request() -> None:
    state = finished()
    assert offers_detail(state, "window", 101.0)
    assert not offers_detail(state, "screen", 101.0)
    assert not offers_detail(speaking(), "window", 101.0)
    assert on_press(on_front_window_changed(state), "window", 101.0)[1] == (
        Silence(),
        ForgetPicture(),
        Describe(2, "window"),
    )
    assert not offers_detail(state, "window", 100.1 + DETAIL_OFFER_S)


def test_later_the_same_key_takes_a_new_picture_and_the_old_one_is_forgotten() -> None:
    _, effects = on_press(finished(at=100.0), "window", 100.1 + DETAIL_OFFER_S)
    assert Describe(2, "window") in effects
    state, effects = on_time_passed(finished(at=100.0), 100.1 + DETAIL_OFFER_S)
    assert effects == (ForgetPicture(),)
    assert on_time_passed(state, 1000.0)[1] == ()
    assert Describe(2, "window") in on_press(state, "window", 1000.0)[1]


def test_a_picture_is_not_forgotten_while_its_detail_may_be_asked_for() -> None:
    assert on_time_passed(finished(at=100.0), 100.0 + DETAIL_OFFER_S)[1] == ()


def test_another_key_soon_after_the_answer_takes_a_new_picture() -> None:
    assert on_press(finished("window"), "screen", 101.0)[1] == (Silence(), ForgetPicture(), Describe(2, "screen"))


def test_after_the_detail_the_same_key_takes_a_new_picture() -> None:
    state = on_press(finished(), "window", 101.0)[0]
    state = on_answered(state, state.id, complete=True)[0]
    state, effects = on_ended(state, state.id, 102.0)
    assert effects == (ForgetPicture(),)
    assert Describe(3, "window") in on_press(state, "window", 103.0)[1]


@pytest.mark.parametrize(
    ("state", "action", "expected"),
    [
        (working("window"), "screen", Describe(2, "screen")),
        (speaking("window"), "screen", Describe(2, "screen")),
        (working("window"), "think", ToggleThinking(2)),
    ],
)
def test_another_request_silences_and_cancels_the_old_one(
    state: State, action: str, expected: Describe | ToggleThinking
) -> None:
    after, effects = on_press(state, action, 101.0)
    assert effects == (Silence(), CancelRequest(1), ForgetPicture(), expected)
    assert after.phase == "working"
    assert after.started_at == 101.0


@pytest.mark.parametrize("state", [speaking(), finished()])
def test_think_harder_keeps_the_picture_and_offers_its_detail_again(state: State) -> None:
    state, effects = on_press(state, "think", 101.0)
    assert effects[-1] == ToggleThinking(2)
    assert ForgetPicture() not in effects
    assert on_time_passed(state, 1000.0) == (state, ()), "it is not forgotten while the weights load"
    state = on_answered(state, 2, complete=False)[0]
    state, effects = on_ended(state, 2, 120.0)
    assert effects == ()
    assert on_press(state, "window", 149.0)[1] == (Silence(), DescribeInDetail(3))


def test_a_key_while_think_harder_changes_the_model_is_a_request_not_a_stop() -> None:
    state = on_press(finished(), "think", 101.0)[0]
    assert Describe(3, "window") in on_press(state, "window", 102.0)[1]


def test_the_last_answer_may_be_repeated_after_think_harder_and_the_same_key_stops_that() -> None:
    state = on_press(finished(), "think", 101.0)[0]
    state = on_press(on_answered(state, 2, complete=False)[0], "repeat", 102.0)[0]
    assert on_press(state, "window", 103.0)[0].phase == "idle"


def test_an_answer_that_was_stopped_while_it_was_made_offers_no_detail() -> None:
    state, _ = on_press(working(), "window", 101.0)
    assert Describe(2, "window") in on_press(state, "window", 102.0)[1]


def test_an_answer_that_was_stopped_while_it_was_spoken_offers_its_detail() -> None:
    state, _ = on_press(speaking(), "window", 101.0)
    assert DescribeInDetail(2) in on_press(state, "window", 102.0)[1]


def test_a_request_that_failed_offers_no_detail() -> None:
    state = working()
    state = on_answered(state, state.id, complete=False)[0]
    state = on_ended(state, state.id, 101.0)[0]
    assert Describe(2, "window") in on_press(state, "window", 102.0)[1]


def test_the_first_stop_silences_the_second_cancels() -> None:
    state, effects = on_press(working(), "stop", 101.0)
    assert effects == (Silence(), Mute(1))
    assert (state.phase, state.muted) == ("working", True)
    state, effects = on_press(state, "stop", 102.0)
    assert effects == (Silence(), CancelRequest(1), ForgetPicture())
    assert state.phase == "idle"


def test_what_was_silenced_is_answered_all_the_same() -> None:
    state, _ = on_press(working(), "stop", 101.0)
    state = on_answered(state, state.id, complete=True)[0]
    state = on_ended(state, state.id, 102.0)[0]
    assert DescribeInDetail(2) in on_press(state, "window", 103.0)[1]


def test_one_stop_ends_speech_whose_work_is_over() -> None:
    state, effects = on_press(speaking(), "stop", 101.0)
    assert effects == (Silence(), CancelRequest(1))
    assert state.phase == "idle"


def test_stop_when_nothing_goes_on_only_silences() -> None:
    assert on_press(State(), "stop", 1.0) == (State(), (Silence(),))
    assert on_press(finished(), "stop", 101.0) == (finished(), (Silence(),))


def test_repeat_says_the_last_answer_again_and_keeps_the_offer_of_its_detail() -> None:
    state, effects = on_press(finished(), "repeat", 101.0)
    assert effects == (Silence(), RepeatAnswer(2))
    assert state.phase == "speaking"
    state = on_ended(state, 2, 110.0)[0]
    assert DescribeInDetail(3) in on_press(state, "window", 139.0)[1]


def test_repeat_does_not_offer_the_detail_of_a_forgotten_picture() -> None:
    state, _ = on_time_passed(finished(), 1000.0)
    state, _ = on_press(state, "repeat", 1001.0)
    state, _ = on_ended(state, state.id, 1002.0)
    assert Describe(3, "window") in on_press(state, "window", 1003.0)[1]


def test_repeat_while_the_answer_is_made_says_what_was_said_and_goes_on() -> None:
    muted, _ = on_press(working(), "stop", 101.0)
    state, effects = on_press(muted, "repeat", 102.0)
    assert effects == (RepeatPartialAnswer(1),)
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
        assert on_press(state, "status", 101.0) == (state, (ReportStatus(),))
        assert on_press(state, "quit", 101.0) == (state, (Quit(),))


def test_every_sequence_of_presses_leaves_one_request_at_most_and_ids_that_only_grow() -> None:
    others: dict[str, Callable[[State], Transition]] = {
        "answered": lambda state: on_answered(state, state.id, complete=True),
        "ended": lambda state: on_ended(state, state.id, 10.0),
        "later": lambda state: on_time_passed(state, 100.0),
        "taken": lambda state: on_question_picture(state, state.id),
        "opened": on_conversation_opened,
        "closed": lambda state: on_conversation_closed(state, 10.0),
        "question": lambda state: on_question(state, 10.0, has_picture=True),
        "reasoning": on_read_reasoning,
        "forget": lambda state: on_forget(state, 10.0),
        "elsewhere": lambda state: on_describe_target(state, 10.0),
    }
    alphabet = [*ACTIONS, *others]
    reached, seen = {State()}, set()
    for _ in range(5):
        next_reached = set()
        for state in reached - seen:
            for step in alphabet:
                after, effects = others[step](state) if step in others else on_press(state, step, 10.0)
                new_requests = [each for each in effects if isinstance(each, BEGINNINGS)]
                new_requests = [
                    each for each in new_requests if each.id > state.id
                ]  # reading what there is begins nothing
                assert len(new_requests) <= 1
                assert after.id == state.id + len(new_requests)
                if new_requests and state.phase != "idle":
                    assert effects[:2] == (Silence(), CancelRequest(state.id))
                if (
                    state.conversation_open
                    and state.picture_kept
                    and step not in (*ANSWER_ACTIONS, "ask", "elsewhere", "forget")
                ):
                    assert ForgetPicture() not in effects, "the picture of an open conversation is gone"
                if any(isinstance(each, DescribeInDetail) for each in effects):
                    assert state.picture_kept, "the detail of nothing"
                next_reached.add(after)
        seen |= reached
        reached = next_reached
    assert len(seen) > 100


def asked_about() -> State:
    """A picture was taken to be asked about, and the window is open."""
    state, effects = on_press(State(), "ask", 100.0)
    assert effects == (Silence(), ForgetPicture(), CaptureForQuestion(1))
    return on_question_picture(state, 1)[0]


def test_a_picture_taken_to_be_asked_about_stays_as_long_as_the_window_is_open() -> None:
    state = asked_about()
    assert (state.phase, state.picture_kept, state.conversation_open) == ("idle", True, True)
    assert on_time_passed(state, 10_000.0) == (state, ())
    shut, _ = on_conversation_closed(state, 200.0)
    assert on_time_passed(shut, 200.0 + DETAIL_OFFER_S)[1] == ()
    assert on_time_passed(shut, 200.1 + DETAIL_OFFER_S)[1] == (ForgetPicture(),)
    again, _ = on_conversation_opened(shut)
    assert on_time_passed(again, 200.1 + DETAIL_OFFER_S)[1] == ()


def test_a_question_keeps_its_picture_whether_it_is_answered_stopped_or_fails() -> None:
    state, effects = on_question(asked_about(), 101.0, has_picture=True)
    assert effects == (Silence(), AnswerQuestion(2))
    stopped, effects = on_press(on_press(state, "stop", 102.0)[0], "stop", 102.0)
    failed = on_ended(on_answered(state, 2, complete=False)[0], 2, 102.0)[0]
    for after in (stopped, failed):
        assert (after.phase, after.picture_kept) == ("idle", True)
    assert ForgetPicture() not in effects


def test_a_question_ends_the_one_before_it_and_one_about_nothing_is_refused() -> None:
    state, _ = on_question(asked_about(), 101.0, has_picture=True)
    _, effects = on_question(state, 102.0, has_picture=True)
    assert effects == (Silence(), CancelRequest(2), AnswerQuestion(3))
    assert on_question(State(), 100.0, has_picture=False) == (State(), (Silence(), ReportNoPicture()))


def test_a_picture_described_by_a_key_stays_too_while_the_window_is_open() -> None:
    state, _ = on_conversation_opened(finished(at=100.0))
    state, effects = on_time_passed(state, 200.0)
    assert (state.picture_kept, effects) == (True, ())
    assert Describe(2, "window") in on_press(state, "window", 201.0)[1], "its detail is no longer offered"


def test_think_harder_keeps_the_picture_of_an_open_conversation() -> None:
    state, effects = on_press(asked_about(), "think", 101.0)
    assert effects == (Silence(), ToggleThinking(2))
    assert on_answered(state, 2, complete=False)[0].picture_kept


def test_the_reasoning_so_far_is_read_without_ending_the_work() -> None:
    state, effects = on_read_reasoning(working())
    assert effects == (Silence(), ReadReasoning(1))
    assert state.phase == "working"
    assert on_read_reasoning(finished())[1] == (Silence(), ReadReasoning(2))


def test_forgetting_ends_everything() -> None:
    state, effects = on_forget(working(), 101.0)
    assert effects == (Silence(), CancelRequest(1), ForgetPicture(), ForgetAll(2))
    assert not state.picture_kept


def test_a_file_or_monitor_ends_the_old_request_and_has_no_detail_key() -> None:
    state, effects = on_describe_target(working(), 101.0)
    assert effects == (Silence(), CancelRequest(1), ForgetPicture(), DescribeTarget(2))
    assert Describe(3, "window") in on_press(state, "window", 102.0)[1]
