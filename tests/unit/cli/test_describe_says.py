"""Tests of describe: the reason of an early end is spoken to its end, whatever it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.stand_in_readers import StandInReader

from edge_assistant.assistant import factory
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.cli.command_output import CommandOutput
from edge_assistant.cli.describe import DescribeOptions, DescribeRun, _AnswerVoice
from edge_assistant.cli.output import NoOutput
from edge_assistant.settings import schema
from edge_assistant.speech.screen_reader import ScreenReaderOrVoice
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import INTERNAL_ERROR, CancelledError


class Voice:
    """As a Speaker; what is said in it counts as heard only where it was waited for."""

    heard: list[str]

    def __init__(self, **_: object) -> None:
        self._said: list[str] = []

    def start(self) -> None:
        Voice.heard = []

    def say(self, text: str, **_: object) -> None:
        self._said.append(text)

    def wait(self, *_: object) -> None:
        Voice.heard += self._said

    def wait_unless(self, *_: object) -> bool:
        self.wait()
        return True

    def close(self) -> None:
        self._said = []


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    Voice.heard = []
    monkeypatch.setattr(factory, "Speaker", Voice)


def exit_code(speak: bool | None = None, cancellation: Cancellation | None = None) -> int:
    options = DescribeOptions(("picture.png",), AnswerOptions(), None, speak)
    output = CommandOutput(NoOutput(), ("What?",), lambda: None)
    return DescribeRun(options, output, cancellation or Cancellation()).main()


@pytest.mark.parametrize(
    ("error", "code", "words"), [(ZeroDivisionError(), 6, INTERNAL_ERROR), (MemoryError(), 7, "not enough memory")]
)
def test_what_came_unexpectedly(
    error: Exception, code: int, words: str, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("ERROR edge_assistant.system.errors: describe failed")

    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(factory, "resolve", fail)
    assert exit_code() == code
    (sentence,) = Voice.heard
    assert words in sentence


@pytest.mark.parametrize(("speak", "sentences"), [(None, 1), (True, 1), (False, 0)])
def test_what_is_wrong_with_the_settings(speak: bool | None, sentences: int) -> None:
    path = schema.path()
    path.parent.mkdir(parents=True)
    path.write_text("speak = 3\n")
    assert exit_code(speak) == 2
    assert [str(path) in each for each in Voice.heard] == [True] * sentences


def test_a_voice_that_starts_just_when_a_signal_comes_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    cancellation = Cancellation()
    closed: list[bool] = []

    def resolve(**_: object) -> None:
        raise CancelledError

    monkeypatch.setattr(Voice, "start", lambda _: cancellation.set())
    monkeypatch.setattr(Voice, "close", lambda _: closed.append(True))
    monkeypatch.setattr(factory, "resolve", resolve)
    with pytest.raises(CancelledError):
        exit_code(cancellation=cancellation)
    assert closed == [True]


def test_who_silences_the_screen_reader_hears_nothing_more_of_the_answers_but_why_it_ended() -> None:
    reader = StandInReader()
    speaker = ScreenReaderOrVoice(Voice(), reader, "auto")  # type: ignore[arg-type]
    speaker.start()
    answers = _AnswerVoice(speaker)
    answers.say("One.", language="en")
    reader.silence()
    answers.say("Two.", language="en")
    speaker.say("The disk is full.")
    assert reader.said == ["One.", "The disk is full."]
