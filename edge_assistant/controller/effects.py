"""The effects of the state machines, one method for each state.Effect, and what they need: the state, the current
request and the last answer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from edge_assistant.assistant.conversation import Conversation
from edge_assistant.assistant.events import ErrorEvent, Event, NoticeEvent
from edge_assistant.assistant.options import RequestSettings
from edge_assistant.controller import overlay_state
from edge_assistant.controller import state as state_machine
from edge_assistant.controller.event_loop import EventLoop
from edge_assistant.controller.frozen_desktop import FrozenDesktop
from edge_assistant.controller.latency import detail_sentence
from edge_assistant.controller.overlay import Overlay
from edge_assistant.controller.request import LastAnswer, Request, without_notices
from edge_assistant.controller.request_tasks import RequestTasks
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.controller.state import State
from edge_assistant.controller.view import OverlayView, View
from edge_assistant.controller.worker import RequestWorker
from edge_assistant.engine.task_entries import Mode
from edge_assistant.system.errors import AssistantError
from edge_assistant.system.i18n import catalogue_language, tr, tr_noop
from edge_assistant.text import spelling
from edge_assistant.text.languages import LanguageTracker, Sentence, language_of
from edge_assistant.text.plain_text_stream import plain_text
from edge_assistant.text.sentences import SentenceSplitter
from edge_assistant.text.spoken_form import LEAST_DIGITS

TICK_INTERVAL_S = 2.0
"""Seconds between two ticks while a request is worked on and none of its answer has been spoken."""

_MODES: dict[str, Mode] = {"ask": "detail", "read": "read"}
"""The modes of the actions; all others have a glance."""

_NO_ANSWER = tr_noop("There is no answer yet.")


class EffectHandlers:
    """One method for each effect, named as it is. They read the state that was entered; see Controller for the rest.

    All methods belong to the event loop's thread.
    """

    def __init__(
        self,
        event_loop: EventLoop,
        worker: RequestWorker,
        tasks: RequestTasks,
        speech: SpeechChannel,
        on_event: Callable[[Event], None],
        clock: Callable[[], float],
        view: View | None,
        overlay_view: OverlayView | None,
    ) -> None:
        self._event_loop = event_loop
        self._worker = worker
        self._tasks = tasks
        self._speech = speech
        self._on_event = on_event
        self._clock = clock
        self._view = view
        self._overlay = Overlay(overlay_view, view, worker, tasks)
        self.state = State()
        self.ready = False
        """Whether the model is there, or its failure was reported."""
        self.options = RequestSettings()
        self.spoken_language: str | None = None
        """The language of the answers, as a code such as de."""
        self.last_answer = LastAnswer()
        self.next_tick = 0.0
        self._target: Path | int | None = None  # of "describe_target"
        self._question = ""
        self.current = self.new_request()

    def apply(self, transition: state_machine.Transition) -> str:
        """Enter the next state and perform its effects; return the reply to a trigger."""
        self.state, effects = transition
        return " ".join(filter(None, [getattr(self, effect)() for effect in effects]))

    def new_request(
        self,
        action: str = "",
        *,
        id: int | None = None,
        mode: Mode = "glance",
        target: Path | int | None = None,
        question: str | None = None,
        conversation: Conversation | None = None,
        more: bool = False,
        frozen_desktop: FrozenDesktop | None = None,
    ) -> Request:
        """Return a request with the number of the state that was entered, or with `id`."""
        id = self.state.id if id is None else id
        return Request(
            id,
            partial(self._speech.say, request_id=id),
            self._on_event,
            action=action,
            mode=mode,
            options=self.options,
            target=target,
            question=question,
            conversation=conversation,
            more=more,
            view=self._view,
            frozen_desktop=frozen_desktop,
            started_at=self._clock(),
        )

    def make_current(self, request: Request) -> None:
        """Make this the current request, the only one that is heard."""
        self.current = request
        self._speech.select_request(request.id)
        self.next_tick = self._clock() + TICK_INTERVAL_S

    def tell(self, code: str, message: str) -> None:
        """Speak and show a notice that belongs to no request."""
        self._on_event(NoticeEvent(self.current.id, code, message))
        self._speech.say(message)

    def fail(self, id: int, error: AssistantError) -> None:
        """Speak and show an error."""
        self._on_event(ErrorEvent.from_error(id, error))
        self._speech.say(str(error))

    def silence(self) -> None:
        """Stop speaking at once; later texts are spoken."""
        self._speech.silence()

    def cancel_request(self) -> None:
        """Stop working on the current request, and speak nothing more of it."""
        self.mute()
        self._tasks.cancel(self.current)

    def mute(self) -> None:
        """Continue working on the current request, but speak nothing more of it."""
        self._speech.select_request(None)

    def unmute(self) -> None:
        """Speak for the current request again."""
        self._speech.select_request(self.current.id)

    def capture(self) -> None:
        """Take the picture of a new request: see `on_captured` for what comes after it."""
        state = self.state
        request = self.new_request(
            state.last_action,
            mode=_MODES.get(state.last_action, "glance"),
            target=self._target if state.task == "describe_target" else None,
            frozen_desktop=self._overlay.selected,
        )
        self._overlay.selected = None
        self.make_current(request)
        request.take_picture(partial(self._event_loop.post, self.on_captured, request))
        self._speech.tone("heard", request.id)
        self._worker.prepare(request, self._tasks.preload, what_failed="the model could not be loaded")
        request.allow_speech()

    def on_captured(self, request: Request) -> None:
        """Show the new picture and start its conversation; then let it be answered, or ask for the question."""
        if request is self.current and request.captured is not None and not request.is_cancelled():
            self.last_answer.reasoning = ""
            self._show_picture_of(request)
        has_picture = request.captured is not None and request.failure is None
        self.apply(state_machine.on_captured(self.state, request.id, has_picture=has_picture))

    def answer(self) -> None:
        """Answer the current request, or report why there is no picture."""
        self._worker.work_on(self.current, self._tasks.answer)

    def describe_in_detail(self) -> None:
        """Describe the kept picture in detail."""
        request = self.new_request(self.state.last_action, mode="detail")
        if self.last_answer.captured is not None:
            request.captured, request.title = without_notices(self.last_answer.captured), self.last_answer.title
        self.make_current(request)
        self._speech.tone("heard", request.id)
        request.notice("detail", detail_sentence(self._tasks.expected_seconds(request)))
        self._show_picture_of(request)
        self.answer()

    def prompt_for_question(self) -> None:
        """Keep the current picture, and ask for the question about it."""
        request = self.current
        self.last_answer.captured = request.captured
        encode = partial(self._tasks.encode_ahead, picture=request.require_picture)
        self._worker.prepare(request, encode, what_failed="encoding ahead failed")
        request.notice("ask", tr("What do you want to know?"))
        if self._view is not None:
            self._view.open_question_input()

    def answer_question(self) -> None:
        """Answer the question about the kept picture."""
        last_answer = self.last_answer
        assert last_answer.captured is not None
        first = last_answer.conversation.request is None
        request = self.new_request(mode="detail", question=self._question, conversation=last_answer.conversation)
        request.captured = last_answer.captured if first else without_notices(last_answer.captured)
        self.make_current(request)
        if self._view is not None:
            self._view.show_question(request.id, self._question)
        self._speech.tone("heard", request.id)
        self.answer()

    def go_on(self) -> None:
        """Go on with the last answer."""
        last_answer = self.last_answer
        request = self.new_request(mode="detail", conversation=last_answer.conversation, more=True)
        if last_answer.captured is not None:
            request.captured = without_notices(last_answer.captured)
        self.make_current(request)
        if self._view is not None:
            self._view.show_more(request.id, continues=request.continues)
        self._speech.tone("heard", request.id)
        self.answer()

    def let_speak_on(self) -> None:
        """Let what was said so far be heard to its end, while the next request is worked on."""
        self.current.cancel()
        self._speech.recheck_waiters()

    def report_no_answer(self) -> None:
        """Say that there is no answer to go on with."""
        self.tell("no-answer", tr("There is no answer to go on with. Describe something, or ask a question first."))

    def open_spelling(self) -> None:
        """Open the list of the last answer's words, or say that there is none."""
        words = spelling.words_of(" ".join(self.last_answer.answer))
        if self._view is None or not words:
            self.tell("no-answer", tr(_NO_ANSWER))
        else:
            self._view.open_spelling(words)

    def spell_aloud(self) -> None:
        """Spell the last answer word by word."""
        words = spelling.words_of(" ".join(self.last_answer.answer))
        language = self.spoken_language
        sentences = [_spelled(word, language) for word in words]
        self._speak_as_new_request(sentences or [tr(_NO_ANSWER)])

    def report_no_picture(self) -> None:
        """Say that there is no picture to ask about."""
        self.tell("no-picture", tr("There is no picture to ask about. Describe something first."))

    def repeat_answer(self) -> None:
        """Speak the last answer again."""
        self._speak_as_new_request(self.last_answer.sentences or [tr(_NO_ANSWER)])

    def repeat_partial_answer(self) -> str:
        """Speak again what there is of the current answer, and continue with it; without any, say the status."""
        if not self.current.sentences:
            return self.report_status()
        self.silence()
        self._speak_in_current(list(self.current.sentences))
        return ""

    def repeat_missed_answer(self) -> None:
        """Speak what the last request answered while an overlay was open, or why it failed."""
        missed = self.current
        self._speak_as_new_request(missed.sentences or [str(missed.failure) if missed.failure else tr(_NO_ANSWER)])

    def read_reasoning(self) -> None:
        """Read the reasoning behind the last answer aloud, or behind the current one so far."""
        splitter = SentenceSplitter(catalogue_language())
        text = self.current.reasoning if self.state.busy else self.last_answer.reasoning
        tracker = LanguageTracker(catalogue_language(), follow=True)
        pieces = [*splitter.feed(plain_text(text, task="question")), *splitter.finish()]
        reasoning = filter(None, (piece.strip() for piece in pieces))
        sentences: list[str] = [Sentence(each, tracker.language_of(each)) for each in reasoning]
        sentences = sentences or [tr("There is no reasoning. Think harder gives some.")]
        if self.state.busy:
            self._speak_in_current(sentences)
        else:
            self._speak_as_new_request(sentences)

    def toggle_thinking(self) -> None:
        """Turn Think harder on or off."""
        self._start_loading()
        self._speech.tone("heard", self.current.id)
        self._worker.work_on(self.current, self._tasks.toggle_thinking, even_if_cancelled=True)

    def forget_all(self) -> None:
        """Forget answers and conversation, here and in the engine; see `forget_picture` for the picture."""
        last_answer = self.last_answer
        last_answer.sentences, last_answer.answer, last_answer.reasoning = [], [], ""
        last_answer.conversation = Conversation()
        self._start_loading()
        if self._view is not None:
            self._view.clear()
        self._worker.work_on(self.current, self._tasks.forget_all, even_if_cancelled=True)

    def forget_picture(self) -> None:
        """Drop the kept picture."""
        self.last_answer.captured = None
        if self._view is not None:
            self._view.show_picture(None, "")

    def report_status(self) -> str:
        """Speak the status, unless an answer is being spoken; return the sentence."""
        if self.state.phase == "speaking":
            return tr("Speaking.")
        if self.state.busy or not self.ready:
            request = self._worker.current or self.current
            started_at = (self.current if self.state.busy else request).started_at
            sentence = request.progress_sentence(self._clock() - started_at)
        else:
            sentence = tr("Ready.")
        self.tell("status", sentence)
        return sentence

    def quit(self) -> None:
        """End the program."""
        self._event_loop.stop()

    def freeze_desktop(self) -> None:
        """Take a picture of the desktop, and then open an overlay over it: see `on_frozen`."""
        overlay = self.state.overlay
        request = self.new_request(overlay.kind)
        self._overlay.freeze(request, lambda failure: self._event_loop.post(self.on_frozen, overlay.ticket, failure))
        self._speech.tone("heard")
        self._worker.prepare(request, self._tasks.preload, what_failed="the model could not be loaded")

    def on_frozen(self, ticket: int, failure: AssistantError | None) -> None:
        """Open the overlay over the frozen desktop, or report why there is none."""
        if ticket == self.state.overlay.ticket:  # and not that of an overlay that was closed meanwhile
            self._overlay.failure = failure
        self.apply(overlay_state.on_frozen(self.state, ticket, failure.code if failure is not None else ""))

    def report_freeze_failure(self) -> None:
        """Say why the desktop could not be frozen."""
        if self._overlay.failure is not None:
            self.fail(self.current.id, self._overlay.failure)

    def open_overlay(self) -> None:
        """Open the palette, or the region selector in its place."""
        self._overlay.open(self.state.overlay)

    def use_frozen_desktop(self) -> None:
        """Let the next request use the frozen desktop; the last action is the part of it that was chosen."""
        self._overlay.use(self.state.last_action)

    def close_overlay(self) -> None:
        """Close the overlay and drop its frozen desktop."""
        self._overlay.close(self.state.overlay.ticket, restore_focus=False)

    def close_overlay_and_restore_focus(self) -> None:
        """Close the overlay, and give the focus back to the window that had it."""
        self._overlay.close(self.state.overlay.ticket, restore_focus=True)

    def _show_picture_of(self, request: Request) -> None:
        self.last_answer.conversation = request.conversation
        self.last_answer.title = request.title
        if self._view is not None:
            self._view.show_picture(request.captured, request.title)

    def _start_loading(self) -> None:
        self.make_current(self.new_request())
        self.current.stage = "load"

    def _speak_as_new_request(self, sentences: list[str]) -> None:
        """Speak the sentences as a request of their own."""
        self.make_current(self.new_request())
        self.current.sentences = sentences
        self._worker.work_on(self.current, self._tasks.repeat)

    def _speak_in_current(self, sentences: list[str]) -> None:
        """Speak the sentences as part of the current request."""
        self.unmute()
        for sentence in sentences:
            self._speech.say(sentence, self.current.id, language=language_of(sentence))


def _spelled(word: str, language: str | None) -> str:
    """Return the sentence that spells a word; a long number, which is said digit by digit, is not said before it."""
    letters = ", ".join(spelling.spell(word, language))
    return f"{letters}." if word.isdecimal() and len(word) >= LEAST_DIGITS else f"{word}: {letters}."
