"""A stand-in for a graphics processor: the real engine on the processor, which says that it computes on a card.

What it computes of the sample that devices are compared by is changed as `$CARD` says: "right" leaves it as it is,
"wrong" turns all signs around, "dies" ends the process, "stuck" lets it hang. An engine that may use no device is the
real one.
"""

from __future__ import annotations

import os
import time
from array import array
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the worker, which loads this, needs none of it
    import pytest

from edge_assistant.engine import worker
from edge_assistant.engine.gpu_offload import NO_OFFLOAD, Device, GpuOffload, usable_devices
from edge_assistant.engine.messages import EngineConfig, Loaded, MeasureDevice, Measurement, OffloadStarted, Tuning

CARD = Device("Card", 8 * 10**9, dedicated_memory=True, driver_key="card", model_key="demo")
ON_CARD = GpuOffload(CARD, 36, 36, tower=True)
_serve = worker.serve


class CardConnection:
    """The connection of the real worker, with its replies changed to those of a card."""

    def __init__(self, connection: Connection, offload: GpuOffload) -> None:
        self._connection = connection
        self._offload = offload

    def recv(self) -> Any:
        """The next request."""
        request = self._connection.recv()
        if isinstance(request, MeasureDevice) and os.environ["CARD"] == "dies":
            os._exit(6)
        if isinstance(request, MeasureDevice) and os.environ["CARD"] == "stuck":
            time.sleep(600)
        return request

    def send(self, reply: Any) -> None:
        """Send a reply, as the card's."""
        if isinstance(reply, Loaded):
            self._connection.send(OffloadStarted(True))
            reply = replace(reply, offload=self._offload)
        elif isinstance(reply, Measurement) and os.environ["CARD"] == "wrong":
            reply = replace(reply, embeddings=tuple(map(_turned, reply.embeddings)))
        self._connection.send(reply)


def serve(connection: Connection, config: EngineConfig) -> None:
    """The worker's process."""
    gpu_layers = config.tuning.gpu_layers
    devices, passed_over = usable_devices([CARD], config.wrong_devices, gpu_layers)
    on_card = bool(devices) and gpu_layers != 0
    offload = replace(ON_CARD, device=devices[0]) if on_card else replace(NO_OFFLOAD, passed_over=passed_over)
    config = replace(config, tuning=replace(config.tuning, gpu_layers=0))
    answering: Any = CardConnection(connection, offload) if gpu_layers != 0 else connection
    _serve(answering, config)


def install(monkeypatch: pytest.MonkeyPatch, computes: str) -> None:
    """Let the engines of this process have this card."""
    monkeypatch.setattr(worker, "serve", serve)
    monkeypatch.setenv("CARD", computes)


def config(pair: Any, gpu_layers: int | None = None) -> EngineConfig:
    """An engine's configuration for a model's files."""
    return EngineConfig(pair.model, pair.mmproj, 1024, 1, 12, "Be brief.", tuning=Tuning(gpu_layers=gpu_layers))


def _turned(data: bytes) -> bytes:
    return array("f", [-value for value in array("f", data)]).tobytes()
