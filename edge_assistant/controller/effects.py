"""The effects of the state machines, one method for each state.Effect, and what they need: the state, the current
request and the last answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from edge_assistant.assistant.conversation import Conversation
from edge_assistant.assistant.events import ErrorEvent, Event, NoticeEvent
from edge_assistant.assistant.options import RequestSettings
from edge_assistant.assistant.picture_text import PictureText, text_of
from edge_assistant.assistant.text_search import Match
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller import overlay_state
from edge_assistant.controller import state as state_machine
from edge_assistant.controller.event_loop import EventLoop
from edge_assistant.controller.finding import Finder
from edge_assistant.controller.frozen_desktop import FrozenDesktop
from edge_assistant.controller.global_hotkeys import GlobalHotkeys
from edge_assistant.controller.history import History
from edge_assistant.controller.latency import detail_sentence
from edge_assistant.controller.lines import FocusBefore, LinesSource
from edge_assistant.controller.overlay import Overlay
from edge_assistant.controller.reading import Readings
from edge_assistant.controller.request import LastAnswer, Request, without_notices
from edge_assistant.controller.request_tasks import RequestTasks
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.controller.state import State
from edge_assistant.controller.view import OverlayView, View
from edge_assistant.controller.worker import RequestWorker
from edge_assistant.engine.task_entries import Mode
from edge_assistant.hotkeys.actions import question_name
from edge_assistant.ocr.client import TextReader
from edge_assistant.system.errors import AssistantError, CancelledError, run_safely
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

_LOCATE_ID = -1
"""The number of what the model looks for; no request has it, so nothing is spoken of it as of one."""

_NO_ANSWER = tr_noop("There is no answer yet.")


_GOODBYE_S = 3.0
"""Time that the last sentence of the program has to be spoken."""


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
        hotkeys: GlobalHotkeys,
        text_reader: TextReader | None = None,
    ) -> None:
        self._event_loop = event_loop
        self._worker = worker
        self._tasks = tasks
        self._speech = speech
        self._on_event = on_event
        self._clock = clock
        self._view = view
        self._hotkeys = hotkeys
        self.text_reader = text_reader or TextReader()
        self.readings = Readings(event_loop, speech, on_event)
        self._overlay = Overlay(overlay_view, view, worker, tasks)
        self.finder = Finder(
            event_loop,
            self.text_reader,
            view,
            overlay_view,
            self._say_at_once,
            self.tell,
            self._close_for_click,
            self._locate,
        )
        self.state = State()
        self.ready = False
        """Whether the model is there, or its failure was reported."""
        self.options = RequestSettings()
        self.spoken_language: str | None = None
        """The language of the answers, as a code such as de."""
        self.questions: Mapping[str, str] = {}
        """The texts of the person's own questions, by their names."""
        self.last_answer = LastAnswer()
        self.history = History()
        self.focus_before_lines, self.focus_before_list = FocusBefore(), FocusBefore()
        self.change_voice: Callable[[str], str] = lambda _: ""
        """Does one of VOICE_ACTIONS; returns the sentence about it."""
        self._was_heard = False  # whether anything was spoken when it was silenced last
        self.next_tick = 0.0
        self._target: Path | int | None = None  # of "describe_target"
        self._target_mode: Mode = "glance"
        self.before_answer: Callable[[bool], None] = lambda _: None
        """Called before each answer about a picture."""
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
        is_detail: bool = False,
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
            is_detail=is_detail,
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

    def report(self, code: str, message: str) -> str:
        """Show a notice, and speak it at once; an answer that it interrupts goes on behind it. Return the message."""
        self._on_event(NoticeEvent(self.current.id, code, message))
        self._speech.interject(message, once=code == "status")
        return message

    def fail(self, id: int, error: AssistantError) -> None:
        """Speak and show an error."""
        self._on_event(ErrorEvent.from_error(id, error))
        self._speech.say(error.spoken)

    def silence(self) -> None:
        """Stop speaking at once; later texts are spoken. A reading is paused."""
        self._was_heard = self._speech.pending() > 0
        if reading := self.readings.current:
            reading.pause()
        self._speech.silence()

    def cancel_request(self) -> None:
        """Stop working on the current request, and speak nothing more of it."""
        self.mute()
        if reading := self.readings.of(self.current.id):
            reading.stop()
        self._tasks.cancel(self.current)

    def mute(self) -> None:
        """Continue working on the current request, but speak nothing more of it."""
        if reading := self.readings.of(self.current.id):
            self._note_place()
            reading.mute()
        self._speech.select_request(None)

    def unmute(self) -> None:
        """Speak for the current request again."""
        self._speech.select_request(self.current.id)
        if reading := self.readings.of(self.current.id):
            reading.resume()

    def capture(self) -> None:
        """Take the picture of a new request: see `on_captured` for what comes after it."""
        state, has_target = self.state, self.state.task == "describe_target"
        own_question = self.questions.get(question_name(state.last_action))
        mode: Mode = "detail" if own_question else _MODES.get(state.last_action, "glance")
        request = self.new_request(
            state.last_action,
            mode=self._target_mode if has_target else mode,
            question=None if has_target else own_question,
            target=self._target if has_target else None,
            frozen_desktop=self._overlay.selected,
        )
        self._overlay.selected = None
        self.make_current(request)
        if request.reads_text or state.task == "lines":
            run_safely(
                threading.Thread(target=self.text_reader.warm, name="warm", daemon=True).start, "nothing was warmed"
            )
        request.take_picture(partial(self._event_loop.post, self.on_captured, request))
        self._speech.tone("heard", request.id)
        if not request.reads_text and state.task != "lines":
            self._worker.prepare(request, self._tasks.preload, what_failed="the model could not be loaded")
        request.allow_speech()

    def on_captured(self, request: Request) -> None:
        """Show the new picture and start its conversation; then let it be answered, or ask for the question."""
        if request is self.current and request.captured is not None and not request.is_cancelled():
            request.text = text_of(self.text_reader, request.captured, request.title)
            self.last_answer.reasoning = ""
            self._show_picture_of(request)
            if request.question is not None and self._view is not None:
                self._view.show_question(request.id, request.question)
        has_picture = request.captured is not None and request.failure is None
        self.apply(state_machine.on_captured(self.state, request.id, has_picture=has_picture))

    def answer(self) -> None:
        """Answer the current request, or report why there is no picture. Recognised text waits for no model."""
        if self.current.failure is None:
            self.before_answer(self._is_told_of_demo)
        if not self.current.reads_text:
            self.let_model_read()
        elif self.current.failure is not None:
            self.readings.fail(self.current, self.current.failure)
        else:
            self.readings.start(self.current)

    @property
    def _is_told_of_demo(self) -> bool:
        """Whether a model answers now, which says of itself if it is only the demo; of files it does not."""
        captured = self.current.captured
        return not self.current.reads_text and captured is not None and captured.origin != "file"

    def let_model_read(self) -> None:
        """Let the model answer the current request."""
        self._worker.work_on(self.current, self._tasks.answer)

    def on_reading_begun(self, request: Request) -> None:
        """See ReadingListener: what is kept of an answer is kept from the first line on."""
        if request is self.current and not request.is_cancelled():
            last_answer = self.last_answer
            last_answer.captured, last_answer.text = request.captured, request.text
            last_answer.spoken, last_answer.sentences = request.spoken, request.sentences
            last_answer.answer, last_answer.was_read, last_answer.read_index = request.answer, True, 0
        self.apply(state_machine.on_reading_begun(self.state, request.id))

    def _note_place(self) -> None:
        """Keep the line at which the reading is."""
        if self.last_answer.text is not None and self.last_answer.text is self.current.text:
            self.last_answer.read_index = self.readings.line_index

    def describe_in_detail(self) -> None:
        """Describe the kept picture in detail."""
        mode: Mode = "read" if self.last_answer.was_read else "detail"
        request = self.new_request(self.state.last_action, mode=mode, is_detail=True)
        if self.last_answer.captured is not None:
            request.captured, request.title = without_notices(self.last_answer.captured), self.last_answer.title
            request.text = self.last_answer.text
        self.make_current(request)
        self._speech.tone("heard", request.id)
        request.notice("detail", detail_sentence(self._tasks.expected_seconds(request), reads=mode == "read"))
        self._show_picture_of(request)
        self.answer()

    def prompt_for_question(self) -> None:
        """Keep the current picture, and ask for the question about it."""
        request = self.current
        self.last_answer.captured, self.last_answer.text = request.captured, request.text
        if request.text is not None:
            request.text.start(beside_model=True)  # it is there when the question is
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
        request.text = last_answer.text
        self.make_current(request)
        if self._view is not None:
            self._view.show_question(request.id, self._question)
        self._speech.tone("heard", request.id)
        self.answer()

    def go_on(self) -> None:
        """Go on with the last answer; recognised text is read by the model."""
        last_answer = self.last_answer
        if last_answer.was_read and not last_answer.conversation.turns:
            self.describe_in_detail()
            return
        request = self.new_request(mode="detail", conversation=last_answer.conversation, more=True)
        if last_answer.captured is not None:
            request.captured, request.text = without_notices(last_answer.captured), last_answer.text
        self.make_current(request)
        if self._view is not None:
            self._view.show_more(request.id, continues=request.continues)
        self._speech.tone("heard", request.id)
        self.answer()

    def let_speak_on(self) -> None:
        """Let what was said so far be heard to its end, while the next request is worked on."""
        if self.readings.current is not None:
            self.silence()
            self.cancel_request()
        self.current.cancel()
        self._speech.recheck_waiters()

    def report_no_answer(self) -> None:
        """Say that there is no answer to go on with."""
        self.tell("no-answer", tr("There is no answer to go on with. Describe something, or ask a question first."))

    def open_history(self) -> str:
        """Open the list of the last answers; where there is no window, say one after the other."""
        if not self.history.answers:
            self.focus_before_list.end(restore=True)
            return self.report("no-answer", tr(_NO_ANSWER))
        if self._view is None:
            return self.walk_history(1)
        self.apply(state_machine.on_history(self.state, self._clock()))
        if not self._view.is_in_front():
            self.focus_before_list.ask()
        self._view.open_history(self.history.answers, self._clock())
        return ""

    def walk_history(self, step: int) -> str:
        """Say an earlier answer (1) or a later one (-1), or that there is none."""
        found = self.history.walk(step)
        if found is None:
            return self.report("no-answer", tr("No earlier answer.") if step > 0 else tr("No later answer."))
        (number, answer), count = found, len(self.history.answers)
        self.apply(state_machine.on_history(self.state, self._clock()))
        about = answer.about(self._clock())
        self._speech.say(tr("{number} of {count}, {about}.", number=number, count=count, about=about))
        for sentence in answer.sentences:
            self._speech.say(sentence, language=language_of(sentence))
        return answer.text

    def slower(self) -> str:
        """Make the voice slower."""
        return self.change_voice("slower")

    def faster(self) -> str:
        """Make the voice faster."""
        return self.change_voice("faster")

    def quieter(self) -> str:
        """Make the voice quieter."""
        return self.change_voice("quieter")

    def louder(self) -> str:
        """Make the voice louder."""
        return self.change_voice("louder")

    def report_muted(self) -> None:
        """Say that the request goes on unheard, unless one has just heard the speech end."""
        self._report_unless_heard(tr("Silent. Press again to cancel."))

    def report_stopped(self) -> None:
        """Say that the request was stopped, unless one has just heard the speech end."""
        self._report_unless_heard(tr("Stopped."))

    def report_ended_answer(self) -> None:
        """Say that there will be no answer; that speech ended does not tell it, since that may have been a title."""
        self._speech.say(tr("The answer was stopped."))

    def report_nothing_to_stop(self) -> None:
        """Say that there is nothing to stop, unless one has just heard a notice end."""
        self._report_unless_heard(tr("There is nothing to stop."))

    def open_spelling(self) -> None:
        """Open the list of the last answer's words, or say that there is none."""
        words = spelling.words_of(" ".join(self.last_answer.answer))
        if self._view is None or not words:
            self.focus_before_list.end(restore=True)
            self.tell("no-answer", tr(_NO_ANSWER))
            return
        if not self._view.is_in_front():
            self.focus_before_list.ask()
        self._view.open_spelling(words)

    def open_keys(self) -> None:
        """Open the list of all keys."""
        if self._view is not None:
            self._view.open_keys()

    def switch_key_help(self) -> None:
        """Turn key help on or off."""
        if self._view is not None:
            self._view.switch_key_help()

    def spell_aloud(self) -> None:
        """Spell the last answer word by word."""
        words = spelling.words_of(" ".join(self.last_answer.answer))
        language = self.spoken_language
        sentences = [_spelled(word, language) for word in words]
        self._speak_as_new_request(sentences or [tr(_NO_ANSWER)])

    @property
    def text_to_list(self) -> PictureText | None:
        """The text of the picture that is worked on, or else of the kept one; None where there is neither."""
        if self.state.busy and self.current.captured is not None and self.current.text is not None:
            return self.current.text
        return self.last_answer.text

    def open_lines(self) -> None:
        """Open the list of the lines of the picture, which is read now if it is not yet."""
        last_answer, text = self.last_answer, self.text_to_list
        if self.state.task == "lines" or text is not last_answer.text:
            last_answer.captured, last_answer.text = self.current.captured, self.current.text
            last_answer.title = self.current.title
        if self._view is None or last_answer.captured is None or last_answer.text is None:
            return
        if not self._view.is_in_front():
            self.focus_before_lines.ask()
        self._view.open_lines(
            LinesSource(last_answer.text, last_answer.captured, last_answer.title, last_answer.read_index)
        )

    def report_no_picture(self) -> None:
        """Say that there is no picture to ask about."""
        self.tell("no-picture", tr("There is no picture to ask about. Describe something first."))

    def repeat_answer(self) -> None:
        """Speak the last answer again."""
        last_answer = self.last_answer
        if last_answer.spoken:
            self.make_current(self.new_request())
            self.current.text = last_answer.text
            sentences = [Sentence(each, language_of(each)) for each in last_answer.sentences]
            self.readings.start_again(self.current, last_answer.spoken, sentences)
            return
        self._speak_as_new_request(self.last_answer.sentences or [tr(_NO_ANSWER)])

    def repeat_partial_answer(self) -> str:
        """Speak again what there is of the current answer, and continue with it; without any, say the status."""
        if not self.current.sentences:
            return self.report_status()
        if reading := self.readings.of(self.current.id):
            self._speech.select_request(self.current.id)
            reading.restart()
            return ""
        self.silence()
        self._speak_in_current(list(self.current.sentences))
        return ""

    def repeat_missed_answer(self) -> None:
        """Speak what the last request answered while an overlay was open, or why it failed."""
        missed = self.current
        if missed.spoken:
            self.repeat_answer()
            return
        self._speak_as_new_request(missed.sentences or [missed.failure.spoken if missed.failure else tr(_NO_ANSWER)])

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
        last_answer.spoken, last_answer.was_read, last_answer.read_index = [], False, 0
        self.history.forget()
        self.text_reader.cancel()
        last_answer.conversation = Conversation()
        self._start_loading()
        if self._view is not None:
            self._view.clear()
        self._worker.work_on(self.current, self._tasks.forget_all, even_if_cancelled=True)

    def forget_picture(self) -> None:
        """Drop the kept picture, and the places of its text; what was said of it can be repeated."""
        for text in (self.last_answer.text, self.current.text):
            if text is not None:
                text.cancel()
        self.last_answer.spoken = [replace(each, lines=()) for each in self.last_answer.spoken]
        self.last_answer.read_index = 0
        self.last_answer.captured = self.last_answer.text = None
        if self._view is not None:
            self._view.show_picture(None, "")

    def report_status(self) -> str:
        """Speak the status at once, and then on with what it interrupts; return the sentence."""
        if (reading := self.readings.current) and reading.mode == "paused":
            sentence = tr("Reading is paused.")
        elif self.state.phase == "speaking":
            sentence = tr("Speaking.")
        elif self.state.busy or not self.ready:
            request = self._worker.current or self.current
            started_at = (self.current if self.state.busy else request).started_at
            sentence = request.progress_sentence(self._clock() - started_at)
        else:
            sentence = tr("Ready.")
        if self._hotkeys.are_off:
            sentence = " ".join((sentence, tr("Shortcuts are off.")))
        return self.report("status", sentence)

    def switch_shortcuts(self) -> str:
        """Give all shortcuts but that of this action to other programs, or take them back; return the sentence."""
        sentence = self._hotkeys.switch()
        self.tell("keys", sentence)
        if self._view is not None:
            self._view.show_shortcuts(off=self._hotkeys.are_off)
        return sentence

    def quit(self) -> None:
        """End the program for the person, who hears that it ends: nothing else would tell."""
        self.end()  # once this is done, also where it fails
        self.cancel_request()
        self.silence()
        self._speech.say(tr("Edge Assistant is closed."))
        self._speech.wait(_GOODBYE_S)

    def end(self) -> None:
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
        """Open the palette, or another overlay in its place."""
        overlay, frozen_desktop = self.state.overlay, self._overlay.frozen_desktop
        if overlay.kind == "find" and frozen_desktop is not None:
            failure = run_safely(partial(self.finder.open, overlay.ticket, frozen_desktop), "nothing can be found")
            if failure is not None:
                self.apply(overlay_state.on_dismiss(self.state, overlay.ticket))
                self.fail(self.current.id, failure)
                return
        self._overlay.open(overlay, tuple(self.questions))

    def use_frozen_desktop(self) -> None:
        """Let the next request use the frozen desktop; the last action is the part of it that was chosen."""
        self._overlay.use(self.state.last_action)

    def close_overlay(self) -> None:
        """Close the overlay and drop its frozen desktop."""
        self.finder.close(put_pointer_back=False)
        self.focus_before_lines.remember(self._overlay.focused)
        self._overlay.close(self.state.overlay.ticket, restore_focus=False)

    def close_overlay_and_restore_focus(self) -> None:
        """Close the overlay, and give the focus back to the window that had it."""
        self.finder.close(put_pointer_back=True)
        self._overlay.close(self.state.overlay.ticket, restore_focus=True)

    def _close_for_click(self) -> None:
        self.apply(overlay_state.on_click(self.state))

    def _locate(
        self,
        captured: CapturedPicture,
        query: str,
        on_located: Callable[[tuple[Match, ...], AssistantError | None], None],
    ) -> Callable[[], None]:
        """Have the model look for something; see finding.Locate. A quiet tick says that it still does."""
        request = self.new_request("find", id=_LOCATE_ID)
        request.captured, request.is_quiet = captured, True
        done = threading.Event()

        def locate(_: Request) -> None:
            matches: tuple[Match, ...] = ()

            def run() -> None:
                nonlocal matches
                matches = self._tasks.locate(request, query)

            failure = run_safely(run, "the model found nothing")
            done.set()
            if not isinstance(failure, CancelledError):
                self._event_loop.post(on_located, matches, failure)

        def tick() -> None:
            while not done.wait(TICK_INTERVAL_S) and not request.is_cancelled():
                self._speech.tone("tick", if_idle=True)

        threading.Thread(target=tick, name="tick", daemon=True).start()
        self._worker.prepare(request, locate, what_failed="the model found nothing")
        return lambda: self._tasks.cancel(request)

    def _report_unless_heard(self, sentence: str) -> None:
        """Say a sentence about silence, unless the person has just heard that it came."""
        if not self._was_heard:
            self._speech.say(sentence)

    def _say_at_once(self, text: str) -> None:
        self.silence()
        self._speech.say(text)

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
