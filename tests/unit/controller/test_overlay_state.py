"""The state machine of the overlays: states, events and times, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge_assistant.controller import state as state_machine
from edge_assistant.controller.overlay_state import on_choice, on_click, on_dismiss, on_frozen, on_press
from edge_assistant.controller.state import Effect, OverlayState, State, Transition
from edge_assistant.hotkeys.actions import ACTIONS, ANSWER_ACTIONS, question_action

SILENCE, CANCEL, MUTE, UNMUTE = Effect.SILENCE, Effect.CANCEL_REQUEST, Effect.MUTE, Effect.UNMUTE
USE, FREEZE = Effect.USE_FROZEN_DESKTOP, Effect.FREEZE_DESKTOP
CLOSE, CLOSE_AND_RESTORE = Effect.CLOSE_OVERLAY, Effect.CLOSE_OVERLAY_AND_RESTORE_FOCUS
PALETTE = OverlayState("palette", 1, "frozen")
REGION = OverlayState("region", 1, "frozen")


def capturing(action: str = "window") -> State:
    return state_machine.on_press(State(), action, 100.0)[0]


def working(action: str = "window") -> State:
    return state_machine.on_captured(capturing(action), 1, has_picture=True)[0]


def speaking(action: str = "window") -> State:
    return state_machine.on_answered(working(action), 1, complete=True)[0]


def finished(action: str = "window") -> State:
    return state_machine.on_ended(speaking(action), 1, 100.0)[0]


def with_overlay(overlay: OverlayState, state: State | None = None) -> State:
    return replace(state or State(), overlay=overlay)


def opened(state: State | None = None, kind: str = "palette") -> State:
    """Open an overlay by its key; its desktop is frozen at once."""
    state, _ = on_press(state or State(), kind, 101.0)
    state, effects = on_frozen(state, state.overlay.ticket)
    assert effects == (Effect.OPEN_OVERLAY,)
    return state


@pytest.mark.parametrize("kind", ["palette", "region", "find"])
def test_its_key_freezes_the_desktop_and_opens_the_overlay(kind: str) -> None:
    state, effects = on_press(State(), kind, 100.0)
    assert effects == (SILENCE, FREEZE)
    assert state == with_overlay(OverlayState(kind, 1, "freezing"))
    state, effects = on_frozen(state, 1)
    assert effects == (Effect.OPEN_OVERLAY,)
    assert state == with_overlay(OverlayState(kind, 1, "frozen"))


@pytest.mark.parametrize("kind", ["palette", "region", "find"])
def test_its_key_again_closes_the_overlay_and_drops_the_frozen_desktop(kind: str) -> None:
    for desktop in ("freezing", "frozen"):
        state, effects = on_press(with_overlay(OverlayState(kind, 1, desktop)), kind, 100.0)
        assert effects == (SILENCE, CLOSE_AND_RESTORE)
        assert state.overlay == OverlayState(ticket=1)
        assert on_frozen(state, 1) == (state, ()), "it was closed meanwhile"
        state, effects = on_press(state, kind, 101.0)
        assert (effects[-1], state.overlay.ticket) == (FREEZE, 2), "the next press is another desktop"


def test_without_a_picture_of_the_screen_the_palette_opens_all_the_same() -> None:
    state, effects = on_frozen(with_overlay(replace(PALETTE, desktop="freezing")), 1, "refused")
    assert effects == (Effect.REPORT_FREEZE_FAILURE, Effect.OPEN_OVERLAY)
    after, effects = on_choice(state, 1, "region", 102.0)
    assert effects == (Effect.REPORT_FREEZE_FAILURE, CLOSE_AND_RESTORE), "there is nothing to choose a region of"
    assert after.overlay == OverlayState(ticket=1)


@pytest.mark.parametrize(
    ("kind", "failure"), [("palette", "locked"), ("region", "locked"), ("region", "refused"), ("find", "refused")]
)
def test_where_there_is_nothing_to_show_the_overlay_does_not_open(kind: str, failure: str) -> None:
    state, _ = on_press(working(), kind, 101.0)
    after, effects = on_frozen(state, 1, failure)
    assert effects == (Effect.REPORT_FREEZE_FAILURE, CLOSE_AND_RESTORE, Effect.REPEAT_PARTIAL_ANSWER)
    assert after.overlay == OverlayState(ticket=1)


def test_a_question_uses_the_frozen_desktop_too() -> None:
    state, effects = on_choice(with_overlay(PALETTE), 1, "ask", 101.0)
    assert effects[:2] == (USE, CLOSE), "the question window takes the focus"
    assert (state.task, effects[-1]) == ("ask", Effect.CAPTURE)


@pytest.mark.parametrize("choice", [*ANSWER_ACTIONS, "question Free seat", "monitor-2"])
def test_a_choice_uses_the_frozen_desktop_and_closes_the_overlay(choice: str) -> None:
    overlay = REGION if choice == "region" else PALETTE
    state, effects = on_choice(with_overlay(overlay, finished("screen")), 1, choice, 101.0)
    assert effects == (USE, CLOSE_AND_RESTORE, SILENCE, Effect.FORGET_PICTURE, Effect.CAPTURE)
    assert (state.id, state.task, state.last_action) == (2, "describe", choice)
    assert (state.overlay.kind, state.phase) == ("", "capturing")


def test_choosing_what_was_just_described_is_a_new_picture_and_not_its_detail() -> None:
    state, effects = on_choice(with_overlay(PALETTE, finished("window")), 1, "window", 101.0)
    assert (state.id, effects[-1]) == (2, Effect.CAPTURE)


@pytest.mark.parametrize("state", [capturing("window"), working("window")])
def test_choosing_what_is_being_described_is_a_new_picture_and_not_its_stop(state: State) -> None:
    state, effects = on_choice(with_overlay(PALETTE, state), 1, "window", 101.0)
    assert CANCEL in effects
    assert (state.id, effects[-1]) == (2, Effect.CAPTURE)


def described(choice: str, overlay: OverlayState = PALETTE) -> State:
    """Choose in an overlay, and let that be described to the end."""
    state, _ = on_choice(with_overlay(overlay), 1, choice, 100.0)
    state, _ = state_machine.on_captured(state, 1, has_picture=True)
    state, _ = state_machine.on_answered(state, 1, complete=True)
    return state_machine.on_ended(state, 1, 101.0)[0]


def test_afterwards_the_key_of_what_was_chosen_gives_its_detail() -> None:
    state, effects = on_press(described("window"), "window", 102.0)
    assert (state.id, effects[-1]) == (2, Effect.DESCRIBE_IN_DETAIL)


def test_the_palette_leads_to_a_region_of_the_same_frozen_desktop() -> None:
    state, effects = on_choice(with_overlay(PALETTE), 1, "region", 101.0)
    assert effects == (Effect.SILENCE, Effect.OPEN_OVERLAY), "what the palette reads out ends with it"
    assert state == with_overlay(REGION)


def test_the_palette_leads_to_a_search_of_the_same_frozen_desktop() -> None:
    state, effects = on_choice(with_overlay(PALETTE), 1, "find", 101.0)
    assert (state.overlay, effects) == (OverlayState("find", 1, "frozen"), (Effect.SILENCE, Effect.OPEN_OVERLAY))
    failed = with_overlay(replace(PALETTE, desktop="failed"))
    assert on_choice(failed, 1, "find", 101.0)[1] == (Effect.REPORT_FREEZE_FAILURE, CLOSE_AND_RESTORE)


def test_a_click_closes_the_search_and_speaks_nothing_that_was_missed_before_it_is_told() -> None:
    search = OverlayState("find", 1, "frozen")
    assert on_click(with_overlay(search)) == (State(overlay=OverlayState(ticket=1)), (CLOSE,))
    missed = replace(search, missed=True)
    assert on_click(with_overlay(missed, finished()))[1] == (CLOSE,)
    assert on_click(with_overlay(missed, working()))[1] == (CLOSE, UNMUTE), "what is still to come is heard"


def test_a_region_that_is_chosen_while_the_desktop_is_still_being_frozen_opens_after_that() -> None:
    state, effects = on_choice(with_overlay(replace(PALETTE, desktop="freezing")), 1, "region", 101.0)
    assert (state.overlay.kind, effects) == ("region", (Effect.SILENCE,))
    assert on_frozen(state, 1) == (with_overlay(REGION), (Effect.OPEN_OVERLAY,))


def test_while_the_region_is_described_its_key_stops_and_then_gives_the_detail() -> None:
    state, _ = on_choice(with_overlay(REGION), 1, "region", 100.0)
    after, effects = on_press(state, "region", 101.0)
    assert effects[:2] == (SILENCE, CANCEL)
    assert (after.overlay.kind, after.phase) == ("", "idle")
    state = described("region", REGION)
    assert on_press(state, "region", 103.0)[1][-1] is Effect.DESCRIBE_IN_DETAIL
    state, effects = on_press(state, "region", 200.0)
    assert (effects[-1], state.overlay.ticket) == (FREEZE, 2)


def test_a_global_key_chooses_in_an_open_palette() -> None:
    state = with_overlay(PALETTE)
    assert on_press(state, "read", 101.0) == on_choice(state, 1, "read", 101.0)
    assert on_press(state, "region", 101.0)[1] == (Effect.SILENCE, Effect.OPEN_OVERLAY)


@pytest.mark.parametrize("state", [capturing(), working()])
def test_opening_silences_the_work_without_ending_it(state: State) -> None:
    after, effects = on_press(state, "palette", 101.0)
    assert effects == (SILENCE, MUTE, FREEZE)
    assert (after.overlay.missed, after.phase) == (True, state.phase)


def test_opening_over_an_answer_that_is_spoken_ends_it_and_its_detail_can_be_had() -> None:
    state, effects = on_press(speaking(), "palette", 101.0)
    assert effects == (SILENCE, CANCEL, FREEZE)
    assert not state.overlay.missed
    assert state_machine.on_press(state, "window", 102.0)[1][-1] is Effect.DESCRIBE_IN_DETAIL


def test_what_was_silenced_is_heard_after_escape() -> None:
    state, effects = on_dismiss(opened(working()), 1)
    assert effects == (SILENCE, CLOSE_AND_RESTORE, Effect.REPEAT_PARTIAL_ANSWER)
    assert state.id == 1


def test_what_was_answered_meanwhile_is_heard_after_escape_too() -> None:
    state = opened(working())
    state = state_machine.on_answered(state, 1, complete=True)[0]
    state = state_machine.on_ended(state, 1, 102.0)[0]
    after, effects = on_dismiss(state, 1)
    assert effects == (SILENCE, CLOSE_AND_RESTORE, SILENCE, Effect.REPEAT_MISSED_ANSWER)
    assert (after.phase, after.id) == ("speaking", 2)
    after = state_machine.on_ended(after, 2, 104.0)[0]
    after, effects = state_machine.on_press(after, "window", 105.0)
    assert (after.id, effects[-1]) == (3, Effect.DESCRIBE_IN_DETAIL)


def test_what_the_person_had_silenced_before_stays_silent() -> None:
    state = state_machine.on_press(working(), "stop", 101.0)[0]
    state, effects = on_press(state, "palette", 102.0)
    assert MUTE in effects
    assert on_dismiss(state, 1)[1] == (SILENCE, CLOSE_AND_RESTORE)


def test_stop_in_the_palette_is_the_second_one_and_cancels() -> None:
    state, effects = on_choice(opened(working()), 1, "stop", 102.0)
    assert effects[:3] == (CLOSE_AND_RESTORE, SILENCE, CANCEL)
    assert state.phase == "idle"


def test_status_and_repeat_in_the_palette_let_the_work_be_heard_again() -> None:
    state = opened(working())
    assert on_choice(state, 1, "status", 102.0)[1] == (CLOSE_AND_RESTORE, UNMUTE, Effect.REPORT_STATUS)
    assert on_choice(state, 1, "repeat", 102.0)[1] == (CLOSE_AND_RESTORE, UNMUTE, Effect.REPEAT_PARTIAL_ANSWER)
    idle = with_overlay(PALETTE, finished())
    assert on_choice(idle, 1, "repeat", 102.0)[1][-1] is Effect.REPEAT_ANSWER
    assert on_choice(idle, 1, "think", 102.0)[1][-1] is Effect.TOGGLE_THINKING


def test_the_focus_is_not_restored_when_the_person_has_moved_it() -> None:
    assert on_dismiss(with_overlay(PALETTE), 1, restore_focus=False)[1] == (SILENCE, CLOSE)


def test_events_of_an_older_or_closed_overlay_change_nothing() -> None:
    for overlay in (OverlayState("palette", 2), OverlayState(ticket=1)):
        state = with_overlay(overlay)
        assert on_choice(state, 1, "window", 101.0) == (state, ())
        assert on_dismiss(state, 1) == (state, ())
        assert on_frozen(state, 1) == (state, ())


def test_every_sequence_leaves_one_request_and_one_overlay_at_most() -> None:
    steps = [
        *ACTIONS,
        question_action("Free seat"),
        "captured",
        "answered",
        "ended",
        "later",
        "frozen",
        "failed",
        "escape",
        "chosen",
        "monitor",
        "lost",
    ]

    def after(state: State, step: str) -> Transition:
        ticket = state.overlay.ticket
        match step:
            case "captured":
                return state_machine.on_captured(state, state.id, has_picture=True)
            case "answered":
                return state_machine.on_answered(state, state.id, complete=True)
            case "ended":
                return state_machine.on_ended(state, state.id, 10.0)
            case "later":
                return state_machine.on_time_passed(state, 100.0)
            case "frozen" | "failed":
                return on_frozen(state, ticket, "" if step == "frozen" else "refused")
            case "escape" | "lost":
                return on_dismiss(state, ticket, restore_focus=step == "escape")
            case "chosen":
                return on_choice(state, ticket, "region", 10.0)
            case "monitor":
                return on_choice(state, ticket, "monitor-1", 10.0)
        return on_press(state, step, 10.0)

    beginnings = {
        Effect.CAPTURE,
        Effect.DESCRIBE_IN_DETAIL,
        Effect.REPEAT_ANSWER,
        Effect.REPEAT_MISSED_ANSWER,
        Effect.TOGGLE_THINKING,
    }
    reached, seen = {State()}, set()
    for _ in range(4):
        next_reached = set()
        for state in reached - seen:
            for step in steps:
                next_state, effects = after(state, step)
                begun = [each for each in effects if each in beginnings]
                assert next_state.id == state.id + len(begun) <= state.id + 1
                closed = [each for each in effects if each in (CLOSE, CLOSE_AND_RESTORE)]
                before, overlay = state.overlay, next_state.overlay
                assert overlay.ticket == before.ticket + effects.count(FREEZE)
                assert bool(closed) == (bool(before.kind) and not overlay.kind), "it closes when it is to"
                assert not (begun and overlay.kind), "nothing begins under an open overlay"
                if USE in effects:
                    assert before.kind, "a desktop that nobody froze"
                next_reached.add(next_state)
        seen |= reached
        reached = next_reached
    assert len(seen) > 100


def test_more_is_chosen_from_the_palette_by_its_letter() -> None:
    state = opened(finished())
    assert on_choice(state, 1, "more", 102.0)[1] == (CLOSE_AND_RESTORE, SILENCE, Effect.REPORT_NO_ANSWER)
    state, effects = on_choice(state, 1, "more", 102.0, has_answer=True)
    assert effects == (CLOSE_AND_RESTORE, SILENCE, Effect.GO_ON)
    assert (state.task, state.picture) == ("more", "kept")


def test_more_after_an_answer_that_the_palette_silenced_lets_that_be_heard_first() -> None:
    missed = on_press(working(), "palette", 101.0)[0]
    _, effects = on_choice(missed, 1, "more", 102.0, has_answer=True)
    assert effects == (CLOSE_AND_RESTORE, Effect.REPEAT_PARTIAL_ANSWER)
    over = state_machine.on_ended(state_machine.on_answered(missed, 1, complete=True)[0], 1, 103.0)[0]
    _, effects = on_choice(over, 1, "more", 104.0, has_answer=True)
    assert effects[-1] is Effect.REPEAT_MISSED_ANSWER


def test_lines_are_those_of_the_kept_picture_or_else_of_the_frozen_window() -> None:
    kept = on_choice(opened(finished()), 1, "lines", 102.0, has_picture=True)
    assert kept[1] == (CLOSE, SILENCE, Effect.OPEN_LINES)
    state, effects = on_choice(opened(), 1, "lines", 102.0)
    assert effects == (USE, CLOSE, SILENCE, Effect.FORGET_PICTURE, Effect.CAPTURE)
    assert (state.task, state.last_action) == ("lines", "lines")


def test_the_window_to_spell_in_keeps_the_focus_that_it_takes() -> None:
    assert on_choice(opened(finished()), 1, "spell", 102.0)[1] == (CLOSE, SILENCE, Effect.OPEN_SPELLING)


def test_the_windows_of_help_keep_the_focus_that_they_take() -> None:
    assert on_choice(opened(finished()), 1, "help", 102.0)[1] == (CLOSE, SILENCE, Effect.OPEN_KEYS)
    assert on_choice(opened(finished()), 1, "key-help", 102.0)[1] == (CLOSE, SILENCE, Effect.SWITCH_KEY_HELP)
