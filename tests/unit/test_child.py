"""Worker processes: messages, last words, death, and that nothing outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest

from edge_assistant.child import UNATTENDED, Child, ChildDied, yield_to_others

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="written for POSIX")


def echo(connection: Connection) -> None:
    while True:
        message = connection.recv()
        if message == "die":
            print("my last words", flush=True)
            os._exit(7)
        connection.send((message, os.getsid(0) == os.getpid()))


def deaf(connection: Connection) -> None:
    connection.send("ready")
    time.sleep(60)


def tell_blocked_signals(connection: Connection) -> None:
    connection.send(set(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, ()))))


@pytest.fixture
def child() -> Iterator[Child]:
    made = Child(echo, name="echo")
    yield made
    made.kill()


def test_messages_go_both_ways_and_the_worker_leads_its_own_session(child: Child) -> None:
    assert child.send("hello") is True
    assert child.receive(10) == ("hello", True)
    assert child.alive


def test_ctrl_c_in_a_terminal_never_reaches_a_worker_that_still_belongs_to_it() -> None:
    for _ in range(2):
        made = Child(tell_blocked_signals, name="blocked")
        try:
            assert signal.SIGINT in made.receive(10)
        finally:
            made.kill()


def test_a_silent_worker_gives_none_after_the_timeout(child: Child) -> None:
    assert child.receive(0.01) is None


def test_wake_lets_receive_return_also_one_that_begins_later_and_loses_no_message(child: Child) -> None:
    started = time.monotonic()
    timer = threading.Timer(0.05, child.wake)
    timer.start()
    assert child.receive() is None
    timer.join()
    child.wake()
    child.wake()
    assert child.receive() is None
    child.send("hello")
    assert child.receive(10) == ("hello", True)
    assert child.receive(0.01) is None, "two calls counted as more than one"
    assert time.monotonic() - started < 30


def test_a_death_tells_the_exit_code_and_the_last_words(child: Child) -> None:
    child.send("die")
    with pytest.raises(ChildDied) as death:
        child.receive(10)
    assert death.value.exit_code == 7
    assert "my last words" in death.value.last_words


def test_a_kill_from_outside_is_seen_as_a_death(child: Child) -> None:
    child.send("hello")
    child.receive(10)
    os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(ChildDied) as death:
        child.receive(10)
    assert death.value.exit_code == -signal.SIGKILL
    with pytest.raises(ChildDied):
        child.send("hello")


def test_a_kill_may_be_repeated_and_come_from_another_thread(child: Child) -> None:
    child.send("hello")
    child.receive(10)
    timer = threading.Timer(0.05, child.kill)
    timer.start()
    with pytest.raises(ChildDied):
        child.receive(10)
    timer.join()
    child.kill()
    assert not child.alive


def test_close_asks_the_worker_to_end(child: Child) -> None:
    child.send("hello")
    child.receive(10)
    child.close(timeout=5)
    assert not child.alive


def test_a_message_stuck_in_the_pipe_does_not_hold_up_the_next_sender() -> None:
    child = Child(deaf, name="deaf")
    try:
        assert child.receive(10) == "ready"

        def send_much() -> None:
            with pytest.raises(ChildDied):
                child.send(bytes(10_000_000))

        sender = threading.Thread(target=send_much)
        sender.start()
        time.sleep(0.1)
        assert child.send("cancel", patience=0.1) is False
    finally:
        child.kill()
    sender.join(10)
    assert not sender.is_alive()


def test_a_worker_ends_with_its_parent() -> None:
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from edge_assistant.child import Child\nfrom test_child import deaf\n"
        "child = Child(deaf, name='deaf'); child.receive(10); print(child.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    here = os.path.dirname(__file__)  # noqa: PTH120
    run = subprocess.run([sys.executable, "-c", code, here], capture_output=True, text=True, check=False)
    pid = int(run.stdout)
    deadline = time.monotonic() + 1.0
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def modest(connection: Connection) -> None:
    """Yields, twice over, and tells how nice it is."""
    yield_to_others(UNATTENDED)
    yield_to_others(UNATTENDED)
    group = Path("/proc/self/autogroup")
    connection.send((os.nice(0), group.read_text() if group.exists() else None))
    connection.recv()


@pytest.mark.skipif(sys.platform != "linux", reason="niceness and autogroups are Linux's")
def test_a_worker_that_yields_is_nice_as_a_process_and_as_a_group() -> None:
    worker = Child(modest, name="modest")
    try:
        nice, group = worker.receive(30)
        assert nice == max(UNATTENDED, os.nice(0))
        assert group is None or group.split()[-1] == str(UNATTENDED)
    finally:
        worker.kill()
