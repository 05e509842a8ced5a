"""Answers are compared with the really recognised text of drawn screens; the model is a replayed one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.replay_engine import Replay, pair_of_4b
from support.true_answers import run

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import DoneEvent, Event, NoticeEvent, SentenceEvent
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.drawn_screens.drawing import draw_screens
from edge_assistant.models.resolver import resolve
from edge_assistant.ocr.client import TextReader
from edge_assistant.ocr.page import Page
from edge_assistant.system.errors import EngineError


def test_true_sentences_are_hardly_ever_doubted_and_changed_digits_nearly_always_found() -> None:
    total = run(("error", "form"), ("en", "de"), seed=20)
    assert total.sentences >= 20
    assert total.changed >= 6
    assert total.doubted <= total.sentences / 50 + 1, total.doubts
    assert total.found >= total.changed * 0.95 - 1, total.missed


class Voice:
    """Notes what is said; nothing takes time."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str, *, language: str | None = None) -> None:  # noqa: ARG002 (as the real one)
        self.said.append(text)

    def stop(self) -> None: ...

    def wait(self, _: float) -> bool:
        return True


class Asked:
    """An assistant about one drawn dialog whose text has been read."""

    def __init__(self, replay: Replay, folder: Path, text: PictureText) -> None:
        self.replay, self.voice, self.events = replay, Voice(), list[Event]()
        self.captured, self.text = CapturedPicture(text.picture), text
        arguments = pair_of_4b(folder)
        self.assistant = Assistant(
            resolve(model=arguments[1], mmproj=arguments[3], think=False, preferred=None, weights_dir=None),
            AnswerOptions(),
            context=4096,
            threads=1,
            language="en",
            voice=self.voice,
            on_event=self.events.append,
        )

    def ask(self, answer: str, question: str | None = None, *, task: str = "glance") -> DoneEvent:
        self.replay.says(*[f" {word}" for word in answer.split()])
        self.events.clear()
        options = AnswerOptions(task=task, glance_letters=60)  # type: ignore[arg-type]
        self.assistant.look_at(lambda: self.captured, options, self.assistant.turns, make_text=lambda _: self.text)
        done = self.assistant.ask(0, question)
        assert isinstance(done, DoneEvent)
        return done

    def notices(self) -> dict[str, str]:
        return {event.code: event.message for event in self.events if isinstance(event, NoticeEvent)}


@pytest.fixture(scope="module")
def text() -> Iterator[PictureText]:
    """The text of one drawn dialog, which has been read."""
    reader = TextReader()
    (screen,) = draw_screens(("error",), seed=5)
    text = PictureText(reader, screen.image)
    assert text.wait(120) is not None
    yield text
    reader.close()


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: PictureText) -> Iterator[Asked]:
    replay = Replay(tmp_path)
    replay.install(monkeypatch)
    made = Asked(replay, tmp_path, text)
    yield made
    made.assistant.close()


def test_what_is_not_in_the_picture_is_said_after_the_answer_and_the_text_before_it(asked: Asked) -> None:
    done = asked.ask("An error “Disk full”. Error code 4932. The Retry and Cancel buttons.")
    assert done.confirmed is not None
    assert "Retry" in done.confirmed
    assert done.unconfirmed == ("4932", "Cancel")
    assert done.copied == ()
    assert asked.voice.said[0].startswith("Disk ful")
    assert asked.voice.said[-1] == "I could not confirm: 4932, Cancel"
    kinds = [type(event) for event in asked.events]
    last = max(place for place, kind in enumerate(kinds) if kind is SentenceEvent)
    assert asked.events[last + 1] == NoticeEvent(0, "unconfirmed", "I could not confirm: 4932, Cancel")


def test_what_the_model_was_given_with_a_question_is_copied_and_quoted_before_it(asked: Asked) -> None:
    done = asked.ask("It is 4931, press “Retry” at 12:45.", "What is the error code?", task="question")
    assert (done.copied, done.confirmed, done.unconfirmed) == (("4931", "Retry"), (), ("12:45",))
    (turn,) = asked.assistant.turns
    assert "4931" in turn.material
    assert turn.material.startswith("Quoted from the picture")
    asked.ask("Yes.", "Is it?", task="question")
    (_, second) = asked.replay.requests()
    assert second.turns == (turn,), "the quotation stays with its question"
    assert not any("4931" in line.text for line in second.text), "and is not given again"


def test_a_glance_is_given_no_text_and_an_answer_without_claims_has_none_to_confirm(asked: Asked) -> None:
    done = asked.ask("A dialog with an error.")
    assert (done.confirmed, done.copied, done.unconfirmed) == ((), (), ())
    assert asked.replay.requests()[0].text == ()
    assert "unconfirmed" not in asked.notices()


def test_a_first_look_that_goes_on_says_the_text_before_it_no_second_time(asked: Asked) -> None:
    asked.replay.says("A dialog", cut=True)
    asked.replay.says(" with an error.")
    options = AnswerOptions(task="glance", glance_letters=60)
    asked.assistant.look_at(lambda: asked.captured, options, make_text=lambda _: asked.text)
    asked.assistant.ask(0)
    assert "glance-text" in asked.notices()
    asked.events.clear()
    asked.assistant.more(1)
    assert "glance-text" not in asked.notices()


class Failing(TextReader):
    """Reads nothing: its worker has died, or its files are missing."""

    def read(self, *_: object, **__: object) -> Page:
        raise EngineError("The text could not be recognised.")


class Stuck(TextReader):
    """Reads for ever."""

    def read(self, *_: object, **__: object) -> Page:
        threading.Event().wait()
        raise AssertionError


@pytest.mark.parametrize("reader_class", [Failing, Stuck])
def test_without_recognised_text_answers_are_as_before(asked: Asked, reader_class: type[TextReader]) -> None:
    asked.text = PictureText(reader_class(), asked.captured.image)
    done = asked.ask("Error code 4932.", "Which code?", task="question")
    assert (done.text, done.confirmed, done.copied, done.unconfirmed) == ("Error code 4932.", None, None, None)
    assert set(asked.notices()) == {"small-text"}, "which nobody can say is not there"
