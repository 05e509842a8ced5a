"""A worker that is stuck is killed, however it is stuck; one that is slow, that works or that is not awaited is not."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

import psutil
import pytest
from support.platforms import HALF_MESSAGES, PROCESS_WORK, lacks
from support.processes import suspend

from edge_assistant.system.worker_process import WorkerDiedError, WorkerProcess
from edge_assistant.system.worker_watch import Patience, watching

SOON = Patience(idle_s=0.3, busy_s=60.0, stopped_s=0.3)
_PART = 2**16


def serve(connection: Connection, kind: str) -> None:
    connection.send("ready")
    if kind == "sleeps":
        threading.Event().wait()
    elif kind == "works":
        end = time.process_time() + 1.2
        while time.process_time() < end:
            pass
        connection.send("done")
    elif kind == "works for ever":
        while True:
            pass
    elif kind == "stops within a message":
        # The length of a message, and less than that.
        os.write(connection.fileno(), (2 * _PART).to_bytes(4, "big") + bytes(_PART // 8))
        threading.Event().wait()
    while True:
        connection.send(connection.recv())


@pytest.fixture
def start() -> Iterator[Callable[[str], WorkerProcess]]:
    started: list[WorkerProcess] = []

    def begin(kind: str) -> WorkerProcess:
        started.append(WorkerProcess(serve, kind, name="odd"))
        assert started[-1].receive(60) == "ready"
        return started[-1]

    yield begin
    for each in started:
        each.kill()


def _stuck(process: WorkerProcess, patience: Patience = SOON) -> None:
    with pytest.raises(WorkerDiedError) as death, watching(process, patience):
        process.receive(60)
    assert death.value.stuck


@pytest.mark.parametrize("kind", ["sleeps", "echoes"])
def test_a_worker_that_does_nothing_while_it_is_awaited_is_killed(
    kind: str, start: Callable[[str], WorkerProcess], expect_log: Callable[[str], None]
) -> None:
    expect_log("is stuck")
    _stuck(start(kind))


def test_a_worker_of_which_the_system_does_not_tell_what_it_reads_is_watched_all_the_same(
    start: Callable[[str], WorkerProcess], expect_log: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def deny(_: psutil.Process) -> None:
        raise psutil.AccessDenied

    expect_log("is stuck")
    monkeypatch.setattr(psutil.Process, "io_counters", deny, raising=False)  # macOS counts no bytes
    _stuck(start("sleeps"))


@lacks(HALF_MESSAGES)
def test_a_worker_that_stops_within_a_message_is_killed(
    start: Callable[[str], WorkerProcess], expect_log: Callable[[str], None]
) -> None:
    expect_log("is stuck")
    _stuck(start("stops within a message"))


@lacks(PROCESS_WORK)
def test_a_worker_that_the_system_has_stopped_is_killed_sooner_than_an_idle_one(
    start: Callable[[str], WorkerProcess], expect_log: Callable[[str], None]
) -> None:
    expect_log("is stuck")
    process = start("echoes")
    suspend(process.pid)
    _stuck(process, Patience(idle_s=600.0, busy_s=600.0, stopped_s=0.3))


def test_a_worker_that_takes_no_message_is_killed_and_the_sender_goes_on(
    start: Callable[[str], WorkerProcess], expect_log: Callable[[str], None]
) -> None:
    expect_log("is stuck")
    process = start("echoes")
    suspend(process.pid)
    with pytest.raises(WorkerDiedError) as death, watching(process, SOON):
        process.send(bytes(100 * _PART))  # more than a pipe holds
    assert death.value.stuck


def test_a_worker_stays_awaited_while_another_thread_sends_to_it(
    start: Callable[[str], WorkerProcess], expect_log: Callable[[str], None]
) -> None:
    expect_log("is stuck")
    process = start("sleeps")
    sending = threading.Timer(0.1, process.send, ("hello",))
    sending.start()
    _stuck(process)
    sending.join()


def test_a_worker_that_takes_no_message_is_killed_while_another_thread_has_received(
    start: Callable[[str], WorkerProcess], expect_log: Callable[[str], None]
) -> None:
    expect_log("is stuck")
    process = start("echoes")
    suspend(process.pid)
    receiving = threading.Timer(0.1, process.receive, (0.0,))
    receiving.start()
    with pytest.raises(WorkerDiedError) as death, watching(process, SOON):
        process.send(bytes(100 * _PART))
    assert death.value.stuck
    receiving.join()


def test_a_worker_that_works_for_ever_is_killed_in_the_end(
    start: Callable[[str], WorkerProcess], expect_log: Callable[[str], None]
) -> None:
    expect_log("is stuck")
    _stuck(start("works for ever"), Patience(idle_s=60.0, busy_s=0.5))


@lacks(PROCESS_WORK)
def test_a_worker_that_works_is_never_called_stuck(start: Callable[[str], WorkerProcess]) -> None:
    process = start("works")
    with watching(process, Patience(idle_s=0.6, busy_s=60.0)):
        assert process.receive(60) == "done"


def test_nobody_is_killed_for_a_silence_that_nobody_waits_in(start: Callable[[str], WorkerProcess]) -> None:
    process = start("echoes")
    with watching(process, SOON):
        time.sleep(1.0)  # as a caller that shows what has come
        process.send("hello")
        assert process.receive(60) == "hello"


def test_nobody_is_killed_for_a_silence_that_was_asked_for(start: Callable[[str], WorkerProcess]) -> None:
    process = start("echoes")
    with watching(process, SOON, is_excused=lambda: True):
        assert process.receive(1.0) is None
        process.send("hello")
        assert process.receive(60) == "hello"


def test_nobody_is_watched_afterwards(start: Callable[[str], WorkerProcess]) -> None:
    process = start("echoes")
    with watching(process, SOON):
        process.send("hello")
        assert process.receive(60) == "hello"
    assert process.receive(1.0) is None
    assert process.alive
