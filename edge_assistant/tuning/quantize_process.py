"""Makes a requantised vision tower in a process of its own, which can be killed at any moment."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from edge_assistant.models.vision_towers import CachedTower, VisionTowers
from edge_assistant.system import worker_process
from edge_assistant.system.errors import AssistantError, CancelledError, EngineError, rebuild_error
from edge_assistant.system.i18n import tr
from edge_assistant.system.worker_watch import Patience, watching

_POLL = 0.05  # seconds between two checks for a cancel
_PATIENCE = Patience(idle_s=120.0, busy_s=3600.0, stopped_s=60.0)  # all other programs go first
_STEP = 0.01  # least difference of the fraction between two reports


def make_tower(
    parent: Path, name: str, on_fraction: Callable[[float], None], is_cancelled: Callable[[], bool]
) -> CachedTower:
    """Make the tower in the format `name` from the published file `parent`. Raises AssistantError, CancelledError."""
    worker = worker_process.WorkerProcess(_serve, str(parent), name, name="tower")
    try:
        with watching(worker, _PATIENCE):
            while True:
                if is_cancelled():
                    raise CancelledError
                reply = worker.receive(_POLL)
                if isinstance(reply, float):
                    on_fraction(reply)
                elif isinstance(reply, CachedTower):
                    return reply
                elif reply is not None:
                    raise rebuild_error(*reply)
    except worker_process.WorkerDiedError as death:
        message = tr("The faster vision encoder could not be made. The default one is used.")
        raise EngineError(message, code="tower") from death
    finally:
        worker.kill()
        VisionTowers().remove_temporary_files()


def _serve(connection: Connection, parent: str, name: str) -> None:
    # Imported here, so that importing this module does not load llama.cpp.
    from edge_assistant.engine.quantise import requantise

    worker_process.lower_priority(worker_process.NICENESS_BACKGROUND)
    reported = 0.0

    def on_fraction(fraction: float) -> None:
        nonlocal reported
        if fraction >= reported + _STEP:
            reported = fraction
            connection.send(fraction)

    try:
        connection.send(VisionTowers().make(Path(parent), name, requantise, on_fraction))
    except AssistantError as error:
        connection.send((error.kind, error.code, str(error)))
    connection.poll(None)  # wait until the parent has read the reply and kills this process
