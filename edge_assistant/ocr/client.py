"""The client of the text worker: starts it when it is needed, ends it when it is not, and survives its death."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from PIL import Image

from edge_assistant.ocr import model_files, scaling, worker
from edge_assistant.ocr.availability import Availability
from edge_assistant.ocr.errors import OcrError as OcrError  # whoever reads needs it
from edge_assistant.ocr.messages import (
    GoOn,
    NetworkPaths,
    PageRead,
    Paused,
    PictureKind,
    ReadFailed,
    ReadPage,
    Reply,
    Warm,
)
from edge_assistant.ocr.page import Line, Page
from edge_assistant.system import cpu
from edge_assistant.system.errors import AssistantError, CancelledError, is_out_of_memory_message, out_of_memory_error
from edge_assistant.system.i18n import tr
from edge_assistant.system.worker_process import WorkerDiedError, WorkerProcess
from edge_assistant.system.worker_watch import Patience, watching

_log = logging.getLogger(__name__)

IDLE_S = 60.0
"""Seconds after the last page until the worker ends, which frees its memory."""

PATIENCE = Patience(idle_s=60.0, busy_s=60.0)
"""How long the worker may take for a line: `busy_s` is for each megapixel of the picture, and once more.

A busy computer with two cores takes less than two seconds. To start may take long where programs are looked through for
viruses, so one that does nothing gets as long.
"""

_CHECK_S = 0.05
"""Seconds between two looks at `is_cancelled`."""

_PAUSE_AFTER_S = 0.4
"""Processor seconds, and as many more for each megapixel, after which a page that may pause does.

Usual windows and screens are read by then. At 0.5 a glance at a screen full of small text began 15 percent later.
"""


@dataclass(frozen=True, slots=True)
class Pause:
    """Lets a page pause where it takes long, as the cores are needed: as long as `is_wanted` returns True.

    `on_begun` is called on the thread that reads.
    """

    is_wanted: Callable[[], bool]
    on_begun: Callable[[], None] = lambda: None


@dataclass(slots=True)
class _Reading:
    """A page that is being read, perhaps by one worker after another."""

    picture: Image.Image
    kind: PictureKind
    threads: int
    on_line: Callable[[Line], None]
    is_cancelled: Callable[[], bool]
    pause: Pause | None
    told: int = field(default=0, init=False)


class TextReader:
    """Reads the text of pictures in a worker process, one picture at a time.

    All methods may be called from any thread; `read` blocks.
    """

    def __init__(self, idle_s: float = IDLE_S, patience: Patience = PATIENCE) -> None:
        """The worker ends `idle_s` seconds after its last page; see PATIENCE for the other."""
        self._idle_s = idle_s
        self._patience = patience
        self._reading = threading.Lock()
        self._waiting = 0  # for the page that is being read
        self._lock = threading.Lock()  # of what follows
        self._process: WorkerProcess | None = None
        self._timer: threading.Timer | None = None
        self._idle_at = 0.0
        self._cancels = 0
        self._last_id = 0
        self._closed = False
        self._availability = Availability()

    @property
    def unavailable(self) -> str:
        """A sentence that says why no text can be recognised on this computer; empty where it can."""
        return str(self._availability.obstacle() or "")

    @property
    def pid(self) -> int | None:
        """The worker's process id, None while there is none."""
        process = self._process
        return process.pid if process is not None and process.alive else None

    def warm(self) -> None:
        """Start the worker and let it load, so that the next page is quick; return at once, whatever happens."""
        try:
            self._require_process().send(Warm(), timeout=0)
        except (OcrError, WorkerDiedError, CancelledError, OSError, RuntimeError):  # no process or thread can start
            _log.info("the text worker could not be started ahead", exc_info=True)
        self._start_timer()

    def read(
        self,
        picture: Image.Image,
        on_line: Callable[[Line], None] = lambda _: None,
        is_cancelled: Callable[[], bool] = lambda: False,
        *,
        kind: PictureKind = "screen",
        threads: int | None = None,
        pause: Pause | None = None,
    ) -> Page:
        """Read an RGB picture; call `on_line` on this thread with each line as it is recognised, in reading order.

        `threads` is how many cores may compute: by default two, where there are so many; give 1 beside the model. A
        worker that dies or is stuck is replaced once. Raises OcrError, DoesNotFitError (no memory), and CancelledError:
        a cancel kills the worker. A page that pauses goes on when another one waits for it, too.
        """
        if not picture.width or not picture.height:
            return Page(picture.width, picture.height)
        reduced, factor = scaling.reduce(picture)
        with self._turn(is_cancelled):
            threads = threads or min(2, cpu.usable_cores() or cpu.physical_cores() or 1)

            def tell(line: Line) -> None:
                on_line(scaling.enlarge_line(line, factor, picture.size))

            page = self._read(_Reading(reduced, kind, threads, tell, is_cancelled, pause))
        return scaling.enlarge_page(page, factor, picture.size)

    def cancel(self) -> None:
        """Kill the worker; a page that is being read ends with CancelledError, the next one starts a new worker."""
        with self._lock:
            self._cancels += 1
            process, self._process = self._process, None
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the worker for good."""
        self._closed = True
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
        self.cancel()

    @contextlib.contextmanager
    def _turn(self, is_cancelled: Callable[[], bool]) -> Iterator[None]:
        """Wait for the page that is being read, and let the worker live for the next one. Raises CancelledError."""
        with self._lock:
            self._waiting += 1
        try:
            while not self._reading.acquire(timeout=_CHECK_S):
                if is_cancelled() or self._closed:
                    raise CancelledError
        finally:
            with self._lock:
                self._waiting -= 1
        try:
            yield
        finally:
            self._reading.release()
            self._start_timer()

    def _read(self, reading: _Reading) -> Page:
        cancels = self._cancels
        for last in (False, True):
            process = self._require_process()
            try:
                return self._read_once(process, reading)
            except WorkerDiedError as error:
                self._end(process)
                if self._cancels != cancels or self._closed or reading.is_cancelled():
                    raise CancelledError from error
                _log.warning("the text worker died: %s %s", error, " ".join(error.last_lines[-1:]))
                if not error.stuck:
                    self._availability.note_death(error.exit_code, error.last_lines)
                self._require_available()
                if last:
                    raise _explain_death(error) from error
            except BaseException:
                self._end(process)  # what it does is not wanted any more, or it cannot do it
                raise
        raise AssertionError

    def _read_once(self, process: WorkerProcess, reading: _Reading) -> Page:
        """Read a page to its end; tell no line that was told already. Raises WorkerDiedError too."""
        self._last_id += 1
        picture, id = reading.picture, self._last_id
        may_pause = self._may_pause(reading)
        pause_after_s = _PAUSE_AFTER_S * (1 + picture.width * picture.height / 1e6) if may_pause else None
        request = ReadPage(id, picture.tobytes(), *picture.size, reading.kind, reading.threads, pause_after_s)
        is_paused = False
        patience = replace(self._patience, busy_s=self._patience.busy_s * (1 + picture.width * picture.height / 1e6))
        with watching(process, patience, is_excused=lambda: is_paused):
            # A worker that does not run takes no more than the pipe holds.
            threading.Thread(target=_send, args=(process, request), name="text-send", daemon=True).start()
            self._require_available()  # the files are read while the worker loads them
            lines = 0
            while True:
                reply: Reply | None = process.receive(_CHECK_S)
                if reading.is_cancelled() or self._closed:
                    raise CancelledError
                if may_pause:
                    may_pause = self._may_pause(reading)
                    if not may_pause:
                        process.send(GoOn(id))
                        is_paused = False
                if reply is None or reply.id != id:
                    continue
                if isinstance(reply, PageRead):
                    return reply.page
                if isinstance(reply, ReadFailed):
                    raise _explain_failure(reply)
                if isinstance(reply, Paused):
                    is_paused = may_pause
                    if reading.pause is not None:
                        reading.pause.on_begun()
                    continue
                lines += 1
                if lines > reading.told:
                    reading.told = lines
                    reading.on_line(reply.line)

    def _may_pause(self, reading: _Reading) -> bool:
        return reading.pause is not None and not self._waiting and reading.pause.is_wanted()

    def _require_available(self) -> None:
        obstacle = self._availability.check()
        if obstacle is not None:
            raise obstacle

    def _require_process(self) -> WorkerProcess:
        with self._lock:
            if self._closed:
                raise CancelledError
            if self._process is None or not self._process.alive:
                obstacle = self._availability.obstacle()
                if obstacle is not None:
                    raise obstacle
                paths = NetworkPaths(*filter(None, map(model_files.find, model_files.FILES)))
                if self._process is not None:
                    self._process.kill()  # which closes its pipes
                self._process = WorkerProcess(worker.serve, paths, name="ocr")
            return self._process

    def _end(self, process: WorkerProcess) -> None:
        """Kill this worker."""
        with self._lock:
            if self._process is process:
                self._process = None
        process.kill()

    def _start_timer(self) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if self._closed or self._process is None:
                return
            self._idle_at = time.monotonic() + self._idle_s
            self._timer = threading.Timer(self._idle_s, self._end_idle)
            self._timer.daemon = True
            with contextlib.suppress(RuntimeError):  # no thread can start: it lives until the next page
                self._timer.start()

    def _end_idle(self) -> None:
        if not self._reading.acquire(blocking=False):
            return
        try:
            with self._lock:
                if self._timer is not threading.current_thread():
                    return  # it was woken meanwhile
                process, self._process = self._process, None
            if process is not None:
                process.kill()
        finally:
            self._reading.release()


def _send(process: WorkerProcess, request: ReadPage) -> None:
    with contextlib.suppress(WorkerDiedError):  # who receives is told
        process.send(request)


def _explain_failure(failure: ReadFailed) -> AssistantError:
    _log.warning("text recognition failed: %s", failure.reason)
    if failure.is_memory:
        return out_of_memory_error()
    return OcrError(tr("The text could not be recognised. Ask the model instead."))


def _explain_death(death: WorkerDiedError) -> AssistantError:
    if death.stuck:
        return OcrError(tr("Recognising the text takes too long. Try again, or ask the model."))
    if is_out_of_memory_message(" ".join(death.last_lines)):
        return out_of_memory_error()
    return OcrError(tr("The text could not be recognised. Try again, or ask the model."))
