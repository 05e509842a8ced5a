"""The engine's child side: a loop that loads, answers and can be interrupted at any moment."""

from __future__ import annotations

import contextlib
import os
import platform
import threading
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from edge_assistant.engine.messages import (
    AskQuestion,
    CancelQuestion,
    EmbeddingsReply,
    EncodeAhead,
    EngineStarted,
    Failed,
    GetEmbeddings,
    Loaded,
    LoadModel,
    OffloadStarted,
    Reply,
    StageProgress,
)
from edge_assistant.system import worker_process
from edge_assistant.system.errors import AssistantError

if TYPE_CHECKING:
    from edge_assistant.engine.session import ModelSession


# Whoever hears the answer first asks no sooner; a question that follows at once is better evaluated whole.
_PAUSE_S = 0.1


class _Inbox:
    """Reads the Pipe on a thread of its own, so that a Cancel is seen while llama.cpp computes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cancelled = 0
        self._asks: list[AskQuestion | EncodeAhead | GetEmbeddings] = []
        self._arrived = threading.Condition()
        self.current = 0
        threading.Thread(target=self._read, name="inbox", daemon=True).start()

    def next_ask(self) -> AskQuestion | EncodeAhead | GetEmbeddings:
        """Wait for the next question that was not cancelled while it waited."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._asks)
            ask = self._asks.pop(0)
            self.current = ask.id
            return ask

    def is_idle(self, seconds: float) -> bool:
        """Whether nothing is asked, nor is within so many seconds."""
        with self._arrived:
            return not self._arrived.wait_for(lambda: self._asks, seconds)

    def interrupted(self) -> bool:
        """Whether the current question was cancelled. Ids only grow; 0 is loading, which ends by a kill."""
        return self._cancelled >= self.current > 0

    def _read(self) -> None:
        while True:
            try:
                message = self._connection.recv()
            except (EOFError, OSError):
                os._exit(0)  # the parent is gone, and with it the reason to go on
            with self._arrived:
                if isinstance(message, CancelQuestion):
                    self._cancelled = max(self._cancelled, message.id)
                else:
                    self._asks.append(message)
                    self._arrived.notify()


def serve(connection: Connection, load: LoadModel) -> None:
    """Run until the Pipe ends: load the weights, then answer one question after the other."""
    os.environ["GGML_NO_BACKTRACE"] = "1"  # an abort would start a debugger to print one
    # Threads that spin for each other stop each other when another program wants a core too: with a busy program
    # beside it on two cores, decoding took 2 to 15 times as long. A short spin, then sleep, cost nothing measurable.
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    worker_process.yield_to_others(worker_process.AWAITED)
    inbox = _Inbox(connection)
    try:
        session = _load(load, inbox, connection.send)
    except AssistantError as error:
        connection.send(_failed(0, error))
        return
    connection.send(Loaded(session.context, session.offload))
    session.keep()
    while True:
        ask = inbox.next_ask()
        try:
            if isinstance(ask, GetEmbeddings):
                connection.send(EmbeddingsReply(ask.id, session.recall()))
            elif isinstance(ask, EncodeAhead):
                session.encode_ahead(ask)
            else:
                connection.send(session.answer(ask))
                if inbox.is_idle(_PAUSE_S):
                    session.prepare_follow_up()
        except AssistantError as error:
            connection.send(_failed(ask.id, error))
        del ask  # nothing keeps its picture while nothing is asked


def _load(load: LoadModel, inbox: _Inbox, emit: Callable[[Reply], None]) -> ModelSession:
    # Here, not above: the parent imports this module too, and must not load llama.cpp.
    from edge_assistant.engine.devices import NO_DRIVERS
    from edge_assistant.engine.llama_model import LlamaModel, library_files
    from edge_assistant.engine.prompt_cache import PromptCache, identity
    from edge_assistant.engine.session import ModelSession
    from edge_assistant.system.cpu import best_instructions

    emit(EngineStarted())
    if load.tuning.gpu_layers == 0:
        os.environ.update(NO_DRIVERS)  # before llama.cpp first asks for its backends
    native = LlamaModel(
        load.model,
        load.mmproj,
        context=load.context,
        threads=load.threads,
        vision_layers=load.vision_layers,
        interrupted=inbox.interrupted,
        on_load=_coarse(lambda fraction: emit(StageProgress(0, "load", fraction))),
        size=load.size,
        tuning=load.tuning,
        on_device=lambda at_work: emit(OffloadStarted(at_work)),
    )
    kept = None
    if load.keep:
        tuning = replace(load.tuning, gpu_layers=None)  # what came of that is what counts
        facts = (tuning, load.threads, native.offload.of_text, best_instructions(), platform.machine())
        with contextlib.suppress(OSError):
            kept = PromptCache(Path(load.keep), identity([Path(load.model), *library_files()], *facts))
    session = ModelSession(native, emit, kept)
    session.warm(load.system)
    return session


def _coarse(report: Callable[[float], None], step: float = 0.05) -> Callable[[float], None]:
    """Pass on only fractions that grew by `step`, and the last."""
    told = -1.0

    def coarse(fraction: float) -> None:
        nonlocal told
        if fraction >= told + step or (fraction >= 1.0 > told):
            told = fraction
            report(fraction)

    return coarse


def _failed(id: int, error: AssistantError) -> Failed:
    return Failed(id, error.exit_code, error.code, str(error))
