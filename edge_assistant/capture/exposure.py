"""When a camera that was just switched on has found its exposure: its pictures no longer get brighter or darker."""

from __future__ import annotations

import collections

_STEADY = 3.0
"""Levels (of 255) of mean brightness within which the last pictures must lie; flicker and noise stay below."""

_PICTURES = 4
"""How many pictures in a row must agree."""


class ExposureDetector:
    """Fed with mean brightnesses, 0 to 255, at even distances in time."""

    def __init__(self) -> None:
        self._last: collections.deque[float] = collections.deque(maxlen=_PICTURES)

    def feed(self, brightness: float) -> bool:
        """Whether the pictures up to this one are steady."""
        self._last.append(brightness)
        return len(self._last) == _PICTURES and max(self._last) - min(self._last) <= _STEADY
