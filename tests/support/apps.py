"""Runs the app on a test's desktop, asks it what it shows, and waits for what happens in it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from support import SUPPORT
from support.describing import ROOT
from support.desktops import Programs
from support.listening import Listen
from support.waiting import PATIENCE

NO_TRAY = "There is no system tray, so the window of Edge Assistant stays."
"""Said when nothing shows a tray; with this the window comes to the front."""


class AppRun(Listen):
    """One running app; `lines` are those of watched_app.py."""

    def __init__(
        self,
        desktop: Programs,
        *arguments: str,
        first_run: bool = False,
        folder: Path | None = None,
        prefix: tuple[str, ...] = (),
        program: tuple[str, ...] = (str(SUPPORT / "app_under_test.py"),),
        **variables: str,
    ) -> None:
        """`first_run`: nobody has answered its question about weights yet. `prefix` begins the command line.

        `folder` is where it runs, `program` what Python runs, such as Replay.program's of that script.
        """
        if not first_run:
            _answer_first_run(Path(variables["XDG_DATA_HOME"]))
        self._desktop = desktop
        self._environment = {**desktop.environment, **variables}
        self.lines: list[tuple[float, str]] = []
        self._changed = threading.Condition()
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-X", "faulthandler", *program, *arguments],
            cwd=folder or ROOT,
            env={**self._environment, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def told(self) -> list[str]:
        """What was said, without what else happened."""
        return [line.removeprefix("said: ") for line in self.said if line.startswith("said: ")]

    @property
    def conditions(self) -> list[str]:
        """The conditions it went through."""
        return [line.removeprefix("condition: ") for line in self.said if line.startswith("condition: ")]

    def wait_until_told(self, words: str, times: int = 1) -> None:
        """Block until something was said that often."""
        self.wait_for_line(f"said: {words}", times)

    def wait_until(self, condition: str) -> None:
        """Block until this is the condition."""
        self.wait_for(lambda _: self.conditions[-1:] == [condition], condition)

    def ask(self, question: str) -> str:
        """What it shows."""
        assert self.process.stdin is not None
        with self._changed:
            count = len(self.lines)
        self.process.stdin.write(f"{question}\n")
        self.process.stdin.flush()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for _, line in self.lines[count:]:
                if line.startswith(f"{question}: "):
                    return line.removeprefix(f"{question}: ")
            time.sleep(0.01)
        raise AssertionError(f"no answer to {question}: {self.said}")

    def wait(self) -> int:
        """Block until it has ended; its exit code."""
        code = super().wait()
        if self.process.stdin is not None:
            self.process.stdin.close()
        return code

    def start_another(self) -> tuple[int, str]:
        """Start `edge-assistant` once more: its exit code and what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "edge_assistant"],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


def _answer_first_run(data: Path) -> None:
    (data / "edge-assistant").mkdir(parents=True, exist_ok=True)
    (data / "edge-assistant" / "first-run.json").write_text('{"answered": true, "warned": true}')
