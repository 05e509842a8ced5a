"""A function run in a fork returns its result, raises its expected error, or reports that the fork died."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from support.waiting import PATIENCE

from edge_assistant.speech.forked import run_in_fork


def test_the_result_comes_back_and_nothing_else_changes() -> None:
    seen: list[int] = []

    def function() -> int:
        seen.append(1)
        return len(seen)

    assert [run_in_fork(function, ValueError) for _ in range(3)] == [1, 1, 1]
    assert seen == []


def test_the_expected_error_is_raised_here() -> None:
    def function() -> None:
        raise ValueError("no voice")

    with pytest.raises(ValueError, match="no voice"):
        run_in_fork(function, ValueError)


def test_a_killed_process_is_told() -> None:
    with pytest.raises(ProcessLookupError):
        run_in_fork(lambda: os.kill(os.getpid(), signal.SIGKILL), ValueError)


def test_no_process_and_no_descriptor_stays() -> None:
    here = psutil.Process()
    before = here.num_fds(), len(here.children())
    for _ in range(20):
        run_in_fork(os.getpid, ValueError)
    assert here.num_fds() <= before[0]
    assert len(here.children()) <= before[1]


def test_one_whose_parent_died_at_once_does_not_stay(tmp_path: Path) -> None:
    program = """
import os, pathlib, signal, sys, time
from edge_assistant.speech import forked

def die_too_late():
    parent = os.getppid()
    os.kill(parent, signal.SIGKILL)
    while os.getppid() == parent:
        time.sleep(0.001)

forked.die_with_parent = die_too_late
forked.run_in_fork(pathlib.Path(sys.argv[1]).touch, ValueError)
"""
    path = tmp_path / "made"
    run = subprocess.run([sys.executable, "-c", program, path], stdout=subprocess.PIPE, timeout=PATIENCE, check=False)
    assert run.returncode == -signal.SIGKILL
    assert not path.exists(), "the fork went on"
