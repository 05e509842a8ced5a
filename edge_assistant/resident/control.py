"""The loop that all presses go through, one at a time, and that does what presses.py says they mean."""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from edge_assistant.actions import ACTIONS, CHOOSERS, LOOKS
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.picture import Captured
from edge_assistant.engine.prompts import Mode
from edge_assistant.errors import INTERNAL, AssistantError
from edge_assistant.events import ErrorEvent, Event, NoticeEvent
from edge_assistant.resident import choosing, presses
from edge_assistant.resident.chooser import Chooser, ChooserWindows, NoChoosers
from edge_assistant.resident.condition import Condition, condition
from edge_assistant.resident.job import TONE_WAITS_S, Job, detail_of
from edge_assistant.resident.manner import Manner
from edge_assistant.resident.outlook import WORTH_SAYING_S
from edge_assistant.resident.presses import State
from edge_assistant.resident.talk import Talk
from edge_assistant.resident.voice import Voice
from edge_assistant.resident.windows import NoWindows, Windows
from edge_assistant.resident.work import Work
from edge_assistant.speech.sentences import SentenceSplitter
from edge_assistant.text import later, tr

_log = logging.getLogger(__name__)

TICK_S = 2.0
"""Seconds between two ticks while it works and has said nothing of the answer yet."""

_NO_ANSWER = later("There is no answer yet.")


@dataclass(frozen=True, slots=True)
class _Press:
    action: str
    answer: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)


@dataclass(frozen=True, slots=True)
class _Call:
    """Something that happened elsewhere, to be taken into account here."""

    run: Callable[[], None]


class Control:
    """`run` owns one thread, and with it the state; all other methods may be called from any thread."""

    def __init__(
        self,
        work: Work,
        voice: Voice,
        show: Callable[[Event], None],
        clock: Callable[[], float] = time.monotonic,
        *,
        on_condition: Callable[[Condition], None] = lambda _: None,
        windows: Windows | None = None,
        choosers: ChooserWindows | None = None,
        stays: bool = False,
    ) -> None:
        """`on_condition` is called on the loop's thread whenever the condition has changed.

        Without `windows` nothing can be asked; `choosers` are palette and region chooser. With `stays` the loop goes on
        without any weights, and each press looks for them.
        """
        self._windows = windows or NoWindows()
        self._stays = stays
        self._work = work
        self._on_condition = on_condition
        self._condition: Condition | None = None
        self._voice = voice
        self._show = show
        self._clock = clock
        self._row: queue.SimpleQueue[_Press | _Call] = queue.SimpleQueue()
        self._state = State(since=clock())
        self._manner = Manner()
        self._job = self._new_job(0)
        self._last: list[str] = []
        self._kept: Captured | None = None
        self._talk = Talk()
        self._reasoning = ""
        self._target: Path | int | None = None
        self._question = self._title = ""
        self._next_tick = 0.0
        self._ready = False
        self._quit = False
        self._failure: AssistantError | None = None
        self._has_choosers = choosers is not None
        self._chooser = Chooser(
            choosers or NoChoosers(),
            self._windows,
            lambda run: self._row.put(_Call(run)),
            self._no_moment,
        )

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
        self._row.put(_Call(lambda: self._choose(ticket, choice, rect)))

    def dismiss(self, ticket: int, *, give_back: bool = True) -> None:
        """It was closed without one; with `give_back` the focus goes back to the window that had it."""
        self._row.put(_Call(lambda: self._dismiss(ticket, give_back)))

    def utter(self, ticket: int, text: str, *, at_once: bool) -> None:
        """It says something, with `at_once` in place of what is being said."""
        self._row.put(_Call(lambda: self._utter(ticket, text, at_once)))

    def take_focus(self, ticket: int, window: int) -> None:
        """Its window, by the window system's number, has not got the focus."""
        self._row.put(_Call(lambda: self._chooser.take_focus(window) if self._is_open(ticket) else None))

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

    def behave(self, manner: Manner) -> None:
        """From the next request on, look and answer so."""
        self.do(lambda: self._behave(manner))

    def _behave(self, manner: Manner) -> None:
        self._manner = manner

    def look_at(self, target: Path | int) -> None:
        """Describe a picture file, or monitor number `target` (from 1)."""

        def begin() -> None:
            self._target = target
            self._take(presses.elsewhere(self._state, self._clock()))

        self._row.put(_Call(begin))

    def ask_about_window(self) -> None:
        """As a press on ask, though a window of ours may be in front: the one beneath is meant."""
        self._row.put(_Call(lambda: self._take(presses.pressed(self._state, "ask", self._clock()))))

    def ask(self, question: str) -> None:
        """Answer a question about the kept picture."""
        self._row.put(_Call(lambda: self._ask(question)))

    def read_reasoning(self) -> None:
        """Read aloud how the last answer was thought out."""
        self._row.put(_Call(lambda: self._take(presses.reasoning(self._state))))

    def forget(self) -> None:
        """Forget everything there was."""
        self._row.put(_Call(lambda: self._take(presses.forget(self._state, self._clock()))))

    def window_opened(self) -> None:
        """The window with the conversation is on the screen, so that its picture stays."""
        self._row.put(_Call(lambda: self._take(presses.opened(self._state))))

    def window_closed(self) -> None:
        """It no longer is."""
        self._row.put(_Call(lambda: self._take(presses.closed(self._state, self._clock()))))

    def on_think(self, on: bool, cost: str) -> None:
        """See work.Told."""
        self._windows.think(on, cost)

    def quit(self) -> None:
        """End; from a signal's handler too."""
        self._row.put(_Call(self._end))

    def tell(self, code: str, message: str) -> None:
        """Say something that belongs to no request."""
        self._row.put(_Call(lambda: self._tell(code, message)))

    def say(self, text: str) -> None:
        """Say what a window of ours shows anyway."""
        self._row.put(_Call(lambda: self._voice.say(text)))

    def hush(self) -> None:
        """Be silent at once; what is said after this is spoken."""
        self._row.put(_Call(self._voice.silence))

    def renew(self) -> None:
        """Find the weights anew, since others may be here now."""
        self._row.put(_Call(self._renew))

    def on_ready(self, *, loaded: bool) -> None:
        """See work.Told."""
        self._row.put(_Call(lambda: self._started(loaded)))

    def on_failed(self, error: AssistantError) -> None:
        """See work.Told."""
        self._row.put(_Call(lambda: self._give_up(error)))

    def on_stage(self) -> None:
        """See work.Told."""
        self._row.put(_Call(lambda: None))  # only the condition may be another

    def on_answered(self, job: Job, *, whole: bool) -> None:
        """See work.Told."""
        self._row.put(_Call(lambda: self._answered(job, whole)))

    def on_ended(self, job: Job) -> None:
        """See work.Told."""
        self._row.put(_Call(lambda: self._take(presses.ended(self._state, job.id, self._clock()))))

    def run(self) -> None:
        """Until it is to end. Raises AssistantError when there are no weights at all."""
        self._job.stage = "load"
        self._work.start(self, self._job)
        self._tell_condition()
        while not self._quit:
            try:
                self._step()
            except Exception:  # noqa: BLE001 (a bug must end one press with a sentence, and never the program)
                _log.exception("a press failed")
                self.tell("internal", tr(INTERNAL))
        if self._failure is not None:
            raise self._failure

    def _step(self) -> None:
        """Take what comes next, or do what is due."""
        try:
            item = self._row.get(timeout=self._until_due())
        except queue.Empty:
            item = _Call(lambda: None)
        if isinstance(item, _Press):
            item.answer.put(self._pressed(item.action))
        else:
            item.run()
        self._tick()
        self._take(presses.time_passed(self._state, self._clock()))
        self._tell_condition()

    def _tell_condition(self) -> None:
        found = condition(self._state.phase, self._job, ready=self._ready)
        if found != self._condition:
            self._condition = found
            self._on_condition(found)

    def _until_due(self) -> float | None:
        due = [self._next_tick] if self._waits_in_silence() else []
        if self._state.offer_until is not None:
            due.append(self._state.offer_until + 0.01)
        return max(0.0, min(due) - self._clock()) if due else None

    def _waits_in_silence(self) -> bool:
        return self._state.phase == "working" and not self._state.muted and not self._job.sentences

    def _tick(self) -> None:
        if self._waits_in_silence() and self._clock() >= self._next_tick:
            self._next_tick = self._clock() + TICK_S
            self._voice.tone("tick", self._job.id, if_idle=True)

    def _pressed(self, action: str) -> str:
        _log.debug("%s while %s", action, self._state.phase)
        if action in CHOOSERS and not self._has_choosers:
            self._tell("no-window", tr("Choices need the windows of the app. Start it with edge-assistant."))
            return ""
        if action == "ask" and isinstance(self._windows, NoWindows):
            self._tell("no-window", tr("Questions need the window of the app. Start it with edge-assistant."))
            return ""
        if action == "ask" and not self._chooser.open.chooser and self._windows.in_front():
            self._voice.silence()  # it is where one asks, and must not ask about itself
            self._windows.ask()
            return ""
        return self._take_choosing(choosing.pressed(self._chooser.open, self._state, action, self._clock()))

    def _choose(self, ticket: int, choice: str, rect: Rect | None) -> None:
        self._chooser.rect = rect
        self._take_choosing(choosing.chosen(self._chooser.open, self._state, ticket, choice, self._clock()))

    def _dismiss(self, ticket: int, give_back: bool) -> None:
        now = self._clock()
        self._take_choosing(choosing.dismissed(self._chooser.open, self._state, ticket, now, give_back=give_back))

    def _take_choosing(self, step: choosing.Step) -> str:
        self._chooser.open, self._state, do = step
        return " ".join(filter(None, [self._do(each) for each in do]))

    def _is_open(self, ticket: int) -> bool:
        return bool(self._chooser.open.chooser) and ticket == self._chooser.open.ticket

    def _utter(self, ticket: int, text: str, at_once: bool) -> None:
        if self._is_open(ticket):
            if at_once:
                self._voice.silence()
            self._voice.say(text)

    def _no_moment(self, error: AssistantError, nothing_else: bool) -> None:
        self._show(ErrorEvent(self._job.id, error.code, str(error), error.exit_code))
        self._voice.say(str(error))
        if nothing_else:
            closed = choosing.dismissed(self._chooser.open, self._state, self._chooser.open.ticket, self._clock())
            open, state, do = closed
            self._take_choosing((open, state, tuple(each for each in do if not isinstance(each, presses.Silence))))

    def _take(self, step: presses.Step) -> None:
        self._state, do = step
        for each in do:
            self._do(each)

    def _do(self, what: choosing.Do) -> str:
        """Do one thing; what a trigger is answered."""
        match what:
            case choosing.Freeze(_, chooser):
                self._chooser.freeze(self._new_job(self._state.id, chooser), TONE_WAITS_S)
                self._voice.tone("heard")
            case choosing.OpenRegion():
                self._chooser.open_region()
            case choosing.UseMoment(_, choice):
                self._chooser.use(choice)
            case choosing.CloseChooser(ticket, give_back):
                self._chooser.close(ticket, give_back=give_back)
            case choosing.Unmute(id):
                self._voice.listen_to(id)
            case choosing.Missed(id):
                self._missed(id)
            case presses.Silence():
                self._voice.silence()
            case presses.Cancel():
                self._voice.listen_to(None)
                self._work.cancel(self._job)
            case presses.Mute():
                self._voice.listen_to(None)
            case presses.Look(id, action):
                self._look(self._new_job(id, action), self._work.answer)
            case presses.LookElsewhere(id):
                self._look(self._new_job(id, target=self._target), self._work.answer)
            case presses.Ask(id):
                self._look(self._new_job(id, "ask"), lambda job: self._row.put(_Call(lambda: self._asks(job))))
            case presses.Detail(id):
                self._begin(self._new_job(id, self._state.look, detail=True))
                self._voice.tone("heard", id)
                self._job.notice("detail", _detail(self._work.expected_seconds(self._job)))
                self._talk = self._job.talk
                self._windows.picture(self._job.captured, self._job.title)
                self._work.answer(self._job)
            case presses.Think(id):
                self._begin(self._new_job(id))
                self._job.stage = "load"
                self._voice.tone("heard", id)
                self._work.think(self._job)
            case presses.Repeat(id):
                self._begin(self._new_job(id))
                self._job.sentences = self._last or [tr(_NO_ANSWER)]
                self._work.repeat(self._job)
            case presses.RepeatSoFar(id):
                return self._repeat_so_far(id)
            case presses.ReadReasoning(id):
                self._read_reasoning(id)
            case presses.Question(id):
                self._answer_question(id)
            case presses.NoPicture():
                self._tell("no-picture", tr("There is no picture to ask about. Describe something first."))
            case presses.ForgetAll(id):
                self._last, self._reasoning, self._talk = [], "", Talk()
                self._begin(self._new_job(id))
                self._job.stage = "load"
                self._windows.forget()
                self._work.forget(self._job)
            case presses.Status():
                return self._status()
            case presses.Forget():
                self._kept = None
                self._windows.picture(None, "")
            case presses.Quit():
                self._end()
        return ""

    def _new_job(self, id: int, action: str = "", *, detail: bool = False, target: Path | int | None = None) -> Job:
        mode: Mode = "detail" if detail or action == "ask" else "read" if action == "read" else "glance"
        job = Job(
            id,
            self._saying(id),
            self._show,
            action=action,
            mode=mode,
            target=target,
            manner=self._manner,
            windows=self._windows,
            moment=self._chooser.used() if action in (*LOOKS, "ask") else None,
        )
        if detail and self._kept is not None:
            job.captured, job.title = detail_of(self._kept), self._title
        return job

    def _saying(self, id: int) -> Callable[[str], None]:
        return lambda text: self._voice.say(text, id)

    def _look(self, job: Job, then: Callable[[Job], None]) -> None:
        """Take its picture; `then` follows on another thread."""
        self._begin(job)

        def taken() -> None:
            if job.captured is not None:
                self._row.put(_Call(lambda: self._taken(job)))
            then(job)

        job.take_picture(taken)
        self._voice.tone("heard", job.id)
        self._work.wake(job)
        job.speak()

    def _taken(self, job: Job) -> None:
        """A new picture is talked about."""
        if job is self._job and not job.is_cancelled():
            self._talk, self._title, self._reasoning = job.talk, job.title, ""
            self._windows.picture(job.captured, job.title)

    def _asks(self, job: Job) -> None:
        """The picture to be asked about is there, or a sentence says why not."""
        if job.failure is not None or job.captured is None:
            self._work.answer(job)
            return
        was = self._state
        self._take(presses.taken(self._state, job.id))
        if self._state is not was:
            self._kept = job.captured
            job.notice("ask", tr("What do you want to know?"))
            self._windows.ask()

    def _ask(self, question: str) -> None:
        if self._state.phase != "idle" and self._job.captured is not None:
            self._kept = self._job.captured
        self._question = question
        self._take(presses.question(self._state, self._clock(), picture=self._kept is not None))

    def _answer_question(self, id: int) -> None:
        assert self._kept is not None
        first = self._talk.request is None
        job = Job(
            id,
            self._saying(id),
            self._show,
            mode="detail",
            question=self._question,
            talk=self._talk,
        )
        job.captured = self._kept if first else detail_of(self._kept)
        self._begin(job)
        self._windows.question(id, self._question)
        self._voice.tone("heard", id)
        self._work.answer(job)

    def _read_reasoning(self, id: int) -> None:
        working = self._state.phase == "working"
        splitter = SentenceSplitter()
        text = self._job.reasoning if working else self._reasoning
        sentences = [*splitter.feed(text), *splitter.finish()] or [
            tr("There is no reasoning. Think harder gives some.")
        ]
        if working:
            self._voice.listen_to(id)
            for sentence in sentences:
                self._voice.say(sentence, id)
            return
        self._begin(self._new_job(id))
        self._job.sentences = sentences
        self._work.repeat(self._job)

    def _begin(self, job: Job) -> None:
        self._job = job
        self._voice.listen_to(job.id)
        self._next_tick = self._clock() + TICK_S

    def _answered(self, job: Job, whole: bool) -> None:
        if job is self._job:
            self._last = job.sentences or self._last
            self._reasoning = job.reasoning or self._reasoning
            if whole:
                self._kept = job.captured
        self._take(presses.answered(self._state, job.id, whole=whole))

    def _repeat_so_far(self, id: int) -> str:
        if not self._job.sentences:
            return self._status()
        self._voice.silence()
        self._voice.listen_to(id)
        for sentence in list(self._job.sentences):
            self._voice.say(sentence, id)
        return ""

    def _missed(self, id: int) -> None:
        """What the last job said while a chooser was open, also where that was why there is no answer."""
        was = self._job
        self._begin(self._new_job(id))
        self._job.sentences = was.sentences or ([str(was.failure)] if was.failure else [tr(_NO_ANSWER)])
        self._work.repeat(self._job)

    def _status(self) -> str:
        """Say it, unless the answer is being spoken: that says enough."""
        if self._state.phase == "speaking":
            return tr("Speaking.")
        at = self._work.job or self._job
        if self._state.phase == "working" or not self._ready:
            sentence = at.doing(self._clock() - self._state.since)
        else:
            sentence = tr("Ready.")
        self._tell("status", sentence)
        return sentence

    def _tell(self, code: str, message: str) -> None:
        self._show(NoticeEvent(self._job.id, code, message))
        self._voice.say(message)

    def _started(self, loaded: bool) -> None:
        self._ready = True
        if loaded and self._state.phase == "idle":
            self._tell("ready", tr("Ready."))

    def _renew(self) -> None:
        self._ready = False
        job = self._new_job(0)
        job.stage = "load"
        self._work.renew(job)

    def _give_up(self, error: AssistantError) -> None:
        if self._stays:
            self._job.failure = self._job.failure or error
            self._show(ErrorEvent(0, error.code, str(error), error.exit_code))
            self._voice.say(str(error))
            self._started(loaded=False)
            return
        self._failure = error
        self._voice.silence()
        self._voice.say(str(error))
        self._voice.wait(10.0)
        self._quit = True

    def _end(self) -> None:
        self._quit = True


def _detail(seconds: float | None) -> str:
    sentence = tr("The same picture in detail.")
    if seconds is None or seconds < WORTH_SAYING_S:
        return sentence
    return " ".join((sentence, tr("That takes about {seconds} seconds.", seconds=round(seconds))))
