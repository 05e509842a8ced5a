"""Tests of AnswerReporter: how the end of an answer is reported by event and by voice."""

from __future__ import annotations

import threading

import pytest

from edge_assistant.assistant.answer_run import AnswerRun, ProgressAnnouncer
from edge_assistant.assistant.events import Event, NoticeEvent, SentenceEvent
from edge_assistant.assistant.reporter import AnswerReporter
from edge_assistant.engine.messages import Done, StopReason, TextDelta

CUT_OFF = "The answer was cut off here."
REPEATED = "The answer began to repeat itself, so it was stopped here."


class Listener:
    """One answer, as it is heard and as programs are told of it."""

    def __init__(self, *, only_answers: bool = False) -> None:
        self.heard: list[str] = []
        self.events: list[Event] = []
        self.cancelled = threading.Event()
        self.reporter = AnswerReporter(self, self.events.append, self.cancelled)
        self.reporter.only_answers = only_answers
        self.run = AnswerRun(0, "What?", 1, ProgressAnnouncer(self.heard.append))

    def say(self, text: str, **_: object) -> None:
        self.heard.append(text)

    def stop(self) -> None:
        pass

    def answer(self, *pieces: str, stop: StopReason, left: str | None = None) -> list[str]:
        """What is heard of an answer of these pieces, of which `left` is left."""
        for piece in pieces:
            self.reporter.handle_reply(self.run, TextDelta(1, "answer", piece))
        whole = "".join(pieces) if left is None else left
        self.reporter.finish(self.run, Done(1, whole.strip(), "", stop, 40, 0, False, 0.0, 0.0, 9, 1.0))
        return self.heard

    def notices(self) -> list[tuple[str, str]]:
        return [(event.code, event.message) for event in self.events if isinstance(event, NoticeEvent)]


@pytest.mark.parametrize("only_answers", [False, True])
@pytest.mark.parametrize(("stop", "code", "sentence"), [("length", "cut-off", CUT_OFF), ("loop", "loop", REPEATED)])
def test_an_answer_that_is_not_whole_is_called_so_behind_its_last_word(
    stop: StopReason, code: str, sentence: str, only_answers: bool
) -> None:
    listener = Listener(only_answers=only_answers)
    assert listener.answer("A dialog. ", "Buttons: Can", stop=stop) == ["A dialog.", "Buttons: Can", sentence]
    assert listener.notices() == [(code, sentence)]
    assert isinstance(listener.events[-2], SentenceEvent), "all of the answer comes before it"


@pytest.mark.parametrize("stop", ["end", "budget", "cancelled"])
def test_nothing_is_said_of_an_answer_that_ended_of_itself_or_was_stopped(stop: StopReason) -> None:
    listener = Listener()
    assert listener.answer("A dialog.", stop=stop) == ["A dialog."]
    assert listener.notices() == []


def test_the_beginning_of_another_copy_is_not_heard() -> None:
    listener = Listener()
    heard = listener.answer(
        "A dialog. Two ", "buttons.\n", "A dialog", ". Two", stop="loop", left="A dialog. Two buttons."
    )
    assert heard == ["A dialog.", "Two buttons.", "A dialog.", REPEATED]


def test_nothing_is_said_of_the_end_of_no_answer_nor_after_a_cancel() -> None:
    empty = Listener()
    assert empty.answer(stop="length") == []
    stopped = Listener()
    stopped.cancelled.set()
    assert stopped.answer("A dia", stop="length") == []
