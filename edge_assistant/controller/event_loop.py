"""The loop that all presses go through, one at a time; controller.py does what they mean."""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from edge_assistant.assistant.events import Event
from edge_assistant.assistant.options import RequestOptions
from edge_assistant.capture.geometry import Rect
from edge_assistant.controller import state
from edge_assistant.controller.controller import Controller
from edge_assistant.controller.overlay import OverlayView
from edge_assistant.controller.request import Request
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.controller.status import Condition, condition
from edge_assistant.controller.view import NoView, View
from edge_assistant.controller.worker import RequestWorker
from edge_assistant.hotkeys.actions import ACTIONS
from edge_assistant.system.errors import AssistantError, explained
from edge_assistant.system.i18n import tr

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Press:
    action: str
    answer: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)


@dataclass(frozen=True, slots=True)
class _Call:
    """Something that happened elsewhere, to be taken into account here."""

    run: Callable[[], None]


class EventLoop:
    """`run` owns one thread, and with it all that is done; all other methods may be called from any thread."""

    def __init__(
        self,
        work: RequestWorker,
        voice: SpeechChannel,
        show: Callable[[Event], None],
        clock: Callable[[], float] = time.monotonic,
        *,
        on_condition: Callable[[Condition], None] = lambda _: None,
        windows: View | None = None,
        choosers: OverlayView | None = None,
        stays: bool = False,
    ) -> None:
        """`on_condition` is called on the loop's thread whenever the condition has changed.

        Without `windows` nothing can be asked; `choosers` are palette and region chooser. With `stays` the loop goes on
        without any weights, and each press looks for them.
        """
        self._windows = windows or NoView()
        self._stays = stays
        self._work = work
        self._on_condition = on_condition
        self._condition: Condition | None = None
        self._voice = voice
        self._clock = clock
        self._row: queue.SimpleQueue[_Press | _Call] = queue.SimpleQueue()
        self._failure: AssistantError | None = None
        self._doing = Controller(work, voice, show, clock, self._windows, choosers, self.do)

    def press(self, action: str) -> None:
        """A key was pressed."""
        self._row.put(_Press(action))

    def trigger(self, action: str) -> str:
        """A command came; what it is answered, "" for nothing."""
        if action not in ACTIONS:
            return tr("There is no action {action}.", action=action[:40])
        press = _Press(action)
        self._row.put(press)
        try:
            return press.answer.get(timeout=4.0)
        except queue.Empty:
            return tr("Edge Assistant is busy. Try again.")

    def choose(self, ticket: int, choice: str, rect: Rect | None = None) -> None:
        """A choice was made in the chooser over moment `ticket`, see choosing.chosen; `rect` is a region."""
        self.do(lambda: self._doing.choose(ticket, choice, rect))

    def dismiss(self, ticket: int, *, give_back: bool = True) -> None:
        """It was closed without one; with `give_back` the focus goes back to the window that had it."""
        self.do(lambda: self._doing.dismiss(ticket, give_back))

    def utter(self, ticket: int, text: str, *, at_once: bool) -> None:
        """It says something, with `at_once` in place of what is being said."""
        self.do(lambda: self._doing.utter(ticket, text, at_once))

    def take_focus(self, ticket: int, window: int) -> None:
        """Its window, by the window system's number, has not got the focus."""
        self.do(lambda: self._take_focus(ticket, window))

    def do(self, what: Callable[[], None]) -> None:
        """Do something on the loop's thread, in its turn."""
        self._row.put(_Call(what))

    def answered(self, what: Callable[[], str]) -> str:
        """Do something on the loop's thread and wait for what it says; a sentence where that takes too long."""
        answer: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.do(lambda: answer.put(what()))
        try:
            return answer.get(timeout=4.0)
        except queue.Empty:
            return tr("Edge Assistant is busy. Try again.")

    def behave(self, manner: RequestOptions) -> None:
        """From the next request on, look and answer so."""
        self.do(lambda: self._doing.behave(manner))

    def look_at(self, target: Path | int) -> None:
        """Describe a picture file, or monitor number `target` (from 1)."""
        self.do(lambda: self._doing.look_at(target))

    def ask_about_window(self) -> None:
        """As a press on ask, though a window of ours may be in front: the one beneath is meant."""
        self.do(lambda: self._doing.take(state.pressed(self._doing.state, "ask", self._clock())))

    def ask(self, question: str) -> None:
        """Answer a question about the kept picture."""
        self.do(lambda: self._doing.ask(question))

    def read_reasoning(self) -> None:
        """Read aloud how the last answer was thought out."""
        self.do(lambda: self._doing.take(state.reasoning(self._doing.state)))

    def forget(self) -> None:
        """Forget everything there was."""
        self.do(lambda: self._doing.take(state.forget(self._doing.state, self._clock())))

    def window_opened(self) -> None:
        """The window with the conversation is on the screen, so that its picture stays."""
        self.do(lambda: self._doing.take(state.opened(self._doing.state)))

    def window_closed(self) -> None:
        """It no longer is."""
        self.do(lambda: self._doing.take(state.closed(self._doing.state, self._clock())))

    def on_think(self, on: bool, cost: str) -> None:
        """See work.Told."""
        self._windows.think(on, cost)

    def quit(self) -> None:
        """End; from a signal's handler too."""
        self.do(self._end)

    def tell(self, code: str, message: str) -> None:
        """Say something that belongs to no request."""
        self.do(lambda: self._doing.tell(code, message))

    def say(self, text: str) -> None:
        """Say what a window of ours shows anyway."""
        self.do(lambda: self._voice.say(text))

    def hush(self) -> None:
        """Be silent at once; what is said after this is spoken."""
        self.do(self._voice.silence)

    def leaves_focus_to_reader(self) -> bool:
        """Whether a screen reader speaks, which says by itself what has the keyboard."""
        return self._voice.leaves_focus_to_reader()

    def renew(self) -> None:
        """Find the weights anew, since others may be here now."""
        self.do(self._renew)

    def on_ready(self, *, loaded: bool) -> None:
        """See work.Told."""
        self.do(lambda: self._started(loaded))

    def on_failed(self, error: AssistantError) -> None:
        """See work.Told."""
        self.do(lambda: self._give_up(error))

    def on_stage(self) -> None:
        """See work.Told."""
        self.do(lambda: None)  # only the condition may be another

    def on_answered(self, job: Request, *, whole: bool) -> None:
        """See work.Told."""
        self.do(lambda: self._doing.answered(job, whole=whole))

    def on_ended(self, job: Request) -> None:
        """See work.Told."""
        self.do(lambda: self._doing.take(state.ended(self._doing.state, job.id, self._clock())))

    def run(self) -> None:
        """Until it is to end. Raises AssistantError when there are no weights at all."""
        job = self._doing.requests.job
        job.stage = "load"
        self._work.start(self, job)
        self._tell_condition()
        while not self._doing.over:
            try:
                self._step()
            except Exception as error:  # noqa: BLE001 (a bug must end one press with a sentence, and never the program)
                _log.exception("a press failed")
                failure = explained(error)
                self.tell(failure.code, str(failure))
        if self._failure is not None:
            raise self._failure

    def _step(self) -> None:
        """Take what comes next, or do what is due."""
        try:
            item = self._row.get(timeout=self._until_due())
        except queue.Empty:
            item = _Call(lambda: None)
        if isinstance(item, _Press):
            item.answer.put(self._doing.pressed(item.action))
        else:
            item.run()
        self._doing.tick()
        self._doing.take(state.time_passed(self._doing.state, self._clock()))
        self._tell_condition()

    def _tell_condition(self) -> None:
        doing = self._doing
        found = condition(doing.state.phase, doing.requests.job, ready=doing.ready)
        if found != self._condition:
            self._condition = found
            self._on_condition(found)

    def _until_due(self) -> float | None:
        doing = self._doing
        due = [doing.requests.next_tick] if doing.waits_in_silence() else []
        if doing.state.offer_until is not None:
            due.append(doing.state.offer_until + 0.01)
        return max(0.0, min(due) - self._clock()) if due else None

    def _take_focus(self, ticket: int, window: int) -> None:
        if self._doing.is_open(ticket):
            self._doing.chooser.take_focus(window)

    def _started(self, loaded: bool) -> None:
        self._doing.ready = True
        if loaded and self._doing.state.phase == "idle":
            self._doing.tell("ready", tr("Ready."))

    def _renew(self) -> None:
        self._doing.ready = False
        job = self._doing.requests.made(0)
        job.stage = "load"
        self._work.renew(job)

    def _give_up(self, error: AssistantError) -> None:
        if self._stays:
            job = self._doing.requests.job
            job.failure = job.failure or error
            self._doing.fail(0, error)
            self._started(loaded=False)
            return
        self._failure = error
        self._voice.silence()
        self._voice.say(str(error))
        self._voice.wait(10.0)
        self._end()

    def _end(self) -> None:
        self._doing.over = True
