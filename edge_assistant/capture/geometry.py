"""Rectangles on a desktop, in the units of its window system: pixels on X11 and Windows, points elsewhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle; `left` and `top` may be negative where monitors stand left of or above the first."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column that is no longer inside."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The first row that is no longer inside."""
        return self.top + self.height

    def clipped(self, other: Rect) -> Rect | None:
        """Return the part that lies inside `other`; None where there is none."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        width, height = min(self.right, other.right) - left, min(self.bottom, other.bottom) - top
        return Rect(left, top, width, height) if width > 0 and height > 0 else None

    def contains(self, x: int, y: int) -> bool:
        """Return whether a unit lies inside."""
        return self.left <= x < self.right and self.top <= y < self.bottom

    def without(self, left: int, top: int, right: int, bottom: int) -> Rect:
        """Return the rectangle smaller by the given margins; its size is never negative."""
        return Rect(
            self.left + left, self.top + top, max(0, self.width - left - right), max(0, self.height - top - bottom)
        )

    def grown(self, left: int, top: int, right: int, bottom: int) -> Rect:
        """Return the rectangle larger by the given margins."""
        return Rect(self.left - left, self.top - top, self.width + left + right, self.height + top + bottom)


def enclosing(rects: list[Rect]) -> Rect:
    """Return the smallest rectangle around one or more others."""
    left, top = min(rect.left for rect in rects), min(rect.top for rect in rects)
    return Rect(left, top, max(rect.right for rect in rects) - left, max(rect.bottom for rect in rects) - top)


def point_in_area(pixel: tuple[int, int], size: tuple[int, int], area: Rect) -> tuple[int, int]:
    """Return the unit of the desktop in which the middle of a pixel lies, of a picture of `size` pixels of `area`."""
    (across, down), (width, height) = pixel, size
    left = area.left + (2 * across + 1) * area.width // (2 * width)
    top = area.top + (2 * down + 1) * area.height // (2 * height)
    return left, top
