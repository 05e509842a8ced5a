"""A job in a fresh process gives its result, its expected error, or the news of its death."""

from __future__ import annotations

import os
import signal
import sys

import psutil
import pytest

from edge_assistant.speech.forked import in_fresh_process

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks")


def test_the_result_comes_back_and_nothing_else_changes() -> None:
    seen: list[int] = []

    def job() -> int:
        seen.append(1)
        return len(seen)

    assert [in_fresh_process(job, ValueError) for _ in range(3)] == [1, 1, 1]
    assert seen == []


def test_the_expected_error_is_raised_here() -> None:
    def job() -> None:
        raise ValueError("no voice")

    with pytest.raises(ValueError, match="no voice"):
        in_fresh_process(job, ValueError)


def test_a_killed_process_is_told() -> None:
    with pytest.raises(ProcessLookupError):
        in_fresh_process(lambda: os.kill(os.getpid(), signal.SIGKILL), ValueError)


def test_no_process_and_no_descriptor_stays() -> None:
    here = psutil.Process()
    before = here.num_fds(), len(here.children())
    for _ in range(20):
        in_fresh_process(os.getpid, ValueError)
    assert here.num_fds() <= before[0]
    assert len(here.children()) <= before[1]
