"""How long the detail of a picture will take here, told from what the last glance took."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from edge_assistant.events import DoneEvent

WORTH_SAYING_S = 3.0
"""A shorter wait is over before it has been announced."""

# Seconds grow with image tokens to these powers: on two AVX-512 cores, from 252 to 920 tokens, an encode from 4.9 to
# 29.6 seconds and a prefill from 4.3 to 18.6.
_ENCODE_POWER, _PREFILL_POWER = 1.4, 1.1


@dataclass(frozen=True, slots=True)
class _Look:
    """What one picture took in seconds, and how many image tokens it had."""

    tokens: int
    encode: float
    prefill: float


class Outlook:
    """All methods may be called from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: _Look | None = None
        self._ahead_since: float | None = None

    def answered(self, done: DoneEvent) -> None:
        """A question has ended; where a picture was encoded for it, that is remembered."""
        self._ahead_since = None
        times = done.timings_s
        if done.image and times.encode and times.prefill:
            self._last = _Look(done.image["tokens"], times.encode, times.prefill)

    def began_ahead(self) -> None:
        """The detail of the last picture is being encoded from now on."""
        self._ahead_since = self._clock()

    def seconds(self, tokens: int) -> float | None:
        """Until the first word about the last picture with so many image tokens; None where nothing was measured."""
        last = self._last
        if last is None:
            return None
        ratio: float = tokens / last.tokens
        encode: float = last.encode * ratio**_ENCODE_POWER
        since = self._ahead_since
        if since is not None:
            encode = max(0.0, encode - (self._clock() - since))
        prefill: float = last.prefill * ratio**_PREFILL_POWER
        return encode + prefill
