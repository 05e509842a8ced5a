"""How an answer ends that the person cancels: its text is dropped from then on, whatever the engine still reports."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest
from PIL import Image

from edge_assistant.assistant.answer_generator import AnswerGenerator
from edge_assistant.assistant.answer_run import AnswerRun, ProgressAnnouncer
from edge_assistant.assistant.cut_answers import NOTHING_MORE
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.assistant.reporter import AnswerReporter
from edge_assistant.engine.messages import AskQuestion, Done
from edge_assistant.engine.task_table import load_table
from edge_assistant.system.errors import CancelledError, EngineError


class AnsweringEngine:
    """An engine that comes to the end of its answer, of which nothing was reported."""

    loaded = True

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self._meanwhile = meanwhile

    def ask(self, make: Callable[[int], AskQuestion], _: object) -> Done:
        make(1)
        self._meanwhile()
        return replace(NOTHING_MORE, answer="A dialog.", stop="end", generated_tokens=4)


def generate(cancelled: threading.Event, meanwhile: Callable[[], None]) -> Done:
    reporter = AnswerReporter(None, lambda _: None, cancelled, lambda: "")
    model = SimpleNamespace(family="demo", variant="instruct")
    engine = AnsweringEngine(meanwhile)
    generator = AnswerGenerator(
        engine,  # type: ignore[arg-type]
        model,  # type: ignore[arg-type]
        reporter,
        cancelled,
        context=4096,
        reload=lambda _: None,
    )
    return generator.generate(
        AnswerRun(0, "What is it?", 1, ProgressAnnouncer(lambda _: None)),
        load_table(None).settings("demo", "glance", "instruct", None),
        AnswerOptions(),
        picture=Image.new("RGB", (64, 64)),
        turns=(),
        embeddings=None,
    )


def test_an_answer_that_ends_while_it_is_cancelled_is_cancelled_and_no_error() -> None:
    cancelled = threading.Event()
    with pytest.raises(CancelledError):
        generate(cancelled, cancelled.set)


def test_an_answer_without_a_word_is_an_error() -> None:
    with pytest.raises(EngineError, match="gave no answer"):
        generate(threading.Event(), lambda: None)
