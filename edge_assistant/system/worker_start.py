"""How a worker process begins: in a folder that is there. It prints to its parent, and leaves no core dump."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from multiprocessing.process import BaseProcess
from pathlib import Path

from edge_assistant.system import windows_worker

_PR_SET_DUMPABLE = 4  # linux/prctl.h


def start(process: BaseProcess) -> None:
    """Start the worker `process`, also where the folder that this process is in is gone by now, or shut to it.

    A worker begins in its parent's folder, and would end at once there; it begins in the root then. No other thread
    can have used such a folder meanwhile. On Windows no folder can be removed that a program is in.
    """
    if sys.platform == "win32" or _is_usable_here():
        process.start()
        return
    with contextlib.ExitStack() as back:
        with contextlib.suppress(OSError):  # nobody can go back into one that is shut, nor name a file in it
            here = os.open(os.curdir, getattr(os, "O_PATH", os.O_RDONLY) | os.O_CLOEXEC)
            back.callback(os.close, here)
            back.callback(os.chdir, here)
        os.chdir("/")
        process.start()


def _is_usable_here() -> bool:
    try:
        os.chdir(Path.cwd())
    except OSError:
        return False
    return True


def handle_of(descriptor: int) -> int:
    """What can be handed to another process for a descriptor: on Windows its handle, elsewhere itself."""
    if sys.platform == "win32":
        import msvcrt

        return msvcrt.get_osfhandle(descriptor)
    return descriptor


def descriptor_of(handle: int) -> int:
    """In the worker, the descriptor to print to, for what `handle_of` gave its parent."""
    if sys.platform == "win32":
        import msvcrt

        return msvcrt.open_osfhandle(handle, os.O_WRONLY)
    return handle


def print_to(output: int) -> None:
    """From now on this process, and whatever library is in it, prints to the descriptor `output`, which this takes.

    Both streams are made anew: a window's program has none, and one that writes to Windows' console cannot write here.
    """
    for number in (1, 2):
        os.dup2(output, number)
    if output > 2:  # in a window's program it may have become one of these
        os.close(output)
    for name, number in (("stdout", 1), ("stderr", 2)):
        stream = open(number, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)


def limit_core_dumps() -> int | None:
    """Lower the limit of this process's core dumps, which hold questions and answers; what the limit is now, in bytes.

    None on Windows, where a crash is neither told in a box nor reported with memory from now on.
    """
    if sys.platform == "win32":
        windows_worker.forbid_crash_reports()
        return None
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    limit = 0 if most == 0 else 1
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
    return limit


def forbid_core_dumps(pattern: Path = Path("/proc/sys/kernel/core_pattern")) -> None:
    """Let no crash of this process leave its memory, which holds the picture, on the disk.

    `pattern` tells whether Linux pipes cores to a program. It heeds a limit of 1 there, and not one of 0: where only 0
    is left to this process, it is marked as not to be dumped, at the price that its memory cannot be measured exactly.
    """
    if limit_core_dumps() == 0 and sys.platform == "linux":
        with contextlib.suppress(OSError):
            if pattern.read_text(encoding="utf-8", errors="replace").startswith("|"):
                ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0)
