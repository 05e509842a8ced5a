"""A worker whose graphics processor fails. It is apart from its tests, because the worker loads what it stands in."""

from __future__ import annotations

import os
import signal
import sys
import time
from multiprocessing.connection import Connection

from edge_assistant.engine.gpu_offload import NO_OFFLOAD, Device, GpuOffload
from edge_assistant.engine.messages import (
    DEVICE_FAILED,
    Done,
    EngineConfig,
    EngineStarted,
    Failed,
    Loaded,
    OffloadStarted,
    StageProgress,
    TextDelta,
)
from edge_assistant.system.errors import EngineError, WeightsError

ON_CARD = GpuOffload(Device("Card", 8 * 10**9, dedicated_memory=True), 36, 36, tower=True)


def serve(connection: Connection, config: EngineConfig) -> None:
    """A worker whose graphics processor fails as `$FAILS` says, and whose processor does not."""
    how = os.environ["FAILS"]
    if how == "not-started":
        os._exit(127)
    connection.send(EngineStarted())
    if how == "illegal-instruction":
        if sys.platform == "win32":
            os._exit(0xC000001D - 2**32)  # STATUS_ILLEGAL_INSTRUCTION, as a C int
        os.kill(os.getpid(), signal.SIGILL)
    if config.tuning.gpu_layers == 0:
        if how == "damaged":
            connection.send(Failed(0, WeightsError.kind, "weights", "They are damaged."))
            return
        if how == "dies-asked, slow then":
            connection.send(StageProgress(0, "load", 0.0))
            time.sleep(60)
        _answer(connection, Loaded(config.context, NO_OFFLOAD), "")
    connection.send(OffloadStarted(True))
    if how == "not-there":
        connection.send(OffloadStarted(False))
        os._exit(6)
    connection.send(StageProgress(0, "load", 0.5))
    if how == "dies-loading":
        os._exit(6)
    if how == "slow":
        time.sleep(60)
    if how in ("refuses", "damaged"):
        connection.send(Failed(0, WeightsError.kind, "weights", "They are damaged."))
        return
    _answer(connection, Loaded(config.context, ON_CARD), how)


def _answer(connection: Connection, loaded: Loaded, how: str) -> None:
    connection.send(loaded)
    if how == "dies-idle":
        os._exit(6)
    while True:
        ask = connection.recv()
        if how.startswith("dies-asked"):
            os._exit(6)
        if how == "says-so":
            connection.send(Failed(ask.id, EngineError.kind, DEVICE_FAILED, "The engine could not look."))
            continue
        text = " And red." if ask.continues and ask.turns[-1].answer == "It is blue." else "It is blue."
        connection.send(TextDelta(ask.id, "answer", text))
        if how == "dies-answering":
            os._exit(6)
        if how == "dies-late":
            time.sleep(2)
            os._exit(6)
        connection.send(Done(ask.id, text.strip(), "", "end", 4, 0, False, 0.1, 0.1, 3, 0.1))
