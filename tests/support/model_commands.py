"""Runs `edge-assistant models …` as people and programs do."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from support.describing import ROOT
from support.preloaded import Preloaded, start_python
from support.processes import Program, send_signals
from support.waiting import PATIENCE


class Models:
    """One run; `events` grows while it runs. Nothing of it is left after the `with`."""

    def __init__(self, *arguments: str | Path, as_json: bool = True, prefix: tuple[str, ...] = (), **environment: str):
        command = [
            "-m",
            "edge_assistant",
            "models",
            *map(str, arguments),
            "--no-speak",
            *(["--json"] if as_json else []),
        ]
        options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        options |= {"cwd": ROOT, "env": {**os.environ, **environment}}
        self.process: Program[bytes] | Preloaded
        if prefix:
            self.process = Program([*prefix, sys.executable, *command], **options)
        else:
            self.process = start_python(command, **options)
        self.lines: list[str] = []
        self.errors: list[str] = []
        self._threads = [
            threading.Thread(target=self._read, args=(self.process.stdout, self.lines)),
            threading.Thread(target=self._read, args=(self.process.stderr, self.errors)),
        ]
        for thread in self._threads:
            thread.start()

    @staticmethod
    def _read(pipe: Any, lines: list[str]) -> None:
        for line in pipe:
            lines.append(line.decode().rstrip("\r\n"))

    @property
    def events(self) -> list[dict[str, Any]]:
        """What a program has read so far."""
        return [json.loads(line) for line in list(self.lines)]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == kind]

    def received(self) -> int:
        """Bytes told so far."""
        return max((event["done_bytes"] for event in self.of("progress")), default=0)

    def interrupt(self) -> None:
        send_signals(self.process, signal.SIGINT)

    def kill(self) -> None:
        self.process.kill()

    def wait(self) -> int:
        """The exit code."""
        code = self.process.wait(PATIENCE)
        for thread in self._threads:
            thread.join(PATIENCE)
        assert "Traceback" not in "\n".join(self.errors), self.errors
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        for thread in self._threads:
            thread.join(PATIENCE)
        for pipe in (self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                assert pipe
                pipe.close()


def models(*arguments: str | Path, **options: Any) -> Models:
    """A run from beginning to end."""
    with Models(*arguments, **options) as run:
        run.wait()
        return run
