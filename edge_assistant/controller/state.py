"""The state machine of requests: pure functions from a state and an event to the next state and its effects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from edge_assistant.hotkeys.actions import ANSWER_ACTIONS

DETAIL_OFFER_S = 30.0
"""Seconds after the end of an answer in which the same key describes the same picture in detail."""

Phase = Literal["idle", "working", "speaking"]


@dataclass(frozen=True, slots=True)
class State:
    """The state of the newest request and of the kept picture. Times are monotonic seconds.

    `id` numbers the requests; events of older ones are ignored. `last_action` is the action (or palette choice) of the
    last picture. `picture_kept`: the picture was answered and is still in memory; `detail_given`: it was described in
    detail. `detail_until` is the time until which its detail can be asked for. `toggling_thinking`: Think harder is
    being turned on or off. `conversation_open`: the window with the conversation is open, which keeps the picture.
    `about_kept_picture`: the request is a question about a picture that was there before it, and stays after it.
    """

    phase: Phase = "idle"
    id: int = 0
    last_action: str = ""
    detail_given: bool = False
    muted: bool = False
    picture_kept: bool = False
    started_at: float = 0.0
    detail_until: float | None = None
    toggling_thinking: bool = False
    conversation_open: bool = False
    about_kept_picture: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """Stop speaking at once."""


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Stop working on a request, and speak nothing more of it."""

    id: int


@dataclass(frozen=True, slots=True)
class Mute:
    """Continue working on a request, but speak nothing more of it."""

    id: int


@dataclass(frozen=True, slots=True)
class Describe:
    """Take a picture and describe it."""

    id: int
    action: str


@dataclass(frozen=True, slots=True)
class DescribeInDetail:
    """Describe the kept picture in detail."""

    id: int


@dataclass(frozen=True, slots=True)
class CaptureForQuestion:
    """Take a picture of the active window for a question that follows."""

    id: int


@dataclass(frozen=True, slots=True)
class DescribeTarget:
    """Describe a picture that has no key: a file or one monitor."""

    id: int


@dataclass(frozen=True, slots=True)
class AnswerQuestion:
    """Answer a question about the kept picture."""

    id: int


@dataclass(frozen=True, slots=True)
class ReportNoPicture:
    """Say that there is no picture to ask about."""


@dataclass(frozen=True, slots=True)
class ReadReasoning:
    """Read the reasoning behind the last answer aloud."""

    id: int


@dataclass(frozen=True, slots=True)
class ForgetAll:
    """Forget all pictures, questions and answers, and what the engine holds of them."""

    id: int


@dataclass(frozen=True, slots=True)
class RepeatAnswer:
    """Speak the last answer again."""

    id: int


@dataclass(frozen=True, slots=True)
class RepeatPartialAnswer:
    """Speak again what there is of the current answer, and continue with it."""

    id: int


@dataclass(frozen=True, slots=True)
class ToggleThinking:
    """Turn Think harder on or off."""

    id: int


@dataclass(frozen=True, slots=True)
class ReportStatus:
    """Say what the program is doing."""


@dataclass(frozen=True, slots=True)
class Quit:
    """End the program."""


@dataclass(frozen=True, slots=True)
class ForgetPicture:
    """Drop the kept picture."""


Effect = (
    Silence
    | CancelRequest
    | Mute
    | Describe
    | DescribeTarget
    | CaptureForQuestion
    | AnswerQuestion
    | ReportNoPicture
    | DescribeInDetail
    | RepeatAnswer
    | RepeatPartialAnswer
    | ReadReasoning
    | ToggleThinking
    | ForgetAll
    | ReportStatus
    | Quit
    | ForgetPicture
)
Transition = tuple[State, tuple[Effect, ...]]


def on_press(state: State, action: str, now: float) -> Transition:
    """Handle a key or trigger; `action` is one of actions.ACTIONS."""
    if action in (*ANSWER_ACTIONS, "ask"):
        return _start_description(state, action, now)
    if action == "stop":
        return _stop(state, now)
    if action == "repeat" and state.phase == "working":
        return replace(state, muted=False), (RepeatPartialAnswer(state.id),)
    if action == "repeat":
        return _speak_again(state, RepeatAnswer(state.id + 1))
    if action == "think":
        return _toggle_thinking(state, now)
    return state, (ReportStatus() if action == "status" else Quit(),)


def offers_detail(state: State, action: str, now: float) -> bool:
    """Return whether this action would describe the kept picture in detail."""
    offered = state.detail_until is not None and now <= state.detail_until and not state.detail_given
    return state.phase == "idle" and action == state.last_action and offered


def on_front_window_changed(state: State) -> State:
    """Handle another window in front: the key of the kept picture no longer asks for its detail."""
    return replace(state, last_action="")


def on_describe_target(state: State, now: float) -> Transition:
    """Handle the wish to describe a picture file or monitor."""
    after = replace(_new_request(state, now), last_action="", detail_given=False)
    return after, (*_end_current(state), ForgetPicture(), DescribeTarget(after.id))


def on_question(state: State, now: float, *, has_picture: bool) -> Transition:
    """Handle a typed question; `has_picture` says whether there is a picture to ask about."""
    if not has_picture:
        return state, (Silence(), ReportNoPicture())
    started = replace(
        _new_request(state, now), last_action="", detail_given=False, picture_kept=True, about_kept_picture=True
    )
    return started, (*_end_current(state), AnswerQuestion(started.id))


def on_read_reasoning(state: State) -> Transition:
    """Handle the wish to hear the reasoning; during a request, speak what there is and let it continue."""
    if state.phase == "working":
        return replace(state, muted=False), (Silence(), ReadReasoning(state.id))
    return _speak_again(state, ReadReasoning(state.id + 1))


def on_forget(state: State, now: float) -> Transition:
    """Handle the wish to forget everything."""
    after = replace(_new_request(state, now), last_action="", detail_given=False)
    return after, (*_end_current(state), ForgetPicture(), ForgetAll(after.id))


def on_question_picture(state: State, id: int) -> Transition:
    """Handle the arrival of the picture that a question is going to be about."""
    if id != state.id or state.phase != "working":
        return state, ()
    return replace(state, phase="idle", last_action="", picture_kept=True, conversation_open=True), ()


def on_conversation_opened(state: State) -> Transition:
    """Handle the opened conversation window: keep the picture as long as it is open."""
    return replace(state, conversation_open=True), ()


def on_conversation_closed(state: State, now: float) -> Transition:
    """Handle the closed conversation window: keep the picture as long as any other."""
    state = replace(state, conversation_open=False)
    if state.picture_kept and state.phase == "idle":
        state = replace(state, detail_until=now + DETAIL_OFFER_S)
    return state, ()


def on_answered(state: State, id: int, *, complete: bool) -> Transition:
    """Handle the end of the work on a request, whose speech may go on; `complete`: a picture was answered."""
    if id != state.id or state.phase != "working":
        return state, ()
    return replace(state, phase="speaking", picture_kept=complete or state.picture_kept), ()


def on_ended(state: State, id: int, now: float) -> Transition:
    """Handle the end of speech: the request is finished."""
    if id != state.id or state.phase == "idle":
        return state, ()
    return _finish(state, now)


def on_time_passed(state: State, now: float) -> Transition:
    """Drop the picture when its detail can no longer be asked for, unless its conversation is open."""
    if state.detail_until is not None and now > state.detail_until:
        if state.conversation_open:
            return replace(state, detail_until=None), ()
        return replace(state, picture_kept=False, detail_until=None), (ForgetPicture(),)
    return state, ()


def _start_description(state: State, action: str, now: float) -> Transition:
    if state.phase != "idle" and action == state.last_action and not state.toggling_thinking:
        return _cancel(state, now)
    id = state.id + 1
    if offers_detail(state, action, now):
        return replace(_new_request(state, now), detail_given=True), (Silence(), DescribeInDetail(id))
    effect = CaptureForQuestion(id) if action == "ask" else Describe(id, action)
    after = replace(_new_request(state, now), last_action=action, detail_given=False)
    return after, (*_end_current(state), ForgetPicture(), effect)


def _toggle_thinking(state: State, now: float) -> Transition:
    """Start the change of model; a kept picture stays, so that the other model can be asked for its detail."""
    started = _new_request(state, now)
    if not state.picture_kept:
        after = replace(started, last_action="", toggling_thinking=True)
        return after, (*_end_current(state), ForgetPicture(), ToggleThinking(started.id))
    after = replace(started, detail_given=False, picture_kept=True, toggling_thinking=True)
    return after, (*_end_current(state), ToggleThinking(started.id))


def _stop(state: State, now: float) -> Transition:
    if state.phase == "working" and not state.muted:
        return replace(state, muted=True), (Silence(), Mute(state.id))
    return _cancel(state, now)


def _cancel(state: State, now: float) -> Transition:
    """Stop everything. What was answered counts as answered, even if it was not spoken to its end."""
    keeps_picture = state.about_kept_picture or (state.conversation_open and state.picture_kept)
    if state.phase == "working" and not keeps_picture:
        after = replace(state, phase="idle", picture_kept=False, detail_until=None)
        return after, (*_end_current(state), ForgetPicture())
    if state.phase != "idle":
        return _finish(state, now, *_end_current(state))
    return state, (Silence(),)


def _new_request(state: State, now: float) -> State:
    return replace(
        state,
        phase="working",
        id=state.id + 1,
        muted=False,
        picture_kept=False,
        started_at=now,
        detail_until=None,
        toggling_thinking=False,
        about_kept_picture=False,
    )


def _speak_again(state: State, effect: RepeatAnswer | ReadReasoning) -> Transition:
    after = replace(state, phase="speaking", id=state.id + 1, detail_until=None, toggling_thinking=False)
    return after, (*_end_current(state), effect)


def _finish(state: State, now: float, *first: Effect) -> Transition:
    # After the detail the same key takes a new picture, unless the conversation about this one is open.
    idle = replace(state, phase="idle", toggling_thinking=False)
    if state.picture_kept and (not state.detail_given or state.conversation_open):
        return replace(idle, detail_until=now + DETAIL_OFFER_S), first
    return replace(idle, picture_kept=False, detail_until=None), (*first, ForgetPicture())


def _end_current(state: State) -> tuple[Effect, ...]:
    return (Silence(), CancelRequest(state.id)) if state.phase != "idle" else (Silence(),)
