"""How a worker begins: where it prints to, and that it leaves no core dump whatever limits it was given."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from support.platforms import CORE_DUMPS, CORE_FILTER, RESOURCE_TRACKER, lacks, skip_without

from edge_assistant.system import worker_bootstrap

_START = """import sys; sys.path.insert(0, sys.argv[1])
from pathlib import Path
from edge_assistant.system import worker_bootstrap
"""


def run(code: str, repository: Path, *arguments: str) -> str:
    """What a program, which knows worker_bootstrap, prints."""
    command = [sys.executable, "-c", _START + code, str(repository), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(repository / "tests")}
    return subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True, text=True
    ).stdout


# The descriptors that are free at first, as in a window's program: the worker's output takes the place of one of them.
@pytest.mark.parametrize("free", [(), (0,), (1,), (2,), (0, 1, 2)])
def test_a_worker_prints_to_its_parent_whatever_descriptors_are_free(
    free: tuple[int, ...], repository: Path, tmp_path: Path
) -> None:
    code = f"""
import os
for each in {free}:
    os.close(each)
sys.stdout = sys.stderr = None  # as pythonw has them
output = os.open(sys.argv[2], os.O_WRONLY)
assert not {free} or output == {min(free, default=-1)}
worker_bootstrap.redirect_output(output)
print("by Python, with a letter of its own: ł, and half of one: \\ud800")
print("and an error", file=sys.stderr)
os.write(1, b"by a library\\n")
os.write(2, b"and its error\\n")
"""
    told = tmp_path / "told"
    told.touch()
    run(code, repository, str(told))
    assert told.read_text(encoding="utf-8").splitlines() == [
        "by Python, with a letter of its own: ł, and half of one: \\ud800",
        "and an error",
        "by a library",
        "and its error",
    ]


# Leaves the limits given, and the right to raise them to nobody, not even to root; then a worker forbids core dumps.
_LIMITED = """
import ctypes, os, resource
ctypes.CDLL(None).prctl(24, 24)  # PR_CAPBSET_DROP, CAP_SYS_RESOURCE, which an ordinary user has not anyway
resource.setrlimit(resource.RLIMIT_CORE, (int(sys.argv[2]), int(sys.argv[3])))
os.execv(sys.executable, [sys.executable, "-c", sys.argv[5], sys.argv[1], sys.argv[4]])
"""
_FORBID = """
import ctypes, resource
worker_bootstrap.forbid_core_dumps(Path(sys.argv[2]))
print(*resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3))  # PR_GET_DUMPABLE
"""


@lacks(CORE_DUMPS)
@pytest.mark.parametrize(
    ("soft", "hard", "pattern", "after"),
    [
        (0, -1, "|/usr/lib/systemd/systemd-coredump", "1 1 1"),
        (0, 0, "core", "0 0 1"),
        (0, 0, "|/usr/lib/systemd/systemd-coredump", "0 0 0"),
        (0, 4096, "core", "1 1 1"),
        (0, 1, "core", "1 1 1"),
    ],
)
def test_core_limits_are_lowered_and_never_raised(
    soft: int, hard: int, pattern: str, after: str, repository: Path, tmp_path: Path
) -> None:
    """A limit of 1 forbids cores of both kinds; where only 0 is left and cores are piped, the process says so."""
    (tmp_path / "core_pattern").write_text(pattern)
    printed = run(_LIMITED, repository, str(soft), str(hard), str(tmp_path / "core_pattern"), _START + _FORBID)
    assert printed.split() == after.split()


@lacks(CORE_DUMPS)
def test_a_crash_of_the_program_itself_leaves_no_core(repository: Path, tmp_path: Path) -> None:
    """It holds questions, answers and pictures too."""
    code = """
import os, resource
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
os.chdir(sys.argv[2])
sys.path.insert(0, sys.argv[1])
from edge_assistant import __main__
from edge_assistant.cli import main
main.main = lambda *_: print(resource.getrlimit(resource.RLIMIT_CORE)[0], flush=True) or os.abort()
__main__.main()
"""
    command = [sys.executable, "-c", _START + code, str(repository), str(tmp_path)]
    crash = subprocess.run(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False, text=True)
    assert (crash.returncode, crash.stdout.strip() in ("0", "1")) == (-signal.SIGABRT, True)
    assert list(tmp_path.iterdir()) == []


@lacks(CORE_FILTER)
@pytest.mark.parametrize("filtered", [True, False])
def test_a_core_that_is_made_all_the_same_holds_no_memory(filtered: bool, repository: Path, tmp_path: Path) -> None:
    """As where Linux gives it to a program, whatever the limit."""
    pattern = Path("/proc/sys/kernel/core_pattern").read_text(encoding="utf-8")
    import resource  # there is none on Windows

    if resource.getrlimit(resource.RLIMIT_CORE)[1] in (0, 1) or not pattern.startswith("core"):
        skip_without("a core dump in the folder of the program")
    code = """
import os, resource
secret = "".join(map(str, range(5000)))
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
if sys.argv[3] == "True":
    resource.setrlimit = lambda *_: None
    worker_bootstrap.limit_core_dumps()
os.chdir(sys.argv[2])
os.abort()
"""
    command = [sys.executable, "-c", _START + code, str(repository), str(tmp_path), str(filtered)]
    crash = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    assert crash.returncode == -signal.SIGABRT
    (core,) = tmp_path.iterdir()
    assert (b"123412351236" in core.read_bytes()) is not filtered


_WORKER = """
sys.path.insert(0, sys.argv[2])
import test_worker_process
from edge_assistant.system.worker_process import WorkerProcess
worker = WorkerProcess(test_worker_process.echo, name="worker")
worker.send("hello")
print(worker.receive(30)[0])
worker.kill()
"""


@lacks(CORE_DUMPS)
def test_a_worker_works_under_a_core_limit_that_nobody_may_raise(repository: Path) -> None:
    assert run(_LIMITED, repository, "0", "0", str(Path(__file__).parent), _START + _WORKER) == "hello\n"


_SHORT_AT_FIRST = """
sys.path.insert(0, sys.argv[2])
import test_worker_process, threading
from multiprocessing import resource_tracker
from edge_assistant.system.worker_process import WorkerProcess
import psutil

def refused(*_):
    raise OSError(24, "Too many open files") if sys.argv[3] == "file" else RuntimeError("can't start new thread")

holder, name = (resource_tracker, "ensure_running") if sys.argv[3] == "file" else (threading.Thread, "start")
real = getattr(holder, name)
setattr(holder, name, refused)
try:
    WorkerProcess(test_worker_process.echo, name="worker")
except (OSError, RuntimeError):
    print("refused")
setattr(holder, name, real)
worker = WorkerProcess(test_worker_process.echo, name="worker")
worker.send("hello")
print(worker.receive(30)[0])
workers = [each for each in psutil.Process().children() if "spawn_main" in " ".join(each.cmdline())]
print(len(workers))
worker.kill()
"""


@pytest.mark.parametrize("short_of", [pytest.param("file", marks=lacks(RESOURCE_TRACKER)), "thread"])
def test_after_a_shortage_that_has_passed_workers_start_again_and_no_old_one_with_them(
    short_of: str, repository: Path
) -> None:
    assert run(_SHORT_AT_FIRST, repository, str(Path(__file__).parent), short_of) == "refused\nhello\n1\n"


def test_who_ends_at_once_waits_for_the_worker_that_is_being_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_bootstrap, "_starting", threading.Lock())
    monkeypatch.setattr(worker_bootstrap, "_START_TIMEOUT_S", 60.0)
    made, told = threading.Event(), threading.Event()

    class Process(BaseProcess):
        def __init__(self) -> None:
            pass

        def start(self) -> None:
            made.set()
            told.wait()

    starting = threading.Thread(target=worker_bootstrap.start_worker, args=(Process(),))
    starting.start()
    made.wait()
    ending = threading.Thread(target=worker_bootstrap.forbid_starts)
    ending.start()
    ending.join(0.2)
    waits = ending.is_alive()
    told.set()
    assert waits
    for thread in (starting, ending):
        thread.join(60)
        assert not thread.is_alive()


def test_who_ends_at_once_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    held = threading.Lock()
    held.acquire()
    monkeypatch.setattr(worker_bootstrap, "_starting", held)
    monkeypatch.setattr(worker_bootstrap, "_START_TIMEOUT_S", 0.0)
    worker_bootstrap.forbid_starts()
