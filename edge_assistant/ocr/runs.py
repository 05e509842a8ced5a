"""Runs of bands, from the top of a page, that have the gaps between their columns in common."""

from __future__ import annotations

import bisect

import numpy as np

from edge_assistant.ocr.geometry import Boxes, Labels, sides_of

Span = tuple[float, float]
"""From left to right: what a column covers."""


def find_runs(boxes: Boxes, bands: Labels) -> Labels:
    """Number the boxes by runs of bands."""
    order = np.argsort(bands, kind="stable")
    starts = np.searchsorted(bands[order], np.arange(int(bands.max()) + 2))
    sides = np.stack(sides_of(boxes), axis=1)[order]
    runs = np.zeros(int(bands.max()) + 1, int)
    spans: list[Span] = []
    for band in range(len(runs)):
        mine = _merge([(left, right) for left, right in sides[starts[band] : starts[band + 1]].tolist()])
        union = _merge([*spans, *mine])
        if _is_apart(mine, union) and _is_apart(spans, union):
            runs[band], spans = runs[max(band - 1, 0)], union
        else:
            runs[band], spans = runs[band - 1] + 1, mine
    found: Labels = runs[bands]
    return found


def _is_apart(spans: list[Span], union: list[Span]) -> bool:
    """Whether no two spans lie in one of the union."""
    ends = [right for _, right in union]
    return len({bisect.bisect_left(ends, right) for _, right in spans}) == len(spans)


def _merge(spans: list[Span]) -> list[Span]:
    """Return the spans, sorted, where those that touch are one."""
    merged: list[Span] = []
    for left, right in sorted(spans):
        if merged and left <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(right, merged[-1][1])
        else:
            merged.append((left, right))
    return merged
