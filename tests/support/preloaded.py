"""Programs that need edge_assistant, begun without importing it each time: copies of a process that has done so."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import pickle
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from support import SUPPORT
from support.preload_server import Start
from support.processes import Program
from support.waiting import PATIENCE

ROOT = SUPPORT.parent.parent
_LENGTH = 8
_STREAMS = {"stdin", "stdout", "stderr", "cwd"}


_READ_AT_START = ("PYTHON", "LC_", "LANG", "LD_", "EDGE_ASSISTANT_LANGUAGE")


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    """What Python, the C library and our own modules read of an environment only as they start."""
    return {name: value for name, value in environment.items() if value and name.startswith(_READ_AT_START)}


class Preloaded:
    """A running copy; it is used as a Program is."""

    console: Path | None = None

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: str | Path,
        stdin: int | None = subprocess.DEVNULL,
        stdout: int | None = subprocess.PIPE,
        stderr: int | None = subprocess.PIPE,
    ) -> None:
        """Run what follows `python` on a command line."""
        self.returncode: int | None = None
        self.stdin: IO[bytes] | None = None
        self.stdout: IO[bytes] | None = None
        self.stderr: IO[bytes] | None = None
        self._ended = threading.Event()
        theirs = []
        with contextlib.ExitStack() as cleanup:
            for number, given in enumerate((stdin, stdout, stderr)):
                descriptor, own = _stream(given, number)
                theirs.append(descriptor)
                if given in (subprocess.PIPE, subprocess.DEVNULL):
                    cleanup.callback(os.close, descriptor)
                if own is not None:
                    setattr(self, ("stdin", "stdout", "stderr")[number], own)
            self.pid = _server().start(Start(tuple(arguments), dict(env), str(cwd)), theirs, self._end)

    def poll(self) -> int | None:
        """The exit code, None while it runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Block until it ends; its exit code. Raises TimeoutExpired."""
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, sig: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.kill(self.pid, sig)

    def kill(self) -> None:
        """End it at once."""
        if sys.platform != "linux":
            raise NotImplementedError
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def _end(self, status: int) -> None:
        if sys.platform != "linux":
            raise NotImplementedError
        self.returncode = os.waitstatus_to_exitcode(status)
        self._ended.set()


def start_python(arguments: Sequence[str], *, env: Mapping[str, str], **options: Any) -> Program[bytes] | Preloaded:
    """Run what follows `python` on a command line: as a copy where nobody could tell, and else anew.

    `options` are those of Popen. A copy has the terminal and the locale of its server, and descriptors for its end are
    Linux's.
    """
    if sys.platform == "linux" and _STREAMS.issuperset(options) and _server().read_at_start == _read_at_start(env):
        return Preloaded(arguments, env=env, **options)
    return Program([sys.executable, *arguments], env=env, **options)


def run_python(
    arguments: Sequence[str], *, env: Mapping[str, str], cwd: str | Path, timeout: float = PATIENCE
) -> subprocess.CompletedProcess[str]:
    """Run what follows `python` on a command line from beginning to end, whatever comes of it, without an input."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    program = start_python(arguments, env=env, cwd=cwd, **pipes)
    told = [b"", b""]

    def read(number: int, stream: IO[bytes] | None) -> None:
        assert stream is not None
        with stream:
            told[number] = stream.read()

    threads = [threading.Thread(target=read, args=each) for each in enumerate((program.stdout, program.stderr))]
    for thread in threads:
        thread.start()
    try:
        code = program.wait(timeout)
    except BaseException:
        program.kill()
        program.wait()
        raise
    finally:
        for thread in threads:
            thread.join(timeout)
    output, errors = (each.decode().replace(os.linesep, "\n") for each in told)
    return subprocess.CompletedProcess(list(arguments), code, output, errors)


def _socket_pair() -> tuple[socket.socket, socket.socket]:
    if sys.platform != "linux":
        raise NotImplementedError
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


class _Server:
    def __init__(self) -> None:
        usual = {**os.environ, "LC_ALL": "C.UTF-8"}  # as all tests have it, but not their shared fixtures
        self.read_at_start = _read_at_start(usual)
        ours, theirs = _socket_pair()
        with theirs:
            command = [sys.executable, str(SUPPORT / "preload_server.py"), str(theirs.fileno())]
            environment = {**usual, "PYTHONPATH": os.pathsep.join(map(str, [SUPPORT.parent, ROOT / "scripts", ROOT]))}
            self._process = subprocess.Popen(command, env=environment, pass_fds=[theirs.fileno()], cwd=ROOT)
        self._socket = ours
        self._lock = threading.Lock()
        self._pids: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._ends: dict[int, Callable[[int], None]] = {}
        self._next_end: Callable[[int], None] = print
        threading.Thread(target=self._listen, name="preload", daemon=True).start()
        atexit.register(self.close)

    def start(self, start: Start, descriptors: Sequence[int], on_end: Callable[[int], None]) -> int:
        """Start a program with these standard streams; its process id."""
        with self._lock:
            if sys.platform != "linux":
                raise NotImplementedError
            self._next_end = on_end
            socket.send_fds(self._socket, [pickle.dumps(start)], descriptors)
            return self._pids.get(timeout=60)

    def close(self) -> None:
        """End the server, and wait for that: what its programs took is counted then."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._process.wait()

    def _listen(self) -> None:
        while answer := self._socket.recv(2 * _LENGTH):
            numbers = [int.from_bytes(answer[at : at + _LENGTH]) for at in range(0, len(answer), _LENGTH)]
            if len(numbers) == 1:
                self._ends[numbers[0]] = self._next_end
                self._pids.put(numbers[0])
            else:
                self._ends.pop(numbers[0])(numbers[1])


@functools.cache
def _server() -> _Server:
    return _Server()


def _stream(given: int | None, number: int) -> tuple[int, IO[bytes] | None]:
    """The descriptor that a program gets as its standard stream with this number, and our end of a pipe."""
    if given == subprocess.PIPE:
        reading, writing = os.pipe()
        if number == 0:
            return reading, open(writing, "wb")  # noqa: PTH123
        return writing, open(reading, "rb")  # noqa: PTH123
    if given == subprocess.DEVNULL:
        return os.open(os.devnull, os.O_RDWR), None
    return number if given is None else int(given), None
