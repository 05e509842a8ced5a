"""Does what state.py and overlay_state.py say, one thing after the other, and holds the state that they go by."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from edge_assistant.assistant.events import ErrorEvent, Event, NoticeEvent
from edge_assistant.assistant.options import RequestOptions
from edge_assistant.capture.geometry import Rect
from edge_assistant.controller import overlay_state
from edge_assistant.controller import state as presses
from edge_assistant.controller.front_window import has_moved_on
from edge_assistant.controller.overlay import NoOverlayView, Overlay, OverlayView
from edge_assistant.controller.request import TONE_WAITS_S, Request
from edge_assistant.controller.request_history import TICK_S, RequestHistory
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.controller.state import State
from edge_assistant.controller.view import NoView, View
from edge_assistant.controller.worker import RequestWorker
from edge_assistant.hotkeys.actions import CHOOSERS
from edge_assistant.system.errors import AssistantError
from edge_assistant.system.i18n import tr

_log = logging.getLogger(__name__)


class Controller:
    """All methods belong to the loop's thread; `soon` runs something on it. `over` says that the program is to end."""

    def __init__(
        self,
        work: RequestWorker,
        voice: SpeechChannel,
        show: Callable[[Event], None],
        clock: Callable[[], float],
        windows: View,
        choosers: OverlayView | None,
        soon: Callable[[Callable[[], None]], None],
    ) -> None:
        self._work = work
        self._voice = voice
        self._show = show
        self._clock = clock
        self._windows = windows
        self._soon = soon
        self._has_choosers = choosers is not None
        self.state = State(since=clock())
        self.ready = False
        """Whether the start is over."""
        self.over = False
        self.chooser = Overlay(
            choosers or NoOverlayView(), windows, soon, self._no_moment, work.look_ahead, work.look_away
        )  # fmt: skip
        self.requests = RequestHistory(work, voice, show, clock, windows, soon, self.chooser.used)

    def pressed(self, action: str) -> str:
        """A key or a trigger; what a trigger is answered."""
        _log.debug("%s while %s", action, self.state.phase)
        if action in CHOOSERS and not self._has_choosers:
            self.tell("no-window", tr("Choices need the app's windows. Start it with edge-assistant."))
            return ""
        if action == "ask" and isinstance(self._windows, NoView):
            self.tell("no-window", tr("Questions need the app's window. Start it with edge-assistant."))
            return ""
        if action == "ask" and not self.chooser.open.chooser and self._windows.in_front():
            self._voice.silence()  # it is where one asks, and must not ask about itself
            self._windows.ask()
            return ""
        now = self._clock()
        if not self.chooser.open.chooser and presses.offers_detail(self.state, action, now) and self._has_moved_on():
            self.state = presses.moved_on(self.state)
        return self._take_choosing(overlay_state.pressed(self.chooser.open, self.state, action, now))

    def choose(self, ticket: int, choice: str, rect: Rect | None) -> None:
        """A choice was made in the chooser; see choosing.chosen."""
        self.chooser.rect = rect
        self._take_choosing(overlay_state.chosen(self.chooser.open, self.state, ticket, choice, self._clock()))

    def dismiss(self, ticket: int, give_back: bool) -> None:
        """The chooser was closed without one."""
        now = self._clock()
        self._take_choosing(overlay_state.dismissed(self.chooser.open, self.state, ticket, now, give_back=give_back))

    def utter(self, ticket: int, text: str, at_once: bool) -> None:
        """The chooser says something."""
        if self.is_open(ticket):
            if at_once:
                self._voice.silence()
            self._voice.say(text)

    def is_open(self, ticket: int) -> bool:
        """Whether a chooser stands over this moment."""
        return bool(self.chooser.open.chooser) and ticket == self.chooser.open.ticket

    def behave(self, manner: RequestOptions) -> None:
        """From the next request on, look and answer so."""
        self.requests.manner = manner

    def look_at(self, target: Path | int) -> None:
        """Describe a picture file, or a monitor."""
        self.requests.target = target
        self.take(presses.elsewhere(self.state, self._clock()))

    def ask(self, question: str) -> None:
        """Answer a question about the kept picture."""
        picture = self.requests.take_question(question, busy=self.state.phase != "idle")
        self.take(presses.question(self.state, self._clock(), picture=picture))

    def answered(self, job: Request, *, whole: bool) -> None:
        """The work on it is over."""
        self.requests.answered(job, whole=whole)
        self.take(presses.answered(self.state, job.id, whole=whole))

    def take(self, step: presses.Step) -> None:
        """Go on to another state, and do what that brings."""
        self.state, do = step
        for each in do:
            self._do(each)

    def waits_in_silence(self) -> bool:
        """Whether it works and there is nothing to be heard of the answer yet."""
        return self.state.phase == "working" and not self.state.muted and not self.requests.job.sentences

    def tick(self) -> None:
        """Be heard to work, where that is due."""
        if self.waits_in_silence() and self._clock() >= self.requests.next_tick:
            self.requests.next_tick = self._clock() + TICK_S
            self._voice.tone("tick", self.requests.job.id, if_idle=True)

    def tell(self, code: str, message: str) -> None:
        """Say something that belongs to no request."""
        self._show(NoticeEvent(self.requests.job.id, code, message))
        self._voice.say(message)

    def fail(self, id: int, error: AssistantError) -> None:
        """Say what went wrong."""
        self._show(ErrorEvent(id, error.code, str(error), error.exit_code))
        self._voice.say(str(error))

    def _has_moved_on(self) -> bool:
        picture = self.requests.memory.picture
        return picture is not None and has_moved_on(picture, self._windows)

    def _take_choosing(self, step: overlay_state.Step) -> str:
        self.chooser.open, self.state, do = step
        return " ".join(filter(None, [self._do(each) for each in do]))

    def _no_moment(self, error: AssistantError, nothing_else: bool) -> None:
        self.fail(self.requests.job.id, error)
        if nothing_else:
            closed = overlay_state.dismissed(self.chooser.open, self.state, self.chooser.open.ticket, self._clock())
            open, state, do = closed
            self._take_choosing((open, state, tuple(each for each in do if not isinstance(each, presses.Silence))))

    def _do(self, what: overlay_state.Do) -> str:
        """Do one thing; what a trigger is answered."""
        requests = self.requests
        match what:
            case overlay_state.Freeze(_, chooser):
                job = requests.made(self.state.id, chooser)
                self.chooser.freeze(job, TONE_WAITS_S)
                self._voice.tone("heard")
                self._work.wake(job)
            case overlay_state.OpenRegionSelector():
                self.chooser.open_region()
            case overlay_state.UseFrozenDesktop(_, choice):
                self.chooser.use(choice)
            case overlay_state.CloseOverlay(ticket, give_back):
                self.chooser.close(ticket, give_back=give_back)
            case overlay_state.Unmute(id):
                self._voice.listen_to(id)
            case overlay_state.MissedAnswer(id):
                requests.say_missed(id)
            case presses.Silence():
                self._voice.silence()
            case presses.CancelRequest():
                self._voice.listen_to(None)
                self._work.cancel(requests.job)
            case presses.Mute():
                self._voice.listen_to(None)
            case presses.Look(id, action):
                requests.describe(requests.made(id, action))
            case presses.LookElsewhere(id):
                requests.describe(requests.made(id, target=requests.target))
            case presses.Ask(id):
                requests.look(requests.made(id, "ask"), lambda job: self._soon(lambda: self._may_ask(job)))
            case presses.Detail(id):
                requests.detail(id, self.state.look)
            case presses.Think(id):
                requests.think(id)
            case presses.Repeat(id):
                requests.repeat(id)
            case presses.RepeatSoFar(id):
                return "" if requests.repeat_so_far(id) else self._status()
            case presses.ReadReasoning(id):
                requests.read_reasoning(id, working=self.state.phase == "working")
            case presses.Question(id):
                requests.answer_question(id)
            case presses.NoPicture():
                self.tell("no-picture", tr("There is no picture to ask about. Describe something first."))
            case presses.ForgetAll(id):
                requests.forget_all(id)
            case presses.Status():
                return self._status()
            case presses.Forget():
                requests.forget_picture()
            case presses.Quit():
                self.over = True
        return ""

    def _may_ask(self, job: Request) -> None:
        """The picture to be asked about is there, or a sentence says why not."""
        if job.failure is not None or job.captured is None:
            self._work.answer(job)
            return
        was = self.state
        self.take(presses.taken(self.state, job.id))
        if self.state is not was:
            self.requests.may_ask(job)

    def _status(self) -> str:
        """Say it, unless the answer is being spoken: that says enough."""
        if self.state.phase == "speaking":
            return tr("Speaking.")
        at = self._work.job or self.requests.job
        if self.state.phase == "working" or not self.ready:
            sentence = at.doing(self._clock() - self.state.since)
        else:
            sentence = tr("Ready.")
        self.tell("status", sentence)
        return sentence
