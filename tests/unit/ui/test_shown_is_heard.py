"""What is heard of an answer, what a terminal and the window show of it, and what is kept of it are one text."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from support.accessible_walk import application
from support.markup_forms import FORMS

from edge_assistant.assistant.answer_run import AnswerRun, ProgressAnnouncer
from edge_assistant.assistant.events import Event, SentenceEvent, cancelled
from edge_assistant.assistant.reporter import AnswerReporter
from edge_assistant.cli.output import TextOutput
from edge_assistant.engine.messages import Done, TextDelta
from edge_assistant.text.plain_text_stream import PlainTextStream
from edge_assistant.ui.conversation_view import ConversationView


class Heard:
    """A voice that notes down what it is to say."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str, **_: Any) -> None:
        self.said.append(text)

    def stop(self) -> None:
        raise AssertionError("nothing was to be silenced")

    def wait(self, timeout: float) -> bool:
        return timeout >= 0


def answered(pieces: Iterator[str], language: str) -> tuple[list[str], list[Event], str]:
    """What is said of an answer in these pieces, the events, and what is kept of it."""
    heard, events = Heard(), list[Event]()
    reporter = AnswerReporter(heard, events.append, threading.Event())
    run = AnswerRun(0, "What?", 0, ProgressAnnouncer(reporter.announce_progress))
    run.plain_text = PlainTextStream(language=language)
    raw = ""
    for piece in pieces:
        raw += piece
        reporter.handle_reply(run, TextDelta(1, "answer", piece))
    reporter.finish(run, Done(1, raw, "", "end", 0, 0, False, 0.0, 0.0, 1, 1.0))
    events.append(cancelled(0, "What?"))
    return heard.said, events, run.shown


def words(text: str) -> str:
    """The text without regard to line ends."""
    return re.sub(r"\s+", " ", text).strip()


@pytest.mark.parametrize(("raw", "language", "said"), FORMS)
def test_each_form_is_heard_as_it_is_shown(
    raw: str, language: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    application()
    heard, events, kept = answered((raw[i : i + 3] for i in range(0, len(raw), 3)), language)
    output, view = TextOutput(), ConversationView()
    for event in events:
        output.show(event)
        if isinstance(event, SentenceEvent):
            view.show_event(event)

    assert words(" ".join(heard)) == words(said)
    assert capsys.readouterr().out.removesuffix("\n") == kept
    assert view.toPlainText() == f"Answer: {kept}"
    assert view.answer == kept
    assert words(kept) == words(said)
