"""The client of the worker that decodes pictures: starts it, ends it at a cancel or a deadline, survives its death."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psutil

from edge_assistant.capture import decode_worker, picture_errors
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.picture_pipe import CHUNK_BYTES, SHARED_BYTES, receive_picture
from edge_assistant.system.errors import (
    AssistantError,
    CancelledError,
    InputError,
    is_out_of_memory_message,
    rebuild_error,
)
from edge_assistant.system.shared_area import SharedArea, make_area
from edge_assistant.system.time_limit import WakingTime
from edge_assistant.system.worker_process import WorkerDiedError, WorkerProcess, was_killed
from edge_assistant.system.worker_watch import Patience, watching

_log = logging.getLogger(__name__)

_THREADS = 4
"""The most threads of a decoder."""

_POLL_S = 0.05
"""Seconds between two looks at the time and at `is_cancelled`."""

_SILENCE = 1.5
"""The share of `wall_s` after which a worker is given up that stops within a message: nobody can look then."""

_SENT_S = 10.0
"""Seconds for the last of a file to be sent, once the worker has all of it or was killed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a picture may take. `processor_s`: a laptop decodes the largest ones that are allowed in a third of it.

    `wall_s` is for one that waits instead of computing, and for busy computers. `memory` is in bytes. The worker ends
    `idle_s` seconds after its last picture.
    """

    processor_s: float = 15.0
    wall_s: float = 60.0
    memory: int = decode_worker.MEMORY_LIMIT
    idle_s: float = 60.0


class PictureDecoder:
    """Decodes picture files in a worker process, one at a time. All methods may be called from any thread."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._decoding = threading.Lock()
        self._lock = threading.Lock()  # of what follows
        self._process: WorkerProcess | None = None
        self._area: SharedArea | None = None  # which it shares
        self._timer: threading.Timer | None = None
        self._idle_at = 0.0

    @property
    def pid(self) -> int | None:
        """The worker's process id, None while there is none."""
        process = self._process
        return process.pid if process is not None and process.alive else None

    def warm(self) -> None:
        """Start the worker, so that the next picture is quick; return at once, whatever happens."""
        try:
            self._require_process()
        except (OSError, RuntimeError):  # no process or thread can start
            _log.info("the worker that decodes pictures could not be started ahead", exc_info=True)
        self._start_timer()

    def decode(
        self, data: bytes | memoryview, name: str, is_cancelled: Callable[[], bool] = lambda: False
    ) -> CapturedPicture:
        """Return the picture in a file's `data`; `name` is its name in sentences.

        Raises InputError and DoesNotFitError as `decode.decode`, InputError too (code `too-slow`) where it takes too
        long, and CancelledError: a cancel kills the worker.
        """
        while not self._decoding.acquire(timeout=_POLL_S):
            if is_cancelled():
                raise CancelledError
        try:
            return self._decode(data, name, is_cancelled)
        finally:
            self._decoding.release()
            self._start_timer()

    def close(self) -> None:
        """End the worker; the next picture starts another one."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            process, self._process = self._process, None
        if process is not None:
            process.kill()

    def _decode(self, data: bytes | memoryview, name: str, is_cancelled: Callable[[], bool]) -> CapturedPicture:
        silence_s = _SILENCE * self._limits.wall_s
        patience = Patience(silence_s, silence_s, silence_s)
        for last in (False, True):
            process, area = self._require_process()
            watch = _Watch(process, self._limits, name, is_cancelled)
            # A worker that does not run takes no more than the pipe holds.
            sender = threading.Thread(target=_send, args=(process, data, name), name="picture-send", daemon=True)
            try:
                sender.start()
                with watching(process, patience):  # which also ends one that stops within a message
                    return _decode_once(process, area, watch)
            except WorkerDiedError as error:
                self._end(process)
                if is_cancelled():
                    raise CancelledError from None
                if error.stuck:
                    raise picture_errors.too_slow(name) from None
                _log.warning("the worker that decodes pictures died: %s", error)
                if last:
                    raise _death_error(process, name, error) from None
            except InputError as error:
                if error.code == picture_errors.TOO_SLOW:
                    self._end(process)
                raise
            except BaseException:
                self._end(process)  # what it does is not wanted any more, or takes all of its memory
                raise
            finally:
                if sender.ident is not None:
                    sender.join(_SENT_S)  # whoever has the file may close it now
        raise AssertionError

    def _require_process(self) -> tuple[WorkerProcess, SharedArea | None]:
        with self._lock:
            if self._process is None or not self._process.alive:
                if self._process is not None:
                    self._process.kill()  # which closes its pipes
                self._area = make_area(SHARED_BYTES)
                try:
                    self._process = WorkerProcess(
                        decode_worker.serve, self._area, name="pictures", memory_limit=self._limits.memory
                    )
                finally:
                    if self._area is not None:
                        self._area.close_handle()
            return self._process, self._area

    def _end(self, process: WorkerProcess) -> None:
        with self._lock:
            if self._process is process:
                self._process = None
        process.kill()

    def _start_timer(self) -> None:
        """Let the worker live for `idle_s` from now; a timer that runs goes on, as a thread takes a while to start."""
        with self._lock:
            self._idle_at = time.monotonic() + self._limits.idle_s
            if self._process is not None and self._timer is None:
                self._set_timer(self._limits.idle_s)

    def _set_timer(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._end_idle)
        self._timer.daemon = True
        try:
            self._timer.start()
        except RuntimeError:  # no thread can start: the worker lives until the next picture
            self._timer = None

    def _end_idle(self) -> None:
        process = None
        with self._lock:
            if self._timer is not threading.current_thread():
                return
            left_s = self._idle_at - time.monotonic()
            if left_s <= 0 and self._decoding.locked():
                left_s = self._limits.idle_s
            if left_s > 0:
                self._set_timer(left_s)
            else:
                process, self._process, self._timer = self._process, None, None
        if process is not None:
            process.kill()


class _Watch:
    """The time that one picture takes its worker."""

    def __init__(self, process: WorkerProcess, limits: Limits, name: str, is_cancelled: Callable[[], bool]) -> None:
        self._process = process
        self._limits = limits
        self._name = name
        self._is_cancelled = is_cancelled
        self._time, self._processor_before = WakingTime(_POLL_S), self._processor_s()

    def check(self) -> None:
        """Raise CancelledError, or InputError where the worker takes too long."""
        if self._is_cancelled():
            raise CancelledError
        took_s = self._time.seconds()
        if took_s > self._limits.wall_s or self._has_computed(took_s) > self._limits.processor_s:
            raise picture_errors.too_slow(self._name)

    def _has_computed(self, took_s: float) -> float:
        """The processor seconds so far, which are asked for only where they can be many: some decoders have threads."""
        if took_s < self._limits.processor_s / _THREADS:
            return 0.0
        return self._processor_s() - self._processor_before

    def _processor_s(self) -> float:
        try:
            times = psutil.Process(self._process.pid).cpu_times()
        except psutil.Error:  # it has ended, which whoever receives is told
            return 0.0
        return times.user + times.system


def _decode_once(process: WorkerProcess, area: SharedArea | None, watch: _Watch) -> CapturedPicture:
    """Receive what the worker has made of the file that it gets. Raises WorkerDiedError too."""

    def receive() -> Any:
        while True:
            message = process.receive(_POLL_S)
            watch.check()
            if message is not None:
                return message

    kind, *values = receive()
    if kind == decode_worker.READY:  # which comes first, and once
        kind, *values = receive()
    if kind == "error":
        raise rebuild_error(*values)
    return receive_picture(values[0], values[1], receive, area.memory if area is not None else None)


def _send(process: WorkerProcess, data: bytes | memoryview, name: str) -> None:
    with contextlib.suppress(WorkerDiedError), memoryview(data) as view:  # who receives is told
        process.send((name, len(view)))
        for start in range(0, len(view), CHUNK_BYTES):
            process.send(bytes(view[start : start + CHUNK_BYTES]))


def _death_error(process: WorkerProcess, name: str, death: WorkerDiedError) -> AssistantError:
    if was_killed(death.exit_code) or any(map(is_out_of_memory_message, death.last_lines)):
        return picture_errors.too_much_memory(name)
    if not process.messages:
        return picture_errors.cannot_start()
    return picture_errors.damaged(name)


decoder = PictureDecoder()
"""The one of this process."""
