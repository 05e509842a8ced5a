"""The trials of a check, in a fixed order: whatever the time allows, every measure has some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from edge_assistant.drawn_screens.truth import About, DrawnScreen, Kind, Question
from edge_assistant.engine.task_entries import EntryValue, Family, Task, Variant

Measure = Literal["glance", "detail", "question", "number", "place", "read", "blank"]
"""What a trial is for: a number and a place are questions too, asked under several conditions."""

PRESENCE_PENALTIES = (0.0, 0.5, 1.5)
"""Penalties that digits are read with: none, ours for questions, and the model card's."""
PLACE_TOKENS = (256, 512, 1024, 2048)
"""Image tokens that places are asked for with."""

_GLANCES: tuple[Kind, ...] = (
    "dialog", "error", "form", "mail", "settings", "chart", "menu", "table", "desktop", "letter", "receipt",
    "counting", "unreadable",
)  # fmt: skip
_QUESTIONS: tuple[Kind, ...] = ("form", "table", "counting", "settings")
_READINGS: tuple[Kind, ...] = ("page", "letter", "receipt")
_DETAILS: tuple[Kind, ...] = ("dialog", "mail")
_QUESTIONS_OF_A_SCREEN = 2

# A round, the quickest first: glances, then questions about them, then what takes minutes on a plain processor.
ROUND: tuple[tuple[Measure, Kind], ...] = (
    ("glance", "dialog"),
    ("number", "numbers"),
    ("place", "places"),
    *((("glance", kind)) for kind in _GLANCES[1:7]),
    ("blank", "blank"),
    *((("question", kind)) for kind in _QUESTIONS),
    *((("glance", kind)) for kind in _GLANCES[7:]),
    *((("read", kind)) for kind in _READINGS),
    *((("detail", kind)) for kind in _DETAILS),
)


@dataclass(frozen=True, slots=True)
class Trial:
    """One question about one screen, and the condition that it is asked under.

    `condition` names what differs within a measure ("presence 0.5", "512 image tokens"); `entries` are what it changes
    of the task table, by full name.
    """

    measure: Measure
    screen: DrawnScreen
    task: Task
    condition: str = ""
    question: Question | None = None
    image_tokens: int | None = None
    entries: Mapping[str, EntryValue] = field(default_factory=dict)


def plan_round(screens: Mapping[Kind, DrawnScreen], family: Family, variant: Variant) -> Iterator[Trial]:
    """Yield the trials of a round, in their order, about one screen of each kind; kinds without one are left out."""
    for measure, kind in ROUND:
        if kind in screens:
            yield from _trials(measure, screens[kind], family, variant)


def kinds_of_a_round() -> Sequence[Kind]:
    """Return the kinds of screens that a round is about, in the order in which they are needed."""
    return tuple(dict.fromkeys(kind for _, kind in ROUND))


def _trials(measure: Measure, screen: DrawnScreen, family: Family, variant: Variant) -> Iterator[Trial]:
    if measure == "glance" or measure == "blank":
        yield Trial(measure, screen, "glance")
    elif measure == "detail":
        yield Trial(measure, screen, "detail")
    elif measure == "read":
        yield Trial(measure, screen, "read")
    elif measure == "question":
        for question in _questions(screen, ("text", "count", "state", "absent"))[:_QUESTIONS_OF_A_SCREEN]:
            yield Trial(measure, screen, "question", question=question)
    elif measure == "number":
        name = f"{family}.question.{variant}.presence_penalty"
        for question in _questions(screen, ("number",)):
            for penalty in PRESENCE_PENALTIES:
                yield Trial(measure, screen, "question", f"presence {penalty:g}", question, entries={name: penalty})
    else:
        least = f"{family}.places.min_image_tokens"
        for tokens in PLACE_TOKENS:
            entries = {least: min(tokens, 1024), f"{family}.places.image_tokens": tokens}
            yield Trial("place", screen, "places", f"{tokens} image tokens", image_tokens=tokens, entries=entries)


def _questions(screen: DrawnScreen, about: tuple[About, ...]) -> list[Question]:
    return [question for question in screen.truth.questions if question.about in about]
