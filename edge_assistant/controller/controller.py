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
from edge_assistant.controller.global_hotkeys import GlobalHotkeys
from edge_assistant.controller.history import PastAnswer
from edge_assistant.controller.request import Request, front_window_changed
from edge_assistant.controller.request_tasks import RequestTasks
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.controller.state import OverlayState
from edge_assistant.controller.view import OverlayView, Status, View
from edge_assistant.controller.worker import RequestWorker
from edge_assistant.engine.task_entries import Mode
from edge_assistant.hotkeys.actions import HELP_ACTIONS, OVERLAY_ACTIONS, READING_ACTIONS, question_name
from edge_assistant.ocr.client import TextReader
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
        hotkeys: GlobalHotkeys,
        on_status_change: Callable[[Status], None] | None = None,
        view: View | None = None,
        overlay_view: OverlayView | None = None,
        keep_running: bool = False,
        text_reader: TextReader | None = None,
    ) -> None:
        """`on_status_change` is called on the loop's thread.

        Without `view` no questions can be asked; `overlay_view` shows palette and region selector. With `keep_running`
        the program continues when no model is found, and each press looks for one.
        """
        super().__init__(event_loop, worker, tasks, speech, on_event, clock, view, overlay_view, hotkeys, text_reader)
        worker.listener = tasks.listener = self.readings.listener = self
        self._has_overlays = overlay_view is not None
        self._on_status_change = on_status_change
        self._keep_running = keep_running
        self._status: Status | None = None
        self._failure: AssistantError | None = None
        self._holds_keys = self._told_held_keys = False
        self.takes_press: Callable[[str], bool] = lambda _: False
        """Called with the action of each press; where it returns True, the press has been handled."""
        self.is_asking: Callable[[], bool] = lambda: False
        """Whether the person is being asked for a model just now; that the program is ready would not be true then."""

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
        """Handle a key or trigger, one of actions.ACTIONS or a question's action; return the reply to a trigger."""
        return "" if self.takes_press(action) else self.perform(action)

    def perform(self, action: str) -> str:
        """Do what a key or trigger asks for; return the reply to a trigger."""
        name, is_overlay_open = question_name(action), bool(self.state.overlay.kind)
        _log.debug("%s while %s", "a question" if name else action, self.state.phase)
        if action in READING_ACTIONS:
            return self._steer_reading(action)
        if name and name not in self.questions:
            sentence = tr("There is no question {name}.", name=name)
            self.tell("no-question", sentence)
            return sentence
        if action in OVERLAY_ACTIONS and not self._has_overlays:
            self.tell("no-window", tr("Choices need the app's windows. Start it with edge-assistant."))
            return ""
        if action == "ask" and self._view is None:
            self.tell("no-window", tr("Questions need the app's window. Start it with edge-assistant."))
            return ""
        if action == "lines" and self._view is None:
            self.tell("no-window", tr("The list of lines needs the app's windows. Start it with edge-assistant."))
            return ""
        if action in HELP_ACTIONS and self._view is None:
            self.tell("no-window", tr("The list of keys needs the app's windows. Start it with edge-assistant."))
            return ""
        if action == "spell" and self._view is None:
            return self.apply(state_machine.on_spell_aloud(self.state))
        if action == "ask" and self._view is not None and not is_overlay_open and self._view.is_in_front():
            self._view.open_question_input()  # questions are asked there, and it must not be what they are about
            self._say_at_once(tr("What do you want to know?"))
            return ""
        if is_overlay_open:
            self._note_focus_before(action)
        now = self._clock()
        if not is_overlay_open:
            self._withdraw_offer_if_window_changed(action, now)
        machine = overlay_state if is_overlay_open or action in OVERLAY_ACTIONS else state_machine
        before = self.state.overlay
        sentence = self.apply(
            machine.on_press(
                self.state, action, now, has_answer=self._has_answer, has_picture=self.text_to_list is not None
            )
        )
        if action in (before.kind, "palette"):  # the keys that close an open overlay
            self._report_closed(before)
        return sentence

    def on_silenced(self, id: int) -> None:
        """Handle that the person silenced the screen reader in request `id`."""
        if reading := self.readings.of(id):
            if self._speech.is_silenced(id):  # and not one of our keys has made it speak again since
                reading.note_silenced()
            return
        self.apply(state_machine.on_silenced(self.state, id))

    def choose(self, ticket: int, choice: str, rect: Rect | None = None) -> None:
        """Handle a choice in overlay `ticket`, see overlay_state.on_choice; `rect` is the region, if one was chosen."""
        self._overlay.rect = rect
        if self._is_open(ticket):
            self._speech.silence()  # what the overlay says is over, and is not to be said again behind a notice
        self._note_focus_before(choice)
        now = self._clock()
        self.apply(
            overlay_state.on_choice(
                self.state, ticket, choice, now, has_answer=self._has_answer, has_picture=self.text_to_list is not None
            )
        )

    def dismiss(self, ticket: int, *, restore_focus: bool = True) -> None:
        """Close overlay `ticket` without a choice, and perhaps give the focus back to the window that had it."""
        before = self.state.overlay
        self.apply(overlay_state.on_dismiss(self.state, ticket, restore_focus=restore_focus))
        if restore_focus:
            self._report_closed(before)

    def announce(self, ticket: int, text: str, *, at_once: bool) -> None:
        """Speak a text of overlay `ticket`, with `at_once` in place of what is being spoken."""
        if self._is_open(ticket):
            if at_once:
                self.silence()
            self._speech.say(text)

    def take_focus(self, ticket: int, window: int, on_refused: Callable[[], None]) -> None:
        """Give the focus to the overlay's window (the window system's number), which did not get it.

        `on_refused` is called on another thread where the system refuses it.
        """
        if self._is_open(ticket):
            self._overlay.take_focus(window, on_refused)

    def describe(self, target: Path | int, mode: Mode = "glance") -> None:
        """Describe a picture file, or monitor number `target` (from 1); with the mode "read", read its text."""
        self._target, self._target_mode = target, mode
        self.apply(state_machine.on_describe_target(self.state))

    def ask_about_window(self) -> None:
        """Ask about the active window, even if one of our own windows is in front of it."""
        self.apply(state_machine.on_press(self.state, "ask", self._clock()))

    def ask(self, question: str) -> None:
        """Answer a question about the kept picture, or about the one that is being described."""
        if self.state.phase != "idle" and self.current.captured is not None:
            self.last_answer.captured, self.last_answer.text = self.current.captured, self.current.text
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

    def lines_closed(self, *, restore_focus: bool) -> None:
        """Drop the picture when its time is over: the list of its lines was closed.

        With `restore_focus` the window that had the focus before gets it back.
        """
        self.focus_before_lines.end(restore=restore_focus)
        self.apply(state_machine.on_lines_closed(self.state, self._clock()))

    def list_closed(self, *, restore_focus: bool) -> None:
        """Give the focus back, with `restore_focus`, to the window that had it before answers or words were listed."""
        self.focus_before_list.end(restore=restore_focus)

    def reload_model(self) -> None:
        """Find and load the model again, since others may be installed or chosen now."""
        self.ready = False
        request = self.new_request(id=0)
        request.stage = "load"
        self._worker.work_on(request, self._tasks.reload)

    def unload_model(self) -> None:
        """Close the model's files before they are removed: Windows removes none in use. The next question loads."""
        self._worker.post(self._tasks.unload)

    def on_ready(self, *, loaded: bool) -> None:
        """See WorkerListener."""
        self.ready = True
        if loaded and self.state.phase == "idle" and not self.is_asking():
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
        self._speech.say(error.spoken)
        self._speech.wait(10.0)
        self.end()

    def on_thinking_changed(self, on: bool, cost: str) -> None:
        """See WorkerListener."""
        if self._view is not None:
            self._view.show_thinking(on, cost)

    def on_recognised(self, request: Request, *, model_reads: bool) -> None:
        """See ReadingListener."""
        if model_reads and request is self.current:
            self.apply(state_machine.on_model_reads(self.state, request.id))
            return
        if request is self.current:
            self.last_answer.spoken, self.last_answer.was_read = request.spoken, True
        self.on_answered(request, complete=request.failure is None or bool(request.spoken))

    def on_answered(self, request: Request, *, complete: bool) -> None:
        """See WorkerListener."""
        if request is self.current:
            last_answer = self.last_answer
            last_answer.sentences = request.sentences or last_answer.sentences
            if request.answer and not request.spoken:
                last_answer.spoken, last_answer.was_read = [], False
            if request.answer:
                last_answer.answer = [*(last_answer.answer if request.continues else []), *request.answer]
                self._keep_in_history(request)
            last_answer.reasoning = request.reasoning or last_answer.reasoning
            if complete:
                last_answer.captured, last_answer.text = request.captured, request.text
        self.apply(state_machine.on_answered(self.state, request.id, complete=complete))

    def on_ended(self, request: Request) -> None:
        """See WorkerListener and ReadingListener."""
        if request is self.current and self.readings.of(request.id):
            self._note_place()
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
        self._hold_reading_keys()
        self._publish_status()

    def on_bug(self, error: AssistantError) -> None:
        """Say that something went wrong."""
        self.tell(error.code, str(error))

    @property
    def _has_answer(self) -> bool:
        """Whether there is an answer to go on with."""
        last_answer = self.last_answer
        by_model = last_answer.was_read and last_answer.captured is not None and self.options.reader != "text"
        return bool(last_answer.conversation.turns) or by_model

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

    def _steer_reading(self, action: str) -> str:
        """Pause the reading, or move through it; return the reply to a trigger."""
        if self.readings.steer(action):
            return ""
        return self.report("no-reading", tr("Nothing is being read."))

    def _report_closed(self, before: OverlayState) -> None:
        """Say that the overlay, as it was `before`, was closed without a choice, where nothing else tells it.

        A screen reader says which window has the keyboard then; what the overlay had kept silent is heard instead.
        """
        is_closed = before.kind and not self.state.overlay.kind
        if is_closed and not before.missed and not self._speech.reader_announces_focus():
            self._speech.say(tr("Closed."))

    def _note_focus_before(self, choice: str) -> None:
        """Note which window gets the focus back after the list that is chosen in the open overlay."""
        if choice in ("history", "spell"):
            self.focus_before_list.remember(self._overlay.focused)

    def _keep_in_history(self, request: Request) -> None:
        if request.continues:
            self.history.extend(request.sentences)
            return
        question = request.question or (tr("More") if request.more else "")
        origin = request.captured.origin if request.captured is not None else None
        title = request.title or (self.last_answer.title if question else "")
        self.history.add(PastAnswer(tuple(request.sentences), self._clock(), question, title, origin))

    def _hold_reading_keys(self) -> None:
        """Hold the keys of a reading while it is heard or paused, and no longer."""
        wanted = self.readings.current is not None and self._speech.speaks
        if wanted == self._holds_keys:
            return
        self._holds_keys = wanted
        problem = self._hotkeys.hold(wanted)
        if problem and not self._told_held_keys:
            self._told_held_keys = True
            self.tell("keys", problem)

    def _is_open(self, ticket: int) -> bool:
        """Return whether this overlay is the open one."""
        return bool(self.state.overlay.kind) and ticket == self.state.overlay.ticket

    def _withdraw_offer_if_window_changed(self, action: str, now: float) -> None:
        """Let the key describe a new picture, not the old one in detail, where another window is in front now."""
        captured = self.last_answer.captured
        if not state_machine.offers_detail(self.state, action, now) or captured is None:
            return
        never_by_model = self.last_answer.was_read and self.options.reader == "text"
        if never_by_model or front_window_changed(captured, self._view):
            self.state = state_machine.on_front_window_changed(self.state)
