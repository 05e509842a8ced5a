"""The state of the program, and the state machine of requests: pure functions from a state and an event to the next
state and its effects. overlay_state.py has those of the overlays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, auto
from typing import Literal

from edge_assistant.hotkeys.actions import HELP_ACTIONS, SHORTCUTS, VOICE_ACTIONS, asks_for_answer, question_name

DETAIL_OFFER_S = 30.0
"""Seconds after the end of an answer in which the same key describes the same picture in detail."""

Phase = Literal["idle", "capturing", "working", "speaking"]
"""Of the newest request: over; its picture is taken; it is worked on; its work is over and the speech goes on, or is
paused."""

Task = Literal[
    "",
    "describe",
    "describe_target",
    "ask",
    "lines",
    "detail",
    "question",
    "more",
    "think",
    "forget",
    "repeat",
    "read",
]
"""What the newest request does: describe what a key asks for, or a picture without a key (a file or one monitor); take
a picture to ask about, or for the list of its lines; describe the kept picture in detail; answer a question about it;
go on with the last answer; turn Think harder on or off; forget everything; speak something again; read recognised text
aloud, which begins as a description and becomes this with the first line."""

KeptPicture = Literal["", "kept", "detailed"]
"""The picture that is kept in memory: none, one that was answered or can be asked about, one described in detail."""


@dataclass(frozen=True, slots=True)
class OverlayState:
    """The open overlay: `kind` is "palette", "region", "find" or "" for none; `ticket` numbers the frozen desktops.

    `missed`: an answer would have been heard while the overlay was open.
    """

    kind: str = ""
    ticket: int = 0
    desktop: Literal["freezing", "frozen", "failed"] = "freezing"
    missed: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """The newest request, the kept picture and the open overlay. Times are monotonic seconds.

    `id` numbers the requests; events of older ones are ignored. `muted`: nothing more is spoken of the request.
    `last_action` is the action (or palette choice) of the last picture. `detail_until` is the time until which its
    detail can be asked for. `conversation_open`: the window with the conversation is open, which keeps the picture;
    `lines_open`: so is the list of its lines, which keeps it too.
    """

    phase: Phase = "idle"
    id: int = 0
    task: Task = ""
    muted: bool = False
    last_action: str = ""
    picture: KeptPicture = ""
    detail_until: float | None = None
    conversation_open: bool = False
    lines_open: bool = False
    overlay: OverlayState = OverlayState()

    @property
    def busy(self) -> bool:
        """Whether there is something left to do for the request but to speak."""
        return self.phase in ("capturing", "working")

    @property
    def holds_picture(self) -> bool:
        """Whether there is a kept picture, and a window is open that keeps it."""
        return bool(self.picture) and (self.conversation_open or self.lines_open)


class Effect(StrEnum):
    """What is to be done on the way to the next state; each is the name of the method of EffectHandlers that does it.

    What they need to know is in the state that is entered.
    """

    SILENCE = auto()
    CANCEL_REQUEST = auto()
    MUTE = auto()
    UNMUTE = auto()
    CAPTURE = auto()
    ANSWER = auto()
    LET_MODEL_READ = auto()
    DESCRIBE_IN_DETAIL = auto()
    PROMPT_FOR_QUESTION = auto()
    ANSWER_QUESTION = auto()
    REPORT_NO_PICTURE = auto()
    GO_ON = auto()
    LET_SPEAK_ON = auto()
    REPORT_NO_ANSWER = auto()
    OPEN_HISTORY = auto()
    SLOWER = auto()
    FASTER = auto()
    QUIETER = auto()
    LOUDER = auto()
    REPORT_MUTED = auto()
    REPORT_STOPPED = auto()
    REPORT_ENDED_ANSWER = auto()
    REPORT_NOTHING_TO_STOP = auto()
    OPEN_SPELLING = auto()
    SPELL_ALOUD = auto()
    OPEN_LINES = auto()
    REPEAT_ANSWER = auto()
    REPEAT_PARTIAL_ANSWER = auto()
    REPEAT_MISSED_ANSWER = auto()
    READ_REASONING = auto()
    TOGGLE_THINKING = auto()
    FORGET_ALL = auto()
    FORGET_PICTURE = auto()
    REPORT_STATUS = auto()
    SWITCH_SHORTCUTS = auto()
    OPEN_KEYS = auto()
    SWITCH_KEY_HELP = auto()
    QUIT = auto()
    FREEZE_DESKTOP = auto()
    REPORT_FREEZE_FAILURE = auto()
    OPEN_OVERLAY = auto()
    USE_FROZEN_DESKTOP = auto()
    CLOSE_OVERLAY = auto()
    CLOSE_OVERLAY_AND_RESTORE_FOCUS = auto()


Transition = tuple[State, tuple[Effect, ...]]


def on_press(
    state: State, action: str, now: float, *, has_answer: bool = False, has_picture: bool = False
) -> Transition:
    """Handle a key or trigger; `action` is as for Controller.press, `has_answer` as for `on_more`, `has_picture` as for
    `on_lines`.
    """
    if asks_for_answer(action) or action == "ask":
        return _start_description(state, action, now)
    if action == "stop":
        return on_stop(state, now)
    if action == "repeat":
        return on_repeat(state)
    if action == "more":
        return on_more(state, has_answer=has_answer)
    if action == "history":
        return state, (Effect.OPEN_HISTORY,)
    if action in VOICE_ACTIONS:
        return state, (Effect(action),)
    if action == "spell":
        return state, (Effect.SILENCE, Effect.OPEN_SPELLING)
    if action == "lines":
        return on_lines(state, now, has_picture=has_picture)
    if action == SHORTCUTS:
        return state, (Effect.SILENCE, Effect.SWITCH_SHORTCUTS)
    if action in HELP_ACTIONS:
        return state, (Effect.SILENCE, Effect.OPEN_KEYS if action == "help" else Effect.SWITCH_KEY_HELP)
    if action == "think":
        return _toggle_thinking(state)
    return state, (Effect.REPORT_STATUS if action == "status" else Effect.QUIT,)


def offers_detail(state: State, action: str, now: float) -> bool:
    """Return whether this action would describe the kept picture in detail; an own question takes a new one."""
    if question_name(action):
        return False
    offered = state.detail_until is not None and now <= state.detail_until and state.picture == "kept"
    return state.phase == "idle" and action == state.last_action and offered


def on_front_window_changed(state: State) -> State:
    """Handle another window in front: the key of the kept picture no longer asks for its detail."""
    return replace(state, last_action="")


def on_stop(state: State, now: float) -> Transition:
    """Handle the wish for silence: the first mutes the request, the second cancels it."""
    if state.busy and not state.muted:
        return replace(state, muted=True), (Effect.SILENCE, Effect.MUTE, Effect.REPORT_MUTED)
    after, effects = on_interrupted(state, now)
    is_idle = state.phase == "idle"
    return after, (*effects, Effect.REPORT_NOTHING_TO_STOP if is_idle else Effect.REPORT_STOPPED)


def on_history(state: State, now: float) -> Transition:
    """Handle an earlier answer that is to be heard now: what is worked on goes on unheard, what is spoken ends."""
    if state.busy:
        return replace(state, muted=True), (Effect.SILENCE, Effect.MUTE)
    return on_interrupted(state, now)


def on_silenced(state: State, id: int) -> Transition:
    """Handle that the person silenced the screen reader in request `id`: speak nothing more of it."""
    if id != state.id or not state.busy or state.muted:
        return state, ()
    return replace(state, muted=True), (Effect.MUTE,)


def on_repeat(state: State) -> Transition:
    """Handle the wish to hear the answer again; during a request, what there is of it, and then the rest."""
    if state.busy:
        return replace(state, muted=False), (Effect.REPEAT_PARTIAL_ANSWER,)
    return _speak_again(state, Effect.REPEAT_ANSWER)


def on_describe_target(state: State) -> Transition:
    """Handle the wish to describe a picture file or monitor."""
    after = replace(_new_request(state, "describe_target", "capturing"), last_action="")
    return after, (*_end_current(state), Effect.FORGET_PICTURE, Effect.CAPTURE)


def on_question(state: State, *, has_picture: bool) -> Transition:
    """Handle a typed question; `has_picture` says whether there is a picture to ask about."""
    if not has_picture:
        return state, (Effect.SILENCE, Effect.REPORT_NO_PICTURE)
    after = replace(_new_request(state, "question"), last_action="", picture="kept")
    return after, (*_end_current(state), Effect.ANSWER_QUESTION)


def on_more(state: State, *, has_answer: bool) -> Transition:
    """Handle the wish to hear more; `has_answer` says whether there is an answer to go on with.

    While an answer is being written, more of it comes anyway; one that is still being spoken is heard to its end first.
    """
    if state.busy:
        return on_repeat(state) if state.muted else (state, (Effect.REPORT_STATUS,))
    if not has_answer:
        return state, (Effect.SILENCE, Effect.REPORT_NO_ANSWER)
    after = replace(_new_request(state, "more"), picture=state.picture)
    return after, (Effect.LET_SPEAK_ON if state.phase == "speaking" else Effect.SILENCE, Effect.GO_ON)


def on_lines(state: State, now: float, *, has_picture: bool) -> Transition:
    """Handle the wish to walk through the lines of the picture; `has_picture` says whether there is one, be it that of
    the running request, which goes on unheard. Without one the active window's is taken.
    """
    if not has_picture:
        return _start_description(state, "lines", now)
    after = replace(state, lines_open=True, picture=state.picture or "kept", detail_until=None)
    if state.busy:
        return replace(after, muted=True), (Effect.SILENCE, Effect.MUTE, Effect.OPEN_LINES)
    return replace(after, phase="idle"), (*_end_current(state), Effect.OPEN_LINES)


def on_lines_closed(state: State, now: float) -> Transition:
    """Handle the closed list of lines: keep the picture as long as any other."""
    return _start_offer(replace(state, lines_open=False), now)


def on_spell_aloud(state: State) -> Transition:
    """Handle the wish to hear the last answer spelled, where there is no window to choose a word in."""
    if state.busy:
        return state, (Effect.REPORT_STATUS,)
    return _speak_again(state, Effect.SPELL_ALOUD)


def on_read_reasoning(state: State) -> Transition:
    """Handle the wish to hear the reasoning; during a request, speak what there is and let it continue."""
    if state.busy:
        return replace(state, muted=False), (Effect.SILENCE, Effect.READ_REASONING)
    return _speak_again(state, Effect.READ_REASONING)


def on_forget(state: State) -> Transition:
    """Handle the wish to forget everything."""
    after = replace(_new_request(state, "forget"), last_action="")
    return after, (*_end_current(state), Effect.FORGET_PICTURE, Effect.FORGET_ALL)


def on_captured(state: State, id: int, *, has_picture: bool) -> Transition:
    """Handle the end of taking a picture: it is answered, or the question about it awaited; a failure is reported."""
    if id != state.id or state.phase != "capturing":
        return state, ()
    if state.task == "lines" and has_picture:
        after = replace(state, phase="idle", last_action="", picture="kept", lines_open=True)
        return after, (Effect.OPEN_LINES,)
    if state.task == "ask" and has_picture:
        after = replace(state, phase="idle", last_action="", picture="kept", conversation_open=True)
        return after, (Effect.PROMPT_FOR_QUESTION,)
    return replace(state, phase="working"), (Effect.ANSWER,)


def on_conversation_opened(state: State) -> Transition:
    """Handle the opened conversation window: keep the picture as long as it is open."""
    return replace(state, conversation_open=True), ()


def on_conversation_closed(state: State, now: float) -> Transition:
    """Handle the closed conversation window: keep the picture as long as any other."""
    return _start_offer(replace(state, conversation_open=False), now)


def on_reading_begun(state: State, id: int) -> Transition:
    """Handle the first line of recognised text: from now on the picture was answered, however it ends."""
    if id != state.id or state.phase != "working":
        return state, ()
    return replace(state, task="read", picture="kept"), ()


def on_model_reads(state: State, id: int) -> Transition:
    """Handle that text recognition could not read the picture: the model does."""
    if id != state.id or state.phase != "working":
        return state, ()
    return replace(state, task="describe", picture=""), (Effect.LET_MODEL_READ,)


def on_answered(state: State, id: int, *, complete: bool) -> Transition:
    """Handle the end of the work on a request, whose speech may go on; `complete`: a picture was answered."""
    if id != state.id or state.phase != "working":
        return state, ()
    if state.task == "more" or not complete:
        return replace(state, phase="speaking"), ()
    return replace(state, phase="speaking", picture="detailed" if state.task == "detail" else "kept"), ()


def on_ended(state: State, id: int, now: float) -> Transition:
    """Handle the end of speech: the request is finished."""
    if id != state.id or state.phase == "idle":
        return state, ()
    return _finish(state, now)


def on_time_passed(state: State, now: float) -> Transition:
    """Drop the picture when its detail can no longer be asked for, unless a window keeps it."""
    if state.detail_until is None or now <= state.detail_until:
        return state, ()
    if state.conversation_open or state.lines_open:
        return replace(state, detail_until=None), ()
    return replace(state, picture="", detail_until=None), (Effect.FORGET_PICTURE,)


def _start_description(state: State, action: str, now: float) -> Transition:
    if state.phase != "idle" and action == state.last_action and state.task != "think":
        after, effects = on_interrupted(state, now)
        return after, (*effects, Effect.REPORT_STOPPED)
    if offers_detail(state, action, now):
        return _new_request(state, "detail"), (Effect.SILENCE, Effect.DESCRIBE_IN_DETAIL)
    task: Task = "ask" if action == "ask" else "lines" if action == "lines" else "describe"
    after = replace(_new_request(state, task, "capturing"), last_action=action)
    return after, (*_end_current(state), Effect.FORGET_PICTURE, Effect.CAPTURE)


def _toggle_thinking(state: State) -> Transition:
    """Start the change of model; a kept picture stays, so that the other model can be asked for its detail."""
    after = _new_request(state, "think")
    ends_answer = state.busy and state.task not in ("think", "forget")
    effects = (*_end_current(state), Effect.REPORT_ENDED_ANSWER) if ends_answer else _end_current(state)
    if not state.picture:
        return replace(after, last_action=""), (*effects, Effect.FORGET_PICTURE, Effect.TOGGLE_THINKING)
    return replace(after, picture="kept"), (*effects, Effect.TOGGLE_THINKING)


def on_interrupted(state: State, now: float) -> Transition:
    """Stop everything without a word. What was answered counts as answered, even if it was not spoken to its end."""
    keeps_picture = state.task in ("question", "more", "read") or state.holds_picture
    if state.busy and not keeps_picture:
        after = replace(state, phase="idle", picture="", detail_until=None)
        return after, (*_end_current(state), Effect.FORGET_PICTURE)
    if state.phase != "idle":
        return _finish(state, now, *_end_current(state))
    return state, (Effect.SILENCE,)


def _new_request(state: State, task: Task, phase: Phase = "working") -> State:
    return replace(state, phase=phase, id=state.id + 1, task=task, muted=False, picture="", detail_until=None)


def _speak_again(state: State, effect: Effect) -> Transition:
    after = replace(_new_request(state, "repeat", "speaking"), picture=state.picture)
    return after, (*_end_current(state), effect)


def _finish(state: State, now: float, *first: Effect) -> Transition:
    # After the detail the same key takes a new picture, unless a window keeps this one.
    if state.picture == "kept" or state.holds_picture:
        return replace(state, phase="idle", detail_until=now + DETAIL_OFFER_S), first
    return replace(state, phase="idle", picture="", detail_until=None), (*first, Effect.FORGET_PICTURE)


def _start_offer(state: State, now: float) -> Transition:
    """A window that kept the picture was closed: from now on it is kept as long as its detail can be asked for."""
    if state.picture and state.phase == "idle":
        state = replace(state, detail_until=now + DETAIL_OFFER_S)
    return state, ()


def _end_current(state: State) -> tuple[Effect, ...]:
    return (Effect.SILENCE, Effect.CANCEL_REQUEST) if state.phase != "idle" else (Effect.SILENCE,)
