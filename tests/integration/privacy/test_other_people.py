"""What somebody else on the same computer, or who finds its disk, gets of a program at work: nothing."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from support.describing import ROOT
from support.desktops import Programs, environment
from support.listening import Listen, private_folders
from support.platforms import CORE_DUMPS, LINUX_DESKTOP, OTHER_ACCOUNTS, lacks, skip_without
from support.waiting import PATIENCE

from edge_assistant.system.ipc import default_endpoint, send

# What another account tries: to enter the socket, to list or read what lies beside it, and what the kernel shows of the
# program: its memory, its environment, its open files. Prints what it got.
_SPY = """
import os, socket, sys
run, pids = sys.argv[1], sys.argv[2:]

def attempt(what, action):
    try:
        action()
    except OSError as error:
        print("refused", what, error.strerror)
    else:
        print("GOT", what)

def call():
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(os.path.join(run, "edge-assistant", "listen-none.socket"))

def read(path):
    os.close(os.open(path, os.O_RDONLY))

attempt("socket", call)
attempt("folder", lambda: os.listdir(os.path.join(run, "edge-assistant")))
attempt("lock", lambda: read(os.path.join(run, "edge-assistant", "listen-none.lock")))
for pid in pids:
    for part in ("mem", "environ", "fd/0", "maps"):
        attempt(part, lambda: read(f"/proc/{pid}/{part}"))
    attempt("files", lambda: os.listdir(f"/proc/{pid}/fd"))
"""


def as_nobody() -> list[str]:
    """The beginning of a command line that is run by another account."""
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    with contextlib.suppress(OSError):
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
            return command
    return skip_without("the right to run programs as somebody else")


def spy(command: list[str], *arguments: str) -> list[str]:
    """What the spy tells, line by line, by the system's Python: that of the tests may lie in somebody's home."""
    done = subprocess.run(
        [*command, "/usr/bin/python3", "-I", "-c", _SPY, *arguments],
        capture_output=True,
        text=True,
        cwd="/",
        check=True,
    )
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return private_folders(tmp_path_factory.mktemp("user"))


@pytest.fixture(scope="module")
def running(folders: dict[str, str]) -> Iterator[Listen]:
    """A program without a desktop, which waits for triggers, started where `ulimit -c unlimited` was said."""
    with Programs(environment()) as nothing, _unlimited_cores(), Listen(nothing, "--no-speak", **folders) as listen:
        listen.wait_for_line("Ready.")
        yield listen


@contextlib.contextmanager
def _unlimited_cores() -> Iterator[None]:
    import resource  # there is none on Windows

    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, before)


@lacks(OTHER_ACCOUNTS)
@lacks(LINUX_DESKTOP)
def test_another_account_reaches_neither_the_socket_nor_memory_environment_and_files(
    running: Listen, folders: dict[str, str]
) -> None:
    command = as_nobody()
    if not Path("/usr/bin/python3").exists():
        skip_without("the system's Python")
    # The folder above is as open as /tmp; only the program's own keeps others out.
    Path(folders["XDG_RUNTIME_DIR"]).chmod(0o755)
    processes = [str(running.process.pid), *(str(each.pid) for each in running.children())]
    assert len(processes) >= 2
    ours = spy([], folders["XDG_RUNTIME_DIR"], processes[0])
    assert not [line for line in ours if not line.startswith("GOT")], "whoever may, can: the spy works"
    told = spy(command, folders["XDG_RUNTIME_DIR"], *processes)
    assert len(told) == 3 + 5 * len(processes)
    assert not [line for line in told if not line.startswith("refused")]
    assert send(default_endpoint(environ=running._environment), "status")
    private = [Path(folders[name]) / "edge-assistant" for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME")]
    written = [path for folder in private for path in folder.rglob("*.json") if path.name != "first-run.json"]
    assert [path for path in written if path.stat().st_mode & 0o077] == []


@lacks(CORE_DUMPS)
@lacks(LINUX_DESKTOP)
def test_whichever_process_crashes_no_core_is_left(running: Listen, tmp_path: Path) -> None:
    """The last of this file: first the engine crashes, then the program itself."""
    crash = [sys.executable, "-c", "import os; os.abort()"]
    subprocess.run(crash, cwd=tmp_path, check=False)
    if not list(tmp_path.iterdir()):
        skip_without("a core dump in the folder of the program")
    before = set(ROOT.glob("core*"))
    processes = [*running.children(), psutil.Process(running.process.pid)]
    assert len(processes) >= 2
    for each in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.send_signal(signal.SIGSEGV)
    assert running.process.wait(PATIENCE) == -signal.SIGSEGV
    psutil.wait_procs(processes, PATIENCE)
    assert not [path for path in ROOT.glob("core*") if path not in before]
