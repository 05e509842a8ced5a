"""The controller: performs the effects that state.py and overlay_state.py decide on, and holds their states."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from edge_assistant.assistant.events import ErrorEvent, Event, NoticeEvent
from edge_assistant.assistant.options import RequestSettings
from edge_assistant.capture.geometry import Rect
from edge_assistant.controller import overlay_state
from edge_assistant.controller import state as state_machine
from edge_assistant.controller.front_window import front_window_changed
from edge_assistant.controller.overlay import NoOverlayView, Overlay, OverlayView
from edge_assistant.controller.request import TONE_TIMEOUT_S, Request
from edge_assistant.controller.request_history import TICK_INTERVAL_S, RequestHistory
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.controller.state import State
from edge_assistant.controller.view import NoView, View
from edge_assistant.controller.worker import RequestWorker
from edge_assistant.hotkeys.actions import OVERLAY_ACTIONS
from edge_assistant.system.errors import AssistantError
from edge_assistant.system.i18n import tr

_log = logging.getLogger(__name__)


class Controller:
    """The program's reactions to keys, choices and finished work. All methods belong to the event loop's thread.

    `post` runs a callback on that thread; `finished` says that the program is to end.
    """

    def __init__(
        self,
        worker: RequestWorker,
        speech: SpeechChannel,
        on_event: Callable[[Event], None],
        clock: Callable[[], float],
        view: View,
        overlay_view: OverlayView | None,
        post: Callable[[Callable[[], None]], None],
    ) -> None:
        self._worker = worker
        self._speech = speech
        self._on_event = on_event
        self._clock = clock
        self._view = view
        self._post = post
        self._has_overlays = overlay_view is not None
        self.state = State(started_at=clock())
        self.ready = False
        """Whether the start is over."""
        self.finished = False
        self.overlay = Overlay(
            overlay_view or NoOverlayView(),
            view,
            post,
            self._on_freeze_failed,
            worker.encode_ahead,
            worker.cancel_encode_ahead,
        )
        self.history = RequestHistory(worker, speech, on_event, clock, view, post, self.overlay.take_frozen_desktop)

    def handle_action(self, action: str) -> str:
        """Handle a key or trigger; return the reply to a trigger."""
        _log.debug("%s while %s", action, self.state.phase)
        if action in OVERLAY_ACTIONS and not self._has_overlays:
            self.tell("no-window", tr("Choices need the app's windows. Start it with edge-assistant."))
            return ""
        if action == "ask" and isinstance(self._view, NoView):
            self.tell("no-window", tr("Questions need the app's window. Start it with edge-assistant."))
            return ""
        if action == "ask" and not self.overlay.state.kind and self._view.is_in_front():
            self._speech.silence()  # questions are asked there, and it must not be what they are about
            self._view.open_question_input()
            return ""
        now = self._clock()
        if (
            not self.overlay.state.kind
            and state_machine.offers_detail(self.state, action, now)
            and self._front_window_changed()
        ):
            self.state = state_machine.on_front_window_changed(self.state)
        return self._apply_overlay(overlay_state.on_press(self.overlay.state, self.state, action, now))

    def choose(self, ticket: int, choice: str, rect: Rect | None) -> None:
        """Handle a choice in the overlay; see overlay_state.on_choice."""
        self.overlay.rect = rect
        self._apply_overlay(overlay_state.on_choice(self.overlay.state, self.state, ticket, choice, self._clock()))

    def dismiss(self, ticket: int, restore_focus: bool) -> None:
        """Handle an overlay that was closed without a choice."""
        now = self._clock()
        self._apply_overlay(
            overlay_state.on_dismiss(self.overlay.state, self.state, ticket, now, restore_focus=restore_focus)
        )

    def announce(self, ticket: int, text: str, at_once: bool) -> None:
        """Speak a text of the overlay."""
        if self.is_open(ticket):
            if at_once:
                self._speech.silence()
            self._speech.say(text)

    def is_open(self, ticket: int) -> bool:
        """Return whether this overlay is the open one."""
        return bool(self.overlay.state.kind) and ticket == self.overlay.state.ticket

    def set_options(self, options: RequestSettings) -> None:
        """Use these options from the next request on."""
        self.history.options = options

    def look_at(self, target: Path | int) -> None:
        """Describe a picture file or a monitor."""
        self.history.target = target
        self.apply(state_machine.on_describe_target(self.state, self._clock()))

    def on_question(self, question: str) -> None:
        """Answer a question about the kept picture."""
        has_picture = self.history.set_question(question, busy=self.state.phase != "idle")
        self.apply(state_machine.on_question(self.state, self._clock(), has_picture=has_picture))

    def on_answered(self, request: Request, *, complete: bool) -> None:
        """Record the answer; its speech may go on."""
        self.history.on_answered(request, complete=complete)
        self.apply(state_machine.on_answered(self.state, request.id, complete=complete))

    def apply(self, transition: state_machine.Transition) -> None:
        """Enter the next state and perform its effects."""
        self.state, effects = transition
        for effect in effects:
            self._perform(effect)

    def is_working_silently(self) -> bool:
        """Return whether a request is being worked on and none of its answer has been spoken yet."""
        return self.state.phase == "working" and not self.state.muted and not self.history.current.sentences

    def tick(self) -> None:
        """Sound the tick of silent work, when it is due."""
        if self.is_working_silently() and self._clock() >= self.history.next_tick:
            self.history.next_tick = self._clock() + TICK_INTERVAL_S
            self._speech.tone("tick", self.history.current.id, if_idle=True)

    def tell(self, code: str, message: str) -> None:
        """Speak and show a notice that belongs to no request."""
        self._on_event(NoticeEvent(self.history.current.id, code, message))
        self._speech.say(message)

    def fail(self, id: int, error: AssistantError) -> None:
        """Speak and show an error."""
        self._on_event(ErrorEvent.from_error(id, error))
        self._speech.say(str(error))

    def _front_window_changed(self) -> bool:
        captured = self.history.last_answer.captured
        return captured is not None and front_window_changed(captured, self._view)

    def _apply_overlay(self, transition: overlay_state.OverlayTransition) -> str:
        self.overlay.state, self.state, effects = transition
        return " ".join(filter(None, [self._perform(effect) for effect in effects]))

    def _on_freeze_failed(self, error: AssistantError, nothing_to_show: bool) -> None:
        self.fail(self.history.current.id, error)
        if nothing_to_show:
            dismissed = overlay_state.on_dismiss(
                self.overlay.state, self.state, self.overlay.state.ticket, self._clock()
            )
            overlay, state, effects = dismissed
            audible = tuple(effect for effect in effects if not isinstance(effect, state_machine.Silence))
            self._apply_overlay((overlay, state, audible))

    def _perform(self, effect: overlay_state.OverlayEffect) -> str:
        """Perform one effect; return the reply to a trigger."""
        history = self.history
        match effect:
            case overlay_state.FreezeDesktop(_, kind):
                request = history.new_request(self.state.id, kind)
                self.overlay.freeze(request, TONE_TIMEOUT_S)
                self._speech.tone("heard")
                self._worker.preload(request)
            case overlay_state.OpenRegionSelector():
                self.overlay.open_region()
            case overlay_state.UseFrozenDesktop(_, choice):
                self.overlay.use(choice)
            case overlay_state.CloseOverlay(ticket, restore_focus):
                self.overlay.close(ticket, restore_focus=restore_focus)
            case overlay_state.Unmute(id):
                self._speech.select_request(id)
            case overlay_state.RepeatMissedAnswer(id):
                history.repeat_missed(id)
            case state_machine.Silence():
                self._speech.silence()
            case state_machine.CancelRequest():
                self._speech.select_request(None)
                self._worker.cancel(history.current)
            case state_machine.Mute():
                self._speech.select_request(None)
            case state_machine.Describe(id, action):
                history.describe(history.new_request(id, action))
            case state_machine.DescribeTarget(id):
                history.describe(history.new_request(id, target=history.target))
            case state_machine.CaptureForQuestion(id):
                history.capture(
                    history.new_request(id, "ask"),
                    lambda request: self._post(lambda: self._on_question_picture(request)),
                )
            case state_machine.DescribeInDetail(id):
                history.describe_in_detail(id, self.state.last_action)
            case state_machine.ToggleThinking(id):
                history.toggle_thinking(id)
            case state_machine.RepeatAnswer(id):
                history.repeat(id)
            case state_machine.RepeatPartialAnswer(id):
                return "" if history.repeat_partial(id) else self._report_status()
            case state_machine.ReadReasoning(id):
                history.read_reasoning(id, working=self.state.phase == "working")
            case state_machine.AnswerQuestion(id):
                history.answer_question(id)
            case state_machine.ReportNoPicture():
                self.tell("no-picture", tr("There is no picture to ask about. Describe something first."))
            case state_machine.ForgetAll(id):
                history.forget_all(id)
            case state_machine.ReportStatus():
                return self._report_status()
            case state_machine.ForgetPicture():
                history.forget_picture()
            case state_machine.Quit():
                self.finished = True
        return ""

    def _on_question_picture(self, request: Request) -> None:
        """Ask for the question once its picture is there, or report why there is none."""
        if request.failure is not None or request.captured is None:
            self._worker.answer(request)
            return
        before = self.state
        self.apply(state_machine.on_question_picture(self.state, request.id))
        if self.state is not before:
            self.history.prompt_for_question(request)

    def _report_status(self) -> str:
        """Speak the status, unless an answer is being spoken; return the sentence."""
        if self.state.phase == "speaking":
            return tr("Speaking.")
        request = self._worker.current or self.history.current
        if self.state.phase == "working" or not self.ready:
            sentence = request.progress_sentence(self._clock() - self.state.started_at)
        else:
            sentence = tr("Ready.")
        self.tell("status", sentence)
        return sentence
