"""Runs a command and ends it just before one of its changes to files, as a power cut or kill -9 could.

A change is a system call that opens for writing, writes, links, renames, truncates, makes or removes, of the command or
of any process that it starts, to something in one of the given folders. Each is one step; with `at` all processes get
SIGKILL before that step is carried out, so that exactly those before it have happened.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import signal
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# sys/ptrace.h and linux/ptrace.h
_TRACEME, _CONT, _SYSCALL, _SETOPTIONS, _SYSCALL_INFO = 0, 7, 24, 0x4200, 0x420E
# PTRACE_O_TRACESYSGOOD, _TRACEFORK, _TRACEVFORK, _TRACECLONE, _TRACEEXEC, _EXITKILL
_OPTIONS = 1 | 2 | 4 | 8 | 16 | 0x100000
_SYSCALL_STOP = signal.SIGTRAP | 0x80
_ENTRY = 1
_WALL = 0x40000000
_INFO = struct.Struct("<B3xIQQQ6Q")  # struct ptrace_syscall_info, at the entry of a call

# Calls of x86-64 that change files: name, and what names the file: "f": a descriptor, "p": a path, "d": a descriptor of
# a folder and then a path, each with the argument's number.
_CALLS = {
    1: ("write", "f0"), 18: ("pwrite64", "f0"), 20: ("writev", "f0"), 296: ("pwritev", "f0"), 328: ("pwritev2", "f0"),
    40: ("sendfile", "f0"), 326: ("copy_file_range", "f2"), 77: ("ftruncate", "f0"), 285: ("fallocate", "f0"),
    91: ("fchmod", "f0"), 2: ("open", "p0"), 257: ("openat", "d0"), 85: ("creat", "p0"), 76: ("truncate", "p0"),
    82: ("rename", "p1"), 264: ("renameat", "d2"), 316: ("renameat2", "d2"), 86: ("link", "p1"), 265: ("linkat", "d2"),
    88: ("symlink", "p1"), 266: ("symlinkat", "d1"), 87: ("unlink", "p0"), 263: ("unlinkat", "d0"),
    84: ("rmdir", "p0"), 83: ("mkdir", "p0"), 258: ("mkdirat", "d0"), 90: ("chmod", "p0"), 268: ("fchmodat", "d0"),
}  # fmt: skip
_FLAGS = {2: 1, 257: 2}  # the argument of open and openat that says how
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.restype = ctypes.c_long
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


@dataclass(frozen=True, slots=True)
class Step:
    """One change: the system call, and the file that it changes or the new name that it gives."""

    call: str
    path: str


@dataclass(frozen=True, slots=True)
class Run:
    """What became of a command. `steps` are its changes, the last of them not carried out where it was `killed`."""

    steps: list[Step]
    killed: bool
    returncode: int
    output: str  # of the command: standard output and standard error


def run(command: Sequence[str], folders: Sequence[Path], *, at: int | None = None, **options: Any) -> Run:
    """Run `command` and end it before its step number `at` (from 1) in `folders`; `options` are those of Popen.

    To be called from a process that has no other children.
    """
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise OSError("the steps of a command can only be counted on Linux on x86-64")
    inside = [f"{os.path.realpath(folder)}/" for folder in folders]
    with (
        contextlib.closing(os.fdopen(os.memfd_create("output"), "w+b")) as output,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=_trace_me,
            **options,
        ) as process,
    ):
        tracer = _Tracer(process.pid, inside, at)
        process.returncode = tracer.follow()
        output.seek(0)
        return Run(tracer.steps, tracer.killed, process.returncode, output.read().decode(errors="replace"))


def _trace_me() -> None:
    _libc.ptrace(_TRACEME, 0, None, None)


class _Tracer:
    """Follows a process, which stops after its exec, and all that it starts."""

    def __init__(self, first: int, inside: list[str], at: int | None) -> None:
        self.steps: list[Step] = []
        self.killed = False
        self._first = first
        self._inside = inside
        self._at = at
        self._known: set[int] = set()

    def follow(self) -> int:
        """Until the last process is gone; the exit code of the first."""
        code = 0
        while True:
            try:
                pid, status = os.waitpid(-1, _WALL)
            except ChildProcessError:
                return code
            if not os.WIFSTOPPED(status):
                self._known.discard(pid)
                if pid == self._first:
                    code = os.waitstatus_to_exitcode(status)
                continue
            self._go_on(pid, os.WSTOPSIG(status), event=status >> 16)

    def _go_on(self, pid: int, stopped_by: int, event: int) -> None:
        deliver = 0
        if stopped_by == _SYSCALL_STOP:
            self._look(pid)
        elif pid not in self._known:  # its first stop, which only tells that it is there
            self._known.add(pid)
            if pid == self._first:
                _libc.ptrace(_SETOPTIONS, pid, None, _OPTIONS)
            if self.killed:
                self._kill()
        elif not event:
            deliver = stopped_by
        if not self.killed:
            _libc.ptrace(_SYSCALL, pid, None, deliver)

    def _look(self, pid: int) -> None:
        buffer = ctypes.create_string_buffer(_INFO.size)
        if _libc.ptrace(_SYSCALL_INFO, pid, _INFO.size, ctypes.addressof(buffer)) <= 0:
            return
        kind, _, _, _, number, *arguments = _INFO.unpack(buffer.raw)
        if kind != _ENTRY or number not in _CALLS or self.killed:
            return
        if number in _FLAGS and not arguments[_FLAGS[number]] & _WRITING:
            return
        name, place = _CALLS[number]
        path = _path(pid, place, arguments)
        if path is None or not any(f"{path}/".startswith(folder) for folder in self._inside):
            return
        self.steps.append(Step(name, path))
        if len(self.steps) == self._at:
            self.killed = True
            self._kill()

    def _kill(self) -> None:
        """A process that is killed where its call begins does not carry it out."""
        for pid in self._known:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _path(pid: int, place: str, arguments: list[int]) -> str | None:
    """The file that a call is about; None where there is none, or the process is gone."""
    kind, number = place[0], int(place[1])
    process = Path(f"/proc/{pid}")
    try:
        if kind == "f":
            return str((process / f"fd/{arguments[number]}").readlink())
        folder = process / "cwd"
        if kind == "d":
            descriptor = ctypes.c_int(arguments[number] & 0xFFFFFFFF).value
            folder = folder if descriptor < 0 else process / f"fd/{descriptor}"
            number += 1
        path = folder.readlink() / os.fsdecode(_text(pid, arguments[number]))
        return str(path.parent.resolve() / path.name)
    except OSError:
        return None


def _text(pid: int, address: int) -> bytes:
    """The text that ends with a zero byte, out of the memory of a process."""
    text = b""
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        memory.seek(address)
        while b"\0" not in text and len(text) < 4096:
            text += memory.read(256 - (address + len(text)) % 256)  # never beyond the end of a page
    return text.partition(b"\0")[0]
