"""Memory: the peak over the whole process tree, what the machine has left, and which programs take most."""

from __future__ import annotations

import collections
import contextlib
import sys
import threading
from collections.abc import Callable
from typing import Any, Self

import psutil

_END_S = 10.0  # for the last sample, which takes milliseconds
_INTERVAL_S = 0.25  # seconds between two samples
_MIN_GROWTH = 1.01  # RSS that grew by less cannot have moved the peak by more
_HAS_PSS = sys.platform == "linux"
_MAX_PROGRAMS, _MIN_PROGRAM_BYTES = 3, 200_000_000  # that are named as worth closing


def available_bytes() -> int:
    """Return how many bytes can be used without swapping."""
    return int(psutil.virtual_memory().available)


def largest_programs() -> list[tuple[str, int]]:
    """Return the few other programs that take most memory: name and resident bytes of all their processes together."""
    own = psutil.Process()
    ours = {own.pid, *(each.pid for each in own.children(recursive=True)), *(each.pid for each in own.parents())}
    sizes: collections.Counter[str] = collections.Counter()
    with contextlib.suppress(OSError):  # where the system gives no information about other programs
        for process in psutil.process_iter(["name", "memory_info"]):
            memory = process.info["memory_info"]
            if process.pid not in ours and memory is not None and process.info["name"]:
                sizes[process.info["name"]] += memory.rss
    return [(name, size) for name, size in sizes.most_common(_MAX_PROGRAMS) if size >= _MIN_PROGRAM_BYTES]


class PeakMemory:
    """A context manager that samples the memory of the process tree four times a second, and once more at its end.

    It takes a thread and some of the engine's time, so it runs only where the figures are asked for.

    `pss_bytes` is the largest sum of proportional set sizes, None where the system has no such figure (outside Linux);
    `rss_bytes` the largest sum of resident set sizes.
    """

    def __init__(self) -> None:
        self.pss_bytes: int | None = None
        self.rss_bytes = 0
        self._rss_at_pss = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the last sample and end; may be called again. A system that gives no figures is not waited for long."""
        self._stop.set()
        self._thread.join(_END_S)

    def _run(self) -> None:
        own = psutil.Process()
        while not self._stop.wait(_INTERVAL_S):
            self._sample(own)
        self._sample(own, at_end=True)

    def _sample(self, own: psutil.Process, *, at_end: bool = False) -> None:
        """Take one sample; PSS is read at the end only, or when RSS, its upper bound, has grown.

        Reading PSS stops the engine for a while.
        """
        with contextlib.suppress(psutil.Error, OSError):  # OSError: no more files may be open
            tree = [own, *own.children(recursive=True)]
            rss = sum(_figure(process, lambda each: int(each.memory_info().rss)) for process in tree)
            self.rss_bytes = max(self.rss_bytes, rss)
            self._rss_at_pss = self._rss_at_pss or rss
            if _HAS_PSS and (at_end or rss > self._rss_at_pss * _MIN_GROWTH):
                self._rss_at_pss = rss
                pss = sum(_figure(process, _pss) for process in tree)
                self.pss_bytes = max(self.pss_bytes or 0, pss)


def _pss(process: psutil.Process) -> int:
    """Return the proportional set size of a process, or its resident size (no smaller) where access is denied."""
    try:
        figures: Any = process.memory_full_info()  # which has this one on Linux only
        return int(figures.pss)
    except psutil.AccessDenied:
        return int(process.memory_info().rss)


def _figure(process: psutil.Process, read: Callable[[psutil.Process], int]) -> int:
    """Return one figure of a process in bytes; 0 when it has just ended."""
    try:
        return read(process)
    except psutil.Error:
        return 0
