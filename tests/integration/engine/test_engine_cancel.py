"""Cancelling a question ends it at once and keeps the worker, unless that does not respond."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from support.cancelling import ANSWER, Cancelling, at_stage, large
from support.processes import resume, suspend


@pytest.fixture
def cancelling() -> Iterator[Cancelling]:
    made = Cancelling()
    yield made
    made.assistant.close()


@pytest.mark.parametrize("stage", ["encode", "prefill", "answer"])
def test_a_cancel_is_acknowledged_and_the_same_engine_answers_again(stage: str, cancelling: Cancelling) -> None:
    assert cancelling.ask().answer == ANSWER
    engine = cancelling.assistant.engine_pid
    seconds = cancelling.cancelled(at_stage(stage), cancelling.assistant.cancel, large())
    print(f"acknowledged at {stage}: {seconds:.3f} s")
    assert seconds < 3.0
    assert cancelling.ask().answer == ANSWER
    assert cancelling.assistant.engine_pid == engine


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
