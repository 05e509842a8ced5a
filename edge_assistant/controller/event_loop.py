"""The event loop: all keys, commands and results pass through its one queue; controller.py handles them."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from edge_assistant.assistant.events import Event
from edge_assistant.assistant.options import RequestSettings
from edge_assistant.capture.geometry import Rect
from edge_assistant.controller import state as state_machine
from edge_assistant.controller.controller import Controller
from edge_assistant.controller.overlay import OverlayView
from edge_assistant.controller.request import Request
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.controller.status import Status, current_status
from edge_assistant.controller.view import NoView, View
from edge_assistant.controller.worker import RequestWorker
from edge_assistant.hotkeys.actions import ACTIONS
from edge_assistant.system.errors import AssistantError, run_safely
from edge_assistant.system.i18n import tr


@dataclass(frozen=True, slots=True)
class _Press:
    """A pressed key or a trigger, and the queue for the reply to it."""

    action: str
    reply: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)


@dataclass(frozen=True, slots=True)
class _Call:
    """A callback to run on the loop's thread."""

    run: Callable[[], None]


class EventLoop:
    """The thread-safe entrance to the controller: `run` owns one thread, all other methods may be called from any."""

    def __init__(
        self,
        worker: RequestWorker,
        speech: SpeechChannel,
        on_event: Callable[[Event], None],
        clock: Callable[[], float] = time.monotonic,
        *,
        on_status_change: Callable[[Status], None] = lambda _: None,
        view: View | None = None,
        overlay_view: OverlayView | None = None,
        keep_running: bool = False,
    ) -> None:
        """`on_status_change` is called on the loop's thread.

        Without `view` no questions can be asked; `overlay_view` shows palette and region selector. With `keep_running`
        the loop continues when no model is found, and each press looks for one.
        """
        self._view = view or NoView()
        self._keep_running = keep_running
        self._worker = worker
        self._on_status_change = on_status_change
        self._status: Status | None = None
        self._speech = speech
        self._clock = clock
        self._queue: queue.SimpleQueue[_Press | _Call] = queue.SimpleQueue()
        self._failure: AssistantError | None = None
        self._controller = Controller(worker, speech, on_event, clock, self._view, overlay_view, self.post)

    def press(self, action: str) -> None:
        """Handle a pressed key."""
        self._queue.put(_Press(action))

    def trigger(self, action: str) -> str:
        """Handle a trigger command; return its reply, "" for none."""
        if action not in ACTIONS:
            return tr("There is no action {action}.", action=action[:40])
        press = _Press(action)
        self._queue.put(press)
        try:
            return press.reply.get(timeout=4.0)
        except queue.Empty:
            return tr("Edge Assistant is busy. Try again.")

    def choose(self, ticket: int, choice: str, rect: Rect | None = None) -> None:
        """Handle a choice in overlay `ticket`, see overlay_state.on_choice; `rect` is the region, if one was chosen."""
        self.post(lambda: self._controller.choose(ticket, choice, rect))

    def dismiss(self, ticket: int, *, restore_focus: bool = True) -> None:
        """Close overlay `ticket` without a choice, and perhaps give the focus back to the window that had it."""
        self.post(lambda: self._controller.dismiss(ticket, restore_focus))

    def announce(self, ticket: int, text: str, *, at_once: bool) -> None:
        """Speak a text of overlay `ticket`, with `at_once` in place of what is being spoken."""
        self.post(lambda: self._controller.announce(ticket, text, at_once))

    def take_focus(self, ticket: int, window: int) -> None:
        """Give the focus to the overlay's window (the window system's number), which did not get it."""
        self.post(lambda: self._take_focus(ticket, window))

    def post(self, callback: Callable[[], None]) -> None:
        """Run a callback on the loop's thread, in its turn."""
        self._queue.put(_Call(callback))

    def call(self, callback: Callable[[], str]) -> str:
        """Run a callback on the loop's thread and return its sentence, or one that says that this takes too long."""
        reply: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.post(lambda: reply.put(callback()))
        try:
            return reply.get(timeout=4.0)
        except queue.Empty:
            return tr("Edge Assistant is busy. Try again.")

    def set_options(self, options: RequestSettings) -> None:
        """Use these options from the next request on."""
        self.post(lambda: self._controller.set_options(options))

    def look_at(self, target: Path | int) -> None:
        """Describe a picture file, or monitor number `target` (from 1)."""
        self.post(lambda: self._controller.look_at(target))

    def ask_about_window(self) -> None:
        """Ask about the active window, even if one of our own windows is in front of it."""
        self.post(lambda: self._controller.apply(state_machine.on_press(self._controller.state, "ask", self._clock())))

    def ask(self, question: str) -> None:
        """Answer a question about the kept picture."""
        self.post(lambda: self._controller.on_question(question))

    def read_reasoning(self) -> None:
        """Read the reasoning behind the last answer aloud."""
        self.post(lambda: self._controller.apply(state_machine.on_read_reasoning(self._controller.state)))

    def forget(self) -> None:
        """Forget all pictures, questions and answers."""
        self.post(lambda: self._controller.apply(state_machine.on_forget(self._controller.state, self._clock())))

    def window_opened(self) -> None:
        """Keep the picture: the window with the conversation was opened."""
        self.post(lambda: self._controller.apply(state_machine.on_conversation_opened(self._controller.state)))

    def window_closed(self) -> None:
        """Drop the picture when its time is over: the window with the conversation was closed."""
        self.post(
            lambda: self._controller.apply(state_machine.on_conversation_closed(self._controller.state, self._clock()))
        )

    def on_thinking_changed(self, on: bool, cost: str) -> None:
        """See WorkerListener."""
        self._view.show_thinking(on, cost)

    def quit(self) -> None:
        """End the loop; may be called from a signal handler."""
        self.post(self._end)

    def tell(self, code: str, message: str) -> None:
        """Speak and show a notice that belongs to no request."""
        self.post(lambda: self._controller.tell(code, message))

    def say(self, text: str) -> None:
        """Speak a text that one of our windows shows already."""
        self.post(lambda: self._speech.say(text))

    def silence(self) -> None:
        """Stop speaking at once; later texts are spoken."""
        self.post(self._speech.silence)

    def reader_announces_focus(self) -> bool:
        """Return whether a screen reader speaks, which announces the focus by itself."""
        return self._speech.reader_announces_focus()

    def reload_model(self) -> None:
        """Find and load the model again, since others may be installed or chosen now."""
        self.post(self._reload)

    def on_ready(self, *, loaded: bool) -> None:
        """See WorkerListener."""
        self.post(lambda: self._on_started(loaded))

    def on_failed(self, error: AssistantError) -> None:
        """See WorkerListener."""
        self.post(lambda: self._give_up(error))

    def on_stage(self) -> None:
        """See WorkerListener."""
        self.post(lambda: None)  # only the status may have changed

    def on_answered(self, request: Request, *, complete: bool) -> None:
        """See WorkerListener."""
        self.post(lambda: self._controller.on_answered(request, complete=complete))

    def on_ended(self, request: Request) -> None:
        """See WorkerListener."""
        self.post(
            lambda: self._controller.apply(state_machine.on_ended(self._controller.state, request.id, self._clock()))
        )

    def run(self) -> None:
        """Run until the program is to end. Raises AssistantError when there is no model at all."""
        request = self._controller.history.current
        request.stage = "load"
        self._worker.start(self, request)
        self._publish_status()
        while not self._controller.finished:
            failure = run_safely(self._step, "a press failed")
            if failure is not None:
                self.tell(failure.code, str(failure))
        if self._failure is not None:
            raise self._failure

    def _step(self) -> None:
        """Handle the next item of the queue, or what is due by time."""
        try:
            item = self._queue.get(timeout=self._seconds_until_due())
        except queue.Empty:
            item = _Call(lambda: None)
        if isinstance(item, _Press):
            item.reply.put(self._controller.handle_action(item.action))
        else:
            item.run()
        self._controller.tick()
        self._controller.apply(state_machine.on_time_passed(self._controller.state, self._clock()))
        self._publish_status()

    def _publish_status(self) -> None:
        controller = self._controller
        status = current_status(controller.state.phase, controller.history.current, ready=controller.ready)
        if status != self._status:
            self._status = status
            self._on_status_change(status)

    def _seconds_until_due(self) -> float | None:
        controller = self._controller
        due = [controller.history.next_tick] if controller.is_working_silently() else []
        if controller.state.detail_until is not None:
            due.append(controller.state.detail_until + 0.01)
        return max(0.0, min(due) - self._clock()) if due else None

    def _take_focus(self, ticket: int, window: int) -> None:
        if self._controller.is_open(ticket):
            self._controller.overlay.take_focus(window)

    def _on_started(self, loaded: bool) -> None:
        self._controller.ready = True
        if loaded and self._controller.state.phase == "idle":
            self._controller.tell("ready", tr("Ready."))

    def _reload(self) -> None:
        self._controller.ready = False
        request = self._controller.history.new_request(0)
        request.stage = "load"
        self._worker.reload(request)

    def _give_up(self, error: AssistantError) -> None:
        if self._keep_running:
            request = self._controller.history.current
            request.failure = request.failure or error
            self._controller.fail(0, error)
            self._on_started(loaded=False)
            return
        self._failure = error
        self._speech.silence()
        self._speech.say(str(error))
        self._speech.wait(10.0)
        self._end()

    def _end(self) -> None:
        self._controller.finished = True
