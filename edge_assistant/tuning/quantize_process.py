"""Makes a quicker vision tower in a process of its own, which can be ended at any moment."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from edge_assistant.models.vision_towers import CachedTower, VisionTowers
from edge_assistant.system import worker_process
from edge_assistant.system.errors import AssistantError, CancelledError, EngineError, rebuilt
from edge_assistant.system.i18n import tr

_POLL = 0.05  # seconds between two looks whether it is still wanted
_STEP = 0.01  # of the whole, between two reports


def make_tower(
    parent: Path, name: str, on_fraction: Callable[[float], None], is_cancelled: Callable[[], bool]
) -> CachedTower:
    """Make the tower of format `name` from `parent`, or raise AssistantError; CancelledError when no longer wanted."""
    worker = worker_process.WorkerProcess(_serve, str(parent), name, name="tower")
    try:
        while True:
            if is_cancelled():
                raise CancelledError
            reply = worker.receive(_POLL)
            if isinstance(reply, float):
                on_fraction(reply)
            elif isinstance(reply, CachedTower):
                return reply
            elif reply is not None:
                raise rebuilt(*reply)
    except worker_process.WorkerDiedError as death:
        message = tr("The faster vision encoder could not be made. The default one is used.")
        raise EngineError(message, code="tower") from death
    finally:
        worker.kill()
        VisionTowers().clear_away()


def _serve(connection: Connection, parent: str, name: str) -> None:
    # Here, not above: whoever imports this must not load llama.cpp.
    from edge_assistant.engine.quantise import requantise

    worker_process.yield_to_others(worker_process.UNATTENDED)
    told = 0.0

    def on_fraction(fraction: float) -> None:
        nonlocal told
        if fraction >= told + _STEP:
            told = fraction
            connection.send(fraction)

    try:
        connection.send(VisionTowers().make(Path(parent), name, requantise, on_fraction))
    except AssistantError as error:
        connection.send((error.exit_code, error.code, str(error)))
    connection.poll(None)  # until the other side has read it and ends this process
