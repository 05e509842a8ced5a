"""The peak of what is watched; of a program's memory it is the proportional set size (PSS) of all its processes."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Self

import psutil

# Seconds between two samples. Each walks all pages of all processes and holds them up: ten a second took a good part of
# a core from what was being timed.
INTERVAL = 1.0


class Watch:
    """Calls `used` while entered, with so many seconds between two calls; `bytes` is the largest figure it gave."""

    def __init__(self, used: Callable[[], int | None], interval: float) -> None:
        self.bytes = 0
        self._used = used
        self._interval = interval
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
        while not self._over.wait(self._interval):
            self._sample()

    def _sample(self) -> None:
        self.bytes = max(self.bytes, self._used() or 0)


class Peak(Watch):
    """Watches the process `pid` and all below it.

    `without_top` leaves out the process itself, for a product that runs inside the benchmark's own process.
    """

    def __init__(self, pid: int, *, without_top: bool = False) -> None:
        super().__init__(self._sum, INTERVAL)
        self._top = psutil.Process(pid)
        self._without_top = without_top

    def _sum(self) -> int | None:
        with contextlib.suppress(psutil.Error):
            below = self._top.children(recursive=True)
            return sum(map(pss, below if self._without_top else [self._top, *below]))
        return None


def pss(process: psutil.Process) -> int:
    """Bytes of the proportional set size, or of what is the process's alone where there is no such figure."""
    try:
        memory = process.memory_full_info()
    except psutil.Error:  # it has just ended
        return 0
    return int(getattr(memory, "pss", 0) or memory.uss)
