"""A scene while it is drawn: the canvas, what was noted of it, and the parts that screens have in common."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from . import draw
from .draw import Box, Canvas, Colour
from .lexicon import STATES, TITLES, UNSEEN_WORDS, WORDS
from .strikes import FACES, SIZES

KNOWN_WORDS = frozenset(WORDS)
_NOT_INVENTED = KNOWN_WORDS | frozenset(UNSEEN_WORDS)
_CONSONANTS, _VOWELS = "bcdfghjklmnprstvwz", "aeiou"
_SMALLEST_TEXT = 13
_BARS: tuple[Colour, ...] = ((40, 80, 150), (70, 72, 80), (30, 110, 110), (110, 50, 90), (200, 205, 215))


@dataclass
class Sheet:
    """A scene while it is drawn. `unit` is how much larger than at its own size it is drawn, in per cent."""

    rng: random.Random
    canvas: Canvas
    unit: int
    dark: bool
    held_out: bool
    truth: dict[str, Any] = field(default_factory=dict)
    marks: list[tuple[str, Box]] = field(default_factory=list)
    targets: list[tuple[str, str, Box]] = field(default_factory=list)
    letters: list[tuple[str, int, int]] = field(default_factory=list)

    def u(self, pixels: int) -> int:
        """Drawn pixels for a measure at the picture's own size."""
        return max(1, pixels * self.unit // 100)

    def between(self, low: int, high: int) -> int:
        """A random number of drawn pixels between two measures at the picture's own size."""
        low, high = self.u(low), self.u(high)
        return self.rng.randint(low, max(low, high))

    def chance(self, percent: int) -> bool:
        """True in so many of a hundred cases."""
        return self.rng.randrange(100) < percent

    def font(self, low: int, high: int) -> tuple[str, int]:
        """A random face, and a size whose text arrives between `low` and `high` pixels high."""
        least, most = self.u(low), self.u(high)
        smallest = max(least, _SMALLEST_TEXT) if low >= _SMALLEST_TEXT else least
        fitting = [size for size in SIZES if smallest <= size <= most]
        size = self.rng.choice(fitting) if fitting else min(SIZES, key=lambda size: abs(size - least))
        return self.rng.choice(FACES), size

    def word(self, words: tuple[str, ...]) -> str:
        """A word of the lexicon, rarely another one."""
        if not self.chance(5):
            return self.rng.choice(words)
        return self.rng.choice(UNSEEN_WORDS) if self.held_out else invented_word(self.rng)

    def write(self, x: int, y: int, text: str, font: tuple[str, int], colour: Colour) -> Box:
        """Write words with single spaces between; each becomes a mark."""
        face, size = font
        space = draw.text_width(face, size, " ")
        boxes = []
        for word in text.split():
            box = self.canvas.text(x, y, word, face, size, colour)
            boxes.append(box)
            self.letters += draw.letter_places(x, y, word, face, size)
            bare = word.rstrip(".")
            self.marks.append((bare if bare in KNOWN_WORDS else "?", box))
            x += draw.text_width(face, size, word) + space
        return _around(boxes)


def invented_word(rng: random.Random) -> str:
    """A capitalised word of 3 to 8 letters that the lexicon does not have, nor the words kept for evaluation."""
    while True:
        letters = ""
        for _ in range(rng.randint(1, 3)):
            letters += (
                rng.choice(_CONSONANTS) + rng.choice(_VOWELS) + (rng.choice(_CONSONANTS) if rng.randrange(2) else "")
            )
        if 3 <= len(letters) <= 8 and not {letters, letters.capitalize()} & _NOT_INVENTED:
            return letters.capitalize()


def sentence(sheet: Sheet) -> str:
    """A sentence such as "Printer is not ready now."; some words may be none of the lexicon's."""
    rng = sheet.rng
    subject = sheet.word(TITLES)
    if sheet.chance(25):
        subject, verb = f"{subject} and {sheet.word(TITLES)}", "are"
    else:
        verb = rng.choice(("is", "was"))
    middle = f"{verb} not" if sheet.chance(25) else verb
    ending = rng.choice(("", "", " now", " today", " again", " for you"))
    return f"{subject} {middle} {rng.choice(STATES)}{ending}."


def _around(boxes: list[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def backdrop(rng: random.Random, size: tuple[int, int], unit: int, held_out: bool) -> Sheet:
    """A sheet with a background, and now and then windows behind and a bar of the desktop."""
    dark = rng.randrange(2) == 0
    base = rng.randint(15, 60) if dark else rng.randint(185, 250)
    tint = vary(rng, (base, base, base), 12)
    canvas = Canvas(*size, tint)
    sheet = Sheet(rng, canvas, unit, dark, held_out)
    width, height = size
    for _ in range(rng.choice((0, 0, 1, 2)) if width > sheet.u(400) else 0):  # windows behind, of which nothing is said
        left, top = rng.randrange(width), rng.randrange(height)
        box = (left, top, left + sheet.between(60, 200), top + sheet.between(40, 140))
        canvas.rectangle(box, vary(rng, tint, 20))
        canvas.frame(box, shade(tint, 70), sheet.u(1))
    if sheet.chance(30):  # a bar of the desktop
        thickness = sheet.between(10, 26)
        top = rng.choice((0, height - thickness))
        canvas.rectangle((0, top, width, top + thickness), vary(rng, tint, 20))
    return sheet


def vary(rng: random.Random, colour: Colour, by: int) -> Colour:
    """A colour near another one."""
    red, green, blue = (max(0, min(255, value + rng.randint(-by, by))) for value in colour)
    return red, green, blue


def shade(colour: Colour, percent: int) -> Colour:
    """A colour at so much of its brightness."""
    red, green, blue = (value * percent // 100 for value in colour)
    return red, green, blue


def ink_on(background: Colour, rng: random.Random) -> Colour:
    """A colour for text that can be read on a background."""
    light = 299 * background[0] + 587 * background[1] + 114 * background[2] > 128_000
    return vary(rng, (22, 22, 22) if light else (238, 238, 238), 14)


@dataclass(frozen=True, slots=True)
class Window:
    """A window that was drawn."""

    box: Box
    colour: Colour
    content_top: int


def draw_window(
    sheet: Sheet, *, least: tuple[int, int], most: tuple[int, int], title: str | None, bar: bool = True
) -> Window:
    """A window somewhere on the canvas, between two sizes in pixels at its own size."""
    rng, canvas = sheet.rng, sheet.canvas
    width = min(sheet.between(least[0], most[0]), canvas.size[0] - 2)
    height = min(sheet.between(least[1], most[1]), canvas.size[1] - 2)
    left, top = rng.randint(0, canvas.size[0] - width), rng.randint(0, canvas.size[1] - height)
    box = (left, top, left + width, top + height)
    colour = rng.choice(
        ((50, 52, 58), (32, 34, 40), (60, 62, 70))
        if sheet.dark
        else ((245, 245, 246), (255, 255, 255), (232, 233, 236))
    )
    canvas.rectangle(box, colour)
    content = top
    if bar:
        height = sheet.between(26, 34)
        content = top + height
        fill = rng.choice(_BARS) if sheet.chance(55) else shade(colour, 88)
        canvas.rectangle((left, top, box[2], content), fill)
        if sheet.chance(50):
            size = sheet.between(8, 11)
            canvas.stamp(draw.cross(size), box[2] - size - sheet.u(8), top + (height - size) // 2, ink_on(fill, rng))
        if title is not None:
            face, size = sheet.font(14, 20)
            wide = draw.text_width(face, size, title)
            room = box[2] - left - sheet.u(30)
            if wide > room:
                face, size = sheet.font(13, 14)
                wide = draw.text_width(face, size, title)
            x = left + (sheet.between(6, 14) if sheet.chance(55) else max(sheet.u(4), (room - wide) // 2))
            sheet.write(x, top + (height - draw.line_height(face, size)) // 2, title, (face, size), ink_on(fill, rng))
    canvas.frame(box, shade(colour, 55), sheet.u(1))
    return Window(box, colour, content)
