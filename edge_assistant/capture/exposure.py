"""Detection of a settled camera exposure: the frames no longer get brighter or darker."""

from __future__ import annotations

import collections

_STEADY_RANGE = 3.0
"""The range (of 255) of mean brightness that counts as steady; flicker and noise stay below."""

_FRAMES = 4
"""The number of frames in a row that must agree."""


class ExposureDetector:
    """Compares the mean brightness, 0 to 255, of frames taken at regular intervals."""

    def __init__(self) -> None:
        self._brightnesses: collections.deque[float] = collections.deque(maxlen=_FRAMES)

    def feed(self, brightness: float) -> bool:
        """Add a frame's brightness; return whether the last frames are steady."""
        self._brightnesses.append(brightness)
        return len(self._brightnesses) == _FRAMES and max(self._brightnesses) - min(self._brightnesses) <= _STEADY_RANGE
