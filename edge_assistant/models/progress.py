"""The progress of a long transfer: how far, how fast and how long it will take, in numbers and in words."""

from __future__ import annotations

import collections
import time
from collections.abc import Callable
from dataclasses import dataclass

from edge_assistant.models.gguf_header import format_size
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.i18n import format_number, tr

_WINDOW_S = 15.0  # seconds over which the speed is measured
_MIN_ELAPSED_S = 3.0  # seconds; the first bytes say little about the speed
_SAMPLE_INTERVAL_S = 0.25  # seconds between two kept samples


@dataclass(frozen=True, slots=True)
class TransferProgress:
    """The progress at one moment: `done` of `total` bytes are here.

    The speed (bytes a second) and the seconds left are None while they are not known.
    """

    done: int
    total: int
    bytes_per_s: float | None
    seconds_left: float | None

    @property
    def fraction(self) -> float:
        """The fraction that is done, from 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 1.0

    def words(self) -> str:
        """Return the progress in words: "12 percent, 0.4 gigabytes of 3.0 gigabytes, 5.1 megabytes a second, about 8
        minutes left".
        """
        parts = [
            tr("{number} percent", number=int(self.fraction * 100)),
            tr("{part} of {whole}", part=format_size(min(self.done, self.total)), whole=format_size(self.total)),
        ]
        if self.bytes_per_s is not None:
            parts.append(tr("{amount} per second", amount=_format_amount(self.bytes_per_s)))
        if self.seconds_left is not None:
            parts.append(tr("{duration} left", duration=format_duration(self.seconds_left)))
        return ", ".join(parts)


class ProgressMeter:
    """Counts bytes. `checked` ones were here before and say nothing about the speed; `received` ones are timed."""

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._total = total
        self._clock = clock
        self._done = 0
        self._received = 0
        self._samples: collections.deque[tuple[float, int]] = collections.deque()

    def checked(self, count: int) -> None:
        """Count bytes of the total that are here already."""
        self._done += count

    def received(self, count: int) -> None:
        """Count bytes that came over the network; a negative number takes some back."""
        now = self._clock()
        if not self._samples:
            self._samples.append((now, 0))
        self._done += count
        self._received += max(0, count)
        if now - self._samples[-1][0] >= _SAMPLE_INTERVAL_S:
            self._samples.append((now, self._received))
        while now - self._samples[0][0] > _WINDOW_S:
            self._samples.popleft()

    def progress(self) -> TransferProgress:
        """Return the progress as of now."""
        speed = left = None
        if self._samples:
            start, before = self._samples[0]
            elapsed = self._clock() - start
            if elapsed >= _MIN_ELAPSED_S:
                speed = (self._received - before) / elapsed
                left = max(0, self._total - self._done) / speed if speed else None
        return TransferProgress(self._done, self._total, speed, left)


OnProgress = Callable[[str, TransferProgress], None]
"""Takes the name of a file, and the progress of the work on it and on all others."""


class FileProgress:
    """The progress of work on several files, reported for every piece; a cancelled work ends here with CancelledError.

    `file` is the one that is worked on.
    """

    def __init__(self, total: int, on_progress: OnProgress, cancel: Cancellation) -> None:
        self.file = ""
        self._on_progress = on_progress
        self._cancel = cancel
        self._meter = ProgressMeter(total)

    def checked(self, count: int) -> None:
        """Count bytes of the total that were here before."""
        self._cancel.check()
        self._meter.checked(count)
        self._on_progress(self.file, self._meter.progress())

    def received(self, count: int) -> None:
        """Count bytes that were transferred; a negative number takes back what has to be transferred again."""
        self._cancel.check()
        self._meter.received(count)
        self._on_progress(self.file, self._meter.progress())


class ProgressAnnouncements:
    """The spoken announcements: a sentence at every tenth, and the time left as soon as it can be estimated."""

    def __init__(self) -> None:
        self.names_tenth = False
        """Whether the last sentence named a tenth, and not only the time left."""
        self._tenth: int | None = None
        self._time_announced = False

    def words(self, progress: TransferProgress) -> str | None:
        """Return the sentence that is due, None when none is."""
        tenth = min(9, int(progress.fraction * 10))
        new_tenth = self.names_tenth = self._tenth is not None and tenth > self._tenth
        self._tenth = tenth if self._tenth is None else max(tenth, self._tenth)
        left = progress.seconds_left
        if left is None or progress.fraction >= 1:
            return tr("{number} percent.", number=tenth * 10) if new_tenth else None
        first, self._time_announced = not self._time_announced, True
        if new_tenth:
            return tr("{number} percent, {duration} left.", number=tenth * 10, duration=format_duration(left))
        return tr("It will take {duration}.", duration=format_duration(left)) if first else None


def format_duration(seconds: float) -> str:
    """Format a duration for people: "a few seconds", "about 8 minutes", "about 3 hours"."""
    if seconds < 20:
        return tr("a few seconds")
    if seconds < 90:
        return tr("about a minute")
    minutes = round(seconds / 60)
    if minutes < 100:
        return tr("about {number} minutes", number=minutes)
    hours = round(seconds / 3600)
    return tr("about {number} hours", number=hours) if hours < 72 else tr("more than 3 days")


def _format_amount(count: float) -> str:
    """Format `count` bytes more finely than gigabytes() does."""
    if count >= 1e6:
        return tr("{size} megabytes", size=format_number(count / 1e6, 1))
    return tr("{size} kilobytes", size=max(1, round(count / 1000)))
