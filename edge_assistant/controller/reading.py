"""Readings by text recognition: one at a time, beside the worker thread, so that no model that loads delays them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Protocol

from edge_assistant.assistant.events import ErrorEvent, Event, ReadEvent, ReadTimings, SentenceEvent
from edge_assistant.assistant.text_reading import ReadingOutcome, read_text
from edge_assistant.controller.event_loop import EventLoop
from edge_assistant.controller.read_aloud import ReadAloud
from edge_assistant.controller.request import Request
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.ocr.spoken_lines import Spoken
from edge_assistant.system.errors import AssistantError, CancelledError, run_safely
from edge_assistant.system.i18n import catalogue_language, tr
from edge_assistant.text.languages import LanguageTracker, Sentence

_BEHIND_TEXT = 1_000_000
"""The paragraph of what is said behind the text."""


class ReadingListener(Protocol):
    """The receiver of what becomes of a reading; all of it is called on the event loop's thread."""

    def on_reading_begun(self, request: Request) -> None:
        """Handle that there is something to read aloud."""

    def on_recognised(self, request: Request, *, model_reads: bool) -> None:
        """Handle the end of recognition; with `model_reads` the model is to read now."""

    def on_ended(self, request: Request) -> None:
        """Handle that everything was spoken, or nothing more is to be."""


class Readings:
    """The reading that is heard, or was last; `listener` is set before the first.

    Its methods belong to the event loop's thread.
    """

    listener: ReadingListener

    def __init__(self, event_loop: EventLoop, speech: SpeechChannel, on_event: Callable[[Event], None]) -> None:
        self._event_loop = event_loop
        self._speech = speech
        self._on_event = on_event
        self._aloud: ReadAloud | None = None

    @property
    def current(self) -> ReadAloud | None:
        """The reading that can be steered, None where there is none."""
        return self._aloud if self._aloud is not None and self._aloud.can_be_steered else None

    @property
    def line_index(self) -> int:
        """See ReadAloud.line_index; of the last reading."""
        return self._aloud.line_index if self._aloud is not None else 0

    def start(self, request: Request) -> None:
        """Recognise the text of the request's picture, and read it aloud as it comes."""
        aloud = self._begin(request, lambda: self._end(request))
        run = partial(self._recognise, request, aloud)
        thread = threading.Thread(target=run, name="reading", daemon=True)
        failure = run_safely(thread.start, "a reading could not start")
        if failure is not None:
            self._fail(request, failure)
            self._finish(request, aloud, ReadingOutcome())

    def start_again(self, request: Request, spoken: list[Spoken], sentences: list[Sentence]) -> None:
        """Read the sentences of an earlier reading aloud again."""
        aloud = self._begin(request, lambda: self._end(request))
        for line in request.text.lines if request.text is not None else ():
            aloud.add_line(line)
        for each, sentence in zip(spoken, sentences, strict=True):
            aloud.add(each, sentence)
        aloud.complete()

    def fail(self, request: Request, failure: AssistantError) -> None:
        """Say why there is nothing to read, and end the request when that was spoken."""
        aloud = self._begin(request, lambda: self._end(request))
        self._fail(request, failure)
        self._finish(request, aloud, ReadingOutcome())

    def of(self, request_id: int) -> ReadAloud | None:
        """Return the reading of a request, None where it has none."""
        return self._aloud if self._aloud is not None and self._aloud.request_id == request_id else None

    def steer(self, action: str) -> bool:
        """Do one of READING_ACTIONS; return False where nothing is read."""
        aloud = self.current
        if aloud is None:
            return False
        match action:
            case "pause":
                aloud.toggle_pause()
            case "next-line" | "previous-line":
                aloud.move(1 if action == "next-line" else -1)
            case _:
                aloud.move_by_paragraph(1 if action == "next-paragraph" else -1)
        return True

    def _begin(self, request: Request, on_end: Callable[[], None]) -> ReadAloud:
        if self._aloud is not None:
            self._aloud.stop()
        self._aloud = aloud = ReadAloud(request.id, self._speech, self._event_loop.wake, on_end)
        failure = aloud.start()
        if failure is not None:
            self._fail(request, failure)
            self._end(request)
        return aloud

    def _end(self, request: Request) -> None:
        if not request.model_reads:
            self._event_loop.post(self.listener.on_ended, request)

    def _recognise(self, request: Request, aloud: ReadAloud) -> None:
        """Recognise, on a thread of its own."""
        outcome = ReadingOutcome()

        def read() -> None:
            nonlocal outcome
            outcome = self._read(request, aloud)

        failure = run_safely(read, "a reading failed")
        if isinstance(failure, CancelledError) or request.is_cancelled():
            aloud.stop()
        elif failure is not None:
            self._fail(request, failure)
        self._finish(request, aloud, outcome)

    def _read(self, request: Request, aloud: ReadAloud) -> ReadingOutcome:
        text = request.text
        assert text is not None
        tracker = LanguageTracker(catalogue_language(), follow=True)

        def take(spoken: Spoken) -> None:
            sentence = Sentence(spoken.text, tracker.language_of(spoken.text))
            if not request.spoken:
                self._event_loop.post(self.listener.on_reading_begun, request)
            request.spoken.append(spoken)
            request.sentences.append(sentence)
            request.answer.append(spoken.shown)
            self._on_event(SentenceEvent(request.id, spoken.shown, "\n", sentence.language))
            aloud.add(spoken, sentence)

        outcome = read_text(
            text,
            request.require_picture(),
            request.options.reader,
            aloud.add_line,
            take,
            request.is_cancelled,
            way_to_model=("other-reader", tr("The same shortcut lets the model read.")),
        )
        if outcome.model_reads and not request.is_cancelled():
            _hand_over(request, aloud)
        if outcome.failure is not None and not request.spoken:
            self._fail(request, outcome.failure)
        for code, message in outcome.notices:
            self._tell(request, aloud, code, message)
        if outcome.failure is not None and request.spoken:
            self._on_event(ErrorEvent.from_error(request.id, outcome.failure))
            _add(request, aloud, str(outcome.failure))
        return outcome

    def _tell(self, request: Request, aloud: ReadAloud, code: str, message: str) -> None:
        """Tell a notice: behind the lines, where there are any; whoever hears them again hears it again."""
        if not request.options.speaks(code):
            request.show_notice(code, message)
        elif request.spoken:
            request.show_notice(code, message)
            _add(request, aloud, message)
        else:
            request.notice(code, message)
            request.sentences.append(message)

    def _fail(self, request: Request, failure: AssistantError) -> None:
        request.failure = failure
        self._on_event(ErrorEvent.from_error(request.id, failure))
        self._speech.say(failure.spoken, request.id)

    def _finish(self, request: Request, aloud: ReadAloud, outcome: ReadingOutcome) -> None:
        request.model_reads = outcome.model_reads and not request.is_cancelled()
        aloud.complete()
        if not request.is_cancelled():
            if outcome.page is not None:
                self._on_event(ReadEvent.from_page(request.id, outcome.page, ReadTimings()))
            self._event_loop.post(self.listener.on_recognised, request, model_reads=request.model_reads)


def _hand_over(request: Request, aloud: ReadAloud) -> None:
    """Drop the few lines that were read: the model reads all of it, and is not to be interrupted by them."""
    request.model_reads = True
    for each in (request.spoken, request.sentences, request.answer):
        each.clear()
    aloud.stop()


def _add(request: Request, aloud: ReadAloud, message: str) -> None:
    """Add a sentence of ours behind the lines of the text."""
    spoken, sentence = Spoken(message, (), _BEHIND_TEXT), Sentence(message, None)
    request.spoken.append(spoken)
    request.sentences.append(sentence)
    aloud.add(spoken, sentence)
