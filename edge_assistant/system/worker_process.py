"""A spawned worker process: a Pipe, a session of its own, instant kill, and death together with its parent.

Used by the engine and the speech worker. What a worker prints (llama.cpp's last output before an abort, say) never
reaches the terminal: it goes to our logger, and the last lines are kept for the explanation.
"""

from __future__ import annotations

import collections
import contextlib
import ctypes
import logging
import multiprocessing
import os
import selectors
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection, wait
from multiprocessing.context import get_spawning_popen
from pathlib import Path
from typing import Any

from edge_assistant.system import windows_job, windows_priority, worker_bootstrap
from edge_assistant.system.error_traces import format_trace

_log = logging.getLogger(__name__)
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15  # linux/prctl.h
_EXCEPTION_EXIT_CODE = 70  # the exit code after an exception; not 1, which is also Windows' for a killed process
# SIGKILL, and SIGTERM, which programs that watch the memory, such as earlyoom, try first.
_POSIX_KILLS = (-9, -15)
# Windows' exit codes of processes that were killed: by the Task Manager and taskkill, by a Python program (its
# SIGTERM and SIGKILL, and multiprocessing's own number), or by the system for lack of memory.
_WINDOWS_KILLS = (1, 15, 9, -15, 0xC0000017, 0xC000012D)


def was_killed(exit_code: int | None, platform: str = sys.platform) -> bool:
    """Return whether this exit code means that a worker was killed from outside, by somebody or for lack of memory.

    `platform` is as in sys.platform.
    """
    return exit_code in (_WINDOWS_KILLS if platform == "win32" else _POSIX_KILLS)


def _block_interrupts() -> None:
    """Block SIGINT in the spawner; workers inherit the mask, so that Ctrl-C in a terminal never reaches them."""
    if sys.platform != "win32":
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()  # spawning would start it where it does not run, and lift the block with that
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


# Linux sends the parent-death signal when the *thread* that spawned the child ends, so one thread, which lives as
# long as the process, does all spawning.
_spawner = ThreadPoolExecutor(1, thread_name_prefix="spawner")


class WorkerDiedError(Exception):
    """The worker process is gone; `last_lines` are the last lines that it printed, oldest first.

    `stuck`: it was killed because nothing more came from it, see worker_watch.py.
    """

    def __init__(self, name: str, exit_code: int | None, last_lines: tuple[str, ...], *, stuck: bool = False) -> None:
        super().__init__(f"{name} ended with exit code {exit_code}")
        self.exit_code = exit_code
        self.last_lines = last_lines
        self.stuck = stuck


class _InheritedHandle:
    """A pipe end, or another handle, on its way to a worker, where `make(handle, *arguments)` rebuilds it.

    It is duplicated directly into the worker's process. On Windows multiprocessing leaves a copy here for the worker to
    fetch: if the worker dies before, the copy stays, and keeps its pipe open for whoever waits for the pipe's end.
    """

    def __init__(self, handle: int, make: Callable[..., Any], *arguments: Any) -> None:
        self._handle = handle
        self._make = make
        self._arguments = arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        popen: Any = get_spawning_popen()
        return self._make, (popen.duplicate_for_child(self._handle), *self._arguments)


class WorkerProcess:
    """A worker running `target(connection, *arguments)` in a spawned process.

    `target` must be a module-level function; it should end when `connection` reports EOF. Messages are any picklable
    objects. `send` may be called from any thread; `receive` from one thread at a time.
    """

    def __init__(
        self, target: Callable[..., None], *arguments: Any, name: str, memory_limit: int | None = None
    ) -> None:
        """Spawn the worker and return at once; `name` is used in the log and in errors.

        The system refuses the worker more than `memory_limit` bytes: it gets a MemoryError, or ends.
        """
        self.name = name
        self._send_lock = threading.Lock()
        self._kill_lock = threading.Lock()
        self._wake_lock = threading.Lock()
        self._wake_pending = False
        self._killed = self._stuck = False
        self.messages = 0
        """How many messages have come from it."""
        self._is_sending = self._is_receiving = False
        self._last_lines: collections.deque[str] = collections.deque(maxlen=20)
        context = multiprocessing.get_context("spawn")
        self._connection, worker_end = context.Pipe(duplex=True)
        self._wake_receiver, self._wake_sender = context.Pipe(duplex=False)
        output, worker_output = os.pipe()  # not context.Pipe: on Windows one cannot print to that
        self._job = windows_job.make_job(memory_limit)
        handles = (
            _InheritedHandle(worker_end.fileno(), type(worker_end)),
            _InheritedHandle(worker_bootstrap.to_handle(worker_output), worker_bootstrap.to_descriptor),
        )
        self._process = context.Process(
            target=_run, args=(target, *handles, os.getpid(), memory_limit, arguments), name=name, daemon=True
        )
        self._reader = threading.Thread(target=self._read_output, args=(output,), name=f"{name}-output", daemon=True)
        try:
            # On its own: work queued while no thread could start would run later, and start a worker with our pipes.
            _spawner.submit(_block_interrupts).result()
            _spawner.submit(worker_bootstrap.start_worker, self._process, self._job).result()
            self._reader.start()
        except BaseException:
            os.close(output)
            if self._process.pid is not None:
                self.kill()
            self._close_pipes()
            raise
        finally:
            worker_end.close()
            os.close(worker_output)

    @property
    def pid(self) -> int:
        """The worker's process id, which is also its process group's on POSIX."""
        pid = self._process.pid
        assert pid is not None
        return pid

    @property
    def alive(self) -> bool:
        """Whether the worker still runs."""
        return self._process.is_alive()

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits just now for its next message, or until it takes one."""
        return self._is_sending or self._is_receiving

    def send(self, message: object, timeout: float = -1) -> bool:
        """Send one message; return False when another one was still stuck in the Pipe after `timeout` seconds, or the
        Pipe was still full.

        Raises WorkerDiedError when the worker is gone.
        """
        if not self._send_lock.acquire(timeout=timeout):
            return False
        self._is_sending = True
        try:
            if timeout >= 0 and not _has_room(self._connection, timeout):
                return False
            self._connection.send(message)
        except (OSError, ValueError, TypeError) as error:  # TypeError: closed meanwhile on another thread
            raise self._died_error() from error
        finally:
            self._is_sending = False
            self._send_lock.release()
        return True

    def receive(self, timeout: float | None = None) -> Any:
        """Return the next message, or None when none came within `timeout` seconds or before `wake`. Raises
        WorkerDiedError.
        """
        self._is_receiving = True
        try:
            ready = wait([self._connection, self._wake_receiver], timeout)
            if self._connection in ready:
                message = self._connection.recv()
                self.messages += 1
                return message
            if ready:
                self._clear_wake()
            return None
        except (EOFError, OSError, TypeError, ValueError) as error:  # the last two: closed meanwhile on another thread
            raise self._died_error() from error
        finally:
            self._is_receiving = False

    def wake(self) -> None:
        """Make the pending `receive`, or else the next one, return without a message."""
        with self._wake_lock, contextlib.suppress(OSError):
            if not self._wake_pending:
                self._wake_pending = True
                self._wake_sender.send_bytes(b".")

    def kill(self) -> None:
        """Kill the worker and everything it started, at once. Harmless when it is gone already."""
        with self._kill_lock:
            if self._killed:
                return
            self._killed = True
            kill_group(self.pid)  # first: Windows does not list the children of a process that is gone
            self._process.kill()  # it may not lead its group yet
            kill_group(self.pid)  # and may have become the leader only now
            self._process.join(1.0)
        self._close_pipes()

    def kill_stuck(self) -> None:
        """Kill a worker that does not answer: whoever waits for it gets a WorkerDiedError that says so."""
        with self._kill_lock:
            if self._killed:
                return
            self._stuck = True
            kill_group(self.pid)  # its pipes stay open, since others wait for them now
            self._process.kill()

    def close(self, timeout: float = 0.2) -> None:
        """Close the Pipe, which asks the worker to end; kill it after `timeout` seconds."""
        self._connection.close()
        self._process.join(timeout)
        self.kill()

    def _clear_wake(self) -> None:
        with self._wake_lock:
            self._wake_pending = False
            self._wake_receiver.recv_bytes()

    def _close_pipes(self) -> None:
        with self._wake_lock:
            for pipe in (self._connection, self._wake_receiver, self._wake_sender):
                pipe.close()
            windows_job.close_handle(self._job)
            self._job = None

    def _died_error(self) -> WorkerDiedError:
        self._process.join(2.0)  # whose pipe has ended: on a busy computer its end takes a while
        self._reader.join(0.2)
        return WorkerDiedError(self.name, self._exit_code(), tuple(self._last_lines), stuck=self._stuck)

    def _exit_code(self) -> int | None:
        """Return the exit code, None while it runs; a thread that asks at the same time may be about to note it."""
        until = time.monotonic() + 0.5
        while (code := self._process.exitcode) is None and time.monotonic() < until:
            time.sleep(0.01)
        return code

    def _read_output(self, output: int) -> None:
        with open(output, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                self._last_lines.append(line.rstrip())
                _log.debug("%s: %s", self.name, line.rstrip())


def _has_room(connection: Any, timeout: float) -> bool:
    """Return whether a small message can be written within `timeout` seconds; on Windows this is not known."""
    if sys.platform == "win32":
        return True
    with selectors.PollSelector() as selector:  # the only kind that needs no descriptor of its own
        selector.register(connection, selectors.EVENT_WRITE)
        return bool(selector.select(timeout))


def kill_group(pid: int) -> None:
    """Kill the process group led by `pid` (POSIX) or `pid` and the processes below it (Windows)."""
    if sys.platform == "win32":
        kill_tree(pid)
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def kill_tree(pid: int) -> None:
    """Kill `pid` and the processes below it; all are looked up before the first one ends."""
    import psutil

    with contextlib.suppress(psutil.Error):
        leader = psutil.Process(pid)
        for process in [*leader.children(recursive=True), leader]:
            with contextlib.suppress(psutil.Error):  # Windows denies access to one that is just ending
                process.kill()


def die_with_parent() -> None:
    """Ask Linux to kill this process when its parent ends. On Windows the job object does that, on macOS EOF on the
    Pipe.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _show_name() -> None:
    """Let tools such as top show what this worker is for; Linux keeps 15 bytes."""
    if sys.platform == "linux":
        name = f"edge-{multiprocessing.current_process().name}"
        ctypes.CDLL(None).prctl(_PR_SET_NAME, name.replace(" ", "-").encode()[:15])


NICENESS_AWAITED, NICENESS_BACKGROUND = 3, 10
"""POSIX niceness of work that a person waits for, and of background work.

The first is mild: at 10, on a machine that other programs kept busy, a first word took ten times as long, and a small
program beside it got its core hardly sooner.
"""


def lower_priority(niceness: int) -> None:
    """Lower the priority of this process to POSIX `niceness`, so that other programs get the cores they want.

    Linux weighs sessions before processes where it groups them (autogroup), and a worker has a session of its own, so
    its group's niceness is set too. Windows has only one step that fits, and its own way to tell awaited work.
    """
    if sys.platform == "win32":
        windows_priority.lower_priority(awaited=niceness < NICENESS_BACKGROUND)
        return
    with contextlib.suppress(OSError):
        os.nice(max(0, niceness - os.nice(0)))
    with contextlib.suppress(OSError), Path("/proc/self/autogroup").open("w", encoding="ascii") as group:
        group.write(str(niceness))


def _run(
    target: Callable[..., None],
    connection: Connection,
    output: int,
    parent: int,
    memory_limit: int | None,
    arguments: tuple[Any, ...],
) -> None:
    """Run the worker's side: leave the terminal, end with the parent, limit its memory and forbid core dumps, then call
    `target`.
    """
    if sys.platform != "win32":
        os.setsid()
    worker_bootstrap.redirect_output(output)
    windows_job.ignore_interrupts()
    worker_bootstrap.limit_memory(memory_limit)
    worker_bootstrap.forbid_core_dumps()
    die_with_parent()
    _show_name()
    if multiprocessing.parent_process() is None or (sys.platform != "win32" and os.getppid() != parent):
        os._exit(0)
    try:
        target(connection, *arguments)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass
    except Exception as error:  # noqa: BLE001 (the parent logs it)
        print(format_trace(error), file=sys.stderr)
        os._exit(_EXCEPTION_EXIT_CODE)
    os._exit(0)
