"""Collages: many words and shapes at once, for teaching the vision tower to name things."""

from __future__ import annotations

import random

from PIL import Image

from . import draw
from .draw import Box, Colour
from .lexicon import APPLES, COLOURS, SHAPE_NAMES, WORDS
from .scenes import CELL, RESIZED, Grid, Mark, Scene, Target, thousandths
from .sheet import Sheet, backdrop, ink_on, invented_word, vary

_EASY_FACES = ("dejavu-sans", "metric-sans")
_STEPS = (1, 2, 4)  # pixels between places, by ease
_PANELS: tuple[Colour, ...] = (
    (245, 245, 246), (255, 255, 255), (220, 222, 226), (190, 212, 245), (250, 246, 232), (50, 52, 58), (32, 34, 40),
    (70, 74, 84), (40, 90, 180), (40, 80, 150), (30, 110, 110), (60, 62, 70), (120, 60, 140), (200, 205, 215),
)  # fmt: skip


def make_collage(seed: int, grid: Grid, ease: int = 0) -> Scene:
    """Many words and shapes at once, for teaching the vision tower to name things; no question is asked of it.

    `ease` from 2 to 0: few fonts and places at first, then all of them, then also resized pictures.
    """
    rng = random.Random(seed)
    unit = rng.choice((100, 100, *RESIZED)) if ease == 0 else 100
    shown = (grid[0] * CELL, grid[1] * CELL)
    drawn = (shown[0] * unit // 100, shown[1] * unit // 100)
    sheet = backdrop(rng, drawn, unit, False)
    taken: list[Box] = []
    for _ in range(grid[0] * grid[1]):
        _scatter(sheet, taken, ease)
    image = sheet.canvas.image if unit == 100 else sheet.canvas.image.resize(shown, Image.Resampling.BILINEAR)
    scale = 100 / unit
    marks = tuple(Mark(name, tuple(value * scale for value in box)) for name, box in sheet.marks)  # type: ignore[arg-type]
    targets = tuple(Target(called, label, thousandths(box, drawn)) for called, label, box in sheet.targets)
    letters = tuple((letter, x * scale, y * scale) for letter, x, y in sheet.letters)
    return Scene(seed, "collage", image, {}, marks, targets, letters)


def _scatter(sheet: Sheet, taken: list[Box], ease: int) -> None:
    rng, (width, height) = sheet.rng, sheet.canvas.size
    is_word = sheet.chance(80)
    if is_word:
        word = invented_word(rng) if sheet.chance(6) else rng.choice(WORDS)
        font = sheet.font(13, 20) if ease < 2 else (rng.choice(_EASY_FACES), rng.choice((15, 16, 17)))
        wide, high = draw.text_width(*font, word), draw.line_height(*font)
    else:
        word, font = "", ("", 0)
        wide = high = sheet.between(20, 28) if sheet.chance(70) else sheet.between(42, 50)
    if wide + 4 >= width or high + 4 >= height:
        return
    step = _STEPS[ease]
    x, y = (rng.randint(2, room) // step * step for room in (width - wide - 2, height - high - 2))
    apart = (sheet.u(4), sheet.u(4))
    if any(
        x - apart[0] < box[2]
        and x + wide + apart[0] > box[0]
        and y - apart[1] < box[3]
        and y + high + apart[1] > box[1]
        for box in taken
    ):
        return
    taken.append((x, y, x + wide, y + high))
    if is_word:
        background = sheet.canvas.image.getpixel((x, y))
        if sheet.chance(60):
            background = rng.choice(_PANELS)
            edge = (sheet.between(1, 10), sheet.between(1, 4))
            panel = (x - edge[0], y - edge[1], x + wide + edge[0], y + high + edge[1])
            sheet.canvas.rounded(panel, rng.choice((0, sheet.u(4))), background)
            sheet.targets.append((word, word, panel))
        sheet.write(x, y, word + ("." if sheet.chance(8) else ""), font, ink_on(background, rng))
        return
    what = rng.randrange(100)
    if what < 30:
        colour = rng.choice(tuple(APPLES))
        sheet.canvas.stamp(draw.disc(wide), x, y, vary(rng, APPLES[colour], 14))
        sheet.canvas.rectangle(
            (x + wide // 2, y - wide // 5, x + wide // 2 + max(2, wide // 10), y + wide // 5), (110, 70, 30)
        )
        sheet.canvas.stamp(draw.disc(max(2, wide // 5)), x + wide // 4, y + wide // 4, (250, 240, 235))
        name = f"{colour} apple"
    else:
        colour, shape = rng.choice(tuple(COLOURS)), rng.choice(SHAPE_NAMES)
        sheet.canvas.stamp(draw.SHAPES[shape](wide), x, y, vary(rng, COLOURS[colour], 12))
        name = f"{colour} {shape}"
    sheet.marks.append((name, (x, y, x + wide, y + wide)))
    sheet.targets.append((name, name, (x, y, x + wide, y + wide)))
