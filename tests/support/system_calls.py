"""What programs ask of Linux, seen by strace: the files they open to write, the programs they start, their sockets."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from support.platforms import skip_without

_FILES = "open,openat,openat2,creat,mknod,mknodat,rename,renameat,renameat2,link,linkat,symlink,symlinkat"
_OTHERS = "execve,execveat,socket,connect,shmget,io_uring_setup"
_CALL = re.compile(r"^\d+\s+(\w+)\((.*)$")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_WRITES = re.compile(r"\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b")


def traced(trace: Path) -> tuple[str, ...]:
    """The beginning of a command line that writes into a file what the rest, and all that it starts, asks for.

    The program stays the child of who starts it, and is ended as without this.
    """
    if shutil.which("strace") is None:
        skip_without("strace")
    if subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False).returncode:
        skip_without("the right to watch programs")
    longest = "1000000"  # no argument and no variable is cut
    return ("strace", "-D", "-f", "--seccomp-bpf", "-qq", "-v", "-s", longest, "-o", str(trace),
            "-e", f"trace={_FILES},{_OTHERS}")  # fmt: skip


@dataclass(slots=True)
class SystemCalls:
    """What was asked for. `programs` are the words and the environment of each that was started."""

    written: set[str] = field(default_factory=set)
    programs: list[tuple[list[str], list[str]]] = field(default_factory=list)
    sockets: set[str] = field(default_factory=set)
    connected: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)
    rings: int = 0


def read_calls(trace: Path) -> SystemCalls:
    """What the file of `traced` tells, whether it was granted or not."""
    calls = SystemCalls()
    for line in trace.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        found = _CALL.match(line)
        if found is None:  # the end of a call that another one interrupted, a signal, an exit
            continue
        name, rest = found[1], found[2]
        texts = _TEXT.findall(rest)
        if name.startswith("execve"):
            calls.programs.append(_program(rest))
        elif name == "socket":
            calls.sockets.add(re.split(r"[,)]", rest)[0])
        elif name == "connect":
            calls.connected.add(rest.partition("{")[2].partition("}")[0])
        elif name == "shmget":
            calls.shared.add(rest.rpartition("|")[2].partition(")")[0].partition(" ")[0])
        elif name == "io_uring_setup":
            calls.rings += 1
        elif texts and (not name.startswith("open") or _WRITES.search(_TEXT.sub("", rest))):
            calls.written.update(_plain(each) for each in texts)
    return calls


def _program(rest: str) -> tuple[list[str], list[str]]:
    """The words and the environment of a call of execve."""
    bare = _TEXT.sub(lambda text: "x" * len(text[0]), rest)  # brackets in texts are none
    middle = bare.index("]")
    words, variables = (
        list(map(_plain, _TEXT.findall(part))) for part in (rest[bare.index("[") : middle], rest[middle:])
    )
    return words, variables


def _plain(text: str) -> str:
    """What a text in quotes stands for; strace writes what is not ASCII as octal escapes."""
    return str(ast.literal_eval(f"b{text}").decode(errors="surrogateescape"))
