"""What a press means in which state: nothing but states, presses and times."""

from __future__ import annotations

import pytest

from edge_assistant.actions import ACTIONS, LOOKS
from edge_assistant.resident.presses import (
    DETAIL_OFFER_S,
    Cancel,
    Detail,
    Do,
    Forget,
    Look,
    Mute,
    Quit,
    Repeat,
    RepeatSoFar,
    Silence,
    State,
    Status,
    Think,
    answered,
    ended,
    pressed,
    time_passed,
)

Done = tuple[Do, ...]


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
        assert done[:2] == (Silence(), Cancel(1))
        assert not [each for each in done if isinstance(each, Look | Detail)]
        assert after.phase == "idle"


def test_the_same_key_soon_after_the_answer_asks_for_the_detail_of_the_kept_picture() -> None:
    state, done = pressed(over(at=100.0), "window", 100.0 + DETAIL_OFFER_S)
    assert done == (Silence(), Detail(2))
    assert state.phase == "working"
    assert (state.since, state.detail) == (130.0, True)


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
    assert done == (Silence(), Cancel(1), Forget(), wanted)
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
    assert done == (Silence(), Cancel(1), Forget())
    assert state.phase == "idle"


def test_what_was_silenced_is_answered_all_the_same() -> None:
    state, _ = pressed(working(), "stop", 101.0)
    state = answered(state, state.id, whole=True)[0]
    state = ended(state, state.id, 102.0)[0]
    assert Detail(2) in pressed(state, "window", 103.0)[1]


def test_one_stop_ends_speech_whose_work_is_over() -> None:
    state, done = pressed(speaking(), "stop", 101.0)
    assert done == (Silence(), Cancel(1))
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
    alphabet = [*ACTIONS, "answered", "ended", "later"]
    reached, seen = {State()}, set()
    for _ in range(5):
        following = set()
        for state in reached - seen:
            for step in alphabet:
                if step == "answered":
                    after, done = answered(state, state.id, whole=True)
                elif step == "ended":
                    after, done = ended(state, state.id, 10.0)
                elif step == "later":
                    after, done = time_passed(state, 100.0)
                else:
                    after, done = pressed(state, step, 10.0)
                started = [each for each in done if isinstance(each, Look | Detail | Repeat | Think)]
                assert len(started) <= 1
                assert after.id == state.id + len(started)
                if started and state.phase != "idle":
                    assert done[:2] == (Silence(), Cancel(state.id))
                if any(isinstance(each, Detail) for each in done):
                    assert state.kept, "the detail of nothing"
                following.add(after)
        seen |= reached
        reached = following
    assert len(seen) > 100
