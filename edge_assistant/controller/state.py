"""What a press means in which state: plain functions from a state to the next one and to what is to be done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from edge_assistant.hotkeys.actions import LOOKS

DETAIL_OFFER_S = 30.0
"""Seconds after the end of an answer in which the same key asks for the detail of the same picture."""

Phase = Literal["idle", "working", "speaking"]


@dataclass(frozen=True, slots=True)
class State:
    """One moment. Times are monotonic seconds.

    `id` numbers requests; what is told of an older one no longer counts. `look` is the key of the last picture,
    `kept` whether that was answered and is still in memory, `detail` whether its detail was asked for, `offer_until`
    the time until which it may be. `since` is when the work began. `changing`:
    think harder is being turned on or off, which keeps the picture. `open` says that the window with the conversation
    is open, which keeps the picture as long; `asking` that the request is a question about a picture that was there
    before it, and stays after it.
    """

    phase: Phase = "idle"
    id: int = 0
    look: str = ""
    detail: bool = False
    muted: bool = False
    kept: bool = False
    since: float = 0.0
    offer_until: float | None = None
    changing: bool = False
    open: bool = False
    asking: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """Be silent at once."""


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Stop working on a request, and let it say nothing more."""

    id: int


@dataclass(frozen=True, slots=True)
class Mute:
    """Go on working on a request, but let it say nothing more."""

    id: int


@dataclass(frozen=True, slots=True)
class Look:
    """Take a picture and describe it."""

    id: int
    action: str


@dataclass(frozen=True, slots=True)
class Detail:
    """Describe the kept picture in detail."""

    id: int


@dataclass(frozen=True, slots=True)
class Ask:
    """Take the picture of the active window, to be asked about."""

    id: int


@dataclass(frozen=True, slots=True)
class LookElsewhere:
    """Describe another picture that has no key: a file, a monitor."""

    id: int


@dataclass(frozen=True, slots=True)
class Question:
    """Answer a question about the kept picture."""

    id: int


@dataclass(frozen=True, slots=True)
class NoPicture:
    """Say that there is no picture to ask about."""


@dataclass(frozen=True, slots=True)
class ReadReasoning:
    """Read aloud how the last answer was thought out."""

    id: int


@dataclass(frozen=True, slots=True)
class ForgetAll:
    """Forget everything there was: pictures, questions, answers, and what the engine holds of them."""

    id: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """Say the last answer again."""

    id: int


@dataclass(frozen=True, slots=True)
class RepeatSoFar:
    """Say again what was said of the answer that is still being made, and go on with it."""

    id: int


@dataclass(frozen=True, slots=True)
class Think:
    """Turn think harder on or off."""

    id: int


@dataclass(frozen=True, slots=True)
class Status:
    """Say what is being done."""


@dataclass(frozen=True, slots=True)
class Quit:
    """End the program."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Drop the kept picture."""


Do = (
    Silence
    | CancelRequest
    | Mute
    | Look
    | LookElsewhere
    | Ask
    | Question
    | NoPicture
    | Detail
    | Repeat
    | RepeatSoFar
    | ReadReasoning
    | Think
    | ForgetAll
    | Status
    | Quit
    | Forget
)
Step = tuple[State, tuple[Do, ...]]


def pressed(state: State, action: str, now: float) -> Step:
    """A key or trigger; `action` is one of actions.ACTIONS."""
    if action in (*LOOKS, "ask"):
        return _look(state, action, now)
    if action == "stop":
        return _stop(state, now)
    if action == "repeat" and state.phase == "working":
        return replace(state, muted=False), (RepeatSoFar(state.id),)
    if action == "repeat":
        return _said_again(state, Repeat(state.id + 1))
    if action == "think":
        return _think(state, now)
    return state, (Status() if action == "status" else Quit(),)


def offers_detail(state: State, action: str, now: float) -> bool:
    """Whether this key would ask for the detail of the kept picture."""
    offered = state.offer_until is not None and now <= state.offer_until and not state.detail
    return state.phase == "idle" and action == state.look and offered


def moved_on(state: State) -> State:
    """The person is no longer where the kept picture was taken: its key is no longer the same key again."""
    return replace(state, look="")


def elsewhere(state: State, now: float) -> Step:
    """Another picture is to be described, and no key says which."""
    return replace(_begun(state, now), look="", detail=False), (*_end_old(state), Forget(), LookElsewhere(state.id + 1))


def question(state: State, now: float, *, picture: bool) -> Step:
    """A question was entered; `picture` says whether there is one to ask about."""
    if not picture:
        return state, (Silence(), NoPicture())
    begun = replace(_begun(state, now), look="", detail=False, kept=True, asking=True)
    return begun, (*_end_old(state), Question(begun.id))


def reasoning(state: State) -> Step:
    """The reasoning is to be read aloud; while it thinks, what there is of it, and it goes on."""
    if state.phase == "working":
        return replace(state, muted=False), (Silence(), ReadReasoning(state.id))
    return _said_again(state, ReadReasoning(state.id + 1))


def forget(state: State, now: float) -> Step:
    """Everything is to be forgotten."""
    id = state.id + 1
    return replace(_begun(state, now), look="", detail=False), (*_end_old(state), Forget(), ForgetAll(id))


def taken(state: State, id: int) -> Step:
    """The picture that is to be asked about is there."""
    if id != state.id or state.phase != "working":
        return state, ()
    return replace(state, phase="idle", look="", kept=True, open=True), ()


def opened(state: State) -> Step:
    """The window with the conversation is open: the picture stays."""
    return replace(state, open=True), ()


def closed(state: State, now: float) -> Step:
    """It is no longer open: the picture is kept as any other."""
    state = replace(state, open=False)
    return (replace(state, offer_until=now + DETAIL_OFFER_S) if state.kept and state.phase == "idle" else state), ()


def answered(state: State, id: int, *, whole: bool) -> Step:
    """The work on a request is over, and its voice may go on; `whole` says whether there is an answer to a picture."""
    if id != state.id or state.phase != "working":
        return state, ()
    return replace(state, phase="speaking", kept=whole or state.kept), ()


def ended(state: State, id: int, now: float) -> Step:
    """A request has been spoken to its end."""
    if id != state.id or state.phase == "idle":
        return state, ()
    return _ended(state, now)


def time_passed(state: State, now: float) -> Step:
    """A picture is kept no longer than its detail may be asked for, unless the conversation about it is open."""
    if state.offer_until is not None and now > state.offer_until:
        if state.open:
            return replace(state, offer_until=None), ()
        return replace(state, kept=False, offer_until=None), (Forget(),)
    return state, ()


def _look(state: State, action: str, now: float) -> Step:
    if state.phase != "idle" and action == state.look and not state.changing:
        return _hush(state, now)
    id = state.id + 1
    if offers_detail(state, action, now):
        return replace(_begun(state, now), detail=True), (Silence(), Detail(id))
    begin = Ask(id) if action == "ask" else Look(id, action)
    return replace(_begun(state, now), look=action, detail=False), (*_end_old(state), Forget(), begin)


def _think(state: State, now: float) -> Step:
    """The other weights go on with the picture that is kept, so that its detail may be asked of them."""
    begun = _begun(state, now)
    if not state.kept:
        return replace(begun, look="", changing=True), (*_end_old(state), Forget(), Think(begun.id))
    after = replace(begun, detail=False, kept=True, changing=True)
    return after, (*_end_old(state), Think(begun.id))


def _stop(state: State, now: float) -> Step:
    if state.phase == "working" and not state.muted:
        return replace(state, muted=True), (Silence(), Mute(state.id))
    return _hush(state, now)


def _hush(state: State, now: float) -> Step:
    """Everything stops. What was answered counts as answered, though it was not heard to its end."""
    stays = state.asking or (state.open and state.kept)
    if state.phase == "working" and not stays:
        return replace(state, phase="idle", kept=False, offer_until=None), (*_end_old(state), Forget())
    if state.phase != "idle":
        return _ended(state, now, *_end_old(state))
    return state, (Silence(),)


def _begun(state: State, now: float) -> State:
    return replace(
        state,
        phase="working",
        id=state.id + 1,
        muted=False,
        kept=False,
        since=now,
        offer_until=None,
        changing=False,
        asking=False,
    )


def _said_again(state: State, what: Repeat | ReadReasoning) -> Step:
    after = replace(state, phase="speaking", id=state.id + 1, offer_until=None, changing=False)
    return after, (*_end_old(state), what)


def _ended(state: State, now: float, *first: Do) -> Step:
    # After the detail there is nothing more to tell of a picture unless somebody asks: the same key takes a new one.
    over = replace(state, phase="idle", changing=False)
    if state.kept and (not state.detail or state.open):
        return replace(over, offer_until=now + DETAIL_OFFER_S), first
    return replace(over, kept=False, offer_until=None), (*first, Forget())


def _end_old(state: State) -> tuple[Do, ...]:
    return (Silence(), CancelRequest(state.id)) if state.phase != "idle" else (Silence(),)
