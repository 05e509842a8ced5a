"""Waiting in tests: for how long, and until what."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 60.0  # seconds after which something counts as never coming, on a machine that does much else


def until(
    true: Callable[[], object],
    what: str = "what was waited for",
    *,
    timeout: float = PATIENCE,
    meanwhile: Callable[[], object] | None = None,
) -> None:
    """Block until something is true, calling `meanwhile` between two looks; fails after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < deadline, f"{what} never came"
        if meanwhile is not None:
            meanwhile()
        time.sleep(0.01)
