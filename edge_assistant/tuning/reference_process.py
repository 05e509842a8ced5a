"""Computes on the CPU, in a process of its own, what a GPU's results are compared with."""

from __future__ import annotations

import threading
from collections.abc import Callable

from edge_assistant.engine.client import Engine
from edge_assistant.engine.messages import EngineConfig, MeasureDevice, Measurement
from edge_assistant.system.errors import CancelledError

_POLL_S = 0.05  # between two checks for a cancel


def measure_on_cpu(
    config: EngineConfig, make_request: Callable[[int], MeasureDevice], is_cancelled: Callable[[], bool]
) -> Measurement:
    """Load the model as `config` says and let it compute the request; its process ends with this call.

    Raises AssistantError, CancelledError.
    """
    engine = Engine(config)
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_POLL_S):
            if is_cancelled():
                engine.close()

    watcher = threading.Thread(target=watch, name="device-check-watch", daemon=True)
    watcher.start()
    try:
        engine.load(lambda _: None)
        measured = engine.measure(make_request)
    finally:
        ended.set()
        engine.close()
        watcher.join(1.0)
    if measured is None:
        raise CancelledError
    return measured
