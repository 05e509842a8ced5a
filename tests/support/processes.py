"""Signals to the programs that a test runs, and what stands for them on Windows; processes that stand still."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, AnyStr, Protocol

import psutil

from support import SUPPORT
from support.waiting import until

CANCELS: tuple[signal.Signals, ...]
"""What asks a program to end."""
KILL: signal.Signals
"""What ends a program at once. Windows, which has no such signal, has no SIGTERM that another program could send."""
if sys.platform == "win32":
    CANCELS, KILL = (signal.SIGINT, signal.SIGBREAK), signal.SIGTERM
else:
    CANCELS, KILL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP), signal.SIGKILL


class Program(subprocess.Popen[AnyStr]):
    """A Python program that is to hear signals: on Windows something stands for its console.

    Its folder is this program's alone. A number is not: Windows soon gives that of an ended process to the next one.
    """

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str], **options: Any) -> None:
        self.console: Path | None = None
        if sys.platform == "win32":
            self.console = Path(tempfile.mkdtemp(prefix="console-"))
            weakref.finalize(self, shutil.rmtree, self.console, ignore_errors=True)
            path = [each for each in (env.get("PYTHONPATH"), str(SUPPORT / "console")) if each]
            env = {**env, "PYTHONPATH": os.pathsep.join(path), "TEST_CONSOLE": str(self.console)}
        super().__init__(command, env=env, **options)


class Signalled(Protocol):
    """A program that hears signals; a `console` is where others than its system's are told."""

    @property
    def console(self) -> Path | None: ...

    @property
    def pid(self) -> int: ...

    def send_signal(self, sig: signal.Signals) -> None: ...

    def kill(self) -> None: ...


def send_signals(process: Signalled, *numbers: signal.Signals) -> None:
    """Send signals to a program."""
    if process.console is None:
        for number in numbers:
            process.send_signal(number)
    elif KILL in numbers:
        process.kill()
    else:
        unfinished = process.console / "new"
        unfinished.write_text(" ".join(str(int(number)) for number in numbers))
        unfinished.replace(process.console / "sent")


def wait_until_in_charge(process: Signalled) -> None:
    """Block until a program has taken over its signals: Python itself has started."""
    until(lambda: _is_in_charge(process), "the program's own handling of signals")


def _is_in_charge(process: Signalled) -> bool:
    if process.console is not None:
        return (process.console / "ready").exists()
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) & 1 << (signal.SIGTERM - 1))


def suspend(pid: int) -> None:
    """Let a process stand still."""
    psutil.Process(pid).suspend()


@contextlib.contextmanager
def almost_still(process: psutil.Process) -> Iterator[None]:
    """Let a process run so little that it gets nowhere within a test, as on a very slow computer: it is not stuck."""
    over = threading.Event()

    def keep() -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            while not over.wait(2.0):
                process.resume()
                over.wait(0.002)
                process.suspend()

    process.suspend()
    thread = threading.Thread(target=keep, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(10)
        with contextlib.suppress(psutil.NoSuchProcess):
            process.resume()


def resume(pid: int) -> None:
    """Let a process go on."""
    psutil.Process(pid).resume()


def kill_workers(processes: Iterable[psutil.Process]) -> None:
    """Kill the workers among a program's processes, and wait for their end: a busy machine takes its time for that.

    Python's own helper is none, and would complain.
    """
    killed = [each for each in processes if each.name().startswith("edge-")]
    assert killed
    for each in killed:
        each.kill()
    until(lambda: not any(map(_still_ends, killed)), "their end")


def _still_ends(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False
