"""What lies above the active window: how much of it is covered, and which menus are open."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from edge_assistant.capture.geometry import Rect

COVERED_SHARE = 0.05
"""The share of a window that others may cover without a word: a panel's edge, a small hint."""


@dataclass(frozen=True, slots=True)
class WindowAbove:
    """A window above the active one on the screen; `is_own` says whether it belongs to the same program.

    `parts` are what is seen of it where it has a shape of its own; None: all of its bounds.
    """

    bounds: Rect
    is_menu: bool = False
    is_own: bool = False
    parts: tuple[Rect, ...] | None = None


def menus_of(above: Iterable[WindowAbove], *, own: bool | None = None) -> tuple[Rect, ...]:
    """Return the open menus, or only those of the active window's program, or only those of others."""
    return tuple(each.bounds for each in above if each.is_menu and own in (None, each.is_own))


def is_covered(contents: Rect, above: Iterable[WindowAbove]) -> bool:
    """Return whether other programs' windows hide more of `contents` than COVERED_SHARE. What a program opens above its
    own window belongs to it.
    """
    others = (each for each in above if not each.is_own)
    seen = itertools.chain.from_iterable((each.bounds,) if each.parts is None else each.parts for each in others)
    return covered_share(contents, seen) > COVERED_SHARE


def covered_share(contents: Rect, above: Iterable[Rect]) -> float:
    """Return the share of `contents` that lies under at least one of the rectangles, 0 for empty contents."""
    parts = [part for part in (rect.clipped(contents) for rect in above) if part is not None]
    columns = sorted({edge for part in parts for edge in (part.left, part.right)})
    covered = 0
    for left, right in itertools.pairwise(columns):
        rows = sorted((part.top, part.bottom) for part in parts if part.left <= left and right <= part.right)
        height, reached = 0, contents.top
        for top, bottom in rows:
            height += max(0, bottom - max(top, reached))
            reached = max(reached, bottom)
        covered += (right - left) * height
    area = contents.width * contents.height
    return covered / area if area else 0.0
