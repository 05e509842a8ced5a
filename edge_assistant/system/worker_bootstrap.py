"""The start of a worker process: its folder, its output, which goes to the parent, its memory, and no core dumps."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
from multiprocessing.process import BaseProcess
from pathlib import Path

from edge_assistant.system import windows_crash, windows_job

_PR_SET_DUMPABLE = 4  # linux/prctl.h
_starting = threading.Lock()  # held while a worker is started
_START_TIMEOUT_S = 0.5  # it takes some thousandths of a second


def forbid_starts() -> None:
    """Let no more workers start, and wait for one that is being started, before this process ends at once.

    Python tells a new process what to do after it was made; one that is never told prints a traceback.
    """
    _starting.acquire(timeout=_START_TIMEOUT_S)


def start_worker(process: BaseProcess, job: int | None = None) -> None:
    """Start the worker `process`, even where the current folder of this process was removed or is not accessible.

    A worker begins in its parent's folder, and would end at once there; it begins in the root then. No other thread can
    have used such a folder meanwhile. On Windows no folder can be removed that a program is in; there the worker
    becomes part of the job object at once: it does not outlive its parent, not even to complain that it was never told
    what to do.
    """
    with contextlib.ExitStack() as cleanup:
        cleanup.enter_context(_starting)
        if sys.platform == "win32":
            process.start()
            if job is not None and process.pid is not None:
                windows_job.add_to_job(job, process.pid)
            return
        if _is_cwd_usable():
            process.start()
            return
        with contextlib.suppress(OSError):  # a folder without access cannot be opened or re-entered
            cwd = os.open(os.curdir, getattr(os, "O_PATH", os.O_RDONLY) | os.O_CLOEXEC)
            cleanup.callback(os.close, cwd)
            cleanup.callback(os.chdir, cwd)
        os.chdir("/")
        process.start()


def _is_cwd_usable() -> bool:
    try:
        os.chdir(Path.cwd())
    except OSError:
        return False
    return True


def to_handle(descriptor: int) -> int:
    """Return what can be passed to another process for a descriptor: on Windows its handle, elsewhere itself."""
    if sys.platform == "win32":
        import msvcrt

        return msvcrt.get_osfhandle(descriptor)
    return descriptor


def to_descriptor(handle: int) -> int:
    """Return, in the worker, the descriptor for what `to_handle` gave in the parent."""
    if sys.platform == "win32":
        import msvcrt

        return msvcrt.open_osfhandle(handle, os.O_WRONLY)
    return handle


def redirect_output(output: int) -> None:
    """Redirect standard output and error of this process, and of its libraries, to the descriptor `output`, and own it.

    Both streams are made anew: a windowed program has none, and one that writes to Windows' console cannot write here.
    """
    for number in (1, 2):
        os.dup2(output, number)
    if output > 2:  # in a windowed program it may be one of these
        os.close(output)
    for name, number in (("stdout", 1), ("stderr", 2)):
        stream = open(number, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)


def limit_memory(limit: int | None) -> None:
    """Let the system refuse this process more than `limit` bytes of memory of its own; None: as much as there is.

    Windows' limit is that of the worker's job object. macOS does not heed this one.
    """
    if sys.platform == "win32" or limit is None:
        return
    import resource

    _, hard_limit = resource.getrlimit(resource.RLIMIT_DATA)
    if hard_limit != resource.RLIM_INFINITY:
        limit = min(limit, hard_limit)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def limit_core_dumps() -> int | None:
    """Lower this process's limit of core dumps, which hold questions and answers; return the new limit in bytes.

    None on Windows, where crash reports are forbidden instead.
    """
    if sys.platform == "win32":
        windows_crash.forbid_crash_reports()
        return None
    import resource

    _empty_core_dumps()
    _, hard_limit = resource.getrlimit(resource.RLIMIT_CORE)
    limit = 0 if hard_limit == 0 else 1
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
    return limit


def _empty_core_dumps() -> None:
    """Have Linux leave all memory out of a core dump of this process, and of those that it starts.

    That holds where a limit does not: Linux gives a core to a program, if one is to get it, whatever the limit of 0.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a kernel without core dumps
            Path("/proc/self/coredump_filter").write_text("0", encoding="ascii")


def forbid_core_dumps(pattern: Path = Path("/proc/sys/kernel/core_pattern")) -> None:
    """Prevent a crash of this process from leaving its memory, which holds the picture, on the disk.

    `pattern` says whether Linux pipes core dumps to a program. Linux heeds a limit of 1 there, and not one of 0: where
    only 0 is left to this process, it is marked as not dumpable, at the price that its memory cannot be measured
    exactly.
    """
    if limit_core_dumps() == 0 and sys.platform == "linux":
        with contextlib.suppress(OSError):
            if pattern.read_text(encoding="utf-8", errors="replace").startswith("|"):
                ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0)
