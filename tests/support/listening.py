"""Runs `edge-assistant listen` on a test's desktop, presses real keys there, and reads what it says."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psutil

from edge_assistant.system.ipc import default_endpoint, send
from support.describing import ROOT, alive, named
from support.desktops import Programs
from support.waiting import PATIENCE

if TYPE_CHECKING:
    from support.sound_card import SoundCard

WINDOW, STOP, REPEAT, STATUS = "ctrl+shift+F9", "ctrl+shift+F8", "ctrl+shift+F7", "ctrl+shift+F6"


class Listen:
    """One running program; `lines` grows with what it prints on both streams, (monotonic seconds, line)."""

    def __init__(
        self,
        desktop: Programs,
        *arguments: str,
        program: tuple[str, ...] = ("-m", "edge_assistant"),
        **variables: str,
    ) -> None:
        self._desktop = desktop
        self._environment = {**desktop.environment, **variables}
        self.lines: list[tuple[float, str]] = []
        self._changed = threading.Condition()
        command = [sys.executable, *program, "listen", "--temperature", "0", "--seed", "1", *arguments]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.wait()

    @property
    def said(self) -> list[str]:
        """The lines so far."""
        return [line for _, line in list(self.lines)]

    def wait(self) -> int:
        """Block until it has ended; its exit code."""
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def wait_for(self, true: Callable[[list[str]], object], what: str) -> None:
        """Block until something is true of the lines."""
        with self._changed:
            assert self._changed.wait_for(lambda: true(self.said), PATIENCE), f"{what} never came: {self.said}"

    def wait_for_line(self, line: str, times: int = 1) -> None:
        """Block until a line was printed that often."""
        self.wait_for(lambda lines: lines.count(line) >= times, line)

    def press(self, key: str) -> float:
        """Press a key as a person does; when."""
        at = time.monotonic()
        self._desktop.output("xdotool", "key", key)
        return at

    def trigger(self, *arguments: str) -> tuple[int, str]:
        """Run `edge-assistant trigger`: its exit code and what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "edge_assistant", "trigger", "--no-speak", *arguments],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def tell(self, action: str) -> str:
        """What `trigger` prints, without starting a program for it."""
        return send(default_endpoint(environ=self._environment), action)

    def children(self) -> list[psutil.Process]:
        """Its processes below it."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def has_player(self) -> bool:
        """Whether one of them plays sound."""
        return bool(named("aplay", self.children()))

    def wait_until_gone(self, pids: set[int]) -> None:
        """Block until none of the processes is left, for ten times the second that is promised."""
        start = time.monotonic()
        while left := alive(pids):
            assert time.monotonic() - start < 10, f"left behind: {left}"
            time.sleep(0.002)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._changed:
                self.lines.append((time.monotonic(), line.rstrip("\n")))
                self._changed.notify_all()


def private_folders(place: Path) -> dict[str, str]:
    """User folders for a program that several tests use."""
    for name in ("home", "config", "data", "cache"):
        (place / name).mkdir(mode=0o700)
    known = place / "data" / "edge-assistant" / "first-run.json"
    known.parent.mkdir()
    known.write_text('{"warned": true}')  # that answers can be wrong: said once, before the first one
    run = tempfile.mkdtemp(prefix="run-")  # elsewhere, for a socket's path must be short
    atexit.register(shutil.rmtree, run, ignore_errors=True)
    return {
        "HOME": str(place / "home"),
        "XDG_CONFIG_HOME": str(place / "config"),
        "XDG_DATA_HOME": str(place / "data"),
        "XDG_CACHE_HOME": str(place / "cache"),
        "XDG_RUNTIME_DIR": run,
        "EDGE_ASSISTANT_LOG": os.environ.get("EDGE_ASSISTANT_LOG", ""),
    }


def wait_until_heard(card: SoundCard, folder: Path, sentences: list[str]) -> None:
    """Block until all sentences were heard; they must have come in this order, each once."""
    from support.sound_card import places, references  # not on Windows

    wanted = references(folder, sentences)
    card.wait_until_heard(*wanted)
    begins = [places(card.samples(), each) for each in wanted]
    assert all(len(found) == 1 for found in begins), begins
    assert begins == sorted(begins)
