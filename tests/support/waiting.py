"""Waiting in tests: for how long, and until what."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

PATIENCE = 180.0 if sys.platform == "win32" else 60.0  # a program of Windows takes long to start under wine
"""Seconds after which something counts as never coming, on a machine that does much else."""


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
