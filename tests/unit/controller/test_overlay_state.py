"""The state machine of the overlays: states, events and times, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge_assistant.controller import state as state_machine
from edge_assistant.controller.overlay_state import (
    CloseOverlay,
    FreezeDesktop,
    OpenRegionSelector,
    OverlayState,
    OverlayTransition,
    RepeatMissedAnswer,
    Unmute,
    UseFrozenDesktop,
    on_choice,
    on_dismiss,
    on_press,
)
from edge_assistant.controller.state import (
    CancelRequest,
    CaptureForQuestion,
    Describe,
    DescribeInDetail,
    ForgetPicture,
    Mute,
    RepeatAnswer,
    RepeatPartialAnswer,
    ReportStatus,
    Silence,
    State,
    ToggleThinking,
)
from edge_assistant.hotkeys.actions import ACTIONS, ANSWER_ACTIONS

PALETTE = OverlayState("palette", 1)
REGION = OverlayState("region", 1)


def working(action: str = "window") -> State:
    return state_machine.on_press(State(), action, 100.0)[0]


def speaking(action: str = "window") -> State:
    state = working(action)
    return state_machine.on_answered(state, state.id, complete=True)[0]


def finished(action: str = "window") -> State:
    state = speaking(action)
    return state_machine.on_ended(state, state.id, 100.0)[0]


@pytest.mark.parametrize("kind", ["palette", "region"])
def test_its_key_freezes_the_desktop_and_opens_the_overlay(kind: str) -> None:
    overlay, state, effects = on_press(OverlayState(), State(), kind, 100.0)
    assert effects == (Silence(), FreezeDesktop(1, kind))
    assert (overlay, state) == (OverlayState(kind, 1), State())


@pytest.mark.parametrize("kind", ["palette", "region"])
def test_its_key_again_closes_the_overlay_and_drops_the_frozen_desktop(kind: str) -> None:
    overlay, _, effects = on_press(OverlayState(kind, 1), State(), kind, 100.0)
    assert effects == (Silence(), CloseOverlay(1))
    assert overlay == OverlayState(ticket=1)
    assert on_press(overlay, State(), kind, 101.0)[2][-1] == FreezeDesktop(2, kind), "the next press is another moment"


def test_a_question_uses_the_frozen_desktop_too() -> None:
    effects = on_choice(PALETTE, State(), 1, "ask", 101.0)[2]
    assert effects[:2] == (UseFrozenDesktop(1, "ask"), CloseOverlay(1, restore_focus=False))
    assert CaptureForQuestion(1) in effects


@pytest.mark.parametrize("choice", [*ANSWER_ACTIONS, "monitor-2"])
def test_a_choice_uses_the_frozen_desktop_and_closes_the_overlay(choice: str) -> None:
    overlay, state, effects = on_choice(REGION if choice == "region" else PALETTE, finished("screen"), 1, choice, 101.0)
    assert effects[:2] == (UseFrozenDesktop(1, choice), CloseOverlay(1))
    (look,) = [each for each in effects if isinstance(each, Describe)]
    assert look.id == 2
    assert ForgetPicture() in effects, "the picture before it"
    assert (overlay.kind, state.phase, state.last_action) == ("", "working", choice)


def test_choosing_what_was_just_described_is_a_new_picture_and_not_its_detail() -> None:
    assert Describe(2, "window") in on_choice(PALETTE, finished("window"), 1, "window", 101.0)[2]


def test_choosing_what_is_being_described_is_a_new_picture_and_not_its_stop() -> None:
    effects = on_choice(PALETTE, working("window"), 1, "window", 101.0)[2]
    assert Describe(2, "window") in effects
    assert CancelRequest(1) in effects


def test_afterwards_the_key_of_what_was_chosen_gives_its_detail() -> None:
    _, state, _ = on_choice(PALETTE, State(), 1, "window", 100.0)
    state = state_machine.on_answered(state, state.id, complete=True)[0]
    state = state_machine.on_ended(state, state.id, 101.0)[0]
    assert DescribeInDetail(2) in on_press(OverlayState(ticket=1), state, "window", 102.0)[2]


def test_the_palette_leads_to_a_region_of_the_same_frozen_desktop() -> None:
    overlay, state, effects = on_choice(PALETTE, State(), 1, "region", 101.0)
    assert effects == (OpenRegionSelector(1),)
    assert (overlay, state) == (REGION, State())


def test_while_the_region_is_described_its_key_stops_and_then_gives_the_detail() -> None:
    _, state, _ = on_choice(REGION, State(), 1, "region", 100.0)
    overlay, after, effects = on_press(OverlayState(ticket=1), state, "region", 101.0)
    assert effects[:2] == (Silence(), CancelRequest(1))
    assert (overlay.kind, after.phase) == ("", "idle")
    state = state_machine.on_ended(state_machine.on_answered(state, 1, complete=True)[0], 1, 102.0)[0]
    assert DescribeInDetail(2) in on_press(OverlayState(ticket=1), state, "region", 103.0)[2]
    assert on_press(OverlayState(ticket=1), state, "region", 200.0)[2][-1] == FreezeDesktop(2, "region")


def test_a_global_key_chooses_in_an_open_palette() -> None:
    assert on_press(PALETTE, State(), "read", 101.0) == on_choice(PALETTE, State(), 1, "read", 101.0)
    assert on_press(PALETTE, State(), "region", 101.0)[2] == (OpenRegionSelector(1),)


def test_opening_silences_the_work_without_ending_it() -> None:
    overlay, state, effects = on_press(OverlayState(), working(), "palette", 101.0)
    assert effects == (Silence(), Mute(1), FreezeDesktop(1, "palette"))
    assert (overlay.missed, state.phase) == (True, "working")


def test_opening_over_an_answer_that_is_spoken_ends_it_and_its_detail_can_be_had() -> None:
    overlay, state, effects = on_press(OverlayState(), speaking(), "palette", 101.0)
    assert effects == (Silence(), CancelRequest(1), FreezeDesktop(1, "palette"))
    assert not overlay.missed
    assert DescribeInDetail(2) in state_machine.on_press(state, "window", 102.0)[1]


def test_what_was_silenced_is_heard_after_escape() -> None:
    overlay, state, _ = on_press(OverlayState(), working(), "palette", 101.0)
    assert on_dismiss(overlay, state, 1, 102.0)[2] == (Silence(), CloseOverlay(1), RepeatPartialAnswer(1))


def test_what_was_answered_meanwhile_is_heard_after_escape_too() -> None:
    overlay, state, _ = on_press(OverlayState(), working(), "palette", 101.0)
    state = state_machine.on_answered(state, 1, complete=True)[0]
    state = state_machine.on_ended(state, 1, 102.0)[0]
    _, after, effects = on_dismiss(overlay, state, 1, 103.0)
    assert effects == (Silence(), CloseOverlay(1), Silence(), RepeatMissedAnswer(2))
    assert after.phase == "speaking"
    after = state_machine.on_ended(after, 2, 104.0)[0]
    assert DescribeInDetail(3) in state_machine.on_press(after, "window", 105.0)[1]


def test_what_the_person_had_silenced_before_stays_silent() -> None:
    state = state_machine.on_press(working(), "stop", 101.0)[0]
    overlay, state, effects = on_press(OverlayState(), state, "palette", 102.0)
    assert Mute(1) in effects
    assert on_dismiss(overlay, state, 1, 103.0)[2] == (Silence(), CloseOverlay(1))


def test_stop_in_the_palette_is_the_second_one_and_cancels() -> None:
    overlay, state, _ = on_press(OverlayState(), working(), "palette", 101.0)
    overlay, state, effects = on_choice(overlay, state, 1, "stop", 102.0)
    assert effects[:3] == (CloseOverlay(1), Silence(), CancelRequest(1))
    assert state.phase == "idle"


def test_status_and_repeat_in_the_palette_let_the_work_be_heard_again() -> None:
    overlay, state, _ = on_press(OverlayState(), working(), "palette", 101.0)
    assert on_choice(overlay, state, 1, "status", 102.0)[2] == (CloseOverlay(1), Unmute(1), ReportStatus())
    assert on_choice(overlay, state, 1, "repeat", 102.0)[2] == (CloseOverlay(1), Unmute(1), RepeatPartialAnswer(1))
    assert on_choice(PALETTE, finished(), 1, "repeat", 102.0)[2][-1] == RepeatAnswer(2)
    assert on_choice(PALETTE, finished(), 1, "think", 102.0)[2][-1] == ToggleThinking(2)


def test_the_focus_is_not_restored_when_the_person_has_moved_it() -> None:
    assert on_dismiss(PALETTE, State(), 1, 101.0, restore_focus=False)[2] == (
        Silence(),
        CloseOverlay(1, restore_focus=False),
    )


def test_events_of_an_older_or_closed_overlay_change_nothing() -> None:
    for overlay in (OverlayState("palette", 2), OverlayState(ticket=1)):
        assert on_choice(overlay, State(), 1, "window", 101.0) == (overlay, State(), ())
        assert on_dismiss(overlay, State(), 1, 101.0) == (overlay, State(), ())


def test_every_sequence_leaves_one_request_and_one_overlay_at_most() -> None:
    steps = [*ACTIONS, "answered", "ended", "later", "escape", "chosen", "monitor", "lost"]

    def after(overlay: OverlayState, state: State, step: str) -> OverlayTransition:
        match step:
            case "answered":
                return overlay, *state_machine.on_answered(state, state.id, complete=True)
            case "ended":
                return overlay, *state_machine.on_ended(state, state.id, 10.0)
            case "later":
                return overlay, *state_machine.on_time_passed(state, 100.0)
            case "escape" | "lost":
                return on_dismiss(overlay, state, overlay.ticket, 10.0, restore_focus=step == "escape")
            case "chosen":
                return on_choice(overlay, state, overlay.ticket, "region", 10.0)
            case "monitor":
                return on_choice(overlay, state, overlay.ticket, "monitor-1", 10.0)
        return on_press(overlay, state, step, 10.0)

    reached, seen = {(OverlayState(), State())}, set()
    for _ in range(4):
        next_reached = set()
        for overlay, state in reached - seen:
            for step in steps:
                next_overlay, next_state, effects = after(overlay, state, step)
                new_requests = [
                    each
                    for each in effects
                    if isinstance(
                        each,
                        Describe
                        | CaptureForQuestion
                        | DescribeInDetail
                        | RepeatAnswer
                        | RepeatMissedAnswer
                        | ToggleThinking,
                    )
                ]
                assert len(new_requests) <= 1
                opened = [each for each in effects if isinstance(each, FreezeDesktop)]
                closed = [each for each in effects if isinstance(each, CloseOverlay)]
                assert next_overlay.ticket == overlay.ticket + len(opened)
                assert bool(closed) == (bool(overlay.kind) and not next_overlay.kind), "it closes when it is to"
                assert not (new_requests and next_overlay.kind), "nothing begins under an open chooser"
                if any(isinstance(each, UseFrozenDesktop) for each in effects):
                    assert overlay.kind, "a moment that nobody froze"
                next_reached.add((next_overlay, replace(next_state)))
        seen |= reached
        reached = next_reached
    assert len(seen) > 100
