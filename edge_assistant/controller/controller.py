"""The controller: what keys, choices in windows and finished work lead to."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from edge_assistant.assistant.events import Event
from edge_assistant.capture.geometry import Rect
from edge_assistant.controller import overlay_state
from edge_assistant.controller import state as state_machine
from edge_assistant.controller.effects import TICK_INTERVAL_S, EffectHandlers
from edge_assistant.controller.event_loop import EventLoop
from edge_assistant.controller.request import Request, front_window_changed
from edge_assistant.controller.request_tasks import RequestTasks
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.controller.view import OverlayView, Status, View
from edge_assistant.controller.worker import RequestWorker
from edge_assistant.hotkeys.actions import OVERLAY_ACTIONS
from edge_assistant.system.errors import AssistantError
from edge_assistant.system.i18n import tr

_log = logging.getLogger(__name__)


class Controller(EffectHandlers):
    """The program's reactions: a state machine decides on them, and EffectHandlers performs them.

    All methods but `run` belong to the event loop's thread; others use `EventLoop.post` and `EventLoop.call`.
    """

    def __init__(
        self,
        event_loop: EventLoop,
        worker: RequestWorker,
        tasks: RequestTasks,
        speech: SpeechChannel,
        on_event: Callable[[Event], None],
        clock: Callable[[], float] = time.monotonic,
        *,
        on_status_change: Callable[[Status], None] | None = None,
        view: View | None = None,
        overlay_view: OverlayView | None = None,
        keep_running: bool = False,
    ) -> None:
        """`on_status_change` is called on the loop's thread.

        Without `view` no questions can be asked; `overlay_view` shows palette and region selector. With `keep_running`
        the program continues when no model is found, and each press looks for one.
        """
        super().__init__(event_loop, worker, tasks, speech, on_event, clock, view, overlay_view)
        worker.listener = tasks.listener = self
        self._has_overlays = overlay_view is not None
        self._on_status_change = on_status_change
        self._keep_running = keep_running
        self._status: Status | None = None
        self._failure: AssistantError | None = None

    def run(self) -> None:
        """Run the event loop until the program is to end. Raises AssistantError when there is no model at all."""
        self.current.stage = "load"
        self._worker.work_on(self.current, self._tasks.start)
        self._worker.start()
        self._publish_status()
        self._event_loop.run(self)
        if self._failure is not None:
            raise self._failure

    def press(self, action: str) -> str:
        """Handle a key or trigger; return the reply to a trigger."""
        _log.debug("%s while %s", action, self.state.phase)
        is_overlay_open = bool(self.state.overlay.kind)
        if action in OVERLAY_ACTIONS and not self._has_overlays:
            self.tell("no-window", tr("Choices need the app's windows. Start it with edge-assistant."))
            return ""
        if action == "ask" and self._view is None:
            self.tell("no-window", tr("Questions need the app's window. Start it with edge-assistant."))
            return ""
        if action == "spell" and self._view is None:
            return self.apply(state_machine.on_spell_aloud(self.state))
        if action == "ask" and self._view is not None and not is_overlay_open and self._view.is_in_front():
            self.silence()  # questions are asked there, and it must not be what they are about
            self._view.open_question_input()
            return ""
        now = self._clock()
        if not is_overlay_open:
            self._withdraw_offer_if_window_changed(action, now)
        machine = overlay_state if is_overlay_open or action in OVERLAY_ACTIONS else state_machine
        return self.apply(machine.on_press(self.state, action, now, has_answer=self._has_answer))

    def choose(self, ticket: int, choice: str, rect: Rect | None = None) -> None:
        """Handle a choice in overlay `ticket`, see overlay_state.on_choice; `rect` is the region, if one was chosen."""
        self._overlay.rect = rect
        now = self._clock()
        self.apply(overlay_state.on_choice(self.state, ticket, choice, now, has_answer=self._has_answer))

    def dismiss(self, ticket: int, *, restore_focus: bool = True) -> None:
        """Close overlay `ticket` without a choice, and perhaps give the focus back to the window that had it."""
        self.apply(overlay_state.on_dismiss(self.state, ticket, restore_focus=restore_focus))

    def announce(self, ticket: int, text: str, *, at_once: bool) -> None:
        """Speak a text of overlay `ticket`, with `at_once` in place of what is being spoken."""
        if self._is_open(ticket):
            if at_once:
                self.silence()
            self._speech.say(text)

    def take_focus(self, ticket: int, window: int) -> None:
        """Give the focus to the overlay's window (the window system's number), which did not get it."""
        if self._is_open(ticket):
            self._overlay.take_focus(window)

    def describe(self, target: Path | int) -> None:
        """Describe a picture file, or monitor number `target` (from 1)."""
        self._target = target
        self.apply(state_machine.on_describe_target(self.state))

    def ask_about_window(self) -> None:
        """Ask about the active window, even if one of our own windows is in front of it."""
        self.apply(state_machine.on_press(self.state, "ask", self._clock()))

    def ask(self, question: str) -> None:
        """Answer a question about the kept picture, or about the one that is being described."""
        if self.state.phase != "idle" and self.current.captured is not None:
            self.last_answer.captured = self.current.captured
            if self.state.phase == "capturing":  # on_captured is in the queue, too late for this question
                self._show_picture_of(self.current)
        self._question = question
        self.apply(state_machine.on_question(self.state, has_picture=self.last_answer.captured is not None))

    def hear_reasoning(self) -> None:
        """Read the reasoning behind the last answer aloud."""
        self.apply(state_machine.on_read_reasoning(self.state))

    def forget(self) -> None:
        """Forget all pictures, questions and answers."""
        self.apply(state_machine.on_forget(self.state))

    def conversation_opened(self) -> None:
        """Keep the picture: the window with the conversation was opened."""
        self.apply(state_machine.on_conversation_opened(self.state))

    def conversation_closed(self) -> None:
        """Drop the picture when its time is over: the window with the conversation was closed."""
        self.apply(state_machine.on_conversation_closed(self.state, self._clock()))

    def reload_model(self) -> None:
        """Find and load the model again, since others may be installed or chosen now."""
        self.ready = False
        request = self.new_request(id=0)
        request.stage = "load"
        self._worker.work_on(request, self._tasks.reload)

    def on_ready(self, *, loaded: bool) -> None:
        """See WorkerListener."""
        self.ready = True
        if loaded and self.state.phase == "idle":
            self.tell("ready", tr("Ready."))

    def on_failed(self, error: AssistantError) -> None:
        """See WorkerListener."""
        if self._keep_running:
            self.current.failure = self.current.failure or error
            self.fail(0, error)
            self.on_ready(loaded=False)
            return
        self._failure = error
        self.silence()
        self._speech.say(str(error))
        self._speech.wait(10.0)
        self.quit()

    def on_thinking_changed(self, on: bool, cost: str) -> None:
        """See WorkerListener."""
        if self._view is not None:
            self._view.show_thinking(on, cost)

    def on_answered(self, request: Request, *, complete: bool) -> None:
        """See WorkerListener."""
        if request is self.current:
            last_answer = self.last_answer
            last_answer.sentences = request.sentences or last_answer.sentences
            if request.answer:
                last_answer.answer = [*(last_answer.answer if request.continues else []), *request.answer]
            last_answer.reasoning = request.reasoning or last_answer.reasoning
            if complete:
                last_answer.captured = request.captured
        self.apply(state_machine.on_answered(self.state, request.id, complete=complete))

    def on_ended(self, request: Request) -> None:
        """See WorkerListener."""
        self.apply(state_machine.on_ended(self.state, request.id, self._clock()))

    def seconds_until_due(self) -> float | None:
        """See LoopOwner."""
        due = [self.next_tick] if self._is_working_silently() else []
        if self.state.detail_until is not None:
            due.append(self.state.detail_until + 0.01)
        return max(0.0, min(due) - self._clock()) if due else None

    def after_call(self) -> None:
        """Sound the tick of silent work, drop a picture whose time is over, and publish the status."""
        if self._is_working_silently() and self._clock() >= self.next_tick:
            self.next_tick = self._clock() + TICK_INTERVAL_S
            self._speech.tone("tick", self.current.id, if_idle=True)
        self.apply(state_machine.on_time_passed(self.state, self._clock()))
        self._publish_status()

    def on_bug(self, error: AssistantError) -> None:
        """Say that something went wrong."""
        self.tell(error.code, str(error))

    @property
    def _has_answer(self) -> bool:
        """Whether there is an answer to go on with."""
        return bool(self.last_answer.conversation.turns)

    @property
    def status(self) -> Status:
        """What the program does, in one word. An error stays until the next request."""
        request = self.current
        if self.state.phase == "speaking" or (self.state.busy and (request.sentences or request.stage == "answer")):
            return "speaking"
        if self.state.busy:
            stages: dict[str | None, Status] = {"load": "loading", "think": "thinking"}
            return stages.get(request.stage, "looking")
        if not self.ready:
            return "loading"
        return "error" if request.failure is not None else "ready"

    def _publish_status(self) -> None:
        status = self.status
        if status != self._status:
            self._status = status
            if self._on_status_change is not None:
                self._on_status_change(status)

    def _is_working_silently(self) -> bool:
        """Return whether a request is being worked on and none of its answer has been spoken yet."""
        return self.state.busy and not self.state.muted and not self.current.sentences

    def _is_open(self, ticket: int) -> bool:
        """Return whether this overlay is the open one."""
        return bool(self.state.overlay.kind) and ticket == self.state.overlay.ticket

    def _withdraw_offer_if_window_changed(self, action: str, now: float) -> None:
        """Let the key describe a new picture, not the old one in detail, where another window is in front now."""
        captured = self.last_answer.captured
        if (
            state_machine.offers_detail(self.state, action, now)
            and captured is not None
            and front_window_changed(captured, self._view)
        ):
            self.state = state_machine.on_front_window_changed(self.state)
