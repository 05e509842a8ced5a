"""Lines in scripts that cannot be recognised: what is read of them is nonsense, or next to nothing.

The recogniser knows Latin, Chinese and Japanese letters. Of Cyrillic, Arabic, Hebrew, Korean, Devanagari, Thai and
others it knows none, and of Greek it lacks those with an accent. The constants were found by trying (ADR 47).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

import numpy as np
import numpy.typing as npt

from edge_assistant.text.scripts import script_of

Pixels = npt.NDArray[np.uint8]

_INK, _LEAST_INK = 40, 7
"""By how much of 255 ink is brighter or darker than the ground, and the pixels of it in a column: a rule has less."""
_REACH = 40
"""Pixels to both sides that a letter explains, which is more than half of the widest."""
_FAR, _FAR_SHARE = 16, 0.15
"""Columns with ink that no letter explains, and their share of all with ink."""
_NO_LETTER, _SURE = 0.5, 0.7
"""The mean of the letters' scores below which nothing was read, and above which all are likely right."""
_WIDE = 100
"""Pixels of a line from which on it is one: narrower ones may be signs."""
_FULL = 0.45
"""The share of columns with ink that a line has at least."""
_LETTERS = 4
"""Letters of a doubtful line that are words; fewer are signs, such as the buttons of a title bar."""
_MAXIMISE = frozenset("□口")
_TITLE_BAR = _MAXIMISE | frozenset("×xX–—-_ ")
"""What the buttons of a title bar are read as, the one for the whole screen among them."""
_GREEK_LETTERS = 3
"""Greek letters that are a word, and no sign of a formula."""


class Verdict(Enum):
    """What a line is."""

    TEXT = auto()
    UNREADABLE = auto()
    NOTHING = auto()


def judge(line: Pixels, letters: Sequence[tuple[str, float]], score: float) -> Verdict:
    """Return whether a line is text, text in a script that cannot be recognised, or signs and noise.

    `line` is its picture, of 48 rows (rows, columns, colours); `letters` are those that were read, each with its place
    across, and `score` is how sure they are on average, without spaces.
    """
    ink = _ink_columns(line)
    is_wide = len(ink) >= _WIDE
    if score < _NO_LETTER:
        return Verdict.UNREADABLE if is_wide and ink.mean() >= _FULL else Verdict.NOTHING
    scripts = [script_of(letter) for letter, _ in letters if letter.isalpha()]
    if scripts.count("GREEK") >= max(_GREEK_LETTERS, len(scripts) / 2):
        return Verdict.UNREADABLE
    signs = {letter for letter, _ in letters}
    if signs & _MAXIMISE and signs <= _TITLE_BAR:
        return Verdict.NOTHING
    far = int((ink & ~_explained(letters, len(ink))).sum())
    if far >= _FAR and far >= _FAR_SHARE * int(ink.sum()):
        return Verdict.UNREADABLE
    if is_wide and score < _SURE:
        words = are_words(len(ink), "".join(letter for letter, _ in letters))
        return Verdict.UNREADABLE if words else Verdict.NOTHING
    return Verdict.TEXT


def are_words(width: int, text: str) -> bool:
    """Return whether a doubtful line, `width` pixels wide, has words, and not just signs."""
    return width >= _WIDE and sum(letter.isalnum() for letter in text) >= _LETTERS


def _ink_columns(line: Pixels) -> npt.NDArray[np.bool_]:
    brightness = line.max(axis=2).astype(np.int16)
    ground = np.median(brightness)
    found: npt.NDArray[np.bool_] = (np.abs(brightness - ground) > _INK).sum(axis=0) >= _LEAST_INK
    return found


def _explained(letters: Sequence[tuple[str, float]], width: int) -> npt.NDArray[np.bool_]:
    """Return which columns are near a letter."""
    steps = np.zeros(width + 1, int)
    for letter, place in letters:
        if not letter.isspace():
            steps[min(width, max(0, round(place) - _REACH))] += 1
            steps[min(width, round(place) + _REACH)] -= 1
    found: npt.NDArray[np.bool_] = steps.cumsum()[:-1] > 0
    return found
