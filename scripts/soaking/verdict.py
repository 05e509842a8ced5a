"""What the figures of a soak say: whether anything grows, stays behind, went wrong or stood still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from soaking.figures import Sample, Slope, from_share, lives_of, slope

SETTLING = 0.25
"""This share of the time is left out: what grows in it fills up once."""

MOST_BYTES = 5000.0
"""Bytes a question by which a process may grow."""

MOST_HANDLES = 0.01
"""Descriptors, or threads, a question by which a process may grow: one in a hundred questions."""

MOST_NEW_FILES = 10
"""Files that may be more at the end than after the settling."""

MOST_PICTURES = 8
"""Pictures that may be alive while nothing is done: the kept one, as it is and as the model gets it, and shown ones."""


@dataclass(slots=True)
class Verdict:
    """What came of it: `faults` are sentences, and none is what is wanted."""

    questions: int
    seconds: float
    memory: dict[str, Slope] = field(default_factory=dict)
    descriptors: dict[str, Slope] = field(default_factory=dict)
    threads: dict[str, Slope] = field(default_factory=dict)
    new_files: int = 0
    most_pictures: int = 0
    faults: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Return it as lines for a person."""
        told = [f"{self.questions} questions in {self.seconds / 60:.0f} minutes."]
        for name, found in self.memory.items():
            in_lives = f" in {found.lives} processes" if found.lives > 1 else ""
            told.append(
                f"{name}: {found.per_question / 1000:+.2f} KB a question, give or take {found.error / 1000:.2f}, "
                f"over {found.questions} questions{in_lives}; {_handles(self.descriptors.get(name))} descriptors and "
                f"{_handles(self.threads.get(name))} threads a question."
            )
        told.append(f"{self.new_files:+d} files, at most {self.most_pictures} pictures in memory between questions.")
        return [*told, *(f"FAULT: {each}" for each in self.faults)] if self.faults else [*told, "Nothing grew."]


def judge(samples: Sequence[Sample], faults: Sequence[str] = (), settling: float = SETTLING) -> Verdict:
    """Judge the samples of a run; `faults` are what else went wrong, as sentences."""
    if not samples:
        return Verdict(0, 0.0, faults=[*faults, "Nothing was measured."])
    first, last = from_share(samples, settling), samples[-1]
    verdict = Verdict(last.questions, last.seconds, faults=list(faults))
    for name in sorted({name for each in samples for name in each.processes}):
        _judge_process(verdict, samples, name, first)
    verdict.new_files = last.files - samples[first].files
    if verdict.new_files > MOST_NEW_FILES:
        verdict.faults.append(f"There are {verdict.new_files} more files than before.")
    verdict.most_pictures = max(each.inside.get("pictures", 0) for each in samples[first:])
    if verdict.most_pictures > MOST_PICTURES:
        verdict.faults.append(f"{verdict.most_pictures} pictures were alive while nothing was done.")
    if "app" not in verdict.memory:
        verdict.faults.append("The app was measured too seldom to say anything.")
    return verdict


def _judge_process(verdict: Verdict, samples: Sequence[Sample], name: str, first: int) -> None:
    memory = slope(lives_of(samples, name, lambda each: each.bytes, first))
    if memory is None:  # it does not live for long, or was seldom there
        return
    verdict.memory[name] = memory
    if memory.per_question > MOST_BYTES:
        verdict.faults.append(f"{name} grows by {memory.per_question / 1000:.1f} KB a question.")
    for what, figures, figure in (
        ("descriptors", verdict.descriptors, lambda each: each.files),
        ("threads", verdict.threads, lambda each: each.threads),
    ):
        found = slope(lives_of(samples, name, figure, first))
        if found is not None:
            figures[name] = found
            if found.per_question > MOST_HANDLES:
                verdict.faults.append(f"{name} gets {found.per_question:.3f} {what} more with each question.")


def _handles(found: Slope | None) -> str:
    return f"{found.per_question:+.3f}" if found is not None else "?"
