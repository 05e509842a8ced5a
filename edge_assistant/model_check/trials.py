"""The trials of a check, in a fixed order: whatever the time allows, every measure has some."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from edge_assistant.drawn_screens.truth import About, DrawnScreen, Kind, Question
from edge_assistant.engine.task_entries import EntryValue, Family, Task, Variant

Measure = Literal[
    "sample",
    "glance",
    "detail",
    "question",
    "absent",
    "number",
    "reading-number",
    "place",
    "read",
    "blank",
    "unreadable",
]
"""What a trial is for: a sample is one of the demo model's own screens; a number, a place and something absent are
questions too, the first two asked under several conditions."""
MEASURES: tuple[Measure, ...] = get_args(Measure)

PRESENCE_PENALTIES = (0.0, 0.5, 1.5)
"""Penalties that digits are read with: none, ours for questions, and the model card's."""
PLACE_TOKENS = (256, 512, 1024, 2048)
"""Image tokens that places are asked for with."""
USUAL_PLACE_TOKENS = 1024
"""Those that are nearest to what the table has; a candidate that is only compared is asked with these."""
USUAL_PRESENCE_PENALTY: Mapping[Variant, float] = {"instruct": 0.5, "thinking": 0.0}

_QUESTIONS_OF_A_SCREEN = 2

# A round, the quickest first: glances, then questions about them, then what takes minutes on a plain processor.
ROUND: tuple[tuple[Measure, Kind], ...] = (
    ("glance", "dialog"),
    ("number", "numbers"),
    ("place", "places"),
    *(("glance", kind) for kind in ("error", "form", "mail", "settings", "chart", "menu")),
    ("blank", "blank"),
    ("unreadable", "unreadable"),
    *(("absent", kind) for kind in ("dialog", "error", "menu", "places", "desktop")),
    *(("question", kind) for kind in ("form", "table", "counting", "settings")),
    *(("glance", kind) for kind in ("table", "desktop", "letter", "receipt", "counting")),
    ("place", "settings"),
    ("reading-number", "numbers"),
    *(("read", kind) for kind in ("page", "letter", "receipt")),
    *(("detail", kind) for kind in ("dialog", "mail")),
)


@dataclass(frozen=True, slots=True)
class Trial:
    """One question about one screen, and the condition that it is asked under.

    `condition` names what differs within a measure ("presence-0.5", "image-tokens-512"); `entries` are what it changes
    of the task table, by full name.
    """

    measure: Measure
    screen: DrawnScreen
    task: Task
    condition: str = ""
    question: Question | None = None
    image_tokens: int | None = None
    entries: Mapping[str, EntryValue] = field(default_factory=dict)


def plan_round(
    screens: Mapping[Kind, DrawnScreen], family: Family, variant: Variant, *, every_condition: bool = True
) -> Iterator[Trial]:
    """Yield the trials of a round, in their order, about one screen of each kind; kinds without one are left out.

    Without `every_condition` numbers and places are asked for under the usual one only. The demo model is not asked
    for places, which it cannot list.
    """
    for measure, kind in ROUND:
        if kind in screens and not (measure == "place" and family == "demo"):
            yield from _trials(measure, screens[kind], family, variant, every_condition=every_condition)


def kinds_of_a_round() -> Sequence[Kind]:
    """Return the kinds of screens that a round is about, in the order in which they are needed."""
    return tuple(dict.fromkeys(kind for _, kind in ROUND))


def presence_condition(penalty: float) -> str:
    """Return the name of the condition that digits are read with this presence penalty."""
    return f"presence-{penalty:g}"


def place_condition(tokens: float) -> str:
    """Return the name of the condition that places are asked for with so many image tokens."""
    return f"image-tokens-{tokens:g}"


def _trials(
    measure: Measure, screen: DrawnScreen, family: Family, variant: Variant, *, every_condition: bool
) -> Iterator[Trial]:
    penalties = PRESENCE_PENALTIES if every_condition else (USUAL_PRESENCE_PENALTY[variant],)
    if measure in ("glance", "blank"):
        yield Trial(measure, screen, "glance")
    elif measure == "unreadable":
        yield Trial(measure, screen, "glance")
        yield Trial(measure, screen, "read")
    elif measure == "detail":
        yield Trial(measure, screen, "detail")
    elif measure == "read":
        yield Trial(measure, screen, "read")
    elif measure == "question":
        # Not always the first ones, so that over the rounds all that can be asked is asked.
        chosen = _questions(screen, ("text", "count", "state", "number"))
        random.Random(f"{screen.truth.reading} {screen.truth.counts}").shuffle(chosen)
        for question in chosen[:_QUESTIONS_OF_A_SCREEN]:
            yield Trial(measure, screen, "question", question=question)
    elif measure == "absent":
        for question in _questions(screen, ("absent",)):
            yield Trial(measure, screen, "question", question=question)
    elif measure == "number":
        name = f"{family}.question.{variant}.presence_penalty"
        for question in _questions(screen, ("number",)):
            for penalty in penalties:
                condition = presence_condition(penalty)
                yield Trial(measure, screen, "question", condition, question, entries={name: penalty})
    elif measure == "reading-number":
        name = f"{family}.read.{variant}.presence_penalty"
        for penalty in penalties:
            yield Trial(measure, screen, "read", presence_condition(penalty), entries={name: penalty})
    else:
        place = f"{family}.places.{variant}"
        for tokens in PLACE_TOKENS if every_condition else (USUAL_PLACE_TOKENS,):
            least = min(tokens, USUAL_PLACE_TOKENS)
            entries = {f"{place}.min_image_tokens": least, f"{place}.image_tokens": tokens}
            yield Trial("place", screen, "places", place_condition(tokens), image_tokens=tokens, entries=entries)


def _questions(screen: DrawnScreen, about: tuple[About, ...]) -> list[Question]:
    return [question for question in screen.truth.questions if question.about in about]
