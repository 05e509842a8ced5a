"""The engine's client: runs one model in a worker process and survives its crashes."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from edge_assistant.engine import failures, worker
from edge_assistant.engine.device_checks import DeviceChecks
from edge_assistant.engine.failures import DeviceFailedError
from edge_assistant.engine.gpu_offload import NO_OFFLOAD
from edge_assistant.engine.messages import (
    DEVICE_FAILED,
    AskQuestion,
    CancelQuestion,
    DeviceFailed,
    DeviceWrong,
    Done,
    Embeddings,
    EmbeddingsReply,
    EncodeAhead,
    EngineConfig,
    EngineStarted,
    Failed,
    GetEmbeddings,
    Loaded,
    MeasureDevice,
    Measurement,
    NotMeasured,
    OffloadStarted,
    Reply,
    StageProgress,
    TextDelta,
    TurnsDropped,
    picture_digest,
)
from edge_assistant.engine.pace import Pace
from edge_assistant.system.errors import AssistantError, CancelledError, EngineError, explain_error, rebuild_error
from edge_assistant.system.worker_process import WorkerDiedError, WorkerProcess
from edge_assistant.system.worker_watch import Patience, watching

_log = logging.getLogger(__name__)

# After a cancel the question ends within this time, acknowledged or not.
_CANCEL_GRACE_S = 0.2
# A worker that has not acknowledged it then may be within a graph node, which nothing can stop: the attention of one
# layer to a large picture. The next question waits this many seconds, counted from the cancel, for the node to end;
# after that the worker is killed, which loses its caches and, on a machine short of memory, the cached model file.
_NODE_TIMEOUT_S = 5.0

FinalReply = Done | EmbeddingsReply | Measurement | NotMeasured
"""What a request of the client ends with, if it does not fail."""

OnReply = Callable[[StageProgress | TextDelta | TurnsDropped | DeviceFailed | DeviceWrong], None]

_cpu_only = threading.Event()
"""Set when a GPU failed or computes wrongly: until this program ends, all its engines compute on the CPU only."""


class Engine:
    """Runs a model in a worker process, which `load` starts, again after a crash; answers one question at a time.

    `load` and `ask` block and belong to one thread; `cancel` and `close` may be called from any. A worker that is stuck
    is killed; how long that takes follows from its `pace`.
    """

    def __init__(self, config: EngineConfig) -> None:
        self.pace = Pace()
        self._config = config
        self._process: WorkerProcess | None = None
        self._lock = threading.Lock()
        self._last_id = 0
        self._ahead: tuple[int, bytes] | None = None  # the picture being encoded ahead: request id and digest
        self._joined_id = 0  # the id of the EncodeAhead for the current question's picture, 0 for none
        self._busy = self._loading = self._measuring = False
        self._kill_at: float | None = None
        self._overdue: tuple[int, float] | None = None  # id of a cancelled question not acknowledged yet, and deadline
        self._cancelled = False
        self._closed = False
        self._started = False  # whether the worker has come as far as to load the model
        self._on_device = False  # whether a GPU driver is in use in the worker
        self._has_answered = False  # whether the worker has answered a question
        self.context = 0
        self.offload = NO_OFFLOAD

    @property
    def loaded(self) -> bool:
        """Whether the model is loaded."""
        return self._process is not None and self._process.alive

    @property
    def pid(self) -> int | None:
        """The worker's process id, None when there is none."""
        process = self._process
        return process.pid if process else None

    def set_mmproj(self, mmproj: Path) -> None:
        """Use this mmproj from the next load on; it must have the same layers."""
        self._config = replace(self._config, mmproj=mmproj)

    def wait_for_cancelled(self) -> None:
        """Wait for the worker to finish a cancelled question, and kill it if that takes too long.

        Belongs to the thread that asks; call it before reading `loaded`. Raises CancelledError when this wait is
        cancelled too; the question stays overdue then.
        """
        with self._lock:
            if self._overdue is None or self._closed or not self.loaded:
                self._overdue = None
                return
            process, (id, until) = self._process, self._overdue
            assert process is not None
            self._cancelled, self._kill_at, self._busy = False, until, True
        try:
            with watching(process, self._patience()):
                self._wait_for_reply(process, id, lambda _: None, self._worker_error)
        except AssistantError:
            if self._cancelled:
                raise
        self._overdue = None

    def load(self, on_reply: OnReply, context: int | None = None) -> float:
        """Start the worker and load the model; return the seconds it took, 0.0 if it was loaded.

        `context` (tokens) overrides the one in EngineConfig. Where a GPU fails, that is reported and everything is
        loaded on the CPU. Raises WeightsError, DoesNotFitError, EngineError, or CancelledError.
        """
        self.wait_for_cancelled()
        if self.loaded:
            return 0.0
        start = time.perf_counter()
        with self._lock:
            if self._closed:
                raise CancelledError
            device_died = self._process is not None and self._on_device and not self._cancelled
            self._cancelled, self._kill_at, self._ahead, self._overdue = False, None, None, None
            self._busy = self._loading = True
        try:
            if device_died:
                on_reply(DeviceFailed(str(self._disable_device())))
            reply = self._load_with_fallback(on_reply, context or self._config.context)
        finally:
            self._busy = self._loading = False
        assert isinstance(reply, Loaded)
        self.context, self.offload = reply.context, reply.offload
        device, gpu_layers = reply.offload.device, self._config.tuning.gpu_layers
        if device is not None and device.computes_wrongly:
            on_reply(DeviceWrong(failures.wrong_device_message(device.name, gpu_layers)))
        return time.perf_counter() - start

    def _load_with_fallback(self, on_reply: OnReply, context: int) -> Loaded | FinalReply:
        try:
            return self._load_once(on_reply, context)
        except CancelledError:
            raise
        except AssistantError:
            if not self._on_device:
                raise
        _cpu_only.set()
        on_reply(DeviceFailed(failures.device_load_message(self._config.tuning.gpu_layers)))
        try:
            return self._load_once(on_reply, context)
        except CancelledError:
            raise
        except AssistantError:
            _cpu_only.clear()  # the failure was not the GPU's
            raise

    def _load_once(self, on_reply: OnReply, context: int) -> Loaded | FinalReply:
        config = replace(self._config, context=context, wrong_devices=DeviceChecks().wrong_keys())
        if _cpu_only.is_set():
            config = replace(config, tuning=replace(config.tuning, gpu_layers=0))
        with self._lock:
            if self._closed or self._cancelled:
                raise CancelledError
            self._started = self._on_device = self._has_answered = False
            self._process = process = _spawn(config)
        with watching(process, self.pace.load_patience()):
            return self._receive_reply(process, 0, on_reply, self._load_error)

    def ask(self, make_request: Callable[[int], AskQuestion], on_reply: OnReply) -> Done:
        """Ask the loaded model a question; `make_request` creates it with the id it is given.

        Raises DoesNotFitError, EngineError (DeviceFailedError where a GPU failed), or CancelledError when the worker
        did not acknowledge a cancel in time.
        """
        with self._lock:
            process = self._process
            if self._closed or process is None:
                raise CancelledError
            request = make_request(self._last_id + 1)
            self._last_id += 1
            self._cancelled, self._kill_at, self._busy = False, None, True
        with watching(process, self._patience(request)):
            self._join_or_drop_ahead(request)
            reply = self._send_and_wait(process, request, on_reply)
        assert isinstance(reply, Done)
        self._has_answered = True
        self.pace.note(reply)
        return reply

    def _send_and_wait(
        self, process: WorkerProcess, request: AskQuestion | MeasureDevice, on_reply: OnReply
    ) -> Loaded | FinalReply:
        """Send a request that computes on the GPU, if there is one, and wait for its end. Raises as `ask`."""
        try:
            process.send(request)
        except WorkerDiedError as error:
            raise self._ask_error(error) from error
        try:
            return self._wait_for_reply(process, request.id, on_reply, self._ask_error)
        except EngineError as error:
            if error.code != DEVICE_FAILED:
                raise
            if self._cancelled:
                raise CancelledError from error
            self.unload()
            raise self._disable_device() from error

    def get_embeddings(self) -> Embeddings | None:
        """Return the embeddings of the last picture, for another engine with the same mmproj; None if there are none.

        Belongs to the thread that asks, like `ask`.
        """
        with contextlib.suppress(AssistantError):
            self.wait_for_cancelled()
        with self._lock:
            process = self._process
            if self._closed or process is None:
                return None
            self._last_id += 1
            id = self._last_id
            self._cancelled, self._kill_at, self._busy = False, None, True
        self.cancel_ahead()
        try:
            with watching(process, self._patience()):
                process.send(GetEmbeddings(id))
                reply = self._wait_for_reply(process, id, lambda _: None, self._worker_error)
        except (WorkerDiedError, AssistantError):
            return None  # the picture will be encoded again, which costs only time
        assert isinstance(reply, EmbeddingsReply)
        return reply.embeddings

    def reference_config(self, context: int) -> EngineConfig:
        """Return the configuration of an engine that computes the same on the CPU only, in the background."""
        tuning = replace(self._config.tuning, gpu_layers=0, repack=False)
        return replace(self._config, context=context, tuning=tuning, prompt_cache_dir=None, background=True)

    def measure(self, make_request: Callable[[int], MeasureDevice]) -> Measurement | None:
        """Let the loaded model compute what devices are compared by; None when that was cancelled.

        Belongs to the thread that asks. Raises DoesNotFitError, EngineError (DeviceFailedError where a GPU failed), or
        CancelledError when this engine is closed.
        """
        self.wait_for_cancelled()
        with self._lock:
            process = self._process
            if self._closed or process is None:
                raise CancelledError
            self._last_id += 1
            request = make_request(self._last_id)
            self._cancelled, self._kill_at, self._busy, self._measuring = False, None, True, True
        try:
            with watching(process, self._patience()):
                reply = self._send_and_wait(process, request, lambda _: None)
        except CancelledError:
            if self._closed:
                raise
            return None
        finally:
            with self._lock:
                self._measuring = False
        return reply if isinstance(reply, Measurement) else None

    def leave_device(self) -> None:
        """End the worker, and compute on the CPU only from the next load on, in all engines of this program."""
        _cpu_only.set()
        self.unload()

    @property
    def gpu_layers(self) -> int | None:
        """As in Tuning."""
        return self._config.tuning.gpu_layers

    def cancel_measuring(self) -> None:
        """Stop `measure`, and nothing else; may be called from any thread."""
        with self._lock:
            cancelled = self._begin_cancel() if self._measuring else None
        self._send_cancel(cancelled)

    def unload(self) -> None:
        """End the worker and free its memory; the next question loads again."""
        process = self._process
        if process is not None:
            self._discard(process)

    def encode_ahead(self, rgb: bytes, width: int, height: int) -> None:
        """Encode a picture ahead of a question; return at once. A question about another picture drops it.

        A cancel does not drop it: that ends what the user waits for. Does nothing while no model is loaded. Only the
        newest picture is of use, so one that is still being encoded is dropped.
        """
        self.cancel_ahead()
        with self._lock:
            process = self._process
            if process is None or self._closed:
                return
            self._last_id += 1
            ahead = EncodeAhead(self._last_id, rgb, width, height)
            self._ahead = ahead.id, picture_digest(ahead)
            self._cancelled, self._busy = False, True  # so that a cancel kills a worker that does not read
        with contextlib.suppress(WorkerDiedError), watching(process, self._patience()):  # the next question notices
            process.send(ahead)
        self._busy = False

    def cancel_ahead(self) -> None:
        """Stop encoding ahead; a finished encode stays usable."""
        ahead, self._ahead, process = self._ahead, None, self._process
        if ahead is not None and process is not None:
            with contextlib.suppress(WorkerDiedError):
                process.send(CancelQuestion(ahead[0]), timeout=_CANCEL_GRACE_S)  # without it only time is lost

    def _join_or_drop_ahead(self, request: AskQuestion) -> None:
        ahead, self._joined_id = self._ahead, 0
        if ahead is not None and ahead[1] == picture_digest(request):
            self._ahead, self._joined_id = None, ahead[0]
        else:
            self.cancel_ahead()

    def cancel(self) -> None:
        """Cancel the running load or question; it ends within _CANCEL_GRACE_S, acknowledged or not.

        The worker may finish its current node afterwards, unless it does not even read the cancel: then it is killed.
        A worker that is loading is killed at once.
        """
        with self._lock:
            cancelled = self._begin_cancel()
        self._send_cancel(cancelled)

    def _begin_cancel(self) -> tuple[WorkerProcess, int, bool] | None:
        """Mark the running request as cancelled, under the lock; return what `_send_cancel` needs."""
        if self._cancelled or not self._busy:
            return None
        self._cancelled = True
        self._kill_at = time.monotonic() + _CANCEL_GRACE_S
        if self._process is None:
            return None  # between two loads
        return self._process, self._last_id, self._loading  # a worker that is loading acknowledges nothing

    def _send_cancel(self, cancelled: tuple[WorkerProcess, int, bool] | None) -> None:
        if cancelled is None:
            return
        process, id, kill = cancelled
        process.wake()
        if kill:
            process.kill()
            return
        try:
            sent = process.send(CancelQuestion(id), timeout=_CANCEL_GRACE_S)
        except WorkerDiedError:
            return  # the waiting thread gets the error
        if not sent:
            process.kill()  # it does not read its messages

    def close(self) -> None:
        """End the worker. Questions after this raise CancelledError."""
        with self._lock:
            self._closed = True
            self._cancelled = True
            process, self._process = self._process, None
        if process is not None:
            process.wake()
            process.kill()

    def _wait_for_reply(
        self, process: WorkerProcess, id: int, on_reply: OnReply, to_error: Callable[[WorkerDiedError], AssistantError]
    ) -> Loaded | FinalReply:
        """Pass replies with `id` to `on_reply` until the final one, and return that; stale ids are dropped.

        `process` is the one that was asked: a `close` may have cleared `self._process` by now.
        """
        try:
            return self._receive_reply(process, id, on_reply, to_error)
        finally:
            self._busy = self._loading = False

    def _receive_reply(
        self, process: WorkerProcess, id: int, on_reply: OnReply, to_error: Callable[[WorkerDiedError], AssistantError]
    ) -> Loaded | FinalReply:
        while True:
            try:
                reply: Reply | None = process.receive(self._seconds_until_kill())
            except WorkerDiedError as error:
                self._discard(process)
                raise to_error(error) from error
            if isinstance(reply, FinalReply | Failed) and self._overdue and reply.id == self._overdue[0]:
                self._overdue = None
            if reply is None:
                if self._closed:  # without waiting for its end: freeing gigabytes takes time
                    raise CancelledError
                self._check_cancel_deadline(process)
            elif isinstance(reply, Loaded):
                return reply
            elif isinstance(reply, EngineStarted):
                self._started = True
            elif isinstance(reply, OffloadStarted):
                self._on_device = reply.on_device
            elif reply.id != id and not (reply.id == self._joined_id and isinstance(reply, StageProgress)):
                continue
            elif isinstance(reply, FinalReply):
                return reply
            elif isinstance(reply, Failed):
                if id == 0:
                    self._discard(process)
                raise rebuild_error(reply.kind, reply.code, reply.message)
            elif self._cancelled:
                self._check_cancel_deadline(process)
            else:
                on_reply(reply)

    def _seconds_until_kill(self) -> float | None:
        kill_at = self._kill_at
        return None if kill_at is None else max(0.0, kill_at - time.monotonic())

    def _check_cancel_deadline(self, process: WorkerProcess) -> None:
        if self._kill_at is not None and time.monotonic() >= self._kill_at:
            if self._loading or (self._overdue is not None and time.monotonic() >= self._overdue[1]):
                self._discard(process)
            elif self._overdue is None:
                self._overdue = self._last_id, time.monotonic() + _NODE_TIMEOUT_S
            raise CancelledError

    def _patience(self, request: AskQuestion | None = None) -> Patience:
        return self.pace.patience(request, on_device=self._on_device, background=self._config.background)

    def _discard(self, process: WorkerProcess) -> None:
        process.kill()
        with self._lock:
            if self._process is process:
                self._process = None

    def _load_error(self, error: WorkerDiedError) -> AssistantError:
        if self._cancelled:
            return CancelledError()
        return failures.load_error(error, self._config.model, started=self._started)

    def _ask_error(self, error: WorkerDiedError) -> AssistantError:
        if self._on_device and not self._cancelled:
            return self._disable_device()
        return self._worker_error(error)

    def _worker_error(self, error: WorkerDiedError) -> AssistantError:
        return CancelledError() if self._cancelled else failures.worker_error(error, has_answered=self._has_answered)

    def _disable_device(self) -> DeviceFailedError:
        """Make the next loads use the CPU only; return the error that says so."""
        _cpu_only.set()
        return failures.device_error(self._config.tuning.gpu_layers)


def _spawn(config: EngineConfig) -> WorkerProcess:
    """Start the worker, which begins to load. Raises DoesNotFitError where no process can be started."""
    try:
        return WorkerProcess(worker.serve, config, name="engine")
    except (OSError, RuntimeError, MemoryError) as error:
        _log.info("the engine cannot be started", exc_info=error)
        raise explain_error(error) from error
