"""Makes the faster vision tower in the background while the program is idle."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.models.vision_towers import CachedTower, VisionTowers
from edge_assistant.system.errors import AssistantError, CancelledError
from edge_assistant.tuning import profile
from edge_assistant.tuning.quantize_process import make_tower

_log = logging.getLogger(__name__)

REST_S = 60.0
"""How long the program must have been idle before it starts, and the time between two checks, in seconds."""

_JOIN_TIMEOUT_S = 2.0
MakeTower = Callable[[Path, str, Callable[[float], None], Callable[[], bool]], CachedTower]


class IdleQuantizer:
    """Makes requested vision towers in low-priority processes while nobody asks anything.

    `request_tower` belongs to one thread. The engine finds a new tower at its next load.
    """

    def __init__(
        self,
        idle_seconds: Callable[[], float],
        is_allowed: Callable[[], bool],
        make: MakeTower = make_tower,
    ) -> None:
        """`idle_seconds` returns 0 while a question is answered; nothing is made unless `is_allowed` returns True.

        Both are called on this class's own threads; while a tower is made, either of them stops it at once.
        """
        self._idle_seconds = idle_seconds
        self._is_allowed = is_allowed
        self._make = make
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._threads: dict[Path, threading.Thread] = {}

    def request_tower(self, model: ResolvedModel) -> None:
        """Request the faster tower for this published model, if it is missing. A failure is not retried."""
        if model.mmproj not in self._threads and self._missing_tower(model):
            thread = threading.Thread(target=self._run, args=(model,), name="idle-tower", daemon=True)
            self._threads[model.mmproj] = thread
            thread.start()

    def close(self) -> None:
        """Stop, leaving no unfinished tower."""
        self._closed.set()
        for thread in self._threads.values():
            thread.join(_JOIN_TIMEOUT_S)

    def _run(self, model: ResolvedModel) -> None:
        with self._lock:
            while not self._closed.wait(REST_S):
                if self._is_allowed() and self._idle_seconds() >= REST_S and self._try_make(model):
                    return

    def _try_make(self, model: ResolvedModel) -> bool:
        """Make the missing tower; return False if that was interrupted and must be retried."""
        try:
            name = self._missing_tower(model)
            if name:
                self._make(model.mmproj, name, lambda _: None, self._must_stop)
                _log.info("a vision tower in %s was made", name)
        except CancelledError:
            return False
        except (AssistantError, OSError) as error:
            _log.info("no faster vision tower could be made: %s", error)
        return True

    def _must_stop(self) -> bool:
        return self._closed.is_set() or not self._is_allowed() or self._idle_seconds() == 0.0

    def _missing_tower(self, model: ResolvedModel) -> str | None:
        name = profile.default_tower(model)
        return name if name and VisionTowers().find(model.mmproj, name) is None else None
