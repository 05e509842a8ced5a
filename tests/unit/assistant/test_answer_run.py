"""Tests of ProgressAnnouncer: long waits are announced, answers are not interrupted."""

from __future__ import annotations

import pytest

from edge_assistant.assistant.answer_run import ProgressAnnouncer


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def announcer(said: list[str], clock: Clock) -> ProgressAnnouncer:
    return ProgressAnnouncer(said.append, clock)


def test_a_short_wait_is_silent(announcer: ProgressAnnouncer, said: list[str], clock: Clock) -> None:
    clock.now += 4.9
    announcer.progress("encode", 0.9)
    assert said == []


def test_a_long_wait_is_announced_every_ten_seconds(
    announcer: ProgressAnnouncer, said: list[str], clock: Clock
) -> None:
    for second in range(30):
        clock.now = 100.0 + second
        announcer.progress("encode", second / 30)
    assert said == [
        "Reading the picture, 17 percent.",
        "Reading the picture, 50 percent.",
        "Reading the picture, 83 percent.",
    ]


def test_the_answer_is_not_talked_over(announcer: ProgressAnnouncer, said: list[str], clock: Clock) -> None:
    clock.now += 60
    announcer.progress("answer", 0.5)
    assert said == []


def test_a_stage_that_is_over_is_not_announced(announcer: ProgressAnnouncer, said: list[str], clock: Clock) -> None:
    clock.now += 6
    announcer.progress("load", 1.0)
    assert said == []
    announcer.progress("encode", 0.0)
    assert said == ["Reading the picture, 0 percent."]
