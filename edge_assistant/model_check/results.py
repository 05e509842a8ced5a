"""The result of one trial: what the model wrote, what was heard of it, and its scores."""

from __future__ import annotations

from dataclasses import dataclass, field

Score = tuple[float, float]
"""How much was right, and how much there was: (2, 3) is two of three. Shares are compared over many trials."""


@dataclass(frozen=True, slots=True)
class TrialResult:
    """One trial's result. Times are seconds, memory is bytes; None is not known.

    `error` is the code of the error that it ended with, `message` its sentence; with `engine_failed` it
    is the engine's own, so that no other answer may come either. `scores` are (right, all) by name, so
    that they can be added up; `flags` are what went wrong with the answer, see style.FLAGS. Times are those of the
    first question about a picture only: one that the engine has already costs less.
    """

    candidate: str
    measure: str
    condition: str
    screen: str
    kind: str
    language: str
    task: str = ""
    question: str = ""
    raw: str = ""
    text: str = ""
    stop: str = ""
    error: str = ""
    message: str = ""
    engine_failed: bool = False
    scores: dict[str, Score] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    image_tokens: int | None = None
    generated_tokens: int = 0
    first_token_s: float | None = None
    total_s: float | None = None
    peak_bytes: int | None = None
