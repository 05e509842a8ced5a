"""Reports a question while it is answered, by event and by voice: progress, text, sentences and notices."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from edge_assistant.assistant import cut_answers, picture_checks
from edge_assistant.assistant.answer_run import AnswerRun
from edge_assistant.assistant.events import Event, NoticeEvent, SentenceEvent, StageEvent, TokenEvent
from edge_assistant.assistant.glance_text import GlanceText
from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.engine.messages import (
    DEVICE_FAILED,
    DEVICE_WRONG,
    DeviceFailed,
    DeviceWrong,
    Done,
    StageProgress,
    TextDelta,
    TextKind,
    TurnsDropped,
)
from edge_assistant.system.i18n import tr, tr_count
from edge_assistant.system.shown_text import heard
from edge_assistant.system.text_cleaning import clean_answer
from edge_assistant.text.languages import is_other_language
from edge_assistant.text.no_text import says_no_text


class SpeechOutput(Protocol):
    """The part of a speaker that the assistant uses."""

    def say(self, text: str, *, language: str | None = None) -> None:
        """Speak a sentence after those before it; return at once.

        `language` is the code of the sentence's language, by default that of our own sentences.
        """

    def stop(self) -> None:
        """Stop speaking at once."""

    def wait(self, timeout: float) -> bool:
        """Block until all is spoken; return False when `timeout` seconds were too few."""


class AnswerReporter:
    """Turns the engine's replies into events and speech; nothing is spoken after `cancelled` is set.

    `on_event` is called on the thread that asks. `only_answers` is as in AnswerOptions.
    """

    def __init__(
        self,
        voice: SpeechOutput | None,
        on_event: Callable[[Event], None],
        cancelled: threading.Event,
        way_on: Callable[[], str] = str,
    ) -> None:
        """`way_on` returns the sentence that says how to go on with an answer that was cut off; "" where none does."""
        self.emit = on_event
        self.only_answers = False
        self._voice = voice
        self._cancelled = cancelled
        self._way_on = way_on
        self._glance_text: GlanceText | None = None

    @property
    def is_cancelled(self) -> bool:
        """Whether what is reported was cancelled."""
        return self._cancelled.is_set()

    def begin_glance_text(self, run: AnswerRun, text: PictureText, letters: int) -> None:
        """Say of the picture's text what fits into so many `letters`, as soon as it is there, before the answer."""
        self._glance_text = run.glance_text = GlanceText(
            text,
            letters,
            lambda code, message: self.emit(NoticeEvent(run.index, code, message)),
            self.say,
            self.is_speaking,
            self.stop_speech,
        )

    def notice(self, index: int, code: str, message: str) -> None:
        """Report something that does not end the request, by event and by voice."""
        self.emit(NoticeEvent(index, code, message))
        if self._glance_text is not None:
            self._glance_text.note_other()
        self.say(heard(message), code)

    def say(self, text: str, code: str = "", *, language: str | None = None) -> None:
        """Speak, unless it is a notice with a `code` that is not wanted; `language` is as for SpeechOutput."""
        unwanted = self.only_answers and code in picture_checks.UNSPOKEN_IF_BRIEF
        if self._voice and not (unwanted or self._cancelled.is_set()):
            self._voice.say(text, language=language)

    def announce_progress(self, text: str) -> None:
        """Speak a sentence of progress while the user waits."""
        self.say(text, "waiting")

    def is_speaking(self) -> bool:
        """Return whether something is still to be heard."""
        return self._voice is not None and not self._voice.wait(0.0)

    def stop_speech(self) -> None:
        """Stop speaking at once."""
        if self._voice:
            self._voice.stop()

    def handle_reply(
        self, run: AnswerRun, reply: StageProgress | TextDelta | TurnsDropped | DeviceFailed | DeviceWrong
    ) -> None:
        """Report one reply of the engine to the question of `run`."""
        if isinstance(reply, StageProgress):
            if reply.stage == "answer" and run.still_writing:
                run.still_writing.begin()
            if run.parts > 1:
                return  # all stages are over but the answer's, which seemed to be
            self.emit(StageEvent(run.index, reply.stage, round(reply.fraction, 3)))
            if run.glance_text is not None:
                run.glance_text.check()
            run.announcer.progress(reply.stage, reply.fraction)
        elif isinstance(reply, DeviceFailed):
            self.notice(run.index, DEVICE_FAILED, reply.message)
        elif isinstance(reply, DeviceWrong):
            self.notice(run.index, DEVICE_WRONG, reply.message)
        elif isinstance(reply, TurnsDropped):
            message = tr_count(
                "The conversation is long: the first question was left out, the picture stays.",
                "The conversation is long: the first {number} questions were left out, the picture stays.",
                reply.count,
            )
            self.notice(run.index, "turns-dropped", message)
        else:
            self._add_delta(run, reply)

    def finish(self, run: AnswerRun, done: Done) -> None:
        """Report the text held back so far, the last sentences, and why the answer was cut off, if it was.

        Of an answer that was cut off and can go on, the sentence that it was in is left out: half a sentence sounds
        like a whole one. Of one that repeats itself, something is spoken in any case.
        """
        if run.still_writing:
            run.still_writing.end()
        self._add_text(run, "thinking", run.cleaners["thinking"].finish())
        self._add_text(run, "answer", run.cleaners["answer"].finish())
        answer = clean_answer(done.answer)
        is_cut = done.stop in cut_answers.NOTICE_CODES
        self._speak_pieces(run, run.splitter.feed(run.plain_text.finish(cut=is_cut)))
        if is_cut and not run.is_full and not cut_answers.ends_with_item(run.raw_answer(answer)):
            unfinished = run.splitter.drop_unfinished()
            self._speak_pieces(run, run.splitter.finish())
            if done.stop == "loop" and not run.shown:
                self._speak_pieces(run, run.splitter.feed(unfinished))
        self._speak_pieces(run, run.splitter.finish())
        if run.is_foreign:
            return  # it is asked for again
        if done.stop not in ("end", "budget"):
            self._speak_unsaid(run)
        elif run.may_be_empty and not run.shown:
            self.notice(run.index, *cut_answers.no_text())
        if done.loops and done.stop != "loop" and run.shown:
            self.notice(run.index, *cut_answers.repeated())
        if run.is_full:
            self.notice(run.index, *cut_answers.no_room())
        elif run.continues is not None and not answer.strip() and done.stop == "end":
            self.notice(run.index, *cut_answers.complete())
        elif is_cut and (answer or run.continues is not None):
            continues, way_on = run.continues is not None, self._way_on()
            self.notice(
                run.index,
                *cut_answers.notice(done.stop, spoke=bool(run.shown), continues=continues, way_on=way_on),
            )

    def resume(self, run: AnswerRun) -> None:
        """Read again what was written of the answer that `run` continues, without speaking it again."""
        if run.continues is not None:
            run.spoken.expect(run.continues.spoken)
            self._speak_pieces(run, run.splitter.feed(run.plain_text.feed(run.continues.raw)))

    def _speak_pieces(self, run: AnswerRun, pieces: list[str]) -> None:
        """Speak and show pieces of plain text, each a sentence with the space around it."""
        for piece in pieces:
            if self._cancelled.is_set() or run.is_foreign:
                return
            sentence = piece.strip()
            language = run.language.language_of(sentence)  # also of what was heard: it may go on in the same one
            if not run.spoken.is_new(piece) or not sentence:
                continue
            if run.may_be_empty and not (run.shown or run.unsaid) and says_no_text(sentence):
                run.unsaid = piece  # until more comes
                continue
            self._speak_unsaid(run)
            if run.wanted_language and not run.shown and is_other_language(sentence, run.wanted_language):
                if not run.asked_again:
                    run.is_foreign = True
                    return
                self.notice(run.index, "other-language", tr("The model answers in another language."))
            self._speak_sentence(run, piece, language)

    def _speak_unsaid(self, run: AnswerRun) -> None:
        """Speak the sentence that seemed to say that there is no text, after which more came."""
        unsaid, run.unsaid = run.unsaid, ""
        if unsaid and not self._cancelled.is_set():
            self._speak_sentence(run, unsaid, run.language.language_of(unsaid.strip()))

    def _speak_sentence(self, run: AnswerRun, piece: str, language: str) -> None:
        sentence = piece.strip()
        if run.first_sentence is None:
            run.first_sentence = run.elapsed()
            if run.text is not None:
                run.text.go_on()  # there is something to hear meanwhile, and the answer will be compared with it
        before = _space_before(piece) if run.shown else ""
        run.shown += before + sentence
        if run.glance_text is not None:
            run.glance_text.end()
        self.say(sentence, language=language)
        if run.still_writing:
            run.still_writing.note_sentence()
        self.emit(SentenceEvent(run.index, sentence, before, language))

    def _add_delta(self, run: AnswerRun, delta: TextDelta) -> None:
        if run.first_token is None:
            run.first_token = run.elapsed()
        run.tokens += 1
        if delta.kind == "answer":
            self._add_text(run, "thinking", run.cleaners["thinking"].finish())
        self._add_text(run, delta.kind, run.cleaners[delta.kind].feed(delta.text))

    def _add_text(self, run: AnswerRun, kind: TextKind, text: str) -> None:
        """Add cleaned text: from here on, events, speech and JSON output have the same text."""
        if not text:
            return
        self.emit(TokenEvent(run.index, kind, text))
        if kind == "thinking":
            run.reasoning += text
            return
        run.answer += text
        self._speak_pieces(run, run.splitter.feed(run.plain_text.feed(text)))


def _space_before(piece: str) -> str:
    """Return the space or the line ends that a piece of the text begins with."""
    space = piece[: len(piece) - len(piece.lstrip())]
    return "\n" * min(space.count("\n"), 2) or space[:1]
