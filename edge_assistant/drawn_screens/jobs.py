"""Which screens are drawn, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge_assistant.drawn_screens.truth import Kind


@dataclass(frozen=True, slots=True)
class Job:
    """One screen to draw."""

    kind: Kind
    language: str
    name: str
    seed: str
    """Decides everything about it."""
    scale: float | None = None
    """Pixels of the picture for each logical pixel; None for what the seed decides."""


def plan_jobs(
    kinds: Sequence[Kind], languages: Sequence[str], seed: int, count: int, scale: float | None = None
) -> list[Job]:
    """Plan `count` screens of each kind in each language: of every kind and language one before the second of any."""
    return [
        Job(kind, language, f"{kind}-{language}-{number}", f"{seed} {kind} {language} {number}", scale)
        for number in range(count)
        for kind in kinds
        for language in languages
    ]
