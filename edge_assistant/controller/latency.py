"""Records and forecasts of how long answers and changes of model take; only seconds, nothing of their content."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from edge_assistant.assistant.events import DoneEvent
from edge_assistant.models.gguf import Variant
from edge_assistant.system.i18n import format_number, tr
from edge_assistant.system.json_store import JsonStore

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class VariantLatency:
    """The last measured seconds of one variant; None: not measured yet.

    `swap` is the change to it, from the key until it is ready; `first_token` is from a question to its first word;
    `swap_to_first_token` is both together, with the first question after a change; `answer` is from a question to the
    end of its answer.
    """

    swap: float | None = None
    first_token: float | None = None
    swap_to_first_token: float | None = None
    answer: float | None = None


class LatencyRecords:
    """The measured seconds of each variant, thread-safe. With a `store` they survive a restart."""

    def __init__(self, store: JsonStore | None = None) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._seconds: dict[str, VariantLatency] = {}
        for variant, figures in (store.read() if store else {}).items():
            if isinstance(figures, dict):
                values = {name: figures.get(name) for name in VariantLatency.__slots__}
                if all(value is None or _is_duration(value) for value in values.values()):
                    self._seconds[variant] = VariantLatency(**values)

    def of(self, variant: Variant) -> VariantLatency:
        """Return the seconds of a variant."""
        with self._lock:
            return self._seconds.get(variant, VariantLatency())

    def record_swap(self, variant: Variant, seconds: float) -> None:
        """Record how long a change to this variant took."""
        with self._lock:
            self._seconds[variant] = replace(self._seconds.get(variant, VariantLatency()), swap=seconds)

    def record_answer(self, done: DoneEvent) -> None:
        """Record the times of an answer."""
        times = done.timings_s
        if done.variant is None or times.first_token is None:
            return
        with self._lock:
            figures = replace(self._seconds.get(done.variant, VariantLatency()), first_token=times.first_token)
            if done.stop != "cancelled":
                figures = replace(figures, answer=times.total)
            if times.swap_to_first_token is not None:
                figures = replace(figures, swap_to_first_token=times.swap_to_first_token)
            self._seconds[done.variant] = figures
            records = {variant: asdict(seconds) for variant, seconds in self._seconds.items()}
        if times.swap_to_first_token is not None and self._store is not None:
            self._write(records)

    def _write(self, records: dict[str, dict[str, float | None]]) -> None:
        assert self._store is not None
        try:
            self._store.update({variant: _rounded(figures) for variant, figures in records.items()})
        except OSError as error:  # a read-only or full home: the figures hold as long as the program runs
            _log.info("measurements cannot be saved: %s", error)


def _rounded(figures: dict[str, float | None]) -> dict[str, float | None]:
    return {name: None if value is None else round(value, 3) for name, value in figures.items()}


def _is_duration(value: object) -> bool:
    """Return whether a value can be measured seconds: a number, finite, and not below 0."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


_MIN_ANNOUNCED_S = 3.0
"""Shorter waits are over before they have been announced."""
_MIN_TOLD_S = 0.05
"""Shorter times would be told as 0.0 seconds."""

# Seconds grow with image tokens to these powers: on two AVX-512 cores, from 252 to 920 tokens, an encode from 4.9 to
# 29.6 seconds and a prefill from 4.3 to 18.6.
_ENCODE_POWER, _PREFILL_POWER = 1.4, 1.1


@dataclass(frozen=True, slots=True)
class _LastPicture:
    """The seconds that one picture took, and its number of image tokens."""

    tokens: int
    encode: float
    prefill: float


class LatencyForecast:
    """The forecast of the wait for a first word, from the last picture. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last_picture: _LastPicture | None = None
        self._encode_started_at: float | None = None

    def record_answer(self, done: DoneEvent) -> None:
        """Record the times of an answer, if a picture was encoded for it."""
        self._encode_started_at = None
        times = done.timings_s
        if done.image and times.encode and times.prefill:
            self._last_picture = _LastPicture(done.image["tokens"], times.encode, times.prefill)

    def start_encode_ahead(self) -> None:
        """Note that the detail of the last picture is being encoded from now on."""
        self._encode_started_at = self._clock()

    def estimate(self, tokens: int) -> float | None:
        """Forecast the wait for a picture of so many image tokens; None where nothing was measured."""
        last = self._last_picture
        if last is None:
            return None
        ratio: float = tokens / last.tokens
        encode: float = last.encode * ratio**_ENCODE_POWER
        started_at = self._encode_started_at
        if started_at is not None:
            encode = max(0.0, encode - (self._clock() - started_at))
        prefill: float = last.prefill * ratio**_PREFILL_POWER
        return encode + prefill


def detail_sentence(seconds: float | None, *, reads: bool = False) -> str:
    """Return the announcement of a detailed description, or with `reads` of a reading by the model, with how long it is
    expected to take, if that is long.
    """
    sentence = tr("The model reads the same picture.") if reads else tr("The same picture in detail.")
    if seconds is None or seconds < _MIN_ANNOUNCED_S:
        return sentence
    return " ".join((sentence, tr("This takes about {seconds} seconds.", seconds=round(seconds))))


def thinking_cost(records: LatencyRecords) -> str:
    """Return a sentence about how long Think harder took, or that this is not known yet."""
    seconds = records.of("thinking")
    parts = []
    if seconds.swap is not None and seconds.swap >= _MIN_TOLD_S:
        parts.append(tr("Turning it on took {seconds} seconds.", seconds=_format_seconds(seconds.swap)))
    if seconds.answer is None:
        parts.append(tr("How long an answer takes on this computer is not measured yet."))
    else:
        parts.append(tr("The last answer took {seconds} seconds.", seconds=_format_seconds(seconds.answer)))
    return " ".join(parts)


def thinking_price(records: LatencyRecords) -> str:
    """Return how much longer an answer takes with Think harder, in a few words; "" if that is not known yet."""
    thinking, usual = records.of("thinking").answer, records.of("instruct").answer
    if thinking is None:
        return ""
    if usual is None:
        return tr("{seconds} seconds", seconds=round(thinking))
    return tr("{seconds} seconds more", seconds=round(max(0.0, thinking - usual)))


def _format_seconds(seconds: float) -> str:
    return format_number(seconds, 1 if seconds < 10 else 0)
