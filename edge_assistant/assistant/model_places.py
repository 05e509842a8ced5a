"""Places that the model found: what it is asked for one, and its answer as matches, which are called "perhaps"."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from edge_assistant.assistant.text_search import Match
from edge_assistant.imaging.token_budget import ResizePlan
from edge_assistant.ocr.page import Box
from edge_assistant.text.grounding import Coordinates, coordinates

MAX_MATCHES = 9
"""As many places are kept: a model that finds more was asked for too little."""

_QUESTION = 'Where is "{query}"? Give only JSON: [{{"bbox_2d": [x1, y1, x2, y2], "label": "…"}}]'


def question_for(query: str) -> str:
    """Return what the model is asked, to find what the person typed."""
    return _QUESTION.format(query=" ".join(query.split()).replace('"', "'"))


def matches_of(answer: str, query: str, frame: ResizePlan | None, size: tuple[int, int]) -> tuple[Match, ...]:
    """Return the places of an answer, in the model's order, in a picture of `size` pixels.

    `frame` tells how the picture was sent. Objects without a box inside the picture are passed over, and so is the rest
    of an answer that was cut off. They are named by what the person typed: the model's label may be anything.
    """
    reader = Coordinates(frame)
    found: list[Match] = []
    for item in _objects(answer):
        numbers = coordinates(item) or []
        first, last = reader.place(numbers[:2]), reader.place(numbers[2:4])
        if len(numbers) != 4 or first is None or last is None:
            continue
        (left, right), (top, bottom) = sorted((first.across, last.across)), sorted((first.down, last.down))
        box = Box(round(left * size[0]), round(top * size[1]), round(right * size[0]), round(bottom * size[1]))
        if box.width > 0 and box.height > 0 and box not in [match.box for match in found]:
            found.append(Match(query.strip(), box, is_perhaps=True))
    return tuple(found[:MAX_MATCHES])


def _objects(answer: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of a list, of which the last one may be cut off."""
    decoder, at = json.JSONDecoder(), answer.find("{")
    while at >= 0:
        end = at + 1
        try:
            value, end = decoder.raw_decode(answer, at)
        except (ValueError, RecursionError):
            pass
        else:
            yield value
        at = answer.find("{", end)
