"""All that can be asked about a scene, with what is true."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

from .answers import Told, count, describe, grounding, read
from .draw import Box
from .lexicon import BUTTONS, COLOURS, KINDS, SHAPE_NAMES, STATES, TITLES, UNREADABLE, plain_words
from .looks import Look, apple_looks, reading_looks, slot_looks
from .phrases import phrase, unseen_phrase
from .scenes import Scene

Kind = Literal["describe", "count", "read", "where", "unreadable"]
Variant = Literal["instruct", "thinking"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its true answer. `facts` are in every right answer, and no string of `absent` is.

    `box` is left, top, right, bottom from 0 to 1000 of the picture, for questions where something is.
    `reasoning` is what the Thinking variant is taught to think first. For training only: `looks`, and `thing`, which
    names in the question what is asked for.
    """

    ask: str
    variant: Variant
    kind: Kind
    answer: str
    facts: tuple[str, ...]
    absent: tuple[str, ...]
    box: Box | None
    reasoning: str
    looks: tuple[Look, ...] = ()
    thing: str = ""

    def as_json(self) -> dict[str, object]:
        """As it is written into a scene's JSON file."""
        entry = asdict(self)
        del entry["reasoning"], entry["looks"], entry["thing"]
        return entry


def questions(scene: Scene, rng: random.Random, variant: Variant, *, unseen: bool = False) -> list[Question]:
    """Everything that can be asked of a scene, once each; `unseen` asks in words that are never trained."""
    asked = unseen_phrase if unseen else phrase
    out: list[Question] = []

    def add(
        kind: Kind,
        ask: str,
        answer: Told,
        box: Box | None = None,
        looks: tuple[Look, ...] = (),
        thing: str = "",
    ) -> None:
        text, facts, thoughts = answer
        if kind in ("describe", "read") and UNREADABLE in text:
            kind = "unreadable"
        facts = tuple(plain_words(fact) for fact in facts)
        out.append(Question(ask, variant, kind, text, facts, _absent(scene, kind, text), box, thoughts, looks, thing))

    tells: tuple[tuple[Kind, Callable[[Scene], Told]], ...]
    tells = (("describe", describe), ("read", read))
    for kind, tell in tells:
        answer = tell(scene)
        looks = () if scene.family in ("tiny", "apples") else reading_looks(scene, answer[0])
        if scene.family == "dialog" and kind == "describe":
            looks += slot_looks(scene, answer[2])
        add("unreadable" if scene.family == "tiny" else kind, asked(rng, kind), answer, looks=looks)
    if scene.family == "apples":
        for what in ("apples", "red apples", "green apples"):
            answer = count(scene, what)
            add("count", asked(rng, "count", what), answer, looks=apple_looks(scene, answer[2]))
    elif scene.family == "shapes":
        add("count", asked(rng, "count", "shapes"), count(scene, "shapes"))
    else:
        add("count", asked(rng, "count", "apples"), count(scene, "apples"))
    for target in scene.targets:
        place = grounding(target.box, target.label)
        thoughts = f"I look for the {target.called}."
        look = Look("answer", 0, len(place), target.box)
        add(
            "where",
            asked(rng, "where", target.called),
            (place, (), thoughts),
            target.box,
            (look,),
            _bare(target.called),
        )
    missing = _missing(scene, rng)
    denial = f"There is no {missing}."
    add(
        "where",
        asked(rng, "where", missing),
        (denial, (f"no {missing}",), f"I look for the {missing}."),
        looks=(Look("answer", 0, len(denial), None),),
        thing=_bare(missing),
    )
    return out


def _bare(called: str) -> str:
    """What a thing is called, without the kind of thing that it is."""
    return called.removesuffix(" button").removesuffix(" entry")


def _missing(scene: Scene, rng: random.Random) -> str:
    """Something that could be there and is not."""
    if scene.family == "shapes":
        there = {f"{item[1]} {item[2]}" for item in scene.truth["items"]}
        return rng.choice([name for c in COLOURS for s in SHAPE_NAMES if (name := f"{c} {s}") not in there])
    if scene.family == "menu":
        return rng.choice([word for word in TITLES + BUTTONS if word not in scene.truth["items"]]) + " entry"
    labels = [label for label, _ in scene.truth.get("buttons", ())]
    return rng.choice([label for label in BUTTONS if label not in labels]) + " button"


def _absent(scene: Scene, kind: Kind, answer: str) -> tuple[str, ...]:
    """Words of the same sort as those in the answer that must not be in it."""
    if kind == "where":
        return ()
    if kind == "count":
        return tuple(str(number) for number in range(20) if str(number) not in answer)
    sorts: list[tuple[str, ...]] = [TITLES, BUTTONS]
    if scene.family in ("text", "notification", "dialog"):
        sorts.append(STATES)
    if scene.family == "notification":
        sorts.append(tuple(KINDS))
    if scene.family in ("shapes", "apples"):
        sorts = [tuple(COLOURS), SHAPE_NAMES]
    if kind != "unreadable":
        sorts.append(("unreadable",))
    # A word that is part of another in the answer ("No" in "now") would be found there by a plain search.
    return tuple(word for sort in sorts for word in sort if word.lower() not in answer.lower())
