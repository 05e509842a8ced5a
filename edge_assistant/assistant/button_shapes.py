"""Tells from the pixels around a recognised line whether it is the label of a button."""

from __future__ import annotations

from collections.abc import Iterable

from PIL import Image

from edge_assistant.ocr.page import Box

_LEAST_STEP = 7
"""The least step of brightness, of 255, at the edge of a button: those of flat designs are faint."""
_SIDE_HEIGHTS, _ABOVE_HEIGHTS = 9.0, 1.4
"""How far the edges may be from the text, in heights of its line."""
_LONGEST = 30
"""The most letters of a label."""


def is_button(picture: Image.Image, text: str, box: Box) -> bool:
    """Return whether a line of text stands in the middle of a small frame or field of its own.

    `picture` is in RGB; what is written at the left of its frame is a field or a cell of a table.
    """
    height = box.height
    if not (1 < len(text) <= _LONGEST and height > 0 and box.width > 0) or not any(map(str.isalpha, text)):
        return False
    side, above = round(height * _SIDE_HEIGHTS), round(height * _ABOVE_HEIGHTS)
    left, top = max(0, box.left - side), max(0, box.top - above)
    right, bottom = min(picture.width, box.right + side), min(picture.height, box.bottom + above)
    region = picture.crop((left, top, right, bottom)).convert("L")
    pixels, width = region.tobytes(), region.width
    inner = Box(box.left - left, box.top - top, box.right - left, box.bottom - top)

    def row(y: int) -> list[int]:
        return [pixels[y * width + inner.left + inner.width * part // 8] for part in range(1, 8)]

    def column(x: int) -> list[int]:
        return [pixels[(inner.top + inner.height * part // 8) * width + x] for part in (2, 3, 4, 5, 6)]

    slack = height // 6  # the box may reach over the edge
    up = _distance(row(y) for y in range(inner.top + slack, -1, -1))
    down = _distance(row(y) for y in range(inner.bottom - slack, region.height))
    if up is None or down is None:
        return False
    before = _distance(column(x) for x in range(inner.left - 1, -1, -1))
    after = _distance(column(x) for x in range(inner.right, width))
    if before is None or after is None:
        return False
    is_centered = abs(before - after) <= max(3, height // 3, (before + after) // 8)
    return is_centered and abs(up - down) <= height * 0.6 and before + after >= 4


def _distance(lines: Iterable[list[int]]) -> int | None:
    """Return how many lines away there is a step of brightness nearly everywhere; None where there is none.

    Lines are compared with the last but one, as edges are smoothed; the slow change of a shaded face is no step.
    """
    seen: list[list[int]] = []
    for away, line in enumerate(lines):
        before = seen[-2:][0] if seen else line
        steps = [abs(value - other) >= _LEAST_STEP for value, other in zip(line, before, strict=True)]
        if sum(steps) >= len(steps) - 1:
            return away
        seen.append(line)
    return None
