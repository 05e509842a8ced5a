"""What a line of text says: crops of the picture through the recogniser, and its steps made into letters and words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np
from PIL import Image

from edge_assistant.ocr import line_pieces, script_guard
from edge_assistant.ocr.page import Box, Line, Word
from edge_assistant.ocr.runtime import Floats, Network
from edge_assistant.ocr.script_guard import Verdict
from edge_assistant.ocr.text_area import Pixels, TextArea

_HEIGHT = 48
"""Pixels: the height of the recogniser's input (its inference.yml)."""
_WIDTH_STEP = 32
"""The width of the input is a multiple of this, so that memory can be used again."""
_SPACE_PROBABILITY = 0.03
"""A blank step is a space where the space's own probability is above this: found by trying, with screens."""
_SURE_SPACE = 0.3
"""Below this, a space between two digits, which are often wide apart, must be seen as a gap."""
_LINE_LETTERS = 8
"""Letters of a doubtful line that is text all the same; fewer may be an icon."""
_WIDENING = 0.1
"""How much wider a crop is at both ends, as a part of its height: else a thin last letter is lost."""
_HALF_LETTER = 8
"""Pixels from a letter's middle to its edge, about, of a line of 48 pixels' height."""
_LEAST_HEIGHT = 8
"""Pixels of a box that may have letters."""
_MIN_SCORE = 0.75
"""The score that three quarters of the letters of a line have at least.

Of 838 lines of screens 99 of 100 had it, of the same upside down one of ten.
"""


class _Letter(NamedTuple):
    """A letter, the pixel of the line where its middle is, and its probability."""

    text: str
    place: float
    score: float


class Recognizer:
    """Reads lines of text."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._letters = ["", *network.metadata("character").split("\n"), " "]  # the first is CTC's blank

    def read(
        self,
        image: Image.Image,
        areas: Sequence[TextArea],
        pool: Executor,
        before_line: Callable[[], None] = lambda: None,
    ) -> Iterator[Line | None]:
        """Yield what each area of an RGB picture says, in the same order; None for what is no text.

        A line without text is one in a script that cannot be recognised.

        Lines are computed one by one, as many at a time as `pool` has threads: several in a batch are no quicker, and
        the first one comes later. `before_line` is called on these threads before each.
        """

        def read(area: TextArea) -> Line | None:
            before_line()
            return self._read_area(image, area)

        return pool.map(read, areas)

    def _read_area(self, image: Image.Image, area: TextArea) -> Line | None:
        wider = _WIDENING * area.height
        if not area.angle:  # what is outside of the picture cannot be seen
            seen = area.part(max(-wider, -area.left), min(area.width + wider, image.width - area.left))
        else:
            seen = area.part(-wider, area.width + wider)
        crop = seen.crop(image, _HEIGHT)
        letters: list[_Letter] = []
        for start, end, is_spaced in line_pieces.split(crop):
            if is_spaced:
                letters.append(_Letter(" ", start, 1.0))
            letters += self._read_piece(crop[:, start:end], start)
        text = " ".join("".join(letter.text for letter in letters).split())
        scores = [letter.score for letter in letters if not letter.text.isspace()]
        score = float(np.mean(scores)) if scores else 0.0
        box = area.box(image.size)
        verdict = script_guard.judge(crop, [(letter.text, letter.place) for letter in letters], score)
        if verdict is Verdict.TEXT and np.quantile(scores, 0.25) >= _MIN_SCORE:
            words = tuple(
                Word(word, _inside(box, seen.part(start, end).box(image.size)))
                for word, start, end in _words(letters, seen.width / crop.shape[1])
            )
            return Line(text, box, words, score)
        is_line = verdict is Verdict.UNREADABLE or (
            verdict is Verdict.TEXT and len(scores) >= _LINE_LETTERS and script_guard.are_words(crop.shape[1], text)
        )
        return Line("", box, score=score) if is_line and area.height >= _LEAST_HEIGHT else None

    def _read_piece(self, crop: Pixels, start: int) -> Iterator[_Letter]:
        """Yield the letters of a piece of a line that starts at pixel `start` of it."""
        width = crop.shape[1]
        batch = np.zeros((1, 3, _HEIGHT, -width // _WIDTH_STEP * -_WIDTH_STEP), np.float32)
        pixels = batch[0, :, :, :width]
        pixels[:] = crop.transpose(2, 0, 1)[::-1]  # blue, green, red
        pixels /= 127.5
        pixels -= 1
        steps: Floats = self._network.run(batch)[0]
        across = batch.shape[3] / len(steps)
        steps = steps[: max(1, round(width / across))]
        space = len(self._letters) - 1
        best = steps.argmax(axis=1)
        faint = (best == 0) & (steps[:, space] > _SPACE_PROBABILITY)
        best[faint] = space
        kept = (best != 0) & (best != np.concatenate([[0], best[:-1]]))
        found = [
            _Letter(self._letters[best[at]], (at + 0.5) * across, float(steps[at, best[at]]))
            for at in np.nonzero(kept)[0].tolist()
        ]
        for number, letter in enumerate(found):
            around = found[max(0, number - 1) : number + 2]
            if letter.text != " " or letter.score > _SURE_SPACE or _is_space(around, crop):
                yield _Letter(letter.text, start + letter.place, letter.score)


def _is_space(around: Sequence[_Letter], crop: Pixels) -> bool:
    """Return whether there is room for a space between its neighbours; where one is no digit there always is."""
    if len(around) < 3 or not (around[0].text.isdigit() and around[2].text.isdigit()):
        return True
    return line_pieces.widest_gap(crop[:, int(around[0].place) : int(around[2].place)]) >= line_pieces.WORD_GAP


def _words(letters: Sequence[_Letter], scale: float) -> Iterator[tuple[str, float, float]]:
    """Yield the words, and where they start and end, a pixel of the letters' places being `scale` of these."""
    word, start, end = "", 0.0, 0.0
    for letter in [*letters, _Letter(" ", 0.0, 0.0)]:
        if not letter.text.isspace():
            start = start if word else letter.place
            end = letter.place
            word += letter.text
        elif word:
            yield word, (start - _HALF_LETTER) * scale, (end + _HALF_LETTER) * scale
            word = ""


def _inside(line: Box, word: Box) -> Box:
    """Return the part of a word's box that is inside of its line's, at least a pixel wide."""
    left = min(line.right - 1, max(line.left, word.left))
    right = max(left + 1, min(line.right, word.right))
    return Box(left, max(line.top, word.top), right, min(line.bottom, word.bottom))
