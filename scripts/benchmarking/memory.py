"""The peak of a program's memory: proportional set size (PSS) of all its processes, as long as it is watched."""

from __future__ import annotations

import contextlib
import threading
from typing import Self

import psutil

# Seconds between two samples. Each walks all pages of all processes and holds them up: ten a second took a good part of
# a core from what was being timed.
INTERVAL = 1.0


class Peak:
    """Watches the process `pid` and all below it while entered; `bytes` is the largest sum seen.

    `without_top` leaves out the process itself, for a product that runs inside the benchmark's own process.
    """

    def __init__(self, pid: int, *, without_top: bool = False) -> None:
        self.bytes = 0
        self._top = psutil.Process(pid)
        self._without_top = without_top
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._sample()

    def _run(self) -> None:
        while not self._over.wait(INTERVAL):
            self._sample()

    def _sample(self) -> None:
        with contextlib.suppress(psutil.Error):
            below = self._top.children(recursive=True)
            self.bytes = max(self.bytes, sum(map(_pss, below if self._without_top else [self._top, *below])))


def _pss(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except psutil.Error:  # it has just ended
        return 0
    return int(getattr(memory, "pss", 0) or memory.uss)
