"""How an answer ends that the person cancels, and what becomes of one whose engine dies."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest
from PIL import Image

from edge_assistant.assistant.answer_generator import AnswerGenerator
from edge_assistant.assistant.answer_run import AnswerRun, ProgressAnnouncer
from edge_assistant.assistant.cut_answers import NOTHING_MORE, CutAnswer
from edge_assistant.assistant.events import Event, NoticeEvent, SentenceEvent
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.assistant.reporter import AnswerReporter
from edge_assistant.engine.failures import EngineStoppedError
from edge_assistant.engine.messages import AskQuestion, Done, TextDelta, Turn
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


class DyingEngine:
    """An engine that writes the next of `parts` each time, and then dies; after the last one it ends its answer."""

    loaded = True

    def __init__(self, *parts: str, ends: bool = True) -> None:
        self.asked: list[AskQuestion] = []
        self._parts, self._ends = parts, ends

    def ask(self, make: Callable[[int], AskQuestion], on_reply: Callable[[TextDelta], None]) -> Done:
        self.asked.append(make(1))
        is_last = len(self.asked) >= len(self._parts)
        part = self._parts[min(len(self.asked), len(self._parts)) - 1]
        if part:
            on_reply(TextDelta(1, "answer", part))
        if not (is_last and self._ends):
            raise EngineStoppedError("The engine stopped.", stuck=False)
        return replace(NOTHING_MORE, answer=part.rstrip(), stop="end", generated_tokens=4)


def answer(engine: DyingEngine, continues: CutAnswer | None = None, turns: tuple[Turn, ...] = ()) -> list[Event]:
    cancelled, events = threading.Event(), list[Event]()
    generator = AnswerGenerator(
        engine,  # type: ignore[arg-type]
        SimpleNamespace(family="demo", variant="instruct"),  # type: ignore[arg-type]
        AnswerReporter(None, events.append, cancelled, lambda: ""),
        cancelled,
        context=4096,
        reload=lambda _: None,
    )
    generator.generate(
        AnswerRun(0, "What is it?", 1, ProgressAnnouncer(lambda _: None), continues=continues),
        load_table(None).settings("demo", "question", "instruct", None),
        AnswerOptions(),
        picture=Image.new("RGB", (64, 64)),
        turns=turns,
        embeddings=None,
    )
    return events


def sentences(events: list[Event]) -> list[str]:
    return [each.text for each in events if isinstance(each, SentenceEvent)]


def test_an_answer_whose_engine_dies_goes_on_and_nothing_is_said_twice() -> None:
    events = answer(DyingEngine("A dialog. It has ", "two buttons. "))
    assert sentences(events) == ["A dialog.", "It has two buttons."]
    assert [each.code for each in events if isinstance(each, NoticeEvent)] == ["engine-restarted"]


@pytest.mark.parametrize("parts", [("",), ("A dialog. ",), ("A dialog. ", "")])
def test_an_engine_that_dies_again_is_an_error_and_not_asked_for_ever(parts: tuple[str, ...]) -> None:
    engine = DyingEngine(*parts, ends=False)
    with pytest.raises(EngineStoppedError):
        answer(engine)
    assert len(engine.asked) == 2


@pytest.mark.parametrize("parts", [("", "two buttons. "), ("two ", "buttons. ")])
def test_an_answer_that_was_to_go_on_does_so_after_its_engine_died(parts: tuple[str, ...]) -> None:
    raw, engine = "A dialog. It has ", DyingEngine(*parts)
    events = answer(engine, CutAnswer(raw, ("A dialog.",)), (Turn("What is it?", raw.strip(), "> Music"),))
    assert sentences(events) == ["It has two buttons."]
    assert [each.turns[-1].material for each in engine.asked] == ["> Music", "> Music"]
    assert engine.asked[1].turns[-1].answer + parts[1] == "A dialog. It has two buttons. "
