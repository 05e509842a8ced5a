"""Runs Python programs that need edge_assistant in copies of one process, which has imported it already.

preload_server.py SOCKET: each request is a pickled Start with three descriptors, for standard input, output and error.
It is answered with the new process's id, and later with its id and its wait status. The server ends with its socket.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pickle
import runpy
import selectors
import socket
import sys
from dataclasses import dataclass
from typing import Any

PRELOADED = (
    "edge_assistant.__main__",
    "edge_assistant.cli.main",
    "edge_assistant.cli.command_output",
    "edge_assistant.cli.describe",
    "edge_assistant.cli.output",
    "edge_assistant.speech.screen_reader",
    "multiprocessing.popen_spawn_posix",
    "multiprocessing.resource_tracker",
    "multiprocessing.shared_memory",
    "support.replay_engine",
)
_MOST = 1 << 20  # bytes of a request
_LENGTH = 8  # bytes of an answer's number


@dataclass(frozen=True)
class Start:
    """A program to be started: what follows `python` on its command line, its environment and its folder."""

    arguments: tuple[str, ...]
    environment: dict[str, str]
    folder: str


class Server:
    """The process that is copied. It has no threads: a copy would lack them, and keep their locks."""

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._selector = selectors.DefaultSelector()
        self._selector.register(requests, selectors.EVENT_READ)

    def serve(self) -> Start | None:
        """Start what is asked for, until the socket ends: None. In a copy, return what it is to run."""
        if sys.platform != "linux":
            raise NotImplementedError
        while True:
            for key, _ in self._selector.select():
                if key.data is not None:
                    self._reap(key.fd, key.data)
                    continue
                request, descriptors, _, _ = socket.recv_fds(self._requests, _MOST, 3)
                if not request:
                    return None
                pid = os.fork()
                if pid == 0:
                    self._become(descriptors)
                    start: Start = pickle.loads(request)
                    return start
                for descriptor in descriptors:
                    os.close(descriptor)
                self._selector.register(os.pidfd_open(pid), selectors.EVENT_READ, pid)
                self._answer(pid)

    def _reap(self, descriptor: int, pid: int) -> None:
        if sys.platform != "linux":
            raise NotImplementedError
        self._selector.unregister(descriptor)
        os.close(descriptor)
        self._answer(pid, os.waitpid(pid, 0)[1])

    def _answer(self, *numbers: int) -> None:
        with contextlib.suppress(OSError):  # nobody listens any more
            self._requests.send(b"".join(number.to_bytes(_LENGTH) for number in numbers))

    def _become(self, descriptors: list[int]) -> None:
        for key in list(self._selector.get_map().values()):
            if key.data is not None:
                os.close(key.fd)
        self._selector.close()
        self._requests.close()
        for number, descriptor in enumerate(descriptors):
            os.dup2(descriptor, number)
            os.close(descriptor)
        for number, name in enumerate(("stdin", "stdout", "stderr")):
            old = getattr(sys, name)
            mode = "w" if number else "r"
            new: Any = open(number, mode, encoding=old.encoding, errors=old.errors, closefd=False)  # noqa: SIM115
            new.reconfigure(line_buffering=name == "stderr" or new.isatty())
            setattr(sys, name, new)
            setattr(sys, f"__{name}__", new)


def run(start: Start) -> None:
    """Be the program, as `python ARGUMENT…` would."""
    os.chdir(start.folder)
    os.environ.clear()
    os.environ.update(start.environment)
    first, *others = start.arguments
    if first == "-m":
        program = importlib.import_module(f"{others[0]}.__main__")
        sys.modules["__main__"] = program  # by its name workers find it, as with python -m
        sys.argv = [str(program.__file__), *others[1:]]
        program.main()
    else:
        sys.modules.pop("edge_assistant.__main__", None)  # which the script may run itself
        sys.path.insert(0, os.path.dirname(first))  # noqa: PTH120 (as Python does)
        sys.argv = [first, *others]
        runpy.run_path(first, run_name="__main__")


def _main() -> None:
    for name in PRELOADED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    start = Server(socket.socket(fileno=int(sys.argv[1]))).serve()
    if start is not None:
        run(start)


if __name__ == "__main__":
    from support import preload_server  # under its own name, which requests have, too

    preload_server._main()
