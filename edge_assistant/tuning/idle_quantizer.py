"""Makes the quicker vision tower while the program has nothing to do, once, and never in anybody's way."""

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
"""How long nothing must have been asked before it begins, and how long it waits to look again."""

_CLOSE_S = 2.0
MakeTower = Callable[[Path, str, Callable[[float], None], Callable[[], bool]], CachedTower]


class IdleQuantizer:
    """`want` belongs to one thread; nothing runs before it was called for weights that gain from it.

    The engine finds what was made at its next load.
    """

    def __init__(
        self,
        idle_seconds: Callable[[], float],
        may: Callable[[], bool],
        make: MakeTower = make_tower,
        *,
        rest_s: float = REST_S,
        least_bytes: int = profile.LEAST_TOWER_BYTES,
    ) -> None:
        """`idle_seconds` is 0 while a question is at work; where `may` is False, nothing is made.

        Both are asked from threads of this one's own, also while it works: it ends at once when they say no.
        """
        self._idle_seconds = idle_seconds
        self._may = may
        self._make = make
        self._rest_s = rest_s
        self._least_bytes = least_bytes
        self._closed = threading.Event()
        self._one = threading.Lock()
        self._threads: dict[Path, threading.Thread] = {}

    def want(self, weights: ResolvedModel) -> None:
        """Have the tower for these published weights one day, if it is not here; after a failure not again."""
        if weights.mmproj not in self._threads and self._missing(weights):
            thread = threading.Thread(target=self._run, args=(weights,), name="idle-tower", daemon=True)
            self._threads[weights.mmproj] = thread
            thread.start()

    def close(self) -> None:
        """End what is under way and leave nothing half made."""
        self._closed.set()
        for thread in self._threads.values():
            thread.join(_CLOSE_S)

    def _run(self, weights: ResolvedModel) -> None:
        with self._one:
            while not self._closed.wait(self._rest_s):
                if self._may() and self._idle_seconds() >= self._rest_s and self._is_settled(weights):
                    return

    def _is_settled(self, weights: ResolvedModel) -> bool:
        """Make it; False when that was broken off, to be tried again."""
        try:
            name = self._missing(weights)
            if name:
                self._make(weights.mmproj, name, lambda _: None, self._is_unwanted)
                _log.info("a vision tower in %s was made", name)
        except CancelledError:
            return False
        except (AssistantError, OSError) as error:
            _log.info("no quicker vision tower could be made: %s", error)
        return True

    def _is_unwanted(self) -> bool:
        return self._closed.is_set() or not self._may() or self._idle_seconds() == 0.0

    def _missing(self, weights: ResolvedModel) -> str | None:
        name = profile.usual_tower(weights, self._least_bytes)
        return name if name and VisionTowers().find(weights.mmproj, name) is None else None
