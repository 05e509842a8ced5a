"""What has to be looked at in a picture to write an answer, for training the heads of attention that look there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from .draw import Box
from .lexicon import ROWS, SLOTS, UNREADABLE
from .scenes import Mark, Scene


@dataclass(frozen=True, slots=True)
class Look:
    """What has to be looked at to write some characters of a question's reasoning or answer.

    `box` from 0 to 1000 of the picture, None for a thing that is not there; `head` whether it was asked for ("find") or
    is come upon in reading.
    """

    part: Literal["reasoning", "answer"]
    start: int
    end: int
    box: Box | None
    head: Literal["find", "read"] = "find"


def apple_looks(scene: Scene, thoughts: str) -> tuple[Look, ...]:
    """Each apple that the reasoning lists, and where it is."""
    apples = [mark for mark in scene.marks if mark.name.endswith("apple")]  # row by row, from left to right
    looks, start = [], 0
    for name, row in zip(ROWS, scene.truth["places"], strict=True):
        here, apples = apples[: len(row)], apples[len(row) :]
        start = thoughts.index(f"{name.capitalize()} row:", start)
        end = thoughts.index(", so", start)
        for (column, colour), mark in zip(row, here, strict=True):
            found = thoughts.find(f" {column + 1} {colour}", start, end)
            if found >= 0:
                end_of = found + len(f" {column + 1} {colour}")
                looks.append(Look("reasoning", found, end_of, _box_of(mark, scene)))
    return tuple(looks)


def reading_looks(scene: Scene, answer: str) -> tuple[Look, ...]:
    """Each thing that an answer tells of in the order in which the scene has them, with the slot of a button, and where
    it is."""
    looks, start = [], 0
    slot = rf"( (in|on) the ({'|'.join(SLOTS)}))?" if scene.family == "dialog" else ""
    for mark in scene.marks:
        told = re.compile(rf"(?<![^\W_]){re.escape(UNREADABLE if mark.name == '?' else mark.name)}(?![^\W_]){slot}")
        if found := told.search(answer, start):
            start = found.end()
            looks.append(Look("answer", found.start(), found.end(), _box_of(mark, scene), "read"))
    return tuple(looks)


def slot_looks(scene: Scene, thoughts: str) -> tuple[Look, ...]:
    """Each button's slot that the reasoning lists, and where the button is."""
    looks, start = [], thoughts.index("Buttons are at:")
    buttons = scene.marks[-len(scene.truth["buttons"]) :]
    for (_, slot), mark in zip(scene.truth["buttons"], buttons, strict=True):
        start = thoughts.index(SLOTS[slot], start)
        looks.append(Look("reasoning", start, start + len(SLOTS[slot]), _box_of(mark, scene), "read"))
    return tuple(looks)


def _box_of(mark: Mark, scene: Scene) -> Box:
    """A mark's box from 0 to 1000 of the picture."""
    width, height = scene.image.size
    left, top, right, bottom = mark.box
    return int(1000 * left / width), int(1000 * top / height), int(1000 * right / width), int(1000 * bottom / height)
