"""The state machine of the overlays (palette and region selector): pure functions, as in state.py.

An overlay shows one frozen picture of the desktop. While it is open only it is heard; requests continue muted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge_assistant.controller import state as state_machine
from edge_assistant.controller.state import Describe, Mute, RepeatAnswer, Silence, State
from edge_assistant.controller.state import Effect as StateEffect
from edge_assistant.hotkeys.actions import ANSWER_ACTIONS

MONITOR_PREFIX = "monitor-"
"""Prefix of the choice of one monitor; its number, from 1, follows."""


@dataclass(frozen=True, slots=True)
class OverlayState:
    """The open overlay: `kind` is "palette", "region" or "" for none; `ticket` numbers the frozen desktops.

    `missed`: an answer would have been heard while the overlay was open.
    """

    kind: str = ""
    ticket: int = 0
    missed: bool = False


@dataclass(frozen=True, slots=True)
class FreezeDesktop:
    """Take a picture of the desktop, then open an overlay over it."""

    ticket: int
    kind: str


@dataclass(frozen=True, slots=True)
class OpenRegionSelector:
    """Open the region selector over the same picture, in place of the palette."""

    ticket: int


@dataclass(frozen=True, slots=True)
class UseFrozenDesktop:
    """Let the next request use the overlay's frozen desktop; `choice` is the part of it."""

    ticket: int
    choice: str


@dataclass(frozen=True, slots=True)
class CloseOverlay:
    """Close the overlay, drop its frozen desktop, and perhaps give the focus back to the window that had it."""

    ticket: int
    restore_focus: bool = True


@dataclass(frozen=True, slots=True)
class Unmute:
    """Speak for a muted request again."""

    id: int


@dataclass(frozen=True, slots=True)
class RepeatMissedAnswer:
    """Speak what the last request answered while an overlay was open."""

    id: int


OverlayEffect = (
    StateEffect | FreezeDesktop | OpenRegionSelector | UseFrozenDesktop | CloseOverlay | Unmute | RepeatMissedAnswer
)
OverlayTransition = tuple[OverlayState, State, tuple[OverlayEffect, ...]]


def on_press(overlay: OverlayState, state: State, action: str, now: float) -> OverlayTransition:
    """Handle a key or trigger (one of actions.ACTIONS). While an overlay is open, keys choose like its letters."""
    if overlay.kind and action in (overlay.kind, "palette"):
        return on_dismiss(overlay, state, overlay.ticket, now)
    if overlay.kind:
        return on_choice(overlay, state, overlay.ticket, action, now)
    if action == "palette":
        return _open(overlay, state, action, now)
    after, effects = state_machine.on_press(state, action, now)
    # A region key that stops an answer or asks for its detail opens nothing.
    if action == "region" and any(isinstance(effect, Describe) for effect in effects):
        return _open(overlay, state, action, now)
    return overlay, after, effects


def on_choice(overlay: OverlayState, state: State, ticket: int, choice: str, now: float) -> OverlayTransition:
    """Handle a choice: an action, "monitor-2", or "region" (in the palette, or with a rectangle in the selector)."""
    if not overlay.kind or ticket != overlay.ticket:
        return overlay, state, ()
    if choice == "region" and overlay.kind == "palette":
        return replace(overlay, kind="region"), state, (OpenRegionSelector(ticket),)
    # The question window takes the focus next; restoring it now could happen later than that, and take it away again.
    closed, close = OverlayState(ticket=ticket), CloseOverlay(ticket, restore_focus=choice != "ask")
    if choice in (*ANSWER_ACTIONS, "ask") or choice.startswith(MONITOR_PREFIX):
        # Without a last action the choice never means stop or detail: a newly frozen desktop is a new picture.
        fresh = replace(state, last_action="")
        is_monitor = choice.startswith(MONITOR_PREFIX)
        after, effects = state_machine.on_press(fresh, "screen" if is_monitor else choice, now)
        return closed, replace(after, last_action=choice), (UseFrozenDesktop(ticket, choice), close, *effects)
    first: tuple[OverlayEffect, ...] = (close,)
    if overlay.missed and state.phase == "working":
        if choice == "stop":
            state = replace(state, muted=True)  # the overlay has muted the answer: this is the second stop
        else:
            first = (close, Unmute(state.id))
    after, effects = state_machine.on_press(state, choice, now)
    return closed, after, (*first, *effects)


def on_dismiss(
    overlay: OverlayState, state: State, ticket: int, now: float, *, restore_focus: bool = True
) -> OverlayTransition:
    """Handle an overlay closed without a choice: speak what it muted."""
    if not overlay.kind or ticket != overlay.ticket:
        return overlay, state, ()
    closed, close = OverlayState(ticket=ticket), CloseOverlay(ticket, restore_focus)
    if not overlay.missed:
        return closed, state, (Silence(), close)
    after, effects = state_machine.on_press(state, "repeat", now)
    again = tuple(RepeatMissedAnswer(effect.id) if isinstance(effect, RepeatAnswer) else effect for effect in effects)
    return closed, after, (Silence(), close, *again)


def _open(overlay: OverlayState, state: State, kind: str, now: float) -> OverlayTransition:
    effects: tuple[OverlayEffect, ...] = (Silence(),)
    missed = state.phase == "working" and not state.muted
    if state.phase == "working":
        effects = (Silence(), Mute(state.id))
    elif state.phase == "speaking":
        state, effects = state_machine.on_press(state, "stop", now)
    ticket = overlay.ticket + 1
    return OverlayState(kind, ticket, missed), state, (*effects, FreezeDesktop(ticket, kind))
