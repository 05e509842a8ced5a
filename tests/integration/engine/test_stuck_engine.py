"""An engine that stands still or dies is replaced, and the question that it had is answered all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image
from support.platforms import PROCESS_WORK, lacks
from support.processes import suspend
from support.waiting import until

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import DoneEvent, Event, NoticeEvent, SentenceEvent, StageEvent, TokenEvent
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.engine.pace import Pace
from edge_assistant.models.resolver import resolve
from edge_assistant.system.worker_watch import Patience

DIALOG = Path(__file__).resolve().parents[3] / "models" / "demo" / "samples" / "save-dialog.png"
STUCK = "The engine no longer responded. It is restarting, and the answer follows."
STUCK_LOADING = "The engine no longer responded while loading the model, so it is restarting."
DIED = "The engine had stopped. It is restarting, and the answer follows."
ONLY_IF_STOPPED = Patience(idle_s=600.0, busy_s=600.0, stopped_s=0.3)


class Disturbed:
    """An assistant with a voice's ears, whose engine is disturbed once, when a certain event comes."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.asked = 0
        self.when: Callable[[Event], bool] = lambda _: False
        self.disturb: Callable[[int], None] = suspend
        self.assistant = Assistant(
            resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None),
            AnswerOptions(task="detail", seed=1),
            context=4096,
            threads=1,
            language=None,
            voice=None,
            on_event=self._on_event,
        )
        self.assistant._engine.pace = Pace(ONLY_IF_STOPPED)

    def _on_event(self, event: Event) -> None:
        self.events.append(event)
        if self.when(event):
            self.when = lambda _: False
            assert self.assistant.engine_pid is not None
            self.disturb(self.assistant.engine_pid)

    def ask(self, *, enlarged: bool = True) -> DoneEvent:
        """Describe the sample with a pixel that makes it another picture each time.

        Enlarged, it takes long to be encoded, but is nothing that the demo model is sure of.
        """
        self.events.clear()
        with Image.open(DIALOG) as dialog:
            picture = dialog.convert("RGB")
        if enlarged:
            picture = picture.resize((1024, 640))
        self.asked += 1
        picture.putpixel((0, 0), (self.asked, 0, 0))
        self.assistant.look_at(lambda: CapturedPicture(picture))
        outcome = self.assistant.ask(0, "Describe this screen.")
        assert isinstance(outcome, DoneEvent), outcome
        return outcome

    def notices(self) -> list[str]:
        return [each.message for each in self.events if isinstance(each, NoticeEvent)]

    def sentences(self) -> str:
        return " ".join(each.text for each in self.events if isinstance(each, SentenceEvent))


@pytest.fixture
def disturbed() -> Iterator[Disturbed]:
    made = Disturbed()
    yield made
    made.assistant.close()


def kill(pid: int) -> None:
    psutil.Process(pid).kill()


def at_stage(stage: str) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, StageEvent) and event.stage == stage and event.fraction < 1


def at_first_word(event: Event) -> bool:
    return isinstance(event, TokenEvent)


@lacks(PROCESS_WORK)
def test_an_engine_that_stands_still_is_replaced_and_the_question_answered(
    disturbed: Disturbed, expect_log: Callable[[str], None]
) -> None:
    expect_log("the worker engine is stuck")
    expected = disturbed.ask().answer
    disturbed.when = at_stage("encode")
    outcome = disturbed.ask()
    assert (outcome.answer, outcome.stop) == (expected, "end")
    assert disturbed.notices() == [STUCK]
    assert disturbed.sentences() == expected
    disturbed.assistant.unload()
    disturbed.when = lambda event: isinstance(event, StageEvent) and event.stage == "load" and event.fraction > 0
    assert disturbed.ask().answer == expected
    assert disturbed.notices() == [STUCK_LOADING]


def test_an_engine_that_dies_at_a_question_is_replaced_and_the_question_answered(disturbed: Disturbed) -> None:
    expected = disturbed.ask().answer
    disturbed.disturb, disturbed.when = kill, at_stage("encode")
    assert disturbed.ask().answer == expected
    assert disturbed.notices() == [DIED]
    assert disturbed.assistant.engine_pid is not None
    kill(disturbed.assistant.engine_pid)  # a moment before the question, noticed or not
    assert disturbed.ask().answer == expected
    assert len(disturbed.notices()) == 1


def test_an_answer_that_was_broken_off_goes_on_and_nothing_is_said_twice(disturbed: Disturbed) -> None:
    expected = disturbed.ask(enlarged=False)
    disturbed.disturb = kill
    for _ in range(20):  # the demo weights answer within milliseconds: often all of it is there already
        disturbed.when = at_first_word
        outcome = disturbed.ask(enlarged=False)
        assert (outcome.answer, outcome.text, disturbed.sentences()) == (expected.answer,) * 3
        if DIED in disturbed.notices():
            return
        until(lambda: not disturbed.assistant.loaded, "the end of the engine")  # else it dies of the next question
    pytest.fail("every answer was whole too soon")
