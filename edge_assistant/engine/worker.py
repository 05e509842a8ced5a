"""The engine's worker process: loads a model and answers questions, interruptible at any time."""

from __future__ import annotations

import contextlib
import os
import platform
import threading
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from edge_assistant.engine.messages import (
    AskQuestion,
    CancelQuestion,
    EmbeddingsReply,
    EncodeAhead,
    EngineConfig,
    EngineStarted,
    Failed,
    GetEmbeddings,
    Loaded,
    MeasureDevice,
    OffloadStarted,
    Reply,
    StageProgress,
)
from edge_assistant.system import allocator, worker_process
from edge_assistant.system.errors import AssistantError

if TYPE_CHECKING:
    from edge_assistant.engine.session import ModelSession


Request = AskQuestion | EncodeAhead | GetEmbeddings | MeasureDevice

# Idle time before the follow-up is prepared: a question that follows at once is better evaluated whole.
_IDLE_S = 0.1

_REPORT_STEP = 0.05


class _Inbox:
    """Receives messages on its own thread, so that a cancel is noticed while llama.cpp computes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cancelled_through = 0
        self._requests: list[Request] = []
        self._arrived = threading.Condition()
        self.current_id = 0
        threading.Thread(target=self._read, name="inbox", daemon=True).start()

    def next_request(self) -> Request:
        """Wait for the next request."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._requests)
            request = self._requests.pop(0)
            self.current_id = request.id
            return request

    def is_idle(self, seconds: float) -> bool:
        """Wait up to `seconds` for a request; return whether there was none."""
        with self._arrived:
            return not self._arrived.wait_for(lambda: self._requests, seconds)

    def interrupted(self) -> bool:
        """Return whether the current request was cancelled. Ids only grow; 0 is loading, which ends by a kill."""
        return self._cancelled_through >= self.current_id > 0

    def _read(self) -> None:
        while True:
            try:
                message = self._connection.recv()
            except (EOFError, OSError):
                os._exit(0)  # the client is gone
            with self._arrived:
                if isinstance(message, CancelQuestion):
                    self._cancelled_through = max(self._cancelled_through, message.id)
                else:
                    self._requests.append(message)
                    self._arrived.notify()


def serve(connection: Connection, config: EngineConfig) -> None:
    """Load the model, then answer one request after the other until the connection closes."""
    allocator.release_large_blocks()  # each question brings pictures, and what is computed from them
    os.environ["GGML_NO_BACKTRACE"] = "1"  # an abort would start a debugger to print one
    # Spinning OpenMP threads block each other when another program needs a core too: beside a busy program on two
    # cores, decoding took 2 to 15 times as long. A short spin followed by sleep cost nothing measurable.
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    worker_process.lower_priority(
        worker_process.NICENESS_BACKGROUND if config.background else worker_process.NICENESS_AWAITED
    )
    inbox = _Inbox(connection)
    try:
        session = _open_session(config, inbox, connection.send)
    except AssistantError as error:
        connection.send(_failure(0, error))
        return
    connection.send(Loaded(session.context, session.offload))
    session.save_system_prompt()
    while True:
        request = inbox.next_request()
        try:
            if isinstance(request, GetEmbeddings):
                connection.send(EmbeddingsReply(request.id, session.get_embeddings()))
            elif isinstance(request, EncodeAhead):
                session.encode_ahead(request)
            elif isinstance(request, MeasureDevice):
                connection.send(session.measure(request))
            else:
                connection.send(session.answer(request))
                if inbox.is_idle(_IDLE_S):
                    session.prepare_follow_up()
        except AssistantError as error:
            connection.send(_failure(request.id, error))
        del request  # so that its picture is freed while the worker is idle


def _open_session(config: EngineConfig, inbox: _Inbox, emit: Callable[[Reply], None]) -> ModelSession:
    # Imported here: the client imports this module too, and must not load llama.cpp.
    from edge_assistant.engine.bindings import library_files
    from edge_assistant.engine.devices import NO_DRIVERS
    from edge_assistant.engine.llama_model import LlamaModel
    from edge_assistant.engine.prompt_cache import PromptCache, compute_identity
    from edge_assistant.engine.session import ModelSession
    from edge_assistant.system.cpu import best_instructions

    emit(EngineStarted())
    if config.tuning.gpu_layers == 0:
        os.environ.update(NO_DRIVERS)  # before llama.cpp first asks for its backends
    model = LlamaModel(
        str(config.model),
        str(config.mmproj),
        context=config.context,
        threads=config.threads,
        vision_layers=config.vision_layers,
        interrupted=inbox.interrupted,
        on_load=_throttle(lambda fraction: emit(StageProgress(0, "load", fraction))),
        size=config.size,
        tuning=config.tuning,
        on_device=lambda on_device: emit(OffloadStarted(on_device)),
        wrong_devices=config.wrong_devices,
    )
    prompt_cache = None
    if config.prompt_cache_dir:
        tuning = replace(config.tuning, gpu_layers=None)  # the actual offload counts, not the setting
        facts = (tuning, config.threads, model.offload.text_placement, best_instructions(), platform.machine())
        with contextlib.suppress(OSError):
            prompt_cache = PromptCache(
                config.prompt_cache_dir, compute_identity([config.model, *library_files()], *facts)
            )
    session = ModelSession(model, emit, prompt_cache)
    session.warm(config.system)
    return session


def _throttle(report: Callable[[float], None]) -> Callable[[float], None]:
    """Report only fractions that grew by `_REPORT_STEP`, and the last."""
    last = -1.0

    def throttled(fraction: float) -> None:
        nonlocal last
        if fraction >= last + _REPORT_STEP or (fraction >= 1.0 > last):
            last = fraction
            report(fraction)

    return throttled


def _failure(id: int, error: AssistantError) -> Failed:
    return Failed(id, error.kind, error.code, str(error))
