"""Long lines in pieces: the recogniser takes more memory the wider its input is, and was trained on narrow ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

MAX_WIDTH = 1280
"""Pixels of a line of 48 pixels' height that are read at once."""
WORD_GAP = 9
"""Pixels without ink that are a space between words, of a line of 48 pixels' height."""
_FLAT = 40
"""Columns whose brightness differs by less than this, of 255, are without ink."""


def split(line: Pixels) -> list[tuple[int, int, bool]]:
    """Return the pieces of a line (rows, columns, colours): start, end, and whether there is a space before it.

    It is cut at the widest gap, so that no letter is.
    """
    pieces = []
    start, spaced = 0, False
    while line.shape[1] - start > MAX_WIDTH:
        cut, gap = _find_gap(line[:, start + MAX_WIDTH // 2 : start + MAX_WIDTH])
        end = start + MAX_WIDTH // 2 + cut
        pieces.append((start, end, spaced))
        start, spaced = end, gap >= WORD_GAP
    return [*pieces, (start, line.shape[1], spaced)]


def widest_gap(part: Pixels) -> int:
    """Return how many columns without ink are side by side at most in this part of a line."""
    return _find_gap(part)[1]


def _find_gap(part: Pixels) -> tuple[int, int]:
    """Return the middle of the widest gap, and its width; without one the column with the least ink, and 0."""
    ink = np.ptp(part.max(axis=2), axis=0)
    edges = np.diff(np.concatenate([[False], ink < _FLAT, [False]]).astype(np.int8))
    starts, ends = np.nonzero(edges == 1)[0], np.nonzero(edges == -1)[0]
    if not len(starts):
        return max(1, int(ink.argmin())), 0
    widest = int((ends - starts).argmax())
    return max(1, int(starts[widest] + ends[widest]) // 2), int(ends[widest] - starts[widest])
