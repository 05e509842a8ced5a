"""How quickly an engine computes, as it was measured with its answers, and how long it may thus be silent."""

from __future__ import annotations

from edge_assistant.engine.messages import AskQuestion, Done
from edge_assistant.imaging.token_budget import image_tokens
from edge_assistant.system.worker_watch import Patience

_IDLE_S = 30.0
"""Seconds for an engine that computes on the CPU and gets no processor time; those that others need are far fewer."""

_BACKGROUND_FACTOR = 6.0
"""All other programs go before an engine in the background."""

_DEVICE_IDLE_S = (30.0, 120.0, 300.0)
"""The least, the usual and the most seconds for an engine whose GPU computes: it may wait for that without any work."""

_BUSY_S = (300.0, 900.0)
"""The least seconds for an engine that computes, and those before anything was measured."""

_FACTOR = 20.0
"""How many times the seconds that a picture and its question took until now may pass without a message."""

_GROWTH = 0.5
"""Seconds per image token grow with their number to this power; see controller/latency.py."""

LOAD = Patience(idle_s=120.0, busy_s=1800.0)
"""For loading: a program that looks for viruses may hold up a large file for long."""


class Pace:
    """The measured pace of one engine. A `patience` is for tests, and holds instead."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._fixed = patience
        self._seconds_per_token = self._tokens = 0.0

    def note(self, done: Done) -> None:
        """Note how long an answer took."""
        if done.image_tokens and done.encode:
            self._seconds_per_token = (done.encode + done.prefill) / done.image_tokens
            self._tokens = done.image_tokens

    def load_patience(self) -> Patience:
        """Return how long an engine that loads may be silent."""
        return self._fixed or LOAD

    def patience(self, request: AskQuestion | None = None, *, on_device: bool, background: bool = False) -> Patience:
        """Return how long the engine may be silent that works on `request`, or on something that was not measured."""
        if self._fixed is not None:
            return self._fixed
        expected = self._expected_s(request) if request is not None else None
        idle = _IDLE_S * (_BACKGROUND_FACTOR if background else 1.0)
        if on_device:
            least, usual, most = _DEVICE_IDLE_S
            idle = usual if expected is None else min(max(least, _FACTOR * expected), most)
        least, unmeasured = _BUSY_S
        return Patience(idle, unmeasured if expected is None else max(least, _FACTOR * expected), idle)

    def _expected_s(self, request: AskQuestion) -> float | None:
        """Return the seconds that the picture and the question are expected to take; None: nothing was measured."""
        if not self._tokens:
            return None
        tokens = image_tokens(request.width, request.height)
        return self._seconds_per_token * tokens * float(max(1.0, tokens / self._tokens) ** _GROWTH)
