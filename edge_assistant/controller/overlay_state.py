"""What presses and choices mean around a chooser, the palette or the region's: plain functions, as in state.py.

A chooser stands over one moment of the desktop. While it is open only it is heard; work that was going on goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge_assistant.controller import state as presses
from edge_assistant.controller.state import Do as Press
from edge_assistant.controller.state import Look, Mute, Repeat, Silence, State
from edge_assistant.hotkeys.actions import LOOKS

MONITOR = "monitor-"
"""Begins the choice of a monitor; its number from 1 follows."""


@dataclass(frozen=True, slots=True)
class OpenOverlay:
    """`chooser` is the open one, "palette" or "region", "" none; `ticket` numbers the moments they stand over.

    `missed` says that a request would have been heard meanwhile.
    """

    chooser: str = ""
    ticket: int = 0
    missed: bool = False


@dataclass(frozen=True, slots=True)
class Freeze:
    """Take the picture of this moment, then open a chooser over it."""

    ticket: int
    chooser: str


@dataclass(frozen=True, slots=True)
class OpenRegionSelector:
    """Let a region of the same moment be chosen, in place of the palette."""

    ticket: int


@dataclass(frozen=True, slots=True)
class UseFrozenDesktop:
    """The request that follows is about the chooser's moment; `choice` is what of it."""

    ticket: int
    choice: str


@dataclass(frozen=True, slots=True)
class CloseOverlay:
    """Close it, forget its moment, and with `give_back` give the focus to the window that had it."""

    ticket: int
    give_back: bool = True


@dataclass(frozen=True, slots=True)
class Unmute:
    """Let a request be heard again."""

    id: int


@dataclass(frozen=True, slots=True)
class MissedAnswer:
    """Say what the last request said while a chooser was open."""

    id: int


Do = Press | Freeze | OpenRegionSelector | UseFrozenDesktop | CloseOverlay | Unmute | MissedAnswer
Step = tuple[OpenOverlay, State, tuple[Do, ...]]


def pressed(open: OpenOverlay, state: State, action: str, now: float) -> Step:
    """A key or trigger; `action` is one of actions.ACTIONS. While a chooser is open, keys choose as its letters do."""
    if open.chooser and action in (open.chooser, "palette"):
        return dismissed(open, state, open.ticket, now)
    if open.chooser:
        return chosen(open, state, open.ticket, action, now)
    if action == "palette":
        return _opened(open, state, action, now)
    after, do = presses.pressed(state, action, now)
    if action == "region" and any(isinstance(each, Look) for each in do):  # not the stop and not the detail
        return _opened(open, state, action, now)
    return open, after, do


def chosen(open: OpenOverlay, state: State, ticket: int, choice: str, now: float) -> Step:
    """A choice was made: an action, "monitor-2", or "region" in the palette and, with its rectangle, in its own."""
    if not open.chooser or ticket != open.ticket:
        return open, state, ()
    if choice == "region" and open.chooser == "palette":
        return replace(open, chooser="region"), state, (OpenRegionSelector(ticket),)
    # The window to ask in takes the focus next: given back now, it could arrive there too late, and leave our window.
    closed, close = OpenOverlay(ticket=ticket), CloseOverlay(ticket, give_back=choice != "ask")
    if choice in (*LOOKS, "ask") or choice.startswith(MONITOR):
        # Without a look of before it is never its stop nor its detail: a moment of its own is a picture of its own.
        fresh = replace(state, look="")
        monitor = choice.startswith(MONITOR)
        after, do = presses.pressed(fresh, "screen" if monitor else choice, now)
        return closed, replace(after, look=choice), (UseFrozenDesktop(ticket, choice), close, *do)
    before: tuple[Do, ...] = (close,)
    if open.missed and state.phase == "working":
        if choice == "stop":
            state = replace(state, muted=True)  # the chooser has silenced it: this is the second stop
        else:
            before = (close, Unmute(state.id))
    after, do = presses.pressed(state, choice, now)
    return closed, after, (*before, *do)


def dismissed(open: OpenOverlay, state: State, ticket: int, now: float, *, give_back: bool = True) -> Step:
    """A chooser was closed without a choice: what it silenced is heard after all."""
    if not open.chooser or ticket != open.ticket:
        return open, state, ()
    closed, close = OpenOverlay(ticket=ticket), CloseOverlay(ticket, give_back)
    if not open.missed:
        return closed, state, (Silence(), close)
    after, do = presses.pressed(state, "repeat", now)
    again = tuple(MissedAnswer(each.id) if isinstance(each, Repeat) else each for each in do)
    return closed, after, (Silence(), close, *again)


def _opened(open: OpenOverlay, state: State, chooser: str, now: float) -> Step:
    do: tuple[Do, ...] = (Silence(),)
    missed = state.phase == "working" and not state.muted
    if state.phase == "working":
        do = (Silence(), Mute(state.id))
    elif state.phase == "speaking":
        state, do = presses.pressed(state, "stop", now)
    ticket = open.ticket + 1
    return OpenOverlay(chooser, ticket, missed), state, (*do, Freeze(ticket, chooser))
