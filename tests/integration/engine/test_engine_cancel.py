"""Cancelling a question ends it at once and keeps the worker, unless that does not respond."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from support.processes import resume, suspend

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import DoneEvent, Event, StageEvent, TokenEvent
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.engine.messages import AskQuestion
from edge_assistant.models.resolver import resolve
from edge_assistant.system.worker_process import WorkerProcess

DIALOG = Path(__file__).resolve().parent.parent.parent.parent / "models" / "demo" / "samples" / "save-dialog.png"
ANSWER = "A dialog titled Music. Buttons: Cancel on the left, Save on the right."


class Cancelling:
    """An assistant that does something, once, when a certain event comes."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.when: Callable[[Event], bool] = lambda _: False
        self.then: Callable[[], object] = lambda: None
        self.acted_at = 0.0
        weights = resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)
        self.assistant = Assistant(
            weights,
            AnswerOptions(task="detail", seed=1),
            context=4096,
            threads=1,
            language=None,
            voice=None,
            on_event=self._on_event,
        )

    def _on_event(self, event: Event) -> None:
        self.events.append(event)
        if self.when(event):
            self.when = lambda _: False
            self.acted_at = time.monotonic()
            self.then()

    def ask(self, image: Image.Image | None = None) -> DoneEvent:
        """Describe a picture, the sample by default, in a conversation of its own."""
        if image is None:
            with Image.open(DIALOG) as dialog:
                image = dialog.convert("RGB")
        picture = image
        self.assistant.look_at(lambda: CapturedPicture(picture))
        outcome = self.assistant.ask(0, "Describe this screen.")
        assert isinstance(outcome, DoneEvent), outcome
        return outcome

    def cancelled(
        self, when: Callable[[Event], bool], then: Callable[[], object], image: Image.Image | None = None
    ) -> float:
        """Ask, and do `then` at an event; the seconds from there to the question's end, which must be a cancel.

        The demo weights answer within milliseconds: where they were done before `then` was, it is tried again.
        """
        for _ in range(12):
            self.events.clear()
            self.when, self.then = when, then
            outcome = self.ask(image)
            seconds = time.monotonic() - self.acted_at
            if outcome.stop == "cancelled":
                return seconds
            assert outcome.stop == "end"
            engine = self.assistant.engine_pid
            assert engine is not None
            resume(engine)
        raise AssertionError("every question was over too soon")

    def cancel_deaf(self) -> None:
        """Cancel where the engine does not listen, as within a layer of a large picture."""
        assert self.assistant.engine_pid is not None
        suspend(self.assistant.engine_pid)
        self.assistant.cancel()


@pytest.fixture
def cancelling() -> Iterator[Cancelling]:
    made = Cancelling()
    yield made
    made.assistant.close()


def large() -> Image.Image:
    """A picture of 640 image tokens."""
    with Image.open(DIALOG) as dialog:
        return dialog.convert("RGB").resize((1024, 640))


def at_stage(stage: str) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, StageEvent) and event.stage == stage and event.fraction < 1


@pytest.mark.parametrize("stage", ["encode", "prefill", "answer"])
def test_a_cancel_is_acknowledged_and_the_same_engine_answers_again(stage: str, cancelling: Cancelling) -> None:
    assert cancelling.ask().answer == ANSWER
    engine = cancelling.assistant.engine_pid
    seconds = cancelling.cancelled(at_stage(stage), cancelling.assistant.cancel, large())
    print(f"acknowledged at {stage}: {seconds:.3f} s")
    assert seconds < 3.0
    assert cancelling.ask().answer == ANSWER
    assert cancelling.assistant.engine_pid == engine


def test_nothing_is_told_of_a_cancelled_question_afterwards(cancelling: Cancelling) -> None:
    def cancel() -> None:
        # Held for that moment, since the demo weights' whole answer takes only milliseconds.
        engine = cancelling.assistant.engine_pid
        assert engine is not None
        suspend(engine)
        cancelling.assistant.cancel()
        resume(engine)

    cancelling.cancelled(lambda event: isinstance(event, TokenEvent), cancel)
    tokens = [event for event in cancelling.events if isinstance(event, TokenEvent)]
    assert len(tokens) == 1
    last = cancelling.events[-1]
    assert isinstance(last, DoneEvent)
    assert last.stop == "cancelled"


@pytest.mark.parametrize("stage", ["encode", "answer"])
def test_an_engine_that_does_not_listen_is_killed_and_replaced(stage: str, cancelling: Cancelling) -> None:
    assert cancelling.ask().answer == ANSWER
    engine = cancelling.assistant.engine_pid
    assert engine is not None

    seconds = cancelling.cancelled(at_stage(stage), cancelling.cancel_deaf, large())
    print(f"killed at {stage}: {seconds:.3f} s")
    assert seconds < 3.0
    assert cancelling.ask().answer == ANSWER
    assert cancelling.assistant.engine_pid != engine


def test_an_engine_that_listens_late_is_kept_and_answers_again(cancelling: Cancelling) -> None:
    assert cancelling.ask().answer == ANSWER
    engine = cancelling.assistant.engine_pid
    assert engine is not None

    for _ in range(2):
        cancelling.cancelled(at_stage("encode"), cancelling.cancel_deaf, large())
        timer = threading.Timer(0.5, resume, (engine,))
        timer.start()
        assert cancelling.ask().answer == ANSWER
        timer.join()
        assert cancelling.assistant.engine_pid == engine


def test_while_an_engine_that_listens_late_is_waited_for_a_cancel_works_too(cancelling: Cancelling) -> None:
    assert cancelling.ask().answer == ANSWER
    engine = cancelling.assistant.engine_pid
    assert engine is not None

    cancelling.cancelled(at_stage("encode"), cancelling.cancel_deaf, large())
    for _ in range(2):
        timer = threading.Timer(0.3, cancelling.assistant.cancel)
        timer.start()
        start = time.monotonic()
        assert cancelling.ask().stop == "cancelled"
        timer.join()
        assert time.monotonic() - start < 4.0
    resume(engine)
    assert cancelling.ask().answer == ANSWER
    assert cancelling.assistant.engine_pid == engine


def test_a_cancel_while_the_question_is_stuck_in_the_pipe_kills_the_engine(cancelling: Cancelling) -> None:
    assert cancelling.ask().answer == ANSWER
    engine = cancelling.assistant.engine_pid
    assert engine is not None
    suspend(engine)
    timer = threading.Timer(0.3, cancelling.assistant.cancel)
    timer.start()
    start = time.monotonic()
    outcome = cancelling.ask(large())  # 2 MB, which no pipe holds
    timer.join()
    assert outcome.stop == "cancelled"
    assert time.monotonic() - start < 4.0
    assert cancelling.ask().answer == ANSWER


def test_a_cancel_while_the_weights_are_loaded_is_a_cancel(cancelling: Cancelling) -> None:
    cancelling.when = lambda event: isinstance(event, StageEvent) and event.stage == "load" and event.fraction > 0
    cancelling.then = cancelling.assistant.cancel
    outcome = cancelling.ask()
    assert outcome.stop == "cancelled"
    assert cancelling.ask().answer == ANSWER


def test_after_close_questions_are_cancelled(cancelling: Cancelling) -> None:
    assert cancelling.ask().answer == ANSWER
    cancelling.assistant.close()
    assert cancelling.assistant.engine_pid is None
    assert cancelling.ask().stop == "cancelled"


@pytest.mark.parametrize("sent", [False, True])
def test_a_close_just_before_or_after_a_question_is_sent_cancels_it(
    sent: bool, cancelling: Cancelling, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cancelling.ask().answer == ANSWER
    send = WorkerProcess.send

    def send_and_close(child: WorkerProcess, message: object, patience: float = -1) -> bool:
        if isinstance(message, AskQuestion) and not sent:
            cancelling.assistant.close()
        done = send(child, message, patience)
        if isinstance(message, AskQuestion):
            cancelling.assistant.close()
        return done

    monkeypatch.setattr(WorkerProcess, "send", send_and_close)
    assert cancelling.ask().stop == "cancelled"
    assert cancelling.assistant.engine_pid is None
