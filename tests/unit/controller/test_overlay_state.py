"""What presses and choices mean around the palette and the region's chooser: states, presses and times only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge_assistant.controller import state as presses
from edge_assistant.controller.overlay_state import (
    CloseOverlay,
    Freeze,
    MissedAnswer,
    OpenOverlay,
    OpenRegionSelector,
    Step,
    Unmute,
    UseFrozenDesktop,
    chosen,
    dismissed,
    pressed,
)
from edge_assistant.controller.state import (
    Ask,
    CancelRequest,
    Detail,
    Forget,
    Look,
    Mute,
    Repeat,
    RepeatSoFar,
    Silence,
    State,
    Status,
    Think,
)
from edge_assistant.hotkeys.actions import ACTIONS, LOOKS

PALETTE = OpenOverlay("palette", 1)
REGION = OpenOverlay("region", 1)


def working(action: str = "window") -> State:
    return presses.pressed(State(), action, 100.0)[0]


def speaking(action: str = "window") -> State:
    state = working(action)
    return presses.answered(state, state.id, whole=True)[0]


def over(action: str = "window") -> State:
    state = speaking(action)
    return presses.ended(state, state.id, 100.0)[0]


@pytest.mark.parametrize("chooser", ["palette", "region"])
def test_its_key_freezes_the_moment_and_opens_it(chooser: str) -> None:
    open, state, do = pressed(OpenOverlay(), State(), chooser, 100.0)
    assert do == (Silence(), Freeze(1, chooser))
    assert (open, state) == (OpenOverlay(chooser, 1), State())


@pytest.mark.parametrize("chooser", ["palette", "region"])
def test_its_key_again_closes_it_and_forgets_the_moment(chooser: str) -> None:
    open, _, do = pressed(OpenOverlay(chooser, 1), State(), chooser, 100.0)
    assert do == (Silence(), CloseOverlay(1))
    assert open == OpenOverlay(ticket=1)
    assert pressed(open, State(), chooser, 101.0)[2][-1] == Freeze(2, chooser), "the next press is another moment"


def test_a_question_is_about_the_moment_too() -> None:
    do = chosen(PALETTE, State(), 1, "ask", 101.0)[2]
    assert do[:2] == (UseFrozenDesktop(1, "ask"), CloseOverlay(1, give_back=False))
    assert Ask(1) in do


@pytest.mark.parametrize("choice", [*LOOKS, "monitor-2"])
def test_a_choice_is_about_the_moment_and_closes_it(choice: str) -> None:
    open, state, do = chosen(REGION if choice == "region" else PALETTE, over("screen"), 1, choice, 101.0)
    assert do[:2] == (UseFrozenDesktop(1, choice), CloseOverlay(1))
    (look,) = [each for each in do if isinstance(each, Look)]
    assert look.id == 2
    assert Forget() in do, "the picture before it"
    assert (open.chooser, state.phase, state.look) == ("", "working", choice)


def test_choosing_what_was_just_described_is_a_new_picture_and_not_its_detail() -> None:
    assert Look(2, "window") in chosen(PALETTE, over("window"), 1, "window", 101.0)[2]


def test_choosing_what_is_being_described_is_a_new_picture_and_not_its_stop() -> None:
    do = chosen(PALETTE, working("window"), 1, "window", 101.0)[2]
    assert Look(2, "window") in do
    assert CancelRequest(1) in do


def test_afterwards_the_key_of_what_was_chosen_gives_its_detail() -> None:
    _, state, _ = chosen(PALETTE, State(), 1, "window", 100.0)
    state = presses.answered(state, state.id, whole=True)[0]
    state = presses.ended(state, state.id, 101.0)[0]
    assert Detail(2) in pressed(OpenOverlay(ticket=1), state, "window", 102.0)[2]


def test_the_palette_goes_on_to_the_region_of_the_same_moment() -> None:
    open, state, do = chosen(PALETTE, State(), 1, "region", 101.0)
    assert do == (OpenRegionSelector(1),)
    assert (open, state) == (REGION, State())


def test_while_the_region_is_described_its_key_stops_and_then_gives_the_detail() -> None:
    _, state, _ = chosen(REGION, State(), 1, "region", 100.0)
    open, after, do = pressed(OpenOverlay(ticket=1), state, "region", 101.0)
    assert do[:2] == (Silence(), CancelRequest(1))
    assert (open.chooser, after.phase) == ("", "idle")
    state = presses.ended(presses.answered(state, 1, whole=True)[0], 1, 102.0)[0]
    assert Detail(2) in pressed(OpenOverlay(ticket=1), state, "region", 103.0)[2]
    assert pressed(OpenOverlay(ticket=1), state, "region", 200.0)[2][-1] == Freeze(2, "region")


def test_a_global_key_chooses_in_an_open_palette() -> None:
    assert pressed(PALETTE, State(), "read", 101.0) == chosen(PALETTE, State(), 1, "read", 101.0)
    assert pressed(PALETTE, State(), "region", 101.0)[2] == (OpenRegionSelector(1),)


def test_opening_silences_the_work_without_ending_it() -> None:
    open, state, do = pressed(OpenOverlay(), working(), "palette", 101.0)
    assert do == (Silence(), Mute(1), Freeze(1, "palette"))
    assert (open.missed, state.phase) == (True, "working")


def test_opening_over_an_answer_that_is_spoken_ends_it_and_its_detail_can_be_had() -> None:
    open, state, do = pressed(OpenOverlay(), speaking(), "palette", 101.0)
    assert do == (Silence(), CancelRequest(1), Freeze(1, "palette"))
    assert not open.missed
    assert Detail(2) in presses.pressed(state, "window", 102.0)[1]


def test_what_was_silenced_is_heard_after_escape() -> None:
    open, state, _ = pressed(OpenOverlay(), working(), "palette", 101.0)
    assert dismissed(open, state, 1, 102.0)[2] == (Silence(), CloseOverlay(1), RepeatSoFar(1))


def test_what_was_answered_meanwhile_is_heard_after_escape_too() -> None:
    open, state, _ = pressed(OpenOverlay(), working(), "palette", 101.0)
    state = presses.answered(state, 1, whole=True)[0]
    state = presses.ended(state, 1, 102.0)[0]
    _, after, do = dismissed(open, state, 1, 103.0)
    assert do == (Silence(), CloseOverlay(1), Silence(), MissedAnswer(2))
    assert after.phase == "speaking"
    after = presses.ended(after, 2, 104.0)[0]
    assert Detail(3) in presses.pressed(after, "window", 105.0)[1]


def test_what_the_person_had_silenced_before_stays_silent() -> None:
    state = presses.pressed(working(), "stop", 101.0)[0]
    open, state, do = pressed(OpenOverlay(), state, "palette", 102.0)
    assert Mute(1) in do
    assert dismissed(open, state, 1, 103.0)[2] == (Silence(), CloseOverlay(1))


def test_stop_in_the_palette_is_the_second_one_and_cancels() -> None:
    open, state, _ = pressed(OpenOverlay(), working(), "palette", 101.0)
    open, state, do = chosen(open, state, 1, "stop", 102.0)
    assert do[:3] == (CloseOverlay(1), Silence(), CancelRequest(1))
    assert state.phase == "idle"


def test_status_and_repeat_in_the_palette_let_the_work_be_heard_again() -> None:
    open, state, _ = pressed(OpenOverlay(), working(), "palette", 101.0)
    assert chosen(open, state, 1, "status", 102.0)[2] == (CloseOverlay(1), Unmute(1), Status())
    assert chosen(open, state, 1, "repeat", 102.0)[2] == (CloseOverlay(1), Unmute(1), RepeatSoFar(1))
    assert chosen(PALETTE, over(), 1, "repeat", 102.0)[2][-1] == Repeat(2)
    assert chosen(PALETTE, over(), 1, "think", 102.0)[2][-1] == Think(2)


def test_the_focus_is_not_given_back_when_the_person_has_taken_it_elsewhere() -> None:
    assert dismissed(PALETTE, State(), 1, 101.0, give_back=False)[2] == (Silence(), CloseOverlay(1, give_back=False))


def test_what_comes_from_an_older_or_a_closed_chooser_changes_nothing() -> None:
    for open in (OpenOverlay("palette", 2), OpenOverlay(ticket=1)):
        assert chosen(open, State(), 1, "window", 101.0) == (open, State(), ())
        assert dismissed(open, State(), 1, 101.0) == (open, State(), ())


def test_every_sequence_leaves_one_request_and_one_chooser_at_most() -> None:
    steps = [*ACTIONS, "answered", "ended", "later", "escape", "chosen", "monitor", "lost"]

    def after(open: OpenOverlay, state: State, step: str) -> Step:
        match step:
            case "answered":
                return open, *presses.answered(state, state.id, whole=True)
            case "ended":
                return open, *presses.ended(state, state.id, 10.0)
            case "later":
                return open, *presses.time_passed(state, 100.0)
            case "escape" | "lost":
                return dismissed(open, state, open.ticket, 10.0, give_back=step == "escape")
            case "chosen":
                return chosen(open, state, open.ticket, "region", 10.0)
            case "monitor":
                return chosen(open, state, open.ticket, "monitor-1", 10.0)
        return pressed(open, state, step, 10.0)

    reached, seen = {(OpenOverlay(), State())}, set()
    for _ in range(4):
        following = set()
        for open, state in reached - seen:
            for step in steps:
                now_open, now_state, do = after(open, state, step)
                begun = [each for each in do if isinstance(each, Look | Ask | Detail | Repeat | MissedAnswer | Think)]
                assert len(begun) <= 1
                opened = [each for each in do if isinstance(each, Freeze)]
                closed = [each for each in do if isinstance(each, CloseOverlay)]
                assert now_open.ticket == open.ticket + len(opened)
                assert bool(closed) == (bool(open.chooser) and not now_open.chooser), "it closes when it is to"
                assert not (begun and now_open.chooser), "nothing begins under an open chooser"
                if any(isinstance(each, UseFrozenDesktop) for each in do):
                    assert open.chooser, "a moment that nobody froze"
                following.add((now_open, replace(now_state)))
        seen |= reached
        reached = following
    assert len(seen) > 100
