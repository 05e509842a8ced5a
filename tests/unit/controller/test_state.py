"""What a press means in which state: nothing but states, presses and times."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge_assistant.controller.state import (
    DETAIL_OFFER_S,
    Ask,
    CancelRequest,
    Detail,
    Do,
    Forget,
    ForgetAll,
    Look,
    LookElsewhere,
    Mute,
    NoPicture,
    Question,
    Quit,
    ReadReasoning,
    Repeat,
    RepeatSoFar,
    Silence,
    State,
    Status,
    Step,
    Think,
    answered,
    closed,
    elsewhere,
    ended,
    forget,
    moved_on,
    offers_detail,
    opened,
    pressed,
    question,
    reasoning,
    taken,
    time_passed,
)
from edge_assistant.hotkeys.actions import ACTIONS, LOOKS

Done = tuple[Do, ...]
BEGINNINGS = (
    Look, LookElsewhere, Ask, Question, Detail, Repeat, ReadReasoning, Think, ForgetAll
)  # fmt: skip


def working(action: str = "window", at: float = 100.0) -> State:
    return pressed(State(), action, at)[0]


def speaking(action: str = "window", at: float = 100.0) -> State:
    state = working(action, at)
    return answered(state, state.id, whole=True)[0]


def over(action: str = "window", at: float = 100.0) -> State:
    state = speaking(action, at)
    return ended(state, state.id, at)[0]


@pytest.mark.parametrize("action", LOOKS)
def test_a_key_takes_a_picture_when_nothing_goes_on(action: str) -> None:
    state, done = pressed(State(), action, 100.0)
    assert done == (Silence(), Forget(), Look(1, action))
    assert (state.phase, state.id, state.since) == ("working", 1, 100.0)


@pytest.mark.parametrize("action", LOOKS)
def test_the_same_key_while_it_works_or_speaks_stops_and_does_nothing_else(action: str) -> None:
    for state in (working(action), speaking(action)):
        after, done = pressed(state, action, 101.0)
        assert done[:2] == (Silence(), CancelRequest(1))
        assert not [each for each in done if isinstance(each, Look | Detail)]
        assert after.phase == "idle"


def test_the_same_key_soon_after_the_answer_asks_for_the_detail_of_the_kept_picture() -> None:
    state, done = pressed(over(at=100.0), "window", 100.0 + DETAIL_OFFER_S)
    assert done == (Silence(), Detail(2))
    assert state.phase == "working"
    assert (state.since, state.detail) == (130.0, True)


def test_where_the_person_has_moved_on_the_same_key_is_a_new_request() -> None:
    state = over()
    assert offers_detail(state, "window", 101.0)
    assert not offers_detail(state, "screen", 101.0)
    assert not offers_detail(speaking(), "window", 101.0)
    assert pressed(moved_on(state), "window", 101.0)[1] == (Silence(), Forget(), Look(2, "window"))
    assert not offers_detail(state, "window", 100.1 + DETAIL_OFFER_S)


def test_later_the_same_key_takes_a_new_picture_and_the_old_one_is_forgotten() -> None:
    _, done = pressed(over(at=100.0), "window", 100.1 + DETAIL_OFFER_S)
    assert Look(2, "window") in done
    state, done = time_passed(over(at=100.0), 100.1 + DETAIL_OFFER_S)
    assert done == (Forget(),)
    assert time_passed(state, 1000.0)[1] == ()
    assert Look(2, "window") in pressed(state, "window", 1000.0)[1]


def test_a_picture_is_not_forgotten_while_its_detail_may_be_asked_for() -> None:
    assert time_passed(over(at=100.0), 100.0 + DETAIL_OFFER_S)[1] == ()


def test_another_key_soon_after_the_answer_takes_a_new_picture() -> None:
    assert pressed(over("window"), "screen", 101.0)[1] == (Silence(), Forget(), Look(2, "screen"))


def test_after_the_detail_the_same_key_takes_a_new_picture() -> None:
    state = pressed(over(), "window", 101.0)[0]
    state = answered(state, state.id, whole=True)[0]
    state, done = ended(state, state.id, 102.0)
    assert done == (Forget(),)
    assert Look(3, "window") in pressed(state, "window", 103.0)[1]


@pytest.mark.parametrize(
    ("state", "action", "wanted"),
    [
        (working("window"), "screen", Look(2, "screen")),
        (speaking("window"), "screen", Look(2, "screen")),
        (working("window"), "think", Think(2)),
    ],
)
def test_another_request_silences_and_cancels_the_old_one(state: State, action: str, wanted: Look | Think) -> None:
    after, done = pressed(state, action, 101.0)
    assert done == (Silence(), CancelRequest(1), Forget(), wanted)
    assert after.phase == "working"
    assert after.since == 101.0


@pytest.mark.parametrize("state", [speaking(), over()])
def test_think_harder_keeps_the_picture_and_offers_its_detail_anew(state: State) -> None:
    state, done = pressed(state, "think", 101.0)
    assert done[-1] == Think(2)
    assert Forget() not in done
    assert time_passed(state, 1000.0) == (state, ()), "it is not forgotten while the weights load"
    state = answered(state, 2, whole=False)[0]
    state, done = ended(state, 2, 120.0)
    assert done == ()
    assert pressed(state, "window", 149.0)[1] == (Silence(), Detail(3))


def test_a_key_while_think_harder_changes_the_weights_is_a_request_not_a_stop() -> None:
    state = pressed(over(), "think", 101.0)[0]
    assert Look(3, "window") in pressed(state, "window", 102.0)[1]


def test_the_last_answer_may_be_repeated_after_think_harder_and_the_same_key_stops_that() -> None:
    state = pressed(over(), "think", 101.0)[0]
    state = pressed(answered(state, 2, whole=False)[0], "repeat", 102.0)[0]
    assert pressed(state, "window", 103.0)[0].phase == "idle"


def test_an_answer_that_was_stopped_while_it_was_made_offers_no_detail() -> None:
    state, _ = pressed(working(), "window", 101.0)
    assert Look(2, "window") in pressed(state, "window", 102.0)[1]


def test_an_answer_that_was_stopped_while_it_was_spoken_offers_its_detail() -> None:
    state, _ = pressed(speaking(), "window", 101.0)
    assert Detail(2) in pressed(state, "window", 102.0)[1]


def test_a_request_that_failed_offers_no_detail() -> None:
    state = working()
    state = answered(state, state.id, whole=False)[0]
    state = ended(state, state.id, 101.0)[0]
    assert Look(2, "window") in pressed(state, "window", 102.0)[1]


def test_the_first_stop_silences_the_second_cancels() -> None:
    state, done = pressed(working(), "stop", 101.0)
    assert done == (Silence(), Mute(1))
    assert (state.phase, state.muted) == ("working", True)
    state, done = pressed(state, "stop", 102.0)
    assert done == (Silence(), CancelRequest(1), Forget())
    assert state.phase == "idle"


def test_what_was_silenced_is_answered_all_the_same() -> None:
    state, _ = pressed(working(), "stop", 101.0)
    state = answered(state, state.id, whole=True)[0]
    state = ended(state, state.id, 102.0)[0]
    assert Detail(2) in pressed(state, "window", 103.0)[1]


def test_one_stop_ends_speech_whose_work_is_over() -> None:
    state, done = pressed(speaking(), "stop", 101.0)
    assert done == (Silence(), CancelRequest(1))
    assert state.phase == "idle"


def test_stop_when_nothing_goes_on_only_silences() -> None:
    assert pressed(State(), "stop", 1.0) == (State(), (Silence(),))
    assert pressed(over(), "stop", 101.0) == (over(), (Silence(),))


def test_repeat_says_the_last_answer_again_and_keeps_the_offer_of_its_detail() -> None:
    state, done = pressed(over(), "repeat", 101.0)
    assert done == (Silence(), Repeat(2))
    assert state.phase == "speaking"
    state = ended(state, 2, 110.0)[0]
    assert Detail(3) in pressed(state, "window", 139.0)[1]


def test_repeat_does_not_offer_the_detail_of_a_forgotten_picture() -> None:
    state, _ = time_passed(over(), 1000.0)
    state, _ = pressed(state, "repeat", 1001.0)
    state, _ = ended(state, state.id, 1002.0)
    assert Look(3, "window") in pressed(state, "window", 1003.0)[1]


def test_repeat_while_the_answer_is_made_says_what_was_said_and_goes_on() -> None:
    muted, _ = pressed(working(), "stop", 101.0)
    state, done = pressed(muted, "repeat", 102.0)
    assert done == (RepeatSoFar(1),)
    assert (state.phase, state.muted, state.id) == ("working", False, 1)


def test_what_is_told_of_an_older_request_changes_nothing() -> None:
    state = working("screen")
    newer, _ = pressed(state, "window", 101.0)
    assert answered(newer, state.id, whole=True) == (newer, ())
    assert ended(newer, state.id, 102.0) == (newer, ())
    assert answered(over(), 1, whole=True) == (over(), ())
    assert ended(over(), 1, 200.0) == (over(), ())


def test_status_and_quit_change_nothing_by_themselves() -> None:
    for state in (State(), working(), speaking()):
        assert pressed(state, "status", 101.0) == (state, (Status(),))
        assert pressed(state, "quit", 101.0) == (state, (Quit(),))


def test_every_sequence_of_presses_leaves_one_request_at_most_and_ids_that_only_grow() -> None:
    others: dict[str, Callable[[State], Step]] = {
        "answered": lambda state: answered(state, state.id, whole=True),
        "ended": lambda state: ended(state, state.id, 10.0),
        "later": lambda state: time_passed(state, 100.0),
        "taken": lambda state: taken(state, state.id),
        "opened": opened,
        "closed": lambda state: closed(state, 10.0),
        "question": lambda state: question(state, 10.0, picture=True),
        "reasoning": reasoning,
        "forget": lambda state: forget(state, 10.0),
        "elsewhere": lambda state: elsewhere(state, 10.0),
    }
    alphabet = [*ACTIONS, *others]
    reached, seen = {State()}, set()
    for _ in range(5):
        following = set()
        for state in reached - seen:
            for step in alphabet:
                after, done = others[step](state) if step in others else pressed(state, step, 10.0)
                started = [each for each in done if isinstance(each, BEGINNINGS)]
                started = [each for each in started if each.id > state.id]  # reading what there is begins nothing
                assert len(started) <= 1
                assert after.id == state.id + len(started)
                if started and state.phase != "idle":
                    assert done[:2] == (Silence(), CancelRequest(state.id))
                if state.open and state.kept and step not in (*LOOKS, "ask", "elsewhere", "forget"):
                    assert Forget() not in done, "the picture of an open conversation is gone"
                if any(isinstance(each, Detail) for each in done):
                    assert state.kept, "the detail of nothing"
                following.add(after)
        seen |= reached
        reached = following
    assert len(seen) > 100


def asked_about() -> State:
    """A picture was taken to be asked about, and the window is open."""
    state, done = pressed(State(), "ask", 100.0)
    assert done == (Silence(), Forget(), Ask(1))
    return taken(state, 1)[0]


def test_a_picture_taken_to_be_asked_about_stays_as_long_as_the_window_is_open() -> None:
    state = asked_about()
    assert (state.phase, state.kept, state.open) == ("idle", True, True)
    assert time_passed(state, 10_000.0) == (state, ())
    shut, _ = closed(state, 200.0)
    assert time_passed(shut, 200.0 + DETAIL_OFFER_S)[1] == ()
    assert time_passed(shut, 200.1 + DETAIL_OFFER_S)[1] == (Forget(),)
    again, _ = opened(shut)
    assert time_passed(again, 200.1 + DETAIL_OFFER_S)[1] == ()


def test_a_question_keeps_its_picture_whether_it_is_answered_stopped_or_fails() -> None:
    state, done = question(asked_about(), 101.0, picture=True)
    assert done == (Silence(), Question(2))
    stopped, done = pressed(pressed(state, "stop", 102.0)[0], "stop", 102.0)
    failed = ended(answered(state, 2, whole=False)[0], 2, 102.0)[0]
    for after in (stopped, failed):
        assert (after.phase, after.kept) == ("idle", True)
    assert Forget() not in done


def test_a_question_ends_the_one_before_it_and_one_about_nothing_is_refused() -> None:
    state, _ = question(asked_about(), 101.0, picture=True)
    _, done = question(state, 102.0, picture=True)
    assert done == (Silence(), CancelRequest(2), Question(3))
    assert question(State(), 100.0, picture=False) == (State(), (Silence(), NoPicture()))


def test_a_picture_described_by_a_key_stays_too_while_the_window_is_open() -> None:
    state, _ = opened(over(at=100.0))
    state, done = time_passed(state, 200.0)
    assert (state.kept, done) == (True, ())
    assert Look(2, "window") in pressed(state, "window", 201.0)[1], "its detail is no longer offered"


def test_think_harder_keeps_the_picture_of_an_open_conversation() -> None:
    state, done = pressed(asked_about(), "think", 101.0)
    assert done == (Silence(), Think(2))
    assert answered(state, 2, whole=False)[0].kept


def test_the_reasoning_so_far_is_read_without_ending_the_work() -> None:
    state, done = reasoning(working())
    assert done == (Silence(), ReadReasoning(1))
    assert state.phase == "working"
    assert reasoning(over())[1] == (Silence(), ReadReasoning(2))


def test_forgetting_ends_everything() -> None:
    state, done = forget(working(), 101.0)
    assert done == (Silence(), CancelRequest(1), Forget(), ForgetAll(2))
    assert not state.kept


def test_a_file_or_monitor_ends_the_old_request_and_has_no_detail_key() -> None:
    state, done = elsewhere(working(), 101.0)
    assert done == (Silence(), CancelRequest(1), Forget(), LookElsewhere(2))
    assert Look(3, "window") in pressed(state, "window", 102.0)[1]
