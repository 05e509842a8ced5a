"""Of a cancelled question nothing more is told, wherever the cancel comes; a closed engine is asked nothing more.

What needs no time measured, and so no machine of its own, as test_engine_cancel.py does.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.cancelling import ANSWER, Cancelling
from support.processes import resume, suspend

from edge_assistant.assistant.events import DoneEvent, StageEvent, TokenEvent
from edge_assistant.engine.messages import AskQuestion
from edge_assistant.system.worker_process import WorkerProcess


@pytest.fixture
def cancelling() -> Iterator[Cancelling]:
    made = Cancelling()
    yield made
    made.assistant.close()


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
