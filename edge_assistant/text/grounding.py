"""Qwen3-VL's grounding output: where an object is in the picture, from the coordinates that the model writes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from edge_assistant.imaging.token_budget import ResizePlan
from edge_assistant.system.i18n import Translator, tr_noop

PERCENT_TOKENS = 1000
"""Image tokens from which a place is exact enough for percentages."""

PLACE_KEYS = frozenset(
    (
        *("bbox_2d", "bbox2d", "bbox", "box_2d", "box", "bounding_box", "boundingbox", "boundingBox", "rect", "quad"),
        *("point_2d", "point2d", "point", "points", "polygon", "keypoints", "center", "coordinate", "coordinates"),
        *(
            "position",
            "location",
            "click_point",
            "quad_2d",
            "poly",
            "bbox_3d",
            "box_3d",
            "region",
            "bounds",
            "start_box",
        ),
    )
)
"""Names of the values that hold coordinates."""

_SCALE = 1000  # Qwen3-VL's coordinates go from 0 to this over the sent picture's width and height
_SLACK = 20  # so far beyond it, or below 0, a coordinate is at the edge
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_TAG = re.compile(r"<[^<>]*>")
_NO_COORDINATES = re.compile(r"[^\d\s.,;:()\[\]{}xy=-]")
_NAMED = (  # the names of coordinates: left, top, right, bottom; None where there are only two
    ("x1", "y1", "x2", "y2"),
    ("xmin", "ymin", "xmax", "ymax"),
    ("x_min", "y_min", "x_max", "y_max"),
    ("left", "top", "right", "bottom"),
    ("x", "y"),
)
_SIZES = (("width", "height"), ("w", "h"))
_EXACT = tr_noop("{where}, {across} percent from the left and {down} percent from the top")
_POSITIONS = (
    (tr_noop("at the top left"), tr_noop("at the top"), tr_noop("at the top right")),
    (tr_noop("on the left"), tr_noop("in the middle"), tr_noop("on the right")),
    (tr_noop("at the bottom left"), tr_noop("at the bottom"), tr_noop("at the bottom right")),
)


@dataclass(frozen=True, slots=True)
class Place:
    """The middle of an object, from 0 to 1 of the picture's width from the left and of its height from the top."""

    across: float
    down: float

    @property
    def ninth(self) -> tuple[int, int]:
        """The row and the column, 0 to 2 each, of the ninth of the picture that the middle is in."""
        return min(2, int(3 * self.down)), min(2, int(3 * self.across))


class Coordinates:
    """Turns coordinates of the sent picture into places in the picture itself.

    `frame` tells where that lies in the sent one, which may be padded. The model writes 0 to 1000; some answers count
    in pixels of the sent picture, which is known from the first number above that and holds from then on: `in_pixels`.
    """

    def __init__(self, frame: ResizePlan | None = None) -> None:
        self._frame = frame
        self.in_pixels = False

    @property
    def exact(self) -> bool:
        """Whether the picture had tokens enough for percentages."""
        return self._frame is not None and self._frame.tokens >= PERCENT_TOKENS

    def place(self, numbers: list[float]) -> Place | None:
        """Return the middle of the points x1, y1, x2, y2 …; None where these are no places in the picture."""
        if len(numbers) < 2 or len(numbers) % 2 or not all(map(math.isfinite, numbers)) or min(numbers) < -_SLACK:
            return None
        if max(numbers) <= 1 and any(number != int(number) for number in numbers):
            numbers = [number * _SCALE for number in numbers]
        elif max(numbers) > _SCALE + (0 if self._within_sent(numbers) else _SLACK):
            if not self._within_sent(numbers):
                return None
            self.in_pixels = True
        frame = self._frame or ResizePlan((_SCALE, _SCALE), (_SCALE, _SCALE))
        middle = []
        for axis in (0, 1):
            scale = 1 if self.in_pixels else frame.sent[axis] / _SCALE
            inside = [min(1.0, max(0.0, number * scale / frame.content[axis])) for number in numbers[axis::2]]
            middle.append((min(inside) + max(inside)) / 2)
        return Place(*middle)

    def _within_sent(self, numbers: list[float]) -> bool:
        sent = self._frame.sent if self._frame else (0, 0)
        return max(numbers[::2]) <= sent[0] and max(numbers[1::2]) <= sent[1]


def coordinates(item: dict[str, Any]) -> list[float] | None:
    """Return the numbers of an object's place in the picture, x before y; [] where it has none that can be used.

    None: it is no object with a place. Coordinates in space (`bbox_3d`) are no place in the picture.
    """
    found: list[float] | None = None
    for key, value in item.items():
        if isinstance(value, dict) and (numbers := coordinates(value)):
            return numbers
        if key not in PLACE_KEYS:
            continue
        if not key.endswith("_3d") and (numbers := _numbers(value)):
            return numbers
        if (is_place_key(key) and not isinstance(value, dict)) or (
            isinstance(value, list) and value and all(_is_numeric(each) for each in value)
        ):
            found = []
    if "x" in item and "y" in item and len(item) == 2:
        return found  # the solution of an equation, say
    return _named_numbers(item) or found


def is_place_key(name: str) -> bool:
    """Return whether this name is one of coordinates and of nothing else."""
    return name in PLACE_KEYS and any(part in name.lower() for part in ("bbox", "2d", "3d", "bounding", "coordinate"))


def _is_numeric(value: Any) -> bool:
    return value is None or _as_number(value) is not None or isinstance(value, list)


def _numbers(value: Any) -> list[float]:
    """Return the numbers of a list, of lists in a list, of a text or of named ones; [] unless they are points."""
    if isinstance(value, dict):
        return _named_numbers(value) or []
    if isinstance(value, str):
        value = _TAG.sub(" ", value)
        numbers = [float(number) for number in _NUMBER.findall(value)]
        if _NO_COORDINATES.search(value):
            return []
    else:
        flat = _flatten(value)
        numbers = [number for each in flat if (number := _as_number(each)) is not None]
        if len(numbers) != len(flat):
            return []
    return numbers if len(numbers) >= 2 and len(numbers) % 2 == 0 else []


def _flatten(value: Any) -> list[Any]:
    if isinstance(value, dict):
        named: list[Any] | None = _named_numbers(value)
        return named or [None]
    return [each for item in value for each in _flatten(item)] if isinstance(value, list) else [value]


def _named_numbers(item: dict[str, Any]) -> list[float] | None:
    for names in _NAMED:
        numbers = [number for name in names if (number := _as_number(item.get(name))) is not None]
        if len(numbers) != len(names):
            continue
        if len(names) == 2:
            for size in _SIZES:
                width, height = (_as_number(item.get(name)) for name in size)
                if width is not None and height is not None:
                    return [*numbers, numbers[0] + width, numbers[1] + height]
        return numbers
    return None


def _as_number(value: Any) -> float | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return float(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def ninth_words(ninth: tuple[int, int], words: Translator | None) -> str:
    """Name a ninth of the picture; without words of the answer's language, by rough percentages."""
    if words is None:
        row, column = ninth
        return _percentages(round((2 * column + 1) / 6, 1), round((2 * row + 1) / 6, 1))
    return words(_POSITIONS[ninth[0]][ninth[1]])


def place_words(place: Place, words: Translator | None, *, exact: bool) -> str:
    """Tell where something is: by its ninth, and if `exact` by percentages."""
    if words is None:
        return _percentages(place.across, place.down) if exact else ninth_words(place.ninth, words)
    where = ninth_words(place.ninth, words)
    if not exact:
        return where
    return words(
        _EXACT,
        where=where, across=round(100 * place.across), down=round(100 * place.down),
    )  # fmt: skip


def _percentages(across: float, down: float) -> str:
    return f"x {round(100 * across)} %, y {round(100 * down)} %"
