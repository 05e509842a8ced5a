"""The newest request, what is kept of those before it, and how each kind begins; state.py says when one does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from edge_assistant.assistant.conversation import Conversation
from edge_assistant.assistant.events import Event
from edge_assistant.assistant.options import RequestOptions
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.frozen_desktop import FrozenDesktop
from edge_assistant.controller.latency import WORTH_SAYING_S
from edge_assistant.controller.request import Request, detail_of
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.controller.view import View
from edge_assistant.controller.worker import RequestWorker
from edge_assistant.engine.prompts import Mode
from edge_assistant.hotkeys.actions import LOOKS
from edge_assistant.speech.sentences import SentenceSplitter
from edge_assistant.system.i18n import later, tr

TICK_S = 2.0
"""Seconds between two ticks while it works and has said nothing of the answer yet."""

_NO_ANSWER = later("There is no answer yet.")


@dataclass(slots=True)
class LastAnswer:
    """Of what was answered: the sentences and how they were thought out, and the picture as it is talked about."""

    sentences: list[str] = field(default_factory=list)
    reasoning: str = ""
    talk: Conversation = field(default_factory=Conversation)
    picture: CapturedPicture | None = None
    title: str = ""


class RequestHistory:
    """All methods belong to the loop's thread.

    `soon` runs something on it, and `used` gives the moment that a request is about which begins now.
    """

    def __init__(
        self,
        work: RequestWorker,
        voice: SpeechChannel,
        show: Callable[[Event], None],
        clock: Callable[[], float],
        windows: View,
        soon: Callable[[Callable[[], None]], None],
        used: Callable[[], FrozenDesktop | None],
    ) -> None:
        self._work = work
        self._voice = voice
        self._show = show
        self._clock = clock
        self._windows = windows
        self._soon = soon
        self._used = used
        self.memory = LastAnswer()
        self.manner = RequestOptions()
        self.target: Path | int | None = None
        self.question = ""
        self.next_tick = 0.0
        self.job = self.made(0)

    def made(self, id: int, action: str = "", *, detail: bool = False, target: Path | int | None = None) -> Request:
        """A request that has not begun; with `detail` about the kept picture."""
        mode: Mode = "detail" if detail or action == "ask" else "read" if action == "read" else "glance"
        job = Request(
            id,
            self._saying(id),
            self._show,
            action=action,
            mode=mode,
            target=target,
            manner=self.manner,
            windows=self._windows,
            moment=self._used() if action in (*LOOKS, "ask") else None,
        )
        if detail and self.memory.picture is not None:
            job.captured, job.title = detail_of(self.memory.picture), self.memory.title
        return job

    def begin(self, job: Request) -> None:
        """From now on it is the newest, and the only one that is heard."""
        self.job = job
        self._voice.listen_to(job.id)
        self.next_tick = self._clock() + TICK_S

    def look(self, job: Request, then: Callable[[Request], None]) -> None:
        """Take its picture; `then` follows on another thread."""
        self.begin(job)

        def taken() -> None:
            if job.captured is not None:
                self._soon(lambda: self._taken(job))
            then(job)

        job.take_picture(taken)
        self._voice.tone("heard", job.id)
        self._work.wake(job)
        job.speak()

    def _taken(self, job: Request) -> None:
        """A new picture is talked about."""
        if job is self.job and not job.is_cancelled():
            self.memory.talk, self.memory.title, self.memory.reasoning = job.talk, job.title, ""
            self._windows.picture(job.captured, job.title)

    def describe(self, job: Request) -> None:
        """Look, and describe it."""
        self.look(job, self._work.answer)

    def detail(self, id: int, action: str) -> None:
        """The kept picture of `action` once more, in detail."""
        job = self.made(id, action, detail=True)
        self.begin(job)
        self._voice.tone("heard", id)
        job.notice("detail", _in_detail(self._work.expected_seconds(job)))
        self.memory.talk = job.talk
        self._windows.picture(job.captured, job.title)
        self._work.answer(job)

    def may_ask(self, job: Request) -> None:
        """Its picture is there to be asked about."""
        self.memory.picture = job.captured
        self._work.look_ahead(job, job.picture)
        job.notice("ask", tr("What do you want to know?"))
        self._windows.ask()

    def take_question(self, question: str, *, busy: bool) -> bool:
        """Keep it for `answer_question`; whether there is a picture, be it one that is only being described."""
        if busy and self.job.captured is not None:
            self.memory.picture = self.job.captured
        self.question = question
        return self.memory.picture is not None

    def answer_question(self, id: int) -> None:
        """About the kept picture."""
        memory = self.memory
        assert memory.picture is not None
        first = memory.talk.request is None
        job = Request(id, self._saying(id), self._show, mode="detail", question=self.question, talk=memory.talk)
        job.captured = memory.picture if first else detail_of(memory.picture)
        self.begin(job)
        self._windows.question(id, self.question)
        self._voice.tone("heard", id)
        self._work.answer(job)

    def answered(self, job: Request, *, whole: bool) -> None:
        """Keep what came of it."""
        if job is self.job:
            self.memory.sentences = job.sentences or self.memory.sentences
            self.memory.reasoning = job.reasoning or self.memory.reasoning
            if whole:
                self.memory.picture = job.captured

    def think(self, id: int) -> None:
        """Think harder from now on, or no longer."""
        self.begin(self.made(id))
        self.job.stage = "load"
        self._voice.tone("heard", id)
        self._work.think(self.job)

    def repeat(self, id: int) -> None:
        """Say the last answer again."""
        self._say_anew(id, self.memory.sentences or [tr(_NO_ANSWER)])

    def say_missed(self, id: int) -> None:
        """What the last request said while a chooser was open, also where that was why there is no answer."""
        was = self.job
        self._say_anew(id, was.sentences or [str(was.failure) if was.failure else tr(_NO_ANSWER)])

    def repeat_so_far(self, id: int) -> bool:
        """Say again what there is of the answer that comes; whether there is anything."""
        if not self.job.sentences:
            return False
        self._voice.silence()
        self._say_now(id, list(self.job.sentences))
        return True

    def read_reasoning(self, id: int, *, working: bool) -> None:
        """Read aloud how the answer was thought out, or is being."""
        splitter = SentenceSplitter()
        text = self.job.reasoning if working else self.memory.reasoning
        sentences = [*splitter.feed(text), *splitter.finish()] or [
            tr("There is no reasoning. Think harder gives some.")
        ]
        if working:
            self._say_now(id, sentences)
        else:
            self._say_anew(id, sentences)

    def forget_all(self, id: int) -> None:
        """Everything but the picture, which has a step of its own."""
        memory = self.memory
        memory.sentences, memory.reasoning, memory.talk = [], "", Conversation()
        self.begin(self.made(id))
        self.job.stage = "load"
        self._windows.forget()
        self._work.forget(self.job)

    def forget_picture(self) -> None:
        """It can no longer be asked about."""
        self.memory.picture = None
        self._windows.picture(None, "")

    def _say_anew(self, id: int, sentences: list[str]) -> None:
        """As a request of its own."""
        self.begin(self.made(id))
        self.job.sentences = sentences
        self._work.repeat(self.job)

    def _say_now(self, id: int, sentences: list[str]) -> None:
        """As part of the one that is at work."""
        self._voice.listen_to(id)
        for sentence in sentences:
            self._voice.say(sentence, id)

    def _saying(self, id: int) -> Callable[[str], None]:
        return lambda text: self._voice.say(text, id)


def _in_detail(seconds: float | None) -> str:
    sentence = tr("The same picture in detail.")
    if seconds is None or seconds < WORTH_SAYING_S:
        return sentence
    return " ".join((sentence, tr("This takes about {seconds} seconds.", seconds=round(seconds))))
