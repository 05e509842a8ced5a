"""Tests of describe with an assistant that answers at once: its memory, its text, several pictures."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest
from PIL import Image

from edge_assistant.assistant import factory
from edge_assistant.assistant.events import DoneEvent, ErrorEvent, Event, NoticeEvent, PictureEvent, cancelled
from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.cli import describe
from edge_assistant.cli.main import main
from edge_assistant.cli.output import JsonOutput, TextOutput
from edge_assistant.engine.task_table import load_table
from edge_assistant.system.errors import InputError


class ScriptedAssistant:
    """Answers at once, and notes which threads run meanwhile."""

    threads: set[str]
    make_text: Callable[[CapturedPicture], PictureText]

    def __init__(self, on_event: Callable[[Event], None]) -> None:
        self._on_event = on_event

    tasks = load_table(None)

    def look_at(
        self, capture: Callable[[], CapturedPicture], make_text: Callable[[CapturedPicture], PictureText]
    ) -> None:
        ScriptedAssistant.make_text = make_text
        self._capture = capture

    def ask(self, index: int, text: str | None) -> DoneEvent | ErrorEvent:
        ScriptedAssistant.threads = {thread.name for thread in threading.enumerate()}
        try:
            self._capture()
        except InputError as error:
            failed = ErrorEvent.from_error(index, error)
            self._on_event(failed)
            return failed
        outcome = replace(cancelled(index, text or ""), stop="end")
        self._on_event(outcome)
        return outcome

    def notice(self, index: int, code: str, message: str) -> None:
        self._on_event(NoticeEvent(index, code, message))

    def close(self) -> None:
        pass


def read(name: str, _: object = None) -> CapturedPicture:
    if name == "gone.png":
        raise InputError("It is gone.", code="no-such-file")
    return CapturedPicture(Image.new("RGB", (8, 8)))


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What the output has been given."""
    events: list[Event] = []
    model = SimpleNamespace(notices=(), demo=False)
    monkeypatch.setattr(describe, "resolve_model", lambda *_, **__: model)
    monkeypatch.setattr(describe, "make_assistant", lambda *_, on_event, **__: ScriptedAssistant(on_event))
    monkeypatch.setattr(describe, "read_picture", read)
    for output in (JsonOutput, TextOutput):
        monkeypatch.setattr(output, "show", lambda _, event: events.append(event))
    return events


@pytest.mark.parametrize(("options", "measures"), [(["--json"], True), ([], False)])
def test_memory_is_measured_where_the_output_has_it(options: list[str], measures: bool, shown: list[Event]) -> None:
    assert main(["describe", "picture.png", "--ask", "One?", "--ask", "Two?", "--no-speak", *options]) == 0
    answers = [event for event in shown if isinstance(event, DoneEvent)]
    assert [answer.peak_rss_bytes is not None for answer in answers] == [measures, measures]
    assert ("memory" in ScriptedAssistant.threads) is measures


def test_the_assistant_can_have_the_text_of_the_picture_recognised(shown: list[Event]) -> None:
    assert main(["describe", "picture.png", "--no-speak"]) == 0
    picture = CapturedPicture(Image.new("RGB", (8, 8)), origin="camera")
    text = ScriptedAssistant.make_text(picture)
    assert text.picture is picture.image
    assert text.wait(10) is None
    assert text.failure is not None, "the command is over, and with it the text recognition"
    assert shown


def test_several_pictures_are_described_one_after_the_other_by_name(shown: list[Event]) -> None:
    """The questions go on counting; a picture that cannot be read ends only its own."""
    code = main(["folder/one.png", "gone.png", "-", "--ask", "One?", "--ask", "Two?", "--no-speak"])
    assert code == 5
    assert [event for event in shown if isinstance(event, PictureEvent)] == [
        PictureEvent(0, "one.png", 1, 3),
        PictureEvent(2, "gone.png", 2, 3),
        PictureEvent(4, "Standard input", 3, 3),
    ]
    ends = [event for event in shown if isinstance(event, DoneEvent | ErrorEvent)]
    assert [(event.index, type(event)) for event in ends] == [
        (0, DoneEvent),
        (1, DoneEvent),
        (2, ErrorEvent),
        (3, ErrorEvent),
        (4, DoneEvent),
        (5, DoneEvent),
    ]
    assert [event.question for event in ends if isinstance(event, DoneEvent)] == ["One?", "Two?"] * 2


def test_the_demo_model_is_told_once_and_not_before_a_file_that_is_missing(
    shown: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = SimpleNamespace(notices=(), demo=True)
    monkeypatch.setattr(describe, "resolve_model", lambda *_, **__: demo)
    assert main(["gone.png", "one.png", "two.png", "--no-speak"]) == 5
    ends = [event for event in shown if isinstance(event, DoneEvent | ErrorEvent | NoticeEvent)]
    assert [type(event) for event in ends] == [ErrorEvent, NoticeEvent, DoneEvent, DoneEvent]


def test_one_picture_is_not_named(shown: list[Event]) -> None:
    assert main(["describe", "one.png", "--no-speak"]) == 0
    assert not [event for event in shown if isinstance(event, PictureEvent)]


def test_a_failure_of_all_ends_the_questions_about_every_picture(
    shown: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise InputError("There is no model.", code="no-such-file")

    monkeypatch.setattr(describe, "resolve_model", fail)
    assert main(["one.png", "two.png", "--ask", "One?", "--no-speak"]) == 5
    assert [event.index for event in shown if isinstance(event, ErrorEvent)] == [0, 1]


def test_the_name_of_each_picture_is_spoken_before_its_answers(
    shown: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    class Speaker:
        def __init__(self, **_: object) -> None:
            self.stop = self.start = self.close = lambda: None
            self.wait = self.wait_unless = lambda *_: True

        def say(self, text: str, **_: object) -> None:
            said.append(f"{text} after {len(shown)} events")

    monkeypatch.setattr(factory, "Speaker", Speaker)
    assert main(["a/one.png", "two.png", "--ask", "What?"]) == 0
    assert said == ["one.png after 1 events", "two.png after 3 events"]
