"""Qwen3-VL's grounding output: JSON objects with coordinates, turned into sentences."""

from __future__ import annotations

import json
from typing import Any

from edge_assistant.system.i18n import tr, tr_noop

MAX_OBJECT_LENGTH = 4000
"""Characters after which a JSON object is no longer waited for."""
_SCALE = 1000  # Qwen3-VL's coordinates go from 0 to this over the picture's width and height
_POSITIONS = (
    (tr_noop("at the top left"), tr_noop("at the top"), tr_noop("at the top right")),
    (tr_noop("on the left"), tr_noop("in the middle"), tr_noop("on the right")),
    (tr_noop("at the bottom left"), tr_noop("at the bottom"), tr_noop("at the bottom right")),
)


def describe_objects(text: str) -> str | None:
    """Describe where the object in this JSON, or each of a list, is in the picture; None when it is anything else.

    An object has `bbox_2d` (left, top, right, bottom) or `point_2d` (x, y), from 0 to 1000, and maybe a `label`.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    sentences = [_sentence(item) for item in (found if isinstance(found, list) else [found])]
    described = [sentence for sentence in sentences if sentence]
    return " ".join(described) if described and len(described) == len(sentences) else None


def _sentence(item: Any) -> str | None:
    center = _center(item) if isinstance(item, dict) else None
    if center is None:
        return None
    row, column = (min(2, int(3 * value / _SCALE)) for value in reversed(center))
    where = tr(_POSITIONS[row][column])
    across, down = (round(100 * value / _SCALE) for value in center)
    label = item.get("label")
    if isinstance(label, str) and (label := " ".join(label.split())):
        return tr(
            "{label}: {where}, {across} percent from the left and {down} percent from the top.",
            label=label, where=where, across=across, down=down,
        )  # fmt: skip
    return tr(
        "It is {where}, {across} percent from the left and {down} percent from the top.",
        where=where, across=across, down=down,
    )  # fmt: skip


def _center(item: dict[str, Any]) -> tuple[float, float] | None:
    """Return x and y, from 0 to 1000."""
    for name, length in (("bbox_2d", 4), ("point_2d", 2)):
        values = item.get(name)
        if isinstance(values, list) and len(values) == length and all(map(_is_coordinate, values)):
            xs, ys = values[::2], values[1::2]
            return sum(xs) / len(xs), sum(ys) / len(ys)
    return None


def _is_coordinate(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _SCALE


def find_object_end(text: str, start: int) -> int | None:
    """Return the end of the JSON object or list that begins at `start`; None when it is not closed yet."""
    depth, quoted, escaped = 0, False, False
    for i in range(start, len(text)):
        character = text[i]
        if escaped or (quoted and character == "\\"):
            escaped = not escaped
        elif character == '"':
            quoted = not quoted
        elif not quoted and character in "{[":
            depth += 1
        elif not quoted and character in "}]":
            depth -= 1
            if depth == 0:
                return i + 1
    return None
