"""Tests of cancelling describe at every stage: fast, each question reported as cancelled, nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from support.describing import (
    APPLES,
    DIALOG,
    Describe,
    check_stream,
    held_at,
    make_slow_player,
    user_environment,
    wait_for_player,
)
from support.platforms import CLOSED_STREAMS, FULL_DEVICE, LINUX_SOUND, WINE, lacks
from support.processes import CANCELS, Program, send_signals, wait_until_in_charge
from support.waiting import PATIENCE

# The promise is 0.3 s; a machine that does much else at the same time gets ten times that, and wine, under which Python
# alone may take seconds to start there, three times as much again.
QUICK = 9.0 if WINE else 3.0
ASKS = ("--ask", "Describe this screen.", "--ask", "Read the text.")

Report = Callable[[str, float], None]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    yield from user_environment(tmp_path_factory.mktemp("user"))


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture that takes long to decode."""
    path = tmp_path_factory.mktemp("pictures") / "huge.png"
    with Image.open(DIALOG) as dialog:
        dialog.convert("RGB").resize((8192, 5120)).save(path, compress_level=1)
    return path


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Report:
    """Note how long a cancel took, and fail when it was long."""

    def note(stage: str, seconds: float) -> None:
        record_property(f"cancel_{stage}_seconds", round(seconds, 3))
        print(f"cancel at {stage}: {seconds:.3f} s")
        assert seconds < QUICK

    return note


def check_cancelled(run: Describe, questions: int, answered: int = 0) -> None:
    assert run.wait() == 130
    check_stream(run, questions)
    assert [each["stop"] for each in run.of("done")][answered:] == ["cancelled"] * (questions - answered)
    assert "Traceback" not in run.complaints
    assert run.of("error") == []


@pytest.mark.parametrize("number", CANCELS)
def test_a_cancel_at_any_moment_of_the_start_ends_it_quietly(
    number: signal.Signals, report: Report, environment: dict[str, str]
) -> None:
    for delay in (0.0, 0.02, 0.05, 0.1, 0.2, 0.3):
        with Describe(DIALOG, *ASKS, environment=environment) as run:
            wait_until_in_charge(run.process)
            time.sleep(delay)
            report(f"{number.name}-start-{delay}", run.signal(number))
            code = run.wait()
            assert "Traceback" not in run.complaints
            stops = [each["stop"] for each in run.of("done")]
            if delay >= 0.2 and stops == ["end", "end"]:  # all was said when the signal came
                assert code in (0, 130)
                continue
            assert code == 130
            assert set(stops) <= {"cancelled"}
            if delay >= 0.1:
                check_cancelled(run, 2)


def test_a_cancel_while_the_picture_is_decoded(huge: Path, report: Report, environment: dict[str, str]) -> None:
    with Describe(huge, *ASKS, environment=environment) as run:
        run.wait_for_stage("prepare")
        report("prepare", run.signal())
        check_cancelled(run, 2)


def test_a_cancel_while_standard_input_is_awaited(report: Report, environment: dict[str, str]) -> None:
    with Describe("-", *ASKS, stdin=subprocess.PIPE, environment=environment) as run:
        run.wait_for_stage("prepare")
        report("stdin", run.signal())
        check_cancelled(run, 2)


@pytest.mark.parametrize("number", CANCELS[:2])
@pytest.mark.parametrize("stage", ["load", "encode", "prefill", "answer"])
def test_a_cancel_at_every_stage_of_the_engine(
    stage: str, number: signal.Signals, report: Report, environment: dict[str, str]
) -> None:
    with held_at(stage, DIALOG, *ASKS, environment=environment) as (run, engine):
        if stage != "answer":  # the demo weights' answer would be over before the signal is seen
            engine.resume()
        report(f"{number.name}-{stage}", run.signal(number))
        assert run.wait() == 130, (run.ends(), run.complaints)
        check_stream(run, 2)
        assert run.ends()[1]["stop"] == "cancelled"
        assert [each["question"] for each in run.ends()] == [ASKS[1], ASKS[3]]


def test_a_cancel_in_the_middle_of_a_large_picture(tmp_path: Path, report: Report, environment: dict[str, str]) -> None:
    large = tmp_path / "large.png"
    with Image.open(DIALOG) as dialog:
        dialog.convert("RGB").resize((1536, 960)).save(large, compress_level=1)  # 1,440 image tokens
    with Describe(large, "--mode", "read", "--context", "8192", environment=environment) as run:
        run.wait_for(lambda each: each["event"] == "stage" and each["stage"] == "encode" and each["fraction"] > 0)
        report("large-encode", run.signal())
        check_cancelled(run, 1)


def test_a_cancel_while_it_thinks(report: Report, environment: dict[str, str]) -> None:
    question = "How many apples are in this image?"
    with held_at("think", APPLES, "--think", "--ask", question, environment=environment) as (run, engine):
        report("think", run.signal(then=engine.resume))  # resumed before, it could have answered by now
        check_cancelled(run, 1)


def test_a_cancel_while_a_follow_up_is_answered_keeps_the_first_answer(
    report: Report, environment: dict[str, str]
) -> None:
    with held_at("answer", DIALOG, *ASKS, environment=environment, index=1) as (run, _):
        report("follow-up", run.signal())
        check_cancelled(run, 2, answered=1)
        assert run.ends()[0]["answer"].startswith("A dialog titled Music.")


@lacks(LINUX_SOUND)
def test_a_cancel_while_it_speaks_silences_it(report: Report, environment: dict[str, str], tmp_path: Path) -> None:
    with Describe(DIALOG, "--speak", environment={**environment, **make_slow_player(tmp_path)}) as run:
        run.wait_for(lambda each: each["event"] == "done")
        wait_for_player(run)
        report("speaking", run.signal())
        check_cancelled(run, 1, answered=1)


def test_two_signals_at_once_are_one_cancel(environment: dict[str, str]) -> None:
    with held_at("answer", DIALOG, *ASKS, environment=environment) as (run, _):
        run.tree()
        start = time.monotonic()
        send_signals(run.process, CANCELS[0], CANCELS[1], CANCELS[0], CANCELS[-1])
        assert run.process.wait(PATIENCE) == 130
        run.wait_until_gone(start)
        check_cancelled(run, 2)


def test_a_cancel_works_while_nobody_reads_the_output(environment: dict[str, str]) -> None:
    reading, writing = os.pipe()
    try:
        if sys.platform == "linux":
            import fcntl

            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
        command = [sys.executable, "-m", "edge_assistant", "describe", str(DIALOG), "--json", "--no-speak"]
        with Program(command, stdout=writing, env={**os.environ, **environment}) as process:
            try:
                time.sleep(0.3)
                while len(os.read(reading, 1)) != 1:  # it has begun to write
                    pass
                time.sleep(1.5)  # and it has filled the pipe
                start = time.monotonic()
                send_signals(process, signal.SIGINT)
                assert process.wait(PATIENCE) == 130
                assert time.monotonic() - start < QUICK
            finally:
                process.kill()
    finally:
        os.close(reading)
        os.close(writing)


def test_it_ends_quietly_when_nobody_reads_any_more(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "edge_assistant", "describe", str(DIALOG), "--json", "--no-speak"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env={**os.environ, **environment}, **pipes) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE) == 130


@lacks(CLOSED_STREAMS)
@pytest.mark.parametrize("closed", ["<&-", "2>&-", ">&-", "<&- >&- 2>&-"])
def test_a_closed_standard_stream_does_not_matter(closed: str, environment: dict[str, str]) -> None:
    command = f"{sys.executable} -m edge_assistant describe {DIALOG} --no-speak {closed}"
    shell = subprocess.run(
        ["bash", "-c", command], capture_output=True, env={**os.environ, **environment}, check=False, timeout=PATIENCE
    )
    assert shell.returncode == 0
    assert b"Traceback" not in shell.stderr
    if ">&-" not in closed.replace("2>&-", ""):
        assert shell.stdout.startswith(b"A dialog titled Music.")


@lacks(FULL_DEVICE)
def test_a_full_disk_is_told(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "edge_assistant", "describe", str(DIALOG), "--no-speak"]
    with Path("/dev/full").open("wb") as full:
        process = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, env={**os.environ, **environment}, check=False
        )
    assert process.returncode == 7
    assert process.stderr.decode().splitlines()[-1].startswith("The answer cannot be written: the disk is full.")
