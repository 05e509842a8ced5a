"""How long a download waits for a hub: one that was never there is told soon, one that was there is waited for."""

from __future__ import annotations

import pytest

from edge_assistant.models.hub_errors import TemporaryError
from edge_assistant.models.retry_schedule import FIRST_RETRY_WAITS, UNREACHED_WAITS, RetrySchedule
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import NetworkError


class Waited(Cancellation):
    """Notes the waits instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)


@pytest.mark.parametrize(
    ("code", "was_reached", "waits"),
    [
        ("unreachable", False, UNREACHED_WAITS),
        ("proxy", False, UNREACHED_WAITS),
        ("unreachable", True, FIRST_RETRY_WAITS),
        ("hub-down", False, FIRST_RETRY_WAITS),
    ],
)
def test_a_hub_that_was_never_reached_is_told_within_five_seconds(
    code: str, was_reached: bool, waits: tuple[float, ...]
) -> None:
    told: list[str] = []
    cancel = Waited()
    attempts = RetrySchedule(FIRST_RETRY_WAITS, lambda _, sentence: told.append(sentence), cancel)
    for _ in waits:
        attempts.record_failure(TemporaryError("Nobody answers.", code=code), was_reached=was_reached)
    with pytest.raises(NetworkError, match=f"Nobody answers. It was tried {len(waits) + 1} times.") as error:
        attempts.record_failure(TemporaryError("Nobody answers.", code=code), was_reached=was_reached)
    assert error.value.code == code
    assert cancel.waits == list(waits)
    assert told[0] == "Nobody answers. Trying again in 1 second."
    assert sum(UNREACHED_WAITS) < 5


def test_a_hub_that_answered_that_it_is_down_is_waited_for_when_it_vanishes() -> None:
    cancel = Waited()
    attempts = RetrySchedule(FIRST_RETRY_WAITS, lambda *_: None, cancel)
    codes = ("hub-down", "hub-down", "hub-down", "unreachable", "unreachable")
    for code in codes:
        attempts.record_failure(TemporaryError("It does not work.", code=code), was_reached=False)
    assert cancel.waits == list(FIRST_RETRY_WAITS)
