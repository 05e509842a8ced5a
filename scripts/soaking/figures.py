"""What is measured of the running program now and then, and how fast each figure grows."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean

WARM_UP_QUESTIONS = 100
"""Questions after the start of a process in which it fills up once: caches, heaps of threads, and what the engine has
reserved for a long conversation, or the recognition for a large page, and uses with the first one only."""


@dataclass(frozen=True, slots=True)
class ProcessFigures:
    """One process at one time: `bytes` are those that no other process has (USS), `files` its open descriptors."""

    pid: int
    bytes: int
    files: int
    threads: int


@dataclass(frozen=True, slots=True)
class Sample:
    """The program at one time, when it had nothing to do: `questions` so far, its processes by name.

    `files` are those in the user's and the temporary folders; `inside` is what the app counts itself, such as its
    pictures.
    """

    seconds: float
    questions: int
    processes: dict[str, ProcessFigures]
    files: int = 0
    inside: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slope:
    """How much a figure grows with each question, give or take `error` (two standard errors).

    `questions` is how many it was seen over, `lives` in how many processes.
    """

    per_question: float
    error: float
    questions: int
    lives: int


Point = tuple[float, float]
"""Questions so far, and a figure."""


def slope(lives: Iterable[Sequence[Point]]) -> Slope | None:
    """Return how fast a figure grows within the lives of a process, one slope for all of them; None: too few points.

    Where a life begins says nothing: each has a level of its own.
    """
    kept = [life for life in lives if len({questions for questions, _ in life}) >= 2]
    count = sum(map(len, kept))
    if count - len(kept) < 2:
        return None
    xx = xy = yy = 0.0
    for life in kept:
        mean_x, mean_y = fmean(x for x, _ in life), fmean(y for _, y in life)
        xx += sum((x - mean_x) ** 2 for x, _ in life)
        xy += sum((x - mean_x) * (y - mean_y) for x, y in life)
        yy += sum((y - mean_y) ** 2 for _, y in life)
    per_question = xy / xx
    rest = max(0.0, yy - per_question * xy)
    error = 2 * math.sqrt(rest / (count - len(kept) - 1) / xx)
    questions = sum(life[-1][0] - life[0][0] for life in kept)
    return Slope(per_question, error, round(questions), len(kept))


def lives_of(
    samples: Sequence[Sample], name: str, figure: Callable[[ProcessFigures], float], first: int = 0
) -> list[list[Point]]:
    """Return a figure of a process by this name, for each of its lives, from sample number `first` on.

    The first WARM_UP_QUESTIONS questions of each life are left out.
    """
    seen = [(each, each.processes[name]) for each in samples if name in each.processes]
    lives = []
    for _, group in itertools.groupby(seen, key=lambda pair: pair[1].pid):
        life = list(group)
        begin = life[0][0].questions
        kept = [
            (float(sample.questions), figure(process))
            for sample, process in life
            if sample.questions - begin >= WARM_UP_QUESTIONS and sample.seconds >= samples[first].seconds
        ]
        if kept:
            lives.append(kept)
    return lives


def from_share(samples: Sequence[Sample], share: float) -> int:
    """Return the number of the first sample after this share of the time."""
    end = samples[-1].seconds
    return next(number for number, each in enumerate(samples) if each.seconds >= end * share)
