"""Tells a worker that is stuck from one that is slow, and kills it, which wakes whoever waits for it.

Time alone does not tell: a slow computer must not lose its answer. So what the system says of the worker counts, too:
its processor time and what it has read. This is looked at from a thread of its own, as the one that waits may be
blocked in the middle of a message.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psutil

from edge_assistant.system.worker_process import WorkerProcess

_log = logging.getLogger(__name__)

_LOOK_S = 1.0
"""Seconds between two looks, where the patience is not shorter."""

_AT_WORK = object()
"""What a look finds that differs from all it has found before."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a worker that is waited for may be silent.

    `idle_s` is for one that does nothing meanwhile: it gets no processor time and reads nothing. `busy_s` is for one
    that works, perhaps for ever. `stopped_s` is for one that the system has stopped.
    """

    idle_s: float
    busy_s: float
    stopped_s: float = 30.0


@contextlib.contextmanager
def watching(
    process: WorkerProcess, patience: Patience, is_excused: Callable[[], bool] = lambda: False
) -> Iterator[None]:
    """Within this block, kill the worker when its silence lasts too long: WorkerDiedError says then that it was stuck.

    Every message from it begins a new silence. What counts is only the time in which somebody waits for it, and
    `is_excused` returns False.
    """
    ended = threading.Event()
    thread = threading.Thread(
        target=_watch, args=(process, patience, is_excused, ended), name=f"{process.name}-watch", daemon=True
    )
    try:
        thread.start()
    except RuntimeError:  # the limit of threads is reached: better unwatched than not at all
        _log.info("nobody watches over the worker %s", process.name)
    try:
        yield
    finally:
        ended.set()


def _watch(process: WorkerProcess, patience: Patience, is_excused: Callable[[], bool], ended: threading.Event) -> None:
    look_s = min(_LOOK_S, patience.idle_s / 4, patience.stopped_s / 4)
    silent_s = idle_s = 0.0
    heard, work = process.messages, _work(process.pid)
    looked = time.monotonic()
    while not ended.wait(look_s):
        now = time.monotonic()
        # No more than was meant to pass: this computer, or this program, may have been suspended meanwhile.
        passed, looked = min(now - looked, 2 * look_s), now
        if process.is_awaited and not is_excused():
            silent_s, idle_s = silent_s + passed, idle_s + passed
        heard_before, heard = heard, process.messages
        if heard != heard_before:
            silent_s = idle_s = 0.0
        work_before, work = work, _work(process.pid)
        if work is _AT_WORK or work != work_before:
            idle_s = 0.0
        is_idle = idle_s >= (patience.stopped_s if _is_stopped(process.pid) else patience.idle_s)
        if (is_idle or silent_s >= patience.busy_s) and not ended.is_set():
            _log.warning("the worker %s is stuck: silent for %.1f s, idle for %.1f", process.name, silent_s, idle_s)
            process.kill_stuck()
            return


def _work(pid: int) -> Any:
    """Return what a process has done so far, in figures that differ as soon as it does more."""
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            if process.status() == psutil.STATUS_DISK_SLEEP:
                return _AT_WORK  # a slow disk is not the worker's fault, and it could not be killed now
            memory = process.memory_info()
            return (
                process.cpu_times()[:2],
                _has_read(process),
                getattr(memory, "num_page_faults", None),  # on Windows; elsewhere they take processor time
            )
    except (psutil.Error, OSError):
        return _AT_WORK  # it has just ended, which whoever waits is told; or nothing is known


def _has_read(process: psutil.Process) -> Any:
    """Return figures of what a process has read and written; None where the system does not tell."""
    try:
        return process.io_counters()[:4] if hasattr(process, "io_counters") else None
    except psutil.AccessDenied:
        return None  # Linux does not tell it of one that may leave no core dump


def _is_stopped(pid: int) -> bool:
    with contextlib.suppress(psutil.Error, OSError):
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    return False
