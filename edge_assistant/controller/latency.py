"""How long answers and changes of weights took here: seconds of the last time, nothing of what was asked or seen."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from edge_assistant.assistant.events import DoneEvent
from edge_assistant.models.gguf import Variant
from edge_assistant.system.i18n import number, tr
from edge_assistant.system.json_store import JsonStore

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seconds:
    """The last figures of one variant; None: not measured yet.

    `swap` is changing to it, from the key until it is ready; `first_token` is from a question to its first word;
    `swap_to_first_token` is both together, with the first question after a change; `answer` is from a question to the
    end of its answer.
    """

    swap: float | None = None
    first_token: float | None = None
    swap_to_first_token: float | None = None
    answer: float | None = None


class LatencyRecords:
    """All methods may be called from any thread. With a `record` the figures are there again after a restart."""

    def __init__(self, record: JsonStore | None = None) -> None:
        self._record = record
        self._lock = threading.Lock()
        self._seconds: dict[str, Seconds] = {}
        for variant, figures in (record.read() if record else {}).items():
            if isinstance(figures, dict):
                known = {name: figures.get(name) for name in Seconds.__slots__}
                if all(value is None or _is_time(value) for value in known.values()):
                    self._seconds[variant] = Seconds(**known)

    def of(self, variant: Variant) -> Seconds:
        """The figures of a variant."""
        with self._lock:
            return self._seconds.get(variant, Seconds())

    def swapped(self, variant: Variant, seconds: float) -> None:
        """A change to this variant took so long."""
        with self._lock:
            self._seconds[variant] = replace(self._seconds.get(variant, Seconds()), swap=seconds)

    def answered(self, done: DoneEvent) -> None:
        """A question has ended; what was measured on the way is remembered."""
        times = done.timings_s
        if done.variant is None or times.first_token is None:
            return
        with self._lock:
            figures = replace(self._seconds.get(done.variant, Seconds()), first_token=times.first_token)
            if done.stop != "cancelled":
                figures = replace(figures, answer=times.total)
            if times.swap_to_first_token is not None:
                figures = replace(figures, swap_to_first_token=times.swap_to_first_token)
            self._seconds[done.variant] = figures
            known = {variant: asdict(each) for variant, each in self._seconds.items()}
        if times.swap_to_first_token is not None and self._record is not None:
            self._write(known)

    def _write(self, known: dict[str, dict[str, float | None]]) -> None:
        assert self._record is not None
        try:
            self._record.update({variant: _rounded(figures) for variant, figures in known.items()})
        except OSError as error:  # a read-only or full home: the figures hold as long as the program runs
            _log.info("measurements cannot be kept: %s", error)


def _rounded(figures: dict[str, float | None]) -> dict[str, float | None]:
    return {name: None if value is None else round(value, 3) for name, value in figures.items()}


def _is_time(value: object) -> bool:
    """Whether it can be seconds that were measured: a number, finite, and not below 0."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


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


class LatencyForecast:
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


def cost(measurements: LatencyRecords) -> str:
    """What changing to the Thinking weights took, and their last answer; or that it is not known yet."""
    seconds = measurements.of("thinking")
    parts = []
    if seconds.swap is not None:
        parts.append(tr("Turning it on took {seconds} seconds.", seconds=_short(seconds.swap)))
    if seconds.answer is None:
        parts.append(tr("How long an answer takes on this computer is not measured yet."))
    else:
        parts.append(tr("The last answer took {seconds} seconds.", seconds=_short(seconds.answer)))
    return " ".join(parts)


def _short(seconds: float) -> str:
    return number(seconds, 1 if seconds < 10 else 0)
