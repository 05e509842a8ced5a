"""How long answers and changes of weights took here: seconds of the last time, nothing of what was asked or seen."""

from __future__ import annotations

import logging
import math
import threading
from dataclasses import asdict, dataclass, replace

from edge_assistant.events import DoneEvent
from edge_assistant.models.gguf import Variant
from edge_assistant.models.records import Record

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


class Measurements:
    """All methods may be called from any thread. With a `record` the figures are there again after a restart."""

    def __init__(self, record: Record | None = None) -> None:
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
