"""The current request, the last answer, and how each kind of request is started; state.py decides when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from edge_assistant.assistant.conversation import Conversation
from edge_assistant.assistant.events import Event
from edge_assistant.assistant.options import RequestSettings
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.frozen_desktop import FrozenDesktop
from edge_assistant.controller.latency import MIN_ANNOUNCED_S
from edge_assistant.controller.request import Request, without_notices
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.controller.view import View
from edge_assistant.controller.worker import RequestWorker
from edge_assistant.engine.prompts import Mode
from edge_assistant.hotkeys.actions import ANSWER_ACTIONS
from edge_assistant.speech.sentences import SentenceSplitter
from edge_assistant.system.i18n import tr, tr_noop

TICK_INTERVAL_S = 2.0
"""Seconds between two ticks while a request is worked on and none of its answer has been spoken."""

_NO_ANSWER = tr_noop("There is no answer yet.")


@dataclass(slots=True)
class LastAnswer:
    """The last answer: its sentences and reasoning, its picture, and the conversation about that."""

    sentences: list[str] = field(default_factory=list)
    reasoning: str = ""
    conversation: Conversation = field(default_factory=Conversation)
    captured: CapturedPicture | None = None
    title: str = ""


class RequestHistory:
    """The current request and the last answer. All methods belong to the event loop's thread.

    `post` runs a callback on it; `take_frozen_desktop` returns the frozen desktop that the next request is about.
    """

    def __init__(
        self,
        worker: RequestWorker,
        speech: SpeechChannel,
        on_event: Callable[[Event], None],
        clock: Callable[[], float],
        view: View,
        post: Callable[[Callable[[], None]], None],
        take_frozen_desktop: Callable[[], FrozenDesktop | None],
    ) -> None:
        self._worker = worker
        self._speech = speech
        self._on_event = on_event
        self._clock = clock
        self._view = view
        self._post = post
        self._take_frozen_desktop = take_frozen_desktop
        self.last_answer = LastAnswer()
        self.options = RequestSettings()
        self.target: Path | int | None = None
        self.pending_question = ""
        self.next_tick = 0.0
        self.current = self.new_request(0)

    def new_request(
        self, id: int, action: str = "", *, detail: bool = False, target: Path | int | None = None
    ) -> Request:
        """Return a new request; with `detail`, about the kept picture."""
        mode: Mode = "detail" if detail or action == "ask" else "read" if action == "read" else "glance"
        request = Request(
            id,
            self._say_for(id),
            self._on_event,
            action=action,
            mode=mode,
            target=target,
            options=self.options,
            view=self._view,
            frozen_desktop=self._take_frozen_desktop() if action in (*ANSWER_ACTIONS, "ask") else None,
        )
        if detail and self.last_answer.captured is not None:
            request.captured, request.title = without_notices(self.last_answer.captured), self.last_answer.title
        return request

    def make_current(self, request: Request) -> None:
        """Make this the current request, the only one that is heard."""
        self.current = request
        self._speech.select_request(request.id)
        self.next_tick = self._clock() + TICK_INTERVAL_S

    def capture(self, request: Request, on_done: Callable[[Request], None]) -> None:
        """Take the request's picture; `on_done` is called on another thread."""
        self.make_current(request)

        def on_captured() -> None:
            if request.captured is not None:
                self._post(lambda: self._on_captured(request))
            on_done(request)

        request.take_picture(on_captured)
        self._speech.tone("heard", request.id)
        self._worker.preload(request)
        request.allow_speech()

    def _on_captured(self, request: Request) -> None:
        """Show the new picture and start its conversation."""
        if request is self.current and not request.is_cancelled():
            self.last_answer.conversation = request.conversation
            self.last_answer.title = request.title
            self.last_answer.reasoning = ""
            self._view.show_picture(request.captured, request.title)

    def describe(self, request: Request) -> None:
        """Take the request's picture and describe it."""
        self.capture(request, self._worker.answer)

    def describe_in_detail(self, id: int, action: str) -> None:
        """Describe the kept picture of `action` in detail."""
        request = self.new_request(id, action, detail=True)
        self.make_current(request)
        self._speech.tone("heard", id)
        request.notice("detail", _detail_sentence(self._worker.expected_seconds(request)))
        self.last_answer.conversation = request.conversation
        self._view.show_picture(request.captured, request.title)
        self._worker.answer(request)

    def prompt_for_question(self, request: Request) -> None:
        """Keep the request's picture, and ask for the question about it."""
        self.last_answer.captured = request.captured
        self._worker.encode_ahead(request, request.require_picture)
        request.notice("ask", tr("What do you want to know?"))
        self._view.open_question_input()

    def set_question(self, question: str, *, busy: bool) -> bool:
        """Keep the question for `answer_question`; return whether there is a picture, perhaps one being described."""
        if busy and self.current.captured is not None:
            self.last_answer.captured = self.current.captured
        self.pending_question = question
        return self.last_answer.captured is not None

    def answer_question(self, id: int) -> None:
        """Answer the pending question about the kept picture."""
        last_answer = self.last_answer
        assert last_answer.captured is not None
        first = last_answer.conversation.request is None
        request = Request(
            id,
            self._say_for(id),
            self._on_event,
            mode="detail",
            question=self.pending_question,
            conversation=last_answer.conversation,
        )
        request.captured = last_answer.captured if first else without_notices(last_answer.captured)
        self.make_current(request)
        self._view.show_question(id, self.pending_question)
        self._speech.tone("heard", id)
        self._worker.answer(request)

    def on_answered(self, request: Request, *, complete: bool) -> None:
        """Keep the answer of the current request."""
        if request is self.current:
            self.last_answer.sentences = request.sentences or self.last_answer.sentences
            self.last_answer.reasoning = request.reasoning or self.last_answer.reasoning
            if complete:
                self.last_answer.captured = request.captured

    def toggle_thinking(self, id: int) -> None:
        """Turn Think harder on or off."""
        self.make_current(self.new_request(id))
        self.current.stage = "load"
        self._speech.tone("heard", id)
        self._worker.toggle_thinking(self.current)

    def repeat(self, id: int) -> None:
        """Speak the last answer again."""
        self._speak_as_new_request(id, self.last_answer.sentences or [tr(_NO_ANSWER)])

    def repeat_missed(self, id: int) -> None:
        """Speak what the last request answered while an overlay was open, or why it failed."""
        missed = self.current
        self._speak_as_new_request(id, missed.sentences or [str(missed.failure) if missed.failure else tr(_NO_ANSWER)])

    def repeat_partial(self, id: int) -> bool:
        """Speak again what there is of the current answer; return whether there is anything."""
        if not self.current.sentences:
            return False
        self._speech.silence()
        self._speak_in_current(id, list(self.current.sentences))
        return True

    def read_reasoning(self, id: int, *, working: bool) -> None:
        """Read the reasoning aloud: of the current answer while `working`, else of the last one."""
        splitter = SentenceSplitter()
        text = self.current.reasoning if working else self.last_answer.reasoning
        sentences = [*splitter.feed(text), *splitter.finish()] or [
            tr("There is no reasoning. Think harder gives some.")
        ]
        if working:
            self._speak_in_current(id, sentences)
        else:
            self._speak_as_new_request(id, sentences)

    def forget_all(self, id: int) -> None:
        """Forget answers and conversation, here and in the engine; see `forget_picture` for the picture."""
        last_answer = self.last_answer
        last_answer.sentences, last_answer.reasoning, last_answer.conversation = [], "", Conversation()
        self.make_current(self.new_request(id))
        self.current.stage = "load"
        self._view.clear()
        self._worker.forget_all(self.current)

    def forget_picture(self) -> None:
        """Drop the kept picture."""
        self.last_answer.captured = None
        self._view.show_picture(None, "")

    def _speak_as_new_request(self, id: int, sentences: list[str]) -> None:
        """Speak the sentences as a request of their own."""
        self.make_current(self.new_request(id))
        self.current.sentences = sentences
        self._worker.repeat(self.current)

    def _speak_in_current(self, id: int, sentences: list[str]) -> None:
        """Speak the sentences as part of the current request."""
        self._speech.select_request(id)
        for sentence in sentences:
            self._speech.say(sentence, id)

    def _say_for(self, id: int) -> Callable[[str], None]:
        return lambda text: self._speech.say(text, id)


def _detail_sentence(seconds: float | None) -> str:
    sentence = tr("The same picture in detail.")
    if seconds is None or seconds < MIN_ANNOUNCED_S:
        return sentence
    return " ".join((sentence, tr("This takes about {seconds} seconds.", seconds=round(seconds))))
