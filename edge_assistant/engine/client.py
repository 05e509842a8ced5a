"""The engine's parent side: one child process with one pair of weights; it survives whatever happens in there."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from edge_assistant.engine import worker
from edge_assistant.engine.gpu_offload import NOTHING
from edge_assistant.engine.messages import (
    DEVICE_FAILED,
    AskQuestion,
    CancelQuestion,
    DeviceFailed,
    Done,
    Embeddings,
    EmbeddingsReply,
    EncodeAhead,
    EngineStarted,
    Failed,
    GetEmbeddings,
    Loaded,
    LoadModel,
    ModelSize,
    OffloadStarted,
    Reply,
    StageProgress,
    TextDelta,
    Tuning,
    TurnsDropped,
    picture_digest,
)
from edge_assistant.system.errors import (
    AssistantError,
    CancelledError,
    EngineError,
    EngineUnfitError,
    WeightsError,
    explained,
    out_of_memory,
    rebuilt,
    tells_of_memory,
)
from edge_assistant.system.i18n import tr
from edge_assistant.system.worker_process import WorkerDiedError, WorkerProcess, was_killed

_log = logging.getLogger(__name__)

# This many seconds after a cancel the question has ended, acknowledged or not.
CANCEL_GRACE = 0.2
# An engine that has not acknowledged it then may be within a graph node, which nothing can stop: the attention of one
# layer to a large picture. The next question waits this many seconds, counted from the cancel, for the node to end;
# after that the child is killed. With it go the caches, and on a machine short of memory the weights.
_NODE_S = 5.0
_ILLEGAL = (-4, 0xC000001D)  # of one that used an instruction this processor has not: SIGILL, or Windows' status for it

OnReply = Callable[[StageProgress | TextDelta | TurnsDropped | DeviceFailed], None]

_processor_only = threading.Event()
"""A graphics processor failed: until this program ends, all its engines compute on the processor alone."""


class DeviceFailedError(EngineError):
    """A graphics processor failed while a question was answered; the next load is on the processor alone."""

    code = DEVICE_FAILED


@dataclass(frozen=True, slots=True)
class EngineFiles:
    """What one engine runs: paths of the GGUF pair, KV cells, threads, and the system prompt to warm up with.

    `keep` is the folder where that prompt is kept evaluated for the next start; None: it is not.
    """

    model: Path
    mmproj: Path
    context: int
    threads: int
    vision_layers: int
    system: str
    size: ModelSize = field(default_factory=ModelSize)
    tuning: Tuning = field(default_factory=Tuning)
    keep: Path | None = None


class Engine:
    """Loads on the first question, answers one at a time, and starts anew after a death.

    `load` and `ask` block and belong to one thread; `cancel` and `close` may come from any.
    """

    def __init__(self, files: EngineFiles) -> None:
        self._files = files
        self._child: WorkerProcess | None = None
        self._lock = threading.Lock()
        self._last_id = 0
        self._ahead: tuple[int, bytes] | None = None  # what may still be being encoded: its id, the picture's digest
        self._joined = 0  # the id under which the current question's picture was being encoded before it was asked
        self._busy = self._loading = False
        self._kill_at: float | None = None
        self._overdue: tuple[int, float] | None = None  # a cancelled question not acknowledged yet, and until when
        self._cancelled = False
        self._closed = False
        self._started = False  # whether the child has come as far as to load the weights
        self._on_device = False  # whether a graphics processor's driver is at work in the child
        self.context = 0
        self.offload = NOTHING

    @property
    def loaded(self) -> bool:
        """Whether a question would find the weights in memory."""
        return self._child is not None and self._child.alive

    @property
    def pid(self) -> int | None:
        """The child's process id, None when there is none."""
        child = self._child
        return child.pid if child else None

    def see_with(self, mmproj: Path) -> None:
        """Load this mmproj from the next load on; it has the same layers."""
        self._files = replace(self._files, mmproj=mmproj)

    def settle(self) -> None:
        """Wait for the child to come to the end of a cancelled question, and kill it where that takes too long.

        Belongs to the thread that asks, before `loaded` is looked at. Raises CancelledError when this is cancelled,
        too; what is waited for stays the same then.
        """
        with self._lock:
            if self._overdue is None or self._closed or not self.loaded:
                self._overdue = None
                return
            child, (id, until) = self._child, self._overdue
            assert child is not None
            self._cancelled, self._kill_at, self._busy = False, until, True
        try:
            self._wait(child, id, lambda _: None, self._death)
        except AssistantError:
            if self._cancelled:
                raise
        self._overdue = None

    def load(self, on_reply: OnReply, context: int | None = None) -> float:
        """Start the child and load the weights; the seconds it took, 0.0 when they were loaded.

        `context` (tokens) stands in for the one in the files this time. Where a graphics processor fails, that is
        reported and all is loaded on the processor.
        Raises WeightsError, DoesNotFitError, EngineError, or CancelledError.
        """
        self.settle()
        if self.loaded:
            return 0.0
        start = time.perf_counter()
        with self._lock:
            if self._closed:
                raise CancelledError
            died_alone = self._child is not None and self._on_device and not self._cancelled
            self._cancelled, self._kill_at, self._ahead, self._overdue = False, None, None, None
            self._busy = self._loading = True
        try:
            if died_alone:
                on_reply(DeviceFailed(str(self._without_device())))
            reply = self._loaded_anywhere(on_reply, context or self._files.context)
        finally:
            self._busy = self._loading = False
        assert isinstance(reply, Loaded)
        self.context, self.offload = reply.context, reply.offload
        return time.perf_counter() - start

    def _loaded_anywhere(self, on_reply: OnReply, context: int) -> Loaded | Done | EmbeddingsReply:
        try:
            return self._loaded_once(on_reply, context)
        except CancelledError:
            raise
        except AssistantError:
            if not self._on_device:
                raise
        _processor_only.set()
        on_reply(DeviceFailed(self._load_failed_on_device()))
        try:
            return self._loaded_once(on_reply, context)
        except CancelledError:
            raise
        except AssistantError:
            _processor_only.clear()  # it need not have been the device
            raise

    def _loaded_once(self, on_reply: OnReply, context: int) -> Loaded | Done | EmbeddingsReply:
        files = self._files
        tuning = replace(files.tuning, gpu_layers=0) if _processor_only.is_set() else files.tuning
        with self._lock:
            if self._closed or self._cancelled:
                raise CancelledError
            self._started = self._on_device = False
            self._child = child = self._spawned(tuning, context)
        return self._awaited(child, 0, on_reply, self._load_death)

    def _spawned(self, tuning: Tuning, context: int) -> WorkerProcess:
        """The child, which begins to load. Raises DoesNotFitError where the system lets nothing be started."""
        files = self._files
        try:
            return WorkerProcess(
                worker.serve,
                LoadModel(
                    str(files.model),
                    str(files.mmproj),
                    context,
                    files.threads,
                    files.vision_layers,
                    files.system,
                    files.size,
                    tuning,
                    str(files.keep or ""),
                ),
                name="engine",
            )
        except (OSError, RuntimeError, MemoryError) as error:
            _log.info("the engine cannot be started", exc_info=error)
            raise explained(error) from error

    def ask(self, make: Callable[[int], AskQuestion], on_reply: OnReply) -> Done:
        """Put one question, made with the id it is given, to the loaded engine.

        Raises DoesNotFitError or EngineError, of these DeviceFailedError where a graphics processor failed at it;
        CancelledError when a cancel had to kill the child.
        """
        with self._lock:
            child = self._child
            if self._closed or child is None:
                raise CancelledError
            ask = make(self._last_id + 1)
            self._last_id += 1
            self._cancelled, self._kill_at, self._busy = False, None, True
        try:
            self._join_or_drop_ahead(ask)
            child.send(ask)
        except WorkerDiedError as death:
            raise self._ask_death(death) from death
        try:
            reply = self._wait(child, ask.id, on_reply, self._ask_death)
        except EngineError as error:
            if error.code != DEVICE_FAILED:
                raise
            if self._cancelled:
                raise CancelledError from error
            self.unload()
            raise self._without_device() from error
        assert isinstance(reply, Done)
        return reply

    def recall(self) -> Embeddings | None:
        """The embeddings of the last picture, for another engine with the same mmproj; None where there are none.

        Belongs to the thread that asks, like `ask`.
        """
        with contextlib.suppress(AssistantError):
            self.settle()
        with self._lock:
            child = self._child
            if self._closed or child is None:
                return None
            self._last_id += 1
            id = self._last_id
            self._cancelled, self._kill_at, self._busy = False, None, True
        self.drop_ahead()
        try:
            child.send(GetEmbeddings(id))
            reply = self._wait(child, id, lambda _: None, self._death)
        except (WorkerDiedError, AssistantError):
            return None  # the picture is encoded again, which costs only time
        assert isinstance(reply, EmbeddingsReply)
        return reply.embeddings

    def unload(self) -> None:
        """End the child and give its memory back; the next question loads anew."""
        child = self._child
        if child is not None:
            self._drop(child)

    def encode_ahead(self, rgb: bytes, width: int, height: int) -> None:
        """Have a picture encoded while nobody waits; returns at once. The next question drops it, unless it is its own.

        A cancel does not: it ends what somebody waits for. Without a loaded engine nothing happens. Only the newest is
        of use, so one that is still being encoded is dropped.
        """
        self.drop_ahead()
        with self._lock:
            child = self._child
            if child is None or self._closed:
                return
            self._last_id += 1
            ahead = EncodeAhead(self._last_id, rgb, width, height)
            self._ahead = ahead.id, picture_digest(ahead)
            self._cancelled, self._busy = False, True  # so that a cancel helps if the child does not take it
        with contextlib.suppress(WorkerDiedError):  # the next question finds out
            child.send(ahead)
        self._busy = False

    def drop_ahead(self) -> None:
        """Stop encoding ahead, if that is still going on; what was finished stays of use."""
        ahead, self._ahead, child = self._ahead, None, self._child
        if ahead is not None and child is not None:
            with contextlib.suppress(WorkerDiedError):
                child.send(CancelQuestion(ahead[0]))

    def _join_or_drop_ahead(self, ask: AskQuestion) -> None:
        ahead, self._joined = self._ahead, 0
        if ahead is not None and ahead[1] == picture_digest(ask):
            self._ahead, self._joined = None, ahead[0]
        else:
            self.drop_ahead()

    def cancel(self, grace: float = CANCEL_GRACE) -> None:
        """Stop the running load or question, which has ended after `grace` seconds whether that is acknowledged or not.

        Then the child may come to the end of what it is at, unless it does not even take the cancel. That one is
        killed, and at once one that loads, or any where `grace` is 0.
        """
        with self._lock:
            child = self._child
            if self._cancelled or not self._busy:
                return
            self._cancelled = True
            self._kill_at = time.monotonic() + grace
            deaf = self._loading or grace <= 0  # a child that loads acknowledges nothing
        if child is None:
            return  # it is between two loads
        child.wake()
        if deaf:
            child.kill()
            return
        try:
            told = child.send(CancelQuestion(self._last_id), patience=grace)
        except WorkerDiedError:
            return  # whoever waits for its reply is told
        if not told:
            child.kill()  # it does not even take its question from the Pipe

    def close(self) -> None:
        """End the child. Questions after this raise CancelledError."""
        with self._lock:
            self._closed = True
            self._cancelled = True
            child, self._child = self._child, None
        if child is not None:
            child.wake()
            child.kill()

    def _wait(
        self, child: WorkerProcess, id: int, on_reply: OnReply, explained: Callable[[WorkerDiedError], AssistantError]
    ) -> Loaded | Done | EmbeddingsReply:
        """Hand on what the child reports on `id` until it is done; stale ids are dropped.

        `child` is the one that was asked: a `close` may have taken it away by now.
        """
        try:
            return self._awaited(child, id, on_reply, explained)
        finally:
            self._busy = self._loading = False

    def _awaited(
        self, child: WorkerProcess, id: int, on_reply: OnReply, explained: Callable[[WorkerDiedError], AssistantError]
    ) -> Loaded | Done | EmbeddingsReply:
        while True:
            try:
                reply: Reply | None = child.receive(self._until_kill())
            except WorkerDiedError as death:
                self._drop(child)
                raise explained(death) from death
            if isinstance(reply, Done | EmbeddingsReply | Failed) and self._overdue and reply.id == self._overdue[0]:
                self._overdue = None
            if reply is None:
                if self._closed:  # not waiting for the death: giving gigabytes back takes its time
                    raise CancelledError
                self._check_grace(child)
            elif isinstance(reply, Loaded):
                return reply
            elif isinstance(reply, EngineStarted):
                self._started = True
            elif isinstance(reply, OffloadStarted):
                self._on_device = reply.on_device
            elif reply.id != id and not (reply.id == self._joined and isinstance(reply, StageProgress)):
                continue
            elif isinstance(reply, Done | EmbeddingsReply):
                return reply
            elif isinstance(reply, Failed):
                if id == 0:
                    self._drop(child)
                raise rebuilt(reply.exit_code, reply.code, reply.message)
            elif self._cancelled:
                self._check_grace(child)
            else:
                on_reply(reply)

    def _until_kill(self) -> float | None:
        kill_at = self._kill_at
        return None if kill_at is None else max(0.0, kill_at - time.monotonic())

    def _check_grace(self, child: WorkerProcess) -> None:
        if self._kill_at is not None and time.monotonic() >= self._kill_at:
            if self._loading or (self._overdue is not None and time.monotonic() >= self._overdue[1]):
                self._drop(child)
            elif self._overdue is None:
                self._overdue = self._last_id, time.monotonic() + _NODE_S
            raise CancelledError

    def _drop(self, child: WorkerProcess) -> None:
        child.kill()
        with self._lock:
            if self._child is child:
                self._child = None

    def _load_death(self, death: WorkerDiedError) -> AssistantError:
        if self._cancelled:
            return CancelledError()
        if _lacked_memory(death):
            return out_of_memory()
        if was_killed(death.exit_code):
            return EngineError(
                tr(
                    "The engine was stopped while loading, perhaps for lack of memory. Close some programs "
                    "and try again."
                ),
                code="engine-killed",
            )
        if not self._started or death.exit_code in _ILLEGAL:
            return EngineUnfitError()
        return WeightsError(
            tr(
                "The engine crashed while loading {name}: the model is damaged, or its files do not match. Download "
                "it again.",
                name=self._files.model.name,
            ),
            code="weights-abort",
        )

    def _ask_death(self, death: WorkerDiedError) -> AssistantError:
        if self._on_device and not self._cancelled:
            return self._without_device()
        return self._death(death)

    def _without_device(self) -> DeviceFailedError:
        """The next load is on the processor alone."""
        _processor_only.set()
        wanted = self._files.tuning.gpu_layers
        if wanted is None:
            return DeviceFailedError(
                tr("The engine failed on the graphics processor, so everything runs on the processor from now on.")
            )
        return DeviceFailedError(
            tr(
                "The engine failed on the graphics processor with --gpu-layers {layers}, so everything runs on the "
                "processor from now on.",
                layers=wanted,
            )
        )

    def _load_failed_on_device(self) -> str:
        wanted = self._files.tuning.gpu_layers
        if wanted is None:
            return tr(
                "The model could not be loaded on the graphics processor, so everything runs on the processor from "
                "now on."
            )
        return tr(
            "The model could not be loaded on the graphics processor with --gpu-layers {layers}, so everything runs "
            "on the processor from now on.",
            layers=wanted,
        )

    def _death(self, death: WorkerDiedError) -> AssistantError:
        if self._cancelled:
            return CancelledError()
        if _lacked_memory(death):
            return out_of_memory()
        if was_killed(death.exit_code):
            reason = tr("It was stopped from outside, perhaps for lack of memory.")
        else:
            reason = tr("It ended unexpectedly.")
        return EngineError(tr("The engine stopped. {reason} Ask again.", reason=reason), code="engine-died")


def _lacked_memory(death: WorkerDiedError) -> bool:
    return any(tells_of_memory(line) for line in death.last_words)
