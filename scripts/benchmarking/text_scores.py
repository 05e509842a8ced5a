"""How well a page's text was recognised, beside what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Found = Sequence[tuple[str, Sequence[float]]]
"""Words and their boxes: left, top, right, bottom."""

_SMALL = 15
"""Pixels from ascent to descent of a font of 11 pixels, at most."""
_SLACK = 3
_ALIKE = str.maketrans("“”„‘’", '"""\'\'')


@dataclass(slots=True)
class Score:
    """Counts of one page, or of several added up."""

    words: int = 0
    missed: int = 0
    small: int = 0
    small_missed: int = 0
    buttons: int = 0
    buttons_found: int = 0
    letters: int = 0
    wrong_letters: int = 0

    def add(self, known: Sequence[dict[str, Any]], found: Found) -> None:
        """Add a page: what is known of its lines, and the words that were found.

        A word is found where one of the same letters has its middle in its box. Wrong letters are counted line by line,
        from the words whose middles lie there, so that no order of lines is wanted.
        """
        for line in known:
            missed = 0
            for text, box in line["words"]:
                is_there = any(_alike(each) == _alike(text) and _is_inside(place, box, _SLACK) for each, place in found)
                is_small = box[3] - box[1] <= _SMALL
                missed += not is_there
                self.words += 1
                self.small += is_small
                self.small_missed += is_small and not is_there
            self.missed += missed
            self.buttons += line["button"]
            self.buttons_found += line["button"] and not missed
            if line["words"]:
                boxes = [box for _, box in line["words"]]
                around = [min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), boxes[0][3]]
                read = sorted((place[0], text) for text, place in found if _is_inside(place, around, 1))
                wanted = _alike(" ".join(text for text, _ in line["words"]))
                self.letters += len(wanted)
                self.wrong_letters += _distance(wanted, _alike(" ".join(text for _, text in read)))


def _alike(text: str) -> str:
    return text.translate(_ALIKE)


def _is_inside(box: Sequence[float], other: Sequence[float], slack: int) -> bool:
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return other[0] - slack <= across <= other[2] + slack and other[1] - slack <= down <= other[3] + slack


def _distance(one: str, other: str) -> int:
    """Letters that must be put in, taken out or changed to make one of the other."""
    previous = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, letter_of_other in enumerate(other, 1):
            changed = previous[column - 1] + (letter != letter_of_other)
            current.append(min(previous[column] + 1, current[-1] + 1, changed))
        previous = current
    return previous[-1]
