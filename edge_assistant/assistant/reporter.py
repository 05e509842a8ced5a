"""What is shown and heard of a question while it is answered: stages, words, whole sentences, and what to know."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from edge_assistant.assistant import picture_checks
from edge_assistant.assistant.answer_run import AnswerRun
from edge_assistant.assistant.events import Event, NoticeEvent, SentenceEvent, StageEvent, TokenEvent
from edge_assistant.engine.messages import (
    DEVICE_FAILED,
    DeviceFailed,
    Done,
    Kind,
    StageProgress,
    TextDelta,
    TurnsDropped,
)
from edge_assistant.system.i18n import tr, tr_count
from edge_assistant.system.outside_text import clean_answer


class SpeechOutput(Protocol):
    """What the assistant needs of speech."""

    def say(self, text: str) -> None:
        """Speak a sentence after those before it; returns at once."""

    def stop(self) -> None:
        """Be silent at once."""


class AnswerReporter:
    """`on_event` is called on the thread that asks; after `cancelled` is set nothing more is said.

    With `only_answers` nothing is spoken but them and what must be known to judge them (see remarks.BESIDES).
    """

    def __init__(
        self, voice: SpeechOutput | None, on_event: Callable[[Event], None], cancelled: threading.Event
    ) -> None:
        self.event = on_event
        self.only_answers = False
        self._voice = voice
        self._cancelled = cancelled

    def notice(self, index: int, code: str, message: str) -> None:
        """Tell the person something that does not end the request, by event and by voice."""
        self.event(NoticeEvent(index, code, message))
        self.say(message, code)

    def say(self, text: str, code: str = "") -> None:
        """Speak; `code` tells what kind of notice it is."""
        left_out = self.only_answers and code in picture_checks.BESIDES
        if self._voice and not (left_out or self._cancelled.is_set()):
            self._voice.say(text)

    def say_waiting(self, text: str) -> None:
        """Speak of what takes so long."""
        self.say(text, "waiting")

    def silence(self) -> None:
        """Be silent at once."""
        if self._voice:
            self._voice.stop()

    def reply(self, work: AnswerRun, reply: StageProgress | TextDelta | TurnsDropped | DeviceFailed) -> None:
        """What the engine tells of the question `work`."""
        if isinstance(reply, StageProgress):
            self.event(StageEvent(work.index, reply.stage, round(reply.fraction, 3)))
            work.waiting.progress(reply.stage, reply.fraction)
        elif isinstance(reply, DeviceFailed):
            self.notice(work.index, DEVICE_FAILED, reply.message)
        elif isinstance(reply, TurnsDropped):
            message = tr_count(
                "The conversation is long: the first question was left out, the picture stays.",
                "The conversation is long: the first {number} questions were left out, the picture stays.",
                reply.count,
            )
            self.notice(work.index, "turns-dropped", message)
        else:
            self._piece(work, reply)

    def sentences(self, work: AnswerRun, sentences: list[str]) -> None:
        """Whole sentences of the answer."""
        for sentence in sentences:
            if self._cancelled.is_set():
                return
            if work.first_sentence is None:
                work.first_sentence = work.elapsed()
            self.say(sentence)
            self.event(SentenceEvent(work.index, sentence))

    def answered(self, work: AnswerRun, done: Done) -> None:
        """What waited for more text, the last sentences, and how the answer ended, where that was not of itself."""
        self._written(work, "thinking", work.cleaners["thinking"].finish())
        self._written(work, "answer", work.cleaners["answer"].finish())
        answer = clean_answer(done.answer)
        if done.stop == "loop":
            work.splitter.take_back(len(work.answer) - len(answer))
        self.sentences(work, work.splitter.finish())
        if answer and done.stop in picture_checks.ENDINGS:
            code, sentence = picture_checks.ENDINGS[done.stop]
            self.notice(work.index, code, tr(sentence))

    def _piece(self, work: AnswerRun, piece: TextDelta) -> None:
        if work.first_token is None:
            work.first_token = work.elapsed()
        work.tokens += 1
        if piece.kind == "answer":
            self._written(work, "thinking", work.cleaners["thinking"].finish())
        self._written(work, piece.kind, work.cleaners[piece.kind].feed(piece.text))

    def _written(self, work: AnswerRun, kind: Kind, text: str) -> None:
        """Clean text of the model: from here on what is shown, spoken and told to programs is the same."""
        if not text:
            return
        self.event(TokenEvent(work.index, kind, text))
        if kind == "thinking":
            work.reasoning += text
            return
        work.answer += text
        self.sentences(work, work.splitter.feed(text))
