"""Says where things are: places that Qwen3-VL writes as coordinates, in words."""

from __future__ import annotations

import json
from typing import Any

from edge_assistant.system.i18n import later, tr

LONGEST_OBJECT = 4000
"""Characters after which a JSON object is not waited for any more."""
_WHOLE = 1000  # Qwen3-VL counts from 0 to this over the picture's width and over its height
_WHERE = (
    (later("at the top left"), later("at the top"), later("at the top right")),
    (later("on the left"), later("in the middle"), later("on the right")),
    (later("at the bottom left"), later("at the bottom"), later("at the bottom right")),
)


def in_words(text: str) -> str | None:
    """What a JSON object with a place, or a list of such objects, says; None when it is anything else.

    A place is `bbox_2d` (left, top, right, bottom) or `point_2d` (across, down), from 0 to 1000 of the picture; `label`
    is what is there.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    sentences = [_sentence(thing) for thing in (found if isinstance(found, list) else [found])]
    told = [sentence for sentence in sentences if sentence]
    return " ".join(told) if told and len(told) == len(sentences) else None


def _sentence(thing: Any) -> str | None:
    middle = _middle(thing) if isinstance(thing, dict) else None
    if middle is None:
        return None
    row, column = (min(2, int(3 * value / _WHOLE)) for value in reversed(middle))
    where = tr(_WHERE[row][column])
    across, down = (round(100 * value / _WHOLE) for value in middle)
    label = thing.get("label")
    if isinstance(label, str) and (label := " ".join(label.split())):
        return tr(
            "{label}: {where}, {across} percent from the left and {down} percent from the top.",
            label=label, where=where, across=across, down=down,
        )  # fmt: skip
    return tr(
        "It is {where}, {across} percent from the left and {down} percent from the top.",
        where=where, across=across, down=down,
    )  # fmt: skip


def _middle(thing: dict[str, Any]) -> tuple[float, float] | None:
    """Across and down, from 0 to 1000."""
    for name, length in (("bbox_2d", 4), ("point_2d", 2)):
        place = thing.get(name)
        if isinstance(place, list) and len(place) == length and all(_is_coordinate(value) for value in place):
            across, down = place[::2], place[1::2]
            return sum(across) / len(across), sum(down) / len(down)
    return None


def _is_coordinate(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _WHOLE


def object_end(text: str, start: int) -> int | None:
    """The end of the JSON object or list that begins at `start`; None when it is not closed yet."""
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
