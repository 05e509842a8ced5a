"""The state machine of the overlays (palette, region selector and search): pure functions, as in state.py.

An overlay shows one frozen picture of the desktop. While it is open only it is heard; requests continue muted.
"""

from __future__ import annotations

from dataclasses import replace

from edge_assistant.controller import state as state_machine
from edge_assistant.controller.state import Effect, OverlayState, State, Transition
from edge_assistant.hotkeys.actions import HELP_ACTIONS, asks_for_answer

MONITOR_PREFIX = "monitor-"
"""Prefix of the choice of one monitor; its number, from 1, follows."""


def on_press(
    state: State, action: str, now: float, *, has_answer: bool = False, has_picture: bool = False
) -> Transition:
    """Handle a key or trigger (as for Controller.press). While an overlay is open, keys choose like its letters.

    `has_answer` is as for state.on_more and `has_picture` as for state.on_lines, here and in `on_choice`.
    """
    overlay = state.overlay
    if overlay.kind and action in (overlay.kind, "palette"):
        return on_dismiss(state, overlay.ticket)
    if overlay.kind:
        return on_choice(state, overlay.ticket, action, now, has_answer=has_answer, has_picture=has_picture)
    if action in ("palette", "find"):
        return _open(state, action, now)
    after, effects = state_machine.on_press(state, action, now, has_answer=has_answer, has_picture=has_picture)
    # A region key that stops an answer or asks for its detail opens nothing.
    if action == "region" and Effect.CAPTURE in effects:
        return _open(state, action, now)
    return after, effects


def on_frozen(state: State, ticket: int, failure: str = "") -> Transition:
    """Handle the end of freezing the desktop; `failure` is the code of the error that it ended with.

    Without a picture of the screen the palette still offers the other choices, unless the session is locked.
    """
    overlay = state.overlay
    if not overlay.kind or ticket != overlay.ticket:
        return state, ()
    if not failure:
        return replace(state, overlay=replace(overlay, desktop="frozen")), (Effect.OPEN_OVERLAY,)
    if overlay.kind in ("region", "find") or failure == "locked":
        after, effects = _close_unused(state)
        return after, (Effect.REPORT_FREEZE_FAILURE, *effects)
    after = replace(state, overlay=replace(overlay, desktop="failed"))
    return after, (Effect.REPORT_FREEZE_FAILURE, Effect.OPEN_OVERLAY)


def on_choice(
    state: State, ticket: int, choice: str, now: float, *, has_answer: bool = False, has_picture: bool = False
) -> Transition:
    """Handle a choice: an action, "monitor-2", or "region" (in the palette, or with a rectangle in the selector)."""
    overlay = state.overlay
    if not overlay.kind or ticket != overlay.ticket:
        return state, ()
    if choice in ("region", "find") and overlay.kind == "palette":
        return _replace_palette(state, choice)
    if choice == "more" and overlay.missed:
        return _close_unused(state)  # first what was not heard
    # Another window of ours takes the focus next; restoring it now could happen later and take it away again.
    opens_window = choice in ("ask", "history", "spell", "lines", *HELP_ACTIONS)
    close = Effect.CLOSE_OVERLAY if opens_window else Effect.CLOSE_OVERLAY_AND_RESTORE_FOCUS
    closed = replace(state, overlay=OverlayState(ticket=ticket))
    takes_picture = asks_for_answer(choice) or choice == "ask" or (choice == "lines" and not has_picture)
    if takes_picture or choice.startswith(MONITOR_PREFIX):
        # Without a last action the choice never means stop or detail: a newly frozen desktop is a new picture.
        action = "screen" if choice.startswith(MONITOR_PREFIX) else choice
        after, effects = state_machine.on_press(replace(closed, last_action=""), action, now)
        return replace(after, last_action=choice), (Effect.USE_FROZEN_DESKTOP, close, *effects)
    first: tuple[Effect, ...] = (close,)
    if overlay.missed and state.busy:
        if choice == "stop":
            closed = replace(closed, muted=True)  # the overlay has muted the answer: this is the second stop
        else:
            first = (close, Effect.UNMUTE)
    after, effects = state_machine.on_press(closed, choice, now, has_answer=has_answer, has_picture=has_picture)
    return after, (*first, *effects)


def on_dismiss(state: State, ticket: int, *, restore_focus: bool = True) -> Transition:
    """Handle an overlay closed without a choice: speak what it muted."""
    if not state.overlay.kind or ticket != state.overlay.ticket:
        return state, ()
    after, effects = _close_unused(state, restore_focus=restore_focus)
    return after, (Effect.SILENCE, *effects)


def on_click(state: State) -> Transition:
    """Handle the search's click: it closes without giving the focus back, and what it muted is not spoken now."""
    effects = (Effect.CLOSE_OVERLAY, Effect.UNMUTE) if state.overlay.missed and state.busy else (Effect.CLOSE_OVERLAY,)
    return replace(state, overlay=OverlayState(ticket=state.overlay.ticket)), effects


def _replace_palette(state: State, kind: str) -> Transition:
    """Open the other overlay over the same picture, once that is there, or report why there is none."""
    other = replace(state.overlay, kind=kind)
    match other.desktop:
        case "frozen":
            return replace(state, overlay=other), (Effect.SILENCE, Effect.OPEN_OVERLAY)
        case "freezing":
            return replace(state, overlay=other), (Effect.SILENCE,)
    return on_frozen(replace(state, overlay=other), other.ticket, "failed")


def _close_unused(state: State, *, restore_focus: bool = True) -> Transition:
    close = Effect.CLOSE_OVERLAY_AND_RESTORE_FOCUS if restore_focus else Effect.CLOSE_OVERLAY
    closed = replace(state, overlay=OverlayState(ticket=state.overlay.ticket))
    if not state.overlay.missed:
        return closed, (close,)
    after, effects = state_machine.on_repeat(closed)
    missed = (Effect.REPEAT_MISSED_ANSWER if each is Effect.REPEAT_ANSWER else each for each in effects)
    return after, (close, *missed)


def _open(state: State, kind: str, now: float) -> Transition:
    effects: tuple[Effect, ...] = (Effect.SILENCE,)
    missed = state.busy and not state.muted
    if state.busy:
        effects = (Effect.SILENCE, Effect.MUTE)
    elif state.phase == "speaking":
        state, effects = state_machine.on_interrupted(state, now)
    overlay = OverlayState(kind, state.overlay.ticket + 1, missed=missed)
    return replace(state, overlay=overlay), (*effects, Effect.FREEZE_DESKTOP)
