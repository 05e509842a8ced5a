"""A rectangle that a person selects on a frozen desktop: moved and sized in steps, kept inside, and described in words.

All functions are pure; units are those of the desktop (see geometry.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import Monitor
from edge_assistant.system.i18n import tr

MIN_SIZE = 16
"""The minimum width and height."""

_COARSE, _FINE = 50, 5
"""Step sizes on a monitor of up to 1620 rows; multiplied on denser ones by the number of times 1080 fits."""

# The part of the monitor for each key of the number pad: left, top, width and height in quarters.
_PARTS: dict[str, tuple[int, int, int, int]] = {
    "7": (0, 0, 2, 2),
    "8": (0, 0, 4, 2),
    "9": (2, 0, 2, 2),
    "4": (0, 0, 2, 4),
    "5": (1, 1, 2, 2),
    "6": (2, 0, 2, 4),
    "1": (0, 2, 2, 2),
    "2": (0, 2, 4, 2),
    "3": (2, 2, 2, 2),
    "0": (0, 0, 4, 4),
}
PART_KEYS = tuple(_PARTS)


def step_size(monitor: Rect, *, fine: bool) -> int:
    """Return how far one press moves or sizes the rectangle."""
    return (_FINE if fine else _COARSE) * max(1, round(monitor.height / 1080))


def move(rect: Rect, across: int, down: int, area: Rect) -> Rect:
    """Return the rectangle moved to the right and down, as far as `area` allows; its size stays."""
    left = min(max(rect.left + across, area.left), area.right - rect.width)
    top = min(max(rect.top + down, area.top), area.bottom - rect.height)
    return Rect(left, top, rect.width, rect.height)


def resize(rect: Rect, wider: int, taller: int, area: Rect) -> Rect:
    """Return the rectangle with its right and bottom sides moved; at least SMALLEST, at most to the end of `area`."""
    width = max(MIN_SIZE, min(rect.width + wider, area.right - rect.left))
    height = max(MIN_SIZE, min(rect.height + taller, area.bottom - rect.top))
    return Rect(rect.left, rect.top, width, height)


def rect_between(one: tuple[int, int], other: tuple[int, int], area: Rect) -> Rect | None:
    """Return the rectangle with these two corners, clipped; None where it is smaller than SMALLEST."""
    (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    found = Rect(left, top, right - left, bottom - top).clipped(area)
    return found if found and min(found.width, found.height) >= MIN_SIZE else None


def monitor_part(monitor: Rect, key: str) -> Rect:
    """Return the part of a monitor that lies where `key`, one of PART_KEYS, lies on the number pad; 0 is all of it."""
    left, top, width, height = _PARTS[key]

    def edges(start: int, size: int, first: int, count: int) -> tuple[int, int]:
        begin, end = start + size * first // 4, start + size * (first + count) // 4
        return begin, end - begin

    left, width = edges(monitor.left, monitor.width, left, width)
    top, height = edges(monitor.top, monitor.height, top, height)
    return Rect(left, top, width, height)


def monitor_of(rect: Rect, monitors: Sequence[Monitor]) -> Monitor:
    """Return the monitor that shows most of the rectangle; the first of equals, also where none shows any."""

    def shown(monitor: Monitor) -> int:
        inside = rect.clipped(monitor.bounds)
        return inside.width * inside.height if inside else 0

    return max(monitors, key=shown)


def move_to_next_monitor(rect: Rect, monitors: Sequence[Monitor]) -> Rect:
    """Return the rectangle at the same place of the next monitor (cyclically), and no larger than that."""
    here = monitor_of(rect, monitors)
    place = [monitor.number for monitor in monitors].index(here.number)
    there = monitors[(place + 1) % len(monitors)].bounds
    size = Rect(there.left, there.top, min(rect.width, there.width), min(rect.height, there.height))
    return move(size, rect.left - here.bounds.left, rect.top - here.bounds.top, there)


def describe_rect(rect: Rect, monitors: Sequence[Monitor], *, in_pixels: bool = False) -> str:
    """Describe the rectangle: "top left quarter", or "left 10, top 9, 33 by 37 percent", with the monitor if there are
    more; `in_pixels` adds its place and size in the desktop's units, for steps smaller than a percent.
    """
    monitor = monitor_of(rect, monitors)
    found = _describe_on_monitor(rect, monitor.bounds)
    if len(monitors) > 1:
        found = tr("{place}, monitor {number}", place=found, number=monitor.number)
    return f"{found}, {_describe_in_pixels(rect, monitor.bounds)}" if in_pixels else found


def _describe_on_monitor(rect: Rect, monitor: Rect) -> str:
    for key, name in _part_names().items():
        if monitor_part(monitor, key) == rect:
            return name
    return tr(
        "left {left}, top {top}, {width} by {height} percent",
        left=round(100 * (rect.left - monitor.left) / monitor.width),
        top=round(100 * (rect.top - monitor.top) / monitor.height),
        width=round(100 * rect.width / monitor.width),
        height=round(100 * rect.height / monitor.height),
    )


def _describe_in_pixels(rect: Rect, monitor: Rect) -> str:
    return tr(
        "left {left}, top {top}, {width} by {height} pixels",
        left=rect.left - monitor.left,
        top=rect.top - monitor.top,
        width=rect.width,
        height=rect.height,
    )


def _part_names() -> dict[str, str]:
    return {
        "7": tr("top left quarter"),
        "8": tr("top half"),
        "9": tr("top right quarter"),
        "4": tr("left half"),
        "5": tr("middle"),
        "6": tr("right half"),
        "1": tr("bottom left quarter"),
        "2": tr("bottom half"),
        "3": tr("bottom right quarter"),
        "0": tr("the whole monitor"),
    }


@dataclass(frozen=True, slots=True)
class Viewport:
    """The mapping of a part of the desktop into a widget of `width` by `height` units: as large as it fits, centred."""

    part: Rect
    width: float
    height: float

    @property
    def scale(self) -> float:
        """Widget units for each unit of the desktop."""
        return min(self.width / self.part.width, self.height / self.part.height)

    def to_view(self, rect: Rect) -> tuple[float, float, float, float]:
        """Map a rectangle of the desktop into the widget: left, top, width, height."""
        scale = self.scale
        left = (self.width - self.part.width * scale) / 2 + (rect.left - self.part.left) * scale
        top = (self.height - self.part.height * scale) / 2 + (rect.top - self.part.top) * scale
        return left, top, rect.width * scale, rect.height * scale

    def to_desktop(self, across: float, down: float) -> tuple[int, int]:
        """Map a point of the widget to the desktop."""
        left, top, _, _ = self.to_view(self.part)
        scale = self.scale
        return round(self.part.left + (across - left) / scale), round(self.part.top + (down - top) / scale)
