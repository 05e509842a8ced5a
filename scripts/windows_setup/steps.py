"""Long steps of the set-up: their output goes into a log, and a line now and then says that they go on."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

FAILED, MISSING, DISK_FULL, NETWORK, CANCELLED = 1, 2, 7, 8, 130
"""Exit codes; those of scripts/setup."""

_SPOKEN_EVERY_S = 20
_FULL = re.compile(
    r"no space left on device|not enough space on the disk|disk quota exceeded|Errno 28\b", re.IGNORECASE
)
_NO_NETWORK = re.compile(
    r"name resolution|getaddrinfo failed|NewConnectionError|ConnectionError|ConnectTimeout|ReadTimeout|timed out|"
    r"SSLError|HTTP error|Connection (refused|reset|aborted)|Network is unreachable|Could not fetch URL|ProxyError|"
    r"IncompleteRead|No matching distribution found",
    re.IGNORECASE,
)
_NINJA = re.compile(r"^ *\[(\d+)/(\d+)\]", re.MULTILINE)
_SHOWN_LINES = 15


class SetUpError(Exception):
    """The set-up ends with one sentence and an exit code."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Steps:
    """Runs the steps; `log` gets all their output, `work` is a folder for the output of the present one."""

    def __init__(self, log: Path, work: Path) -> None:
        self.log = log
        self._output = work / "step.log"
        log.write_text("", encoding="utf-8")

    def run(self, headline: str, command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> None:
        """Run a command to its end, under a headline. Raises SetUpError."""
        if not self.succeeds(headline, command, environment):
            self._fail(headline)

    def succeeds(
        self, headline: str, command: Sequence[str | Path], environment: Mapping[str, str] | None = None
    ) -> bool:
        """Run a command to its end; return whether its exit code is 0. Without a headline nothing is said."""
        if headline:
            print(f"{headline}…", flush=True)
        with self._output.open("wb") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment) if environment is not None else None,
            )
            try:
                self._wait(process, say=bool(headline))
            except BaseException:
                process.kill()
                process.wait()
                raise
        with self.log.open("ab") as log:
            log.write(f"\n== {headline or command[0]}\n".encode() + self._output.read_bytes())
        return process.returncode == 0

    def _wait(self, process: subprocess.Popen[bytes], *, say: bool) -> None:
        started = time.monotonic()
        while True:
            try:
                process.wait(_SPOKEN_EVERY_S)
                return
            except subprocess.TimeoutExpired:
                if say:
                    seconds = round(time.monotonic() - started)
                    print(f"  still working, {seconds} seconds so far{self._steps_done()}", flush=True)

    def _text(self) -> str:
        return self._output.read_text(encoding="utf-8", errors="replace")

    def _steps_done(self) -> str:
        found = _NINJA.findall(self._text())
        return f", step {found[-1][0]} of {found[-1][1]}" if found else ""

    def _fail(self, what: str) -> NoReturn:
        text = self._text()
        if _FULL.search(text):
            sentence = f"{what} failed because the disk is full; free some space and run this again (log: {self.log})."
            raise SetUpError(DISK_FULL, sentence)
        if _NO_NETWORK.search(text):
            raise SetUpError(
                NETWORK,
                f"{what} failed because the Python package index could not be reached or lacks a package; "
                f"connect to the network and run this again (log: {self.log}).",
            )
        print(*text.splitlines()[-_SHOWN_LINES:], sep="\n", file=sys.stderr)
        raise SetUpError(FAILED, f"{what} failed; the last lines are above, everything is in {self.log}.")
