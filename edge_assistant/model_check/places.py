"""Scores of places: which labels an answer names, and whether it says where they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from edge_assistant.drawn_screens.truth import DrawnScreen
from edge_assistant.imaging.token_budget import ResizePlan
from edge_assistant.model_check.results import Score
from edge_assistant.model_check.scoring import has_phrase, is_inside
from edge_assistant.text.grounding import Coordinates, coordinates


def score_places(raw: str, screen: DrawnScreen, frame: ResizePlan | None) -> Score:
    """Return how many of the screen's places the answer has right, and how many there are.

    A place is right where the middle that the model gives lies in the thing's own box. The answer is as the model
    wrote it; `frame` tells how the picture was sent.
    """
    wanted = dict(screen.truth.places)
    reader = Coordinates(frame)
    for item in find_objects(raw):
        place = reader.place(coordinates(item) or [])
        if place is None:
            continue
        point = place.across * screen.image.width, place.down * screen.image.height
        names = " ".join(value for value in item.values() if isinstance(value, str))
        for label, box in list(wanted.items()):
            if has_phrase(names, label) and is_inside(point, box):
                del wanted[label]
                break
    return float(len(screen.truth.places) - len(wanted)), float(len(screen.truth.places))


def find_objects(raw: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects in a text that hold no other object; what is no JSON is passed over."""
    decoder = json.JSONDecoder()
    position = raw.find("{")
    while position >= 0:
        end = position + 1
        try:
            value, end = decoder.raw_decode(raw, position)
        except (ValueError, RecursionError):
            pass
        else:
            if any(isinstance(each, dict | list) and _holds_objects(each) for each in value.values()):
                end = position + 1  # a wrapper
            else:
                yield value
        position = raw.find("{", end)


def _holds_objects(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(each, dict) for each in value))
