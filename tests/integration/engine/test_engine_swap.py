"""Switching between Instruct and Thinking, with both engines alive or one at a time; the picture carries over."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from PIL import Image
from support.describing import DIALOG
from support.waiting import until

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import DoneEvent, Event
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.latency import LatencyRecords
from edge_assistant.controller.model_switcher import ModelSwitcher
from edge_assistant.models.resolver import ResolvedModel, resolve

AMPLE, NOTHING = 64 * 10**9, 0
QUESTION, FOLLOW_UP = "Describe this screen.", "Read the text."


class Swapping:
    """Two variants on the real engine, with as much free memory as a test says."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.free = AMPLE
        self.weights: Callable[[bool], ResolvedModel] = weights
        self.measurements = LatencyRecords()
        self.engines = ModelSwitcher(self.measurements, free=lambda: self.free)

    def make(self, think: bool) -> Assistant:
        return Assistant(
            self.weights(think),
            AnswerOptions(seed=1),
            context=4096,
            threads=1,
            language=None,
            voice=None,
            on_event=self.events.append,
        )

    def start(self) -> DoneEvent:
        """Load Instruct and ask it about the dialog."""
        self.engines.start(self.make).warm()
        self.current.look_at(picture)
        return self.ask(QUESTION)

    @property
    def current(self) -> Assistant:
        assert self.engines.current is not None
        return self.engines.current

    def ask(self, question: str) -> DoneEvent:
        outcome = self.current.ask(0, question)
        assert isinstance(outcome, DoneEvent), outcome
        return outcome

    def change(self) -> None:
        self.engines.change(self.make)


def weights(think: bool) -> ResolvedModel:
    return resolve(model="demo", mmproj=None, think=think, preferred=None, weights_dir=None)


def picture() -> CapturedPicture:
    with Image.open(DIALOG) as dialog:
        return CapturedPicture(dialog.convert("RGB"))


@pytest.fixture
def swapping() -> Iterator[Swapping]:
    made = Swapping()
    yield made
    made.engines.close()


@pytest.fixture
def fresh_thinking() -> str:
    """What Thinking says about the same conversation when it has encoded the picture itself."""
    made = Swapping()
    assistant = made.make(True)
    try:
        assistant.look_at(picture)
        outcome = assistant.ask(0, QUESTION)
        assert isinstance(outcome, DoneEvent)
        assert outcome.timings_s.encode
        return outcome.answer
    finally:
        assistant.close()


def test_with_memory_for_both_two_engines_stay_loaded_and_the_encode_is_not_paid_again(
    swapping: Swapping, fresh_thinking: str
) -> None:
    first = swapping.start()
    assert first.timings_s.encode
    instruct = swapping.current.engine_pid
    swapping.change()
    thinking = swapping.current.engine_pid
    assert instruct is not None
    assert thinking not in (None, instruct)
    assert psutil.pid_exists(instruct)

    swapping.current._questions.turns = ()  # so that it is asked just what the fresh one was
    second = swapping.ask(QUESTION)
    assert (second.variant, second.timings_s.encode) == ("thinking", 0.0), "the mmproj is the same"
    assert second.timings_s.prefill
    assert second.answer == fresh_thinking

    swapping.change()
    assert swapping.current.engine_pid == instruct, "it was loaded all the time"
    third = swapping.ask(FOLLOW_UP)
    assert third.variant == "instruct"
    assert third.timings_s.load == 0.0
    assert third.timings_s.encode == 0.0


def test_where_memory_is_short_the_old_engine_ends_first_and_the_answer_is_the_same(
    swapping: Swapping, fresh_thinking: str
) -> None:
    swapping.free = NOTHING
    swapping.start()
    instruct = swapping.current.engine_pid
    assert instruct is not None
    swapping.change()
    assert not psutil.pid_exists(instruct)
    assert swapping.current.loaded

    swapping.current._questions.turns = ()
    done = swapping.ask(QUESTION)
    assert (done.variant, done.timings_s.encode) == ("thinking", 0.0), "the embeddings outlived the engine"
    assert done.answer == fresh_thinking
    swapping.change()
    assert swapping.ask(FOLLOW_UP).variant == "instruct"
    assert not [event for event in swapping.events if getattr(event, "code", "") == "engine-restarted"]


def test_another_mmproj_encodes_the_picture_again(swapping: Swapping, tmp_path: Path) -> None:
    def apart(think: bool) -> ResolvedModel:
        found = weights(think)
        if think:
            mmproj = shutil.copy(found.mmproj, tmp_path / "mmproj.gguf")
            return replace(found, mmproj=mmproj, mmproj_sha256=None)
        return replace(found, mmproj_sha256=None)

    swapping.weights = apart
    swapping.start()
    swapping.change()
    assert swapping.ask(QUESTION).timings_s.encode


def test_the_conversation_goes_on_and_the_price_is_told_once(swapping: Swapping) -> None:
    first = swapping.start()
    assert first.timings_s.swap_to_first_token is None
    swapping.change()
    second = swapping.ask(FOLLOW_UP)
    seconds = swapping.measurements.of("thinking")
    assert second.timings_s.first_token is not None
    assert seconds.swap is not None
    assert second.timings_s.swap_to_first_token == pytest.approx(seconds.swap + second.timings_s.first_token)
    asked = [(turn.question, turn.answer) for turn in swapping.current.turns]
    assert asked == [(QUESTION, first.answer), (FOLLOW_UP, second.answer)]
    assert swapping.ask(QUESTION).timings_s.swap_to_first_token is None


def test_an_engine_that_died_while_it_rested_is_loaded_again(swapping: Swapping) -> None:
    swapping.start()
    instruct = swapping.current.engine_pid
    assert instruct is not None
    swapping.change()
    resting = swapping.engines._standby
    assert resting is not None
    psutil.Process(instruct).kill()
    until(lambda: not resting.loaded, "its death")
    swapping.change()
    assert swapping.current.engine_pid not in (None, instruct)
    assert swapping.ask(FOLLOW_UP).variant == "instruct"
