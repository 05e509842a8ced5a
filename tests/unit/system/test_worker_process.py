"""Worker processes: messages, last words, death, and that nothing outlives its parent."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest
from support.platforms import FOLDER_IN_USE, LIMITS, NICENESS, POSIX_SIGNALS, RESOURCE_TRACKER, lacks

from edge_assistant.system import worker_bootstrap
from edge_assistant.system import worker_process as child_module
from edge_assistant.system.worker_process import (
    NICENESS_BACKGROUND,
    WorkerDiedError,
    WorkerProcess,
    kill_tree,
    lower_priority,
    was_killed,
)


def echo(connection: Connection) -> None:
    while True:
        message = connection.recv()
        if message == "die":
            print("my last words: ä", flush=True)
            os._exit(7)
        if message == "fail":
            raise RuntimeError("a mistake of ours")
        connection.send((message, sys.platform == "win32" or os.getsid(0) == os.getpid()))


def deaf(connection: Connection) -> None:
    connection.send("ready")
    time.sleep(60)


def tell_blocked_signals(connection: Connection) -> None:
    connection.send(set(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, ()))))


def tell_folder(connection: Connection) -> None:
    connection.send(str(Path.cwd()))


def with_a_child_of_its_own(connection: Connection) -> None:
    begun = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], stdin=subprocess.DEVNULL)
    connection.send(begun.pid)
    time.sleep(60)


def ended(pid: int, within: float = 2.0) -> bool:
    """Whether the process ends in so many seconds."""
    deadline = time.monotonic() + within
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture
def child() -> Iterator[WorkerProcess]:
    made = WorkerProcess(echo, name="echo")
    yield made
    made.kill()


def test_messages_go_both_ways_and_the_worker_leads_its_own_session(child: WorkerProcess) -> None:
    assert child.send("hello") is True
    assert child.receive(10) == ("hello", True)
    assert child.alive


@lacks(POSIX_SIGNALS)
def test_ctrl_c_in_a_terminal_never_reaches_a_worker_that_still_belongs_to_it() -> None:
    for _ in range(2):
        made = WorkerProcess(tell_blocked_signals, name="blocked")
        try:
            assert signal.SIGINT in made.receive(10)
        finally:
            made.kill()


def test_a_silent_worker_gives_none_after_the_timeout(child: WorkerProcess) -> None:
    assert child.receive(0.01) is None


def test_wake_lets_receive_return_also_one_that_begins_later_and_loses_no_message(child: WorkerProcess) -> None:
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


def test_a_death_tells_the_exit_code_and_the_last_words(child: WorkerProcess) -> None:
    child.send("die")
    with pytest.raises(WorkerDiedError) as death:
        child.receive(10)
    assert death.value.exit_code == 7
    assert "my last words: ä" in death.value.last_lines
    assert not was_killed(death.value.exit_code)


def test_a_mistake_in_the_worker_is_told_and_is_not_taken_for_a_kill(child: WorkerProcess) -> None:
    child.send("fail")
    with pytest.raises(WorkerDiedError) as death:
        child.receive(10)
    assert "RuntimeError" in death.value.last_lines, "of what kind, without what it may quote"
    assert not was_killed(death.value.exit_code)
    assert not was_killed(death.value.exit_code, "win32")


def test_a_kill_from_outside_is_seen_as_a_death(child: WorkerProcess) -> None:
    child.send("hello")
    child.receive(10)
    psutil.Process(child.pid).kill()
    with pytest.raises(WorkerDiedError) as death:
        child.receive(10)
    assert was_killed(death.value.exit_code)
    with pytest.raises(WorkerDiedError):
        child.send("hello")


@pytest.mark.parametrize(
    ("platform", "exit_code", "killed"),
    [
        *(("win32", code, True) for code in (1, 15, -15, 9, 0xC0000017)),  # Task Manager, Python's, no memory
        *(("win32", code, False) for code in (0, 3, 0xC0000005, 0xC000001D, None)),
        *(("linux", code, True) for code in (-9, -15)),
        *(("linux", code, False) for code in (1, 15, -6, None)),
    ],
)
def test_each_system_has_its_own_codes_for_a_kill(platform: str, exit_code: int | None, killed: bool) -> None:
    assert was_killed(exit_code, platform) == killed


@pytest.mark.parametrize("how", [WorkerProcess.kill, lambda child: kill_tree(child.pid)])
def test_a_kill_reaches_what_the_worker_has_started(how: Callable[[WorkerProcess], None]) -> None:
    worker = WorkerProcess(with_a_child_of_its_own, name="started")
    try:
        begun = worker.receive(10)
        how(worker)
        assert ended(begun)
        assert ended(worker.pid)
    finally:
        worker.kill()


class WindowsConnection:
    """As multiprocessing's on Windows: `fileno` gives a handle, and a handle is no descriptor."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def fileno(self) -> int:
        return self._handle


def test_what_a_worker_is_given_lies_in_its_own_process_and_is_never_taken_for_a_descriptor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workers: dict[int, int] = {}  # its handles, and what they are here

    class Spawning:
        def duplicate_for_child(self, handle: int) -> int:
            workers[handle + 4] = handle
            return handle + 4

    monkeypatch.setattr(child_module, "get_spawning_popen", Spawning)
    ours = WindowsConnection(0x10000294)
    taken = pickle.loads(pickle.dumps(child_module._InheritedHandle(ours.fileno(), WindowsConnection)))
    assert workers == {taken.fileno(): ours.fileno()}


class Stillborn:
    """A target that ends the worker as soon as it is read, before the worker has taken anything else."""

    def __reduce__(self) -> tuple[Callable[[int], None], tuple[int]]:
        return os._exit, (3,)

    def __call__(self, _: Connection) -> None:
        pytest.fail("it was never read")


def handles() -> int:
    process = psutil.Process()
    return process.num_handles() if sys.platform == "win32" else process.num_fds()


def test_a_worker_that_dies_while_it_starts_is_told_as_dead_and_leaves_nothing_open() -> None:
    before = 0
    for _ in range(2):  # the first one opens what stays open for all
        before = handles()
        stillborn = WorkerProcess(Stillborn(), name="stillborn")
        with pytest.raises(WorkerDiedError):
            stillborn.receive(30)
        stillborn.kill()
        stillborn._reader.join(10)
    stillborn._process.close()
    assert handles() <= before


def test_a_kill_may_be_repeated_and_come_from_another_thread(child: WorkerProcess) -> None:
    child.send("hello")
    child.receive(10)
    timer = threading.Timer(0.05, child.kill)
    timer.start()
    with pytest.raises(WorkerDiedError):
        child.receive(10)
    timer.join()
    child.kill()
    assert not child.alive


def test_close_asks_the_worker_to_end(child: WorkerProcess) -> None:
    child.send("hello")
    child.receive(10)
    child.close(timeout=5)
    assert not child.alive


def test_a_message_stuck_in_the_pipe_does_not_hold_up_the_next_sender() -> None:
    child = WorkerProcess(deaf, name="deaf")
    try:
        assert child.receive(10) == "ready"

        def send_much() -> None:
            with pytest.raises(WorkerDiedError):
                child.send(bytes(10_000_000))

        sender = threading.Thread(target=send_much)
        sender.start()
        time.sleep(0.1)
        assert child.send("cancel", timeout=0.1) is False
    finally:
        child.kill()
    sender.join(10)
    assert not sender.is_alive()


def test_a_worker_ends_with_its_parent() -> None:
    code = (
        "import os, sys; sys.path[:0] = sys.argv[1:]\n"
        "from edge_assistant.system.worker_process import WorkerProcess\nfrom test_worker_process import deaf\n"
        "worker = WorkerProcess(deaf, name='deaf'); worker.receive(10)\n"
        "print(worker.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    here = Path(__file__).parent
    command = [sys.executable, "-c", code, str(here), *map(str, here.parents[1:3])]
    run = subprocess.run(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, check=False)
    assert ended(int(run.stdout))


def modest(connection: Connection) -> None:
    """Yields, twice over, and tells how nice it is."""
    lower_priority(NICENESS_BACKGROUND)
    lower_priority(NICENESS_BACKGROUND)
    group = Path("/proc/self/autogroup")
    connection.send((os.nice(0), group.read_text() if group.exists() else None))
    connection.recv()


@lacks(NICENESS)
def test_a_worker_that_yields_is_nice_as_a_process_and_as_a_group() -> None:
    worker = WorkerProcess(modest, name="modest")
    try:
        nice, group = worker.receive(30)
        assert nice == max(NICENESS_BACKGROUND, os.nice(0))
        assert group is None or group.split()[-1] == str(NICENESS_BACKGROUND)
    finally:
        worker.kill()


def test_a_worker_that_nobody_could_listen_to_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    real, before = threading.Thread.start, set(psutil.Process().children())

    def refused(thread: threading.Thread) -> None:
        if thread.name.endswith("-output"):
            raise RuntimeError("can't start new thread")
        real(thread)

    monkeypatch.setattr(threading.Thread, "start", refused)
    with pytest.raises(RuntimeError):
        WorkerProcess(deaf, name="unheard")
    begun = [each for each in psutil.Process().children() if "spawn_main" in " ".join(each.cmdline())]
    assert set(begun) <= before


@lacks(RESOURCE_TRACKER)
def test_a_worker_that_could_not_be_started_leaves_the_way_to_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    with monkeypatch.context() as patch:
        patch.setattr("multiprocessing.resource_tracker.ensure_running", refused)
        with pytest.raises(BlockingIOError):
            WorkerProcess(echo, name="echo")
    child = WorkerProcess(echo, name="echo")
    try:
        child.send("hello")
        assert child.receive(10) == ("hello", True)
    finally:
        child.kill()


@lacks(FOLDER_IN_USE)
@pytest.mark.parametrize("way", ["removed", "shut"])
def test_a_worker_starts_where_its_parents_folder_is_gone_or_shut(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / way
    folder.mkdir()
    monkeypatch.chdir(folder)
    if way == "removed":
        folder.rmdir()
    elif os.getuid() == 0:  # nothing is shut to root
        monkeypatch.setattr(worker_bootstrap, "_is_cwd_usable", lambda: False)
    else:
        folder.chmod(0o000)
    child = WorkerProcess(tell_folder, name="folder")
    try:
        assert child.receive(timeout=10) == "/"
    finally:
        child.kill()
        if way == "shut":
            folder.chmod(0o700)
    if way == "removed":
        with pytest.raises(FileNotFoundError):  # and not in another one, where a file could come to lie
            Path.cwd()


@lacks(LIMITS)
def test_a_cancel_reaches_a_worker_although_no_more_files_may_be_open() -> None:
    import resource

    process = WorkerProcess(echo, name="echo")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (1, hard))
        sent = process.send("cancel", timeout=60)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert sent
        assert process.receive(60)[0] == "cancel"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        process.kill()
