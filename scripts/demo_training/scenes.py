"""Screens with known contents: windows, dialogs, messages, menus, texts, shapes and apples, drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from . import draw
from .draw import Box, Canvas, Colour
from .lexicon import APPLES, BUTTONS, COLOURS, KINDS, PLACES, SHAPE_NAMES, STATES, TITLES, UNSEEN_WORDS, WORDS
from .strikes import FACES, SIZES

FIRST_HELD_OUT_SEED = 9_000_000
"""Scenes with seeds from here on are never trained on."""

FAMILIES = ("dialog", "notification", "text", "menu", "shapes", "apples", "empty", "tiny")
_FAMILY_WEIGHTS = (26, 12, 16, 13, 13, 12, 3, 5)

Grid = tuple[int, int]
"""Columns and rows of image tokens, each a cell of 32 x 32 pixels."""

CELL = 32
# The grids that screens of these sizes are sent as at a glance (256 image tokens at most).
SCREENS: dict[Grid, tuple[tuple[int, int], ...]] = {
    (21, 12): ((1280, 720), (1366, 768), (1600, 900), (1920, 1080)),
    (20, 12): ((1280, 800), (1440, 900), (1680, 1050)),
    (18, 14): ((1024, 768),),
}
_MIN_COLUMNS, _MAX_COLUMNS, _MIN_ROWS, _MAX_ROWS, _MOST_CELLS = 8, 21, 5, 14, 256
_GRIDS = tuple(
    (columns, rows)
    for columns in range(_MIN_COLUMNS, _MAX_COLUMNS + 1)
    for rows in range(_MIN_ROWS, _MAX_ROWS + 1)
    if columns * rows <= _MOST_CELLS and rows <= columns
)
# Drawn this much larger (per cent) than it is shown, as a picture that something else has resized.
_RESIZED = (80, 125, 150, 200)
_SMALLEST_TEXT = 13
_TINY_TEXT = (6, 8)


@dataclass(frozen=True, slots=True)
class Mark:
    """A thing that can be named (a class of the lexicon) and its box in pixels of the picture."""

    name: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Target:
    """A thing whose place can be asked for: what it is called in a question, its label, its box from 0 to 1000."""

    called: str
    label: str
    box: Box


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture and all that is known of it."""

    seed: int
    family: str
    image: Image.Image
    truth: dict[str, Any]
    marks: tuple[Mark, ...]
    targets: tuple[Target, ...]
    letters: tuple[tuple[str, float, float], ...]
    """Each letter that can be read, and its middle in pixels of the picture."""

    @property
    def held_out(self) -> bool:
        """Whether it is of those that are never trained on."""
        return self.seed >= FIRST_HELD_OUT_SEED


@dataclass
class _Sheet:
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
        return max(1, pixels * self.unit // 100)

    def between(self, low: int, high: int) -> int:
        """A random number of drawn pixels between two measures at the picture's own size."""
        low, high = self.u(low), self.u(high)
        return self.rng.randint(low, max(low, high))

    def chance(self, percent: int) -> bool:
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
            self.marks.append((bare if bare in _WORD_SET else "?", box))
            x += draw.text_width(face, size, word) + space
        return _around(boxes)


_WORD_SET = frozenset(WORDS)
_NOT_INVENTED = _WORD_SET | frozenset(UNSEEN_WORDS)
_CONSONANTS, _VOWELS = "bcdfghjklmnprstvwz", "aeiou"


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


def sentence(sheet: _Sheet) -> str:
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


def make_scene(seed: int, *, family: str | None = None, grid: Grid | None = None) -> Scene:
    """The scene of a seed (0 or more). Training asks for a family and grid; without, the seed decides them."""
    rng = random.Random(seed)
    if family is None:
        family = rng.choices(FAMILIES, _FAMILY_WEIGHTS)[0]
    if grid is None:
        grid = random_grid(rng)
    how = rng.randrange(100)
    shown = _picture_size(rng, grid)
    drawn, unit, resized = shown, 100, False
    if how < 45 and grid in SCREENS:
        drawn = shown = rng.choice(SCREENS[grid])
        unit = drawn[0] * 100 // (grid[0] * CELL)
    elif how < 25:
        unit, resized = rng.choice(_RESIZED), True
        drawn = (shown[0] * unit // 100, shown[1] * unit // 100)
    sheet = _backdrop(rng, drawn, unit, seed >= FIRST_HELD_OUT_SEED)
    _MAKERS[family](sheet)
    image = sheet.canvas.image
    if resized:
        image = image.resize(shown, Image.Resampling.BILINEAR)
    across, down = shown[0] / drawn[0], shown[1] / drawn[1]
    whole = shown[0] % CELL == 0 and shown[1] % CELL == 0
    return Scene(
        seed,
        family,
        image,
        sheet.truth,
        tuple(
            Mark(name, (box[0] * across, box[1] * down, box[2] * across, box[3] * down)) for name, box in sheet.marks
        ),
        # Places are asked for only where the picture is sent without a border, so that there is one truth.
        tuple(Target(called, label, _thousandths(box, drawn)) for called, label, box in sheet.targets)
        if whole or shown in SCREENS.get(grid, ())
        else (),
        tuple((letter, x * across, y * down) for letter, x, y in sheet.letters),
    )


def random_grid(rng: random.Random) -> Grid:
    """A grid, small ones and that of a 16:9 screen more often than others."""
    how = rng.randrange(100)
    if how < 30:
        return 8, 5
    if how < 42:
        return 21, 12
    return rng.choice([grid for grid in _GRIDS if how >= 70 or grid[0] * grid[1] <= 100])


def _picture_size(rng: random.Random, grid: Grid) -> tuple[int, int]:
    if rng.randrange(100) < 60:
        return grid[0] * CELL, grid[1] * CELL
    width = grid[0] * CELL - rng.randrange(CELL)
    height = grid[1] * CELL - rng.randrange(CELL)
    return max(width, _MIN_COLUMNS * CELL - 16), max(height, _MIN_ROWS * CELL - 8)


def _thousandths(box: Box, size: tuple[int, int]) -> Box:
    scaled = [1000 * value // side for value, side in zip(box, (*size, *size), strict=True)]
    return tuple(max(0, min(1000, value)) for value in scaled)  # type: ignore[return-value]


def _around(boxes: list[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


# ---- parts of a screen


def _backdrop(rng: random.Random, size: tuple[int, int], unit: int, held_out: bool) -> _Sheet:
    dark = rng.randrange(2) == 0
    base = rng.randint(15, 60) if dark else rng.randint(185, 250)
    tint = _vary(rng, (base, base, base), 12)
    canvas = Canvas(*size, tint)
    sheet = _Sheet(rng, canvas, unit, dark, held_out)
    width, height = size
    for _ in range(rng.choice((0, 0, 1, 2)) if width > sheet.u(400) else 0):  # windows behind, of which nothing is said
        left, top = rng.randrange(width), rng.randrange(height)
        box = (left, top, left + sheet.between(60, 200), top + sheet.between(40, 140))
        canvas.rectangle(box, _vary(rng, tint, 20))
        canvas.frame(box, _shade(tint, 70), sheet.u(1))
    if sheet.chance(30):  # a bar of the desktop
        thickness = sheet.between(10, 26)
        top = rng.choice((0, height - thickness))
        canvas.rectangle((0, top, width, top + thickness), _vary(rng, tint, 20))
    return sheet


def _vary(rng: random.Random, colour: Colour, by: int) -> Colour:
    red, green, blue = (max(0, min(255, value + rng.randint(-by, by))) for value in colour)
    return red, green, blue


def _shade(colour: Colour, percent: int) -> Colour:
    red, green, blue = (value * percent // 100 for value in colour)
    return red, green, blue


def _ink(background: Colour, rng: random.Random) -> Colour:
    light = 299 * background[0] + 587 * background[1] + 114 * background[2] > 128_000
    return _vary(rng, (22, 22, 22) if light else (238, 238, 238), 14)


@dataclass(frozen=True, slots=True)
class _Window:
    box: Box
    colour: Colour
    content_top: int


_BARS: tuple[Colour, ...] = ((40, 80, 150), (70, 72, 80), (30, 110, 110), (110, 50, 90), (200, 205, 215))


def _window(
    sheet: _Sheet, *, least: tuple[int, int], most: tuple[int, int], title: str | None, bar: bool = True
) -> _Window:
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
        fill = rng.choice(_BARS) if sheet.chance(55) else _shade(colour, 88)
        canvas.rectangle((left, top, box[2], content), fill)
        if sheet.chance(50):
            size = sheet.between(8, 11)
            canvas.stamp(draw.cross(size), box[2] - size - sheet.u(8), top + (height - size) // 2, _ink(fill, rng))
        if title is not None:
            face, size = sheet.font(14, 20)
            wide = draw.text_width(face, size, title)
            room = box[2] - left - sheet.u(30)
            if wide > room:
                face, size = sheet.font(13, 14)
                wide = draw.text_width(face, size, title)
            x = left + (sheet.between(6, 14) if sheet.chance(55) else max(sheet.u(4), (room - wide) // 2))
            sheet.write(x, top + (height - draw.line_height(face, size)) // 2, title, (face, size), _ink(fill, rng))
    canvas.frame(box, _shade(colour, 55), sheet.u(1))
    return _Window(box, colour, content)


# ---- the families


def _dialog(sheet: _Sheet) -> None:
    rng = sheet.rng
    title = sheet.word(TITLES)
    message = sentence(sheet) if sheet.chance(40) else ""
    width, height = 196, 100
    message_font = sheet.font(13, 17)
    if message:
        needed = draw.text_width(*message_font, message) * 100 // sheet.unit + 28
        if needed > sheet.canvas.size[0] * 100 // sheet.unit - 2:
            message = ""
        else:
            width, height = max(width, needed), 116
    window = _window(sheet, least=(width, height), most=(max(width, 380), 220), title=title)
    left, _, right, bottom = window.box
    ink = _ink(window.colour, rng)
    by = bottom - sheet.between(32, 44)
    if message:
        free = by - window.content_top - draw.line_height(*message_font)
        y = window.content_top + rng.randint(max(1, free // 4), max(1, free * 3 // 4))
        sheet.write(left + sheet.between(10, 16), y, message, message_font, ink)
    slots = sorted(rng.sample(range(3), rng.randint(1, 3)))
    labels: list[str] = []
    while len(labels) < len(slots):
        label = sheet.word(BUTTONS)
        if label not in labels and len(label) <= 6:
            labels.append(label)
    font = sheet.font(13, 15)
    room = (right - left - sheet.u(16)) // 3 - sheet.u(4)
    if max(draw.text_width(*font, label) for label in labels) + sheet.u(6) > room:
        font = (rng.choice(("metric-sans", "roboto", "cantarell")), sheet.font(13, 13)[1])
    wide = min(room, max(draw.text_width(*font, label) for label in labels) + sheet.between(10, 40))
    high = min(draw.line_height(*font) + sheet.between(5, 10), bottom - by - sheet.u(4))
    flat = rng.choice(
        ((70, 74, 84), (40, 90, 180), (90, 94, 104))
        if sheet.dark
        else ((220, 222, 226), (190, 212, 245), (206, 208, 212))
    )
    radius = rng.choice((0, 4, 6))
    starts = (left + sheet.u(8), (left + right - wide) // 2, right - wide - sheet.u(8))
    buttons = []
    for slot, label in zip(slots, labels, strict=True):
        box = (starts[slot], by, starts[slot] + wide, by + high)
        sheet.canvas.rounded(box, sheet.u(radius), flat)
        x = box[0] + (wide - draw.text_width(*font, label)) // 2
        sheet.write(x, by + (high - draw.line_height(*font)) // 2, label, font, _ink(flat, rng))
        if label in _WORD_SET:
            sheet.targets.append((f"{label} button", label, box))
        buttons.append((label, slot))
    sheet.truth.update(title=title, message=message, buttons=buttons)


def _notification(sheet: _Sheet) -> None:
    rng = sheet.rng
    width, height = sheet.canvas.size
    kind = rng.choice(tuple(KINDS))
    text = f"{sheet.word(TITLES)} {rng.choice(STATES)}"
    font = sheet.font(14, 20)
    icon = sheet.between(24, 32)
    needed = draw.text_width(*font, text) + icon + sheet.u(40)
    if needed > width - 4:
        font = ("metric-sans", sheet.font(13, 13)[1])
        needed = draw.text_width(*font, text) + icon + sheet.u(30)
    wide = min(width - 2, rng.randint(needed, max(needed, sheet.u(340))))
    high = sheet.between(40, 54)
    row = rng.randrange(3)
    third = height // 3
    centre = third * row + third // 2 + rng.randint(-third // 5, third // 5)
    top = max(1, min(height - high - 1, centre - high // 2))
    left = rng.randint(0, width - wide)
    fill = rng.choice(
        ((60, 62, 70), (45, 45, 50), (75, 77, 85))
        if sheet.dark
        else ((255, 255, 255), (250, 246, 232), (240, 242, 246))
    )
    box = (left, top, left + wide, top + high)
    sheet.canvas.rounded(box, sheet.u(rng.choice((0, 5, 8))), fill)
    x, y = left + sheet.between(6, 14), top + (high - icon) // 2
    colour = _vary(rng, COLOURS[KINDS[kind]], 12)
    inner = icon * 2 // 5
    inset = (icon - inner) // 2
    if kind == "warning":
        sheet.canvas.stamp(draw.triangle(icon), x, y, colour)
        stroke = max(2, icon // 9)
        middle = x + icon // 2 - stroke // 2
        sheet.canvas.rectangle((middle, y + icon * 2 // 5, middle + stroke, y + icon * 7 // 10), (20, 20, 20))
        sheet.canvas.rectangle((middle, y + icon * 3 // 4, middle + stroke, y + icon * 3 // 4 + stroke), (20, 20, 20))
    else:
        sheet.canvas.stamp(draw.disc(icon), x, y, colour)
        sign = draw.cross(inner) if kind == "error" else draw.tick(inner)
        sheet.canvas.stamp(sign, x + inset, y + inset, (255, 255, 255))
    sheet.marks.append((f"{kind} icon", (x, y, x + icon, y + icon)))
    y = top + (high - draw.line_height(*font)) // 2
    sheet.write(x + icon + sheet.between(8, 16), y, text, font, _ink(fill, rng))
    sheet.truth.update(kind=kind, text=text, row=row)


def _text(sheet: _Sheet) -> None:
    """A window with a title and a few lines."""
    rng = sheet.rng
    title = sheet.word(TITLES)
    room_wide = sheet.canvas.size[0] - sheet.u(28)
    font = sheet.font(13, 20)
    pitch = draw.line_height(*font) + sheet.between(10, 18)
    most_lines = min(4, (sheet.canvas.size[1] - sheet.u(50)) // pitch)
    words: list[str] = []
    lines: list[str] = []
    for _ in range(rng.randint(1, 3)):
        more = _wrapped(words + sentence(sheet).split(), font, room_wide)
        if len(more) > most_lines:
            break
        lines, words = more, " ".join(more).split()
    while not lines:
        font = ("metric-sans", sheet.font(13, 13)[1])
        pitch = draw.line_height(*font) + sheet.u(10)
        more = _wrapped(sentence(sheet).split(), font, room_wide)
        lines = more if len(more) <= max(1, most_lines) else []
    widest = max(draw.text_width(*font, line) for line in lines) * 100 // sheet.unit + 28
    high = 36 + (pitch * len(lines) + sheet.u(8)) * 100 // sheet.unit
    window = _window(sheet, least=(max(widest, 120), high), most=(max(widest, 420), high + 60), title=title)
    ink = _ink(window.colour, rng)
    y = window.content_top + rng.randint(
        sheet.u(4), max(sheet.u(4), window.box[3] - window.content_top - pitch * len(lines))
    )
    for line in lines:
        sheet.write(window.box[0] + sheet.u(10), y, line, font, ink)
        y += pitch
    sheet.truth.update(title=title, text=" ".join(lines))


def _wrapped(words: list[str], font: tuple[str, int], room: int) -> list[str]:
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if draw.text_width(*font, longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _menu(sheet: _Sheet) -> None:
    rng = sheet.rng
    width, height = sheet.canvas.size
    font = sheet.font(13, 17)
    pitch = draw.line_height(*font) + sheet.between(9, 16)
    count = rng.randint(2, max(2, min(6, (height - sheet.u(10)) // pitch)))
    items: list[str] = []
    while len(items) < count:
        item = sheet.word(TITLES + BUTTONS)
        if item not in items:
            items.append(item)
    pad = sheet.between(3, 8)
    wide = max(draw.text_width(*font, item) for item in items) + sheet.between(24, 110)
    wide, high = min(wide, width - 2), min(pitch * count + 2 * pad, height)
    left, top = rng.randint(0, width - wide), rng.randint(0, height - high)
    colour = rng.choice(((50, 52, 58), (32, 34, 40)) if sheet.dark else ((245, 245, 246), (255, 255, 255)))
    sheet.canvas.rectangle((left, top, left + wide, top + high), colour)
    sheet.canvas.frame((left, top, left + wide, top + high), _shade(colour, 55), sheet.u(1))
    selected = rng.randrange(count) if sheet.chance(60) else None
    indent = sheet.between(8, 16)
    for number, item in enumerate(items):
        row = (
            left + sheet.u(1),
            top + pad + number * pitch,
            left + wide - sheet.u(1),
            top + pad + (number + 1) * pitch,
        )
        fill = colour
        if number == selected:
            fill = rng.choice(((40, 90, 200), (30, 120, 110), (120, 60, 140)))
            sheet.canvas.rectangle(row, fill)
        y = row[1] + (pitch - draw.line_height(*font)) // 2
        sheet.write(left + indent, y, item, font, _ink(fill, rng))
        if item in _WORD_SET:
            sheet.targets.append((f"{item} entry", item, row))
    sheet.truth.update(items=items, selected=None if selected is None else items[selected])


def _shapes(sheet: _Sheet) -> None:
    rng = sheet.rng
    width, height = sheet.canvas.size
    items = []
    for cell in sorted(rng.sample(range(9), rng.randint(1, 3))):
        shape, colour, large = rng.choice(SHAPE_NAMES), rng.choice(tuple(COLOURS)), sheet.chance(50)
        size = sheet.between(42, 50) if large else sheet.between(20, 27)
        centre = (width * (2 * (cell % 3) + 1) // 6, height * (2 * (cell // 3) + 1) // 6)
        shake = (width // 40, height // 60)
        x = max(0, min(width - size, centre[0] + rng.randint(-shake[0], shake[0]) - size // 2))
        y = max(0, min(height - size, centre[1] + rng.randint(-shake[1], shake[1]) - size // 2))
        sheet.canvas.stamp(draw.SHAPES[shape](size), x, y, _vary(rng, COLOURS[colour], 12))
        box = (x, y, x + size, y + size)
        sheet.marks.append((f"{colour} {shape}", box))
        items.append(("large" if large else "small", colour, shape, PLACES[cell]))
        sheet.targets.append((f"{colour} {shape}", f"{colour} {shape}", box))
    names = [target[0] for target in sheet.targets]
    sheet.targets = [target for target in sheet.targets if names.count(target[0]) == 1]
    sheet.truth.update(items=items)


_APPLE_COLUMNS = 5


def _apples(sheet: _Sheet) -> None:
    """Apples in three rows, at most four in a row."""
    rng = sheet.rng
    width, height = sheet.canvas.size
    rows = []
    while sum(map(sum, rows)) == 0:
        rows = [_apple_row(rng) for _ in range(3)]
    places: list[list[tuple[int, str]]] = []
    for number, (red, green) in enumerate(rows):
        colours = ["red"] * red + ["green"] * green
        rng.shuffle(colours)
        columns = sorted(rng.sample(range(_APPLE_COLUMNS), len(colours)))
        places.append(list(zip(columns, colours, strict=True)))
        for colour, column in zip(colours, columns, strict=True):
            size = sheet.between(20, 28)
            step = width // _APPLE_COLUMNS
            x = step * column + max(0, (step - size) // 2) + rng.randint(-sheet.u(5), sheet.u(5))
            y = height // 3 * number + (height // 3 - size) // 2 + rng.randint(-sheet.u(6), sheet.u(6))
            x, y = max(0, min(width - size, x)), max(sheet.u(6), min(height - size, y))
            stalk = max(2, size // 10)
            sheet.canvas.rectangle((x + size // 2, y - size // 5, x + size // 2 + stalk, y + size // 5), (110, 70, 30))
            sheet.canvas.stamp(draw.disc(size), x, y, _vary(rng, APPLES[colour], 14))
            sheet.canvas.stamp(draw.disc(max(2, size // 5)), x + size // 4, y + size // 4, (250, 240, 235))
            sheet.marks.append((f"{colour} apple", (x, y, x + size, y + size)))
    sheet.truth.update(rows=rows, places=places)


def _apple_row(rng: random.Random) -> tuple[int, int]:
    count = rng.choice((0, 1, 2, 2, 3, 3, 4, 4))
    red = rng.randint(0, count)
    return red, count - red


def _empty(sheet: _Sheet) -> None:
    _window(sheet, least=(140, 90), most=(500, 300), title=None, bar=sheet.chance(60))


def _tiny(sheet: _Sheet) -> None:
    """A window whose text arrives too small to read."""
    rng = sheet.rng
    font = sheet.font(*_TINY_TEXT)
    pitch = draw.line_height(*font) + sheet.between(2, 5)
    window = _window(sheet, least=(150, 90), most=(420, 260), title=None)
    left, _, right, bottom = window.box
    ink = _ink(window.colour, rng)
    y = window.content_top + sheet.between(6, 14)
    top = y
    for _ in range(rng.randint(2, 8)):
        x = left + sheet.u(8)
        while y + pitch < bottom:
            word = invented_word(rng).lower() if sheet.chance(50) else rng.choice(WORDS)
            wide = draw.text_width(*font, word)
            if x + wide > right - sheet.u(8) or (x > left + sheet.u(60) and sheet.chance(8)):
                break
            sheet.canvas.text(x, y, word, *font, ink)
            x += wide + draw.text_width(*font, " ")
        y += pitch
    sheet.marks.append(("tiny", (left + sheet.u(8), top, right - sheet.u(8), min(y, bottom))))


_MAKERS: dict[str, Callable[[_Sheet], None]] = {
    "dialog": _dialog,
    "notification": _notification,
    "text": _text,
    "menu": _menu,
    "shapes": _shapes,
    "apples": _apples,
    "empty": _empty,
    "tiny": _tiny,
}


def make_collage(seed: int, grid: Grid, ease: int = 0) -> Scene:
    """Many words and shapes at once, for teaching the vision tower to name things; no question is asked of it.

    `ease` from 2 to 0: few fonts and places at first, then all of them, then also resized pictures.
    """
    rng = random.Random(seed)
    unit = rng.choice((100, 100, *_RESIZED)) if ease == 0 else 100
    shown = (grid[0] * CELL, grid[1] * CELL)
    drawn = (shown[0] * unit // 100, shown[1] * unit // 100)
    sheet = _backdrop(rng, drawn, unit, False)
    taken: list[Box] = []
    for _ in range(grid[0] * grid[1]):
        _scatter(sheet, taken, ease)
    image = sheet.canvas.image if unit == 100 else sheet.canvas.image.resize(shown, Image.Resampling.BILINEAR)
    scale = 100 / unit
    marks = tuple(Mark(name, tuple(value * scale for value in box)) for name, box in sheet.marks)  # type: ignore[arg-type]
    targets = tuple(Target(called, label, _thousandths(box, drawn)) for called, label, box in sheet.targets)
    letters = tuple((letter, x * scale, y * scale) for letter, x, y in sheet.letters)
    return Scene(seed, "collage", image, {}, marks, targets, letters)


_EASY_FACES = ("dejavu-sans", "metric-sans")
_STEPS = (1, 2, 4)  # pixels between places, by ease


def training_seed(step: int, rank: int, number: int) -> int:
    """A seed for each picture of a run; never one of a scene that is kept for evaluation."""
    return ((step * 2 + rank) * 64 + number) % FIRST_HELD_OUT_SEED


_PANELS: tuple[Colour, ...] = (
    (245, 245, 246), (255, 255, 255), (220, 222, 226), (190, 212, 245), (250, 246, 232), (50, 52, 58), (32, 34, 40),
    (70, 74, 84), (40, 90, 180), (40, 80, 150), (30, 110, 110), (60, 62, 70), (120, 60, 140), (200, 205, 215),
)  # fmt: skip


def _scatter(sheet: _Sheet, taken: list[Box], ease: int) -> None:
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
        sheet.write(x, y, word + ("." if sheet.chance(8) else ""), font, _ink(background, rng))
        return
    what = rng.randrange(100)
    if what < 30:
        colour = rng.choice(tuple(APPLES))
        sheet.canvas.stamp(draw.disc(wide), x, y, _vary(rng, APPLES[colour], 14))
        sheet.canvas.rectangle(
            (x + wide // 2, y - wide // 5, x + wide // 2 + max(2, wide // 10), y + wide // 5), (110, 70, 30)
        )
        sheet.canvas.stamp(draw.disc(max(2, wide // 5)), x + wide // 4, y + wide // 4, (250, 240, 235))
        name = f"{colour} apple"
    else:
        colour, shape = rng.choice(tuple(COLOURS)), rng.choice(SHAPE_NAMES)
        sheet.canvas.stamp(draw.SHAPES[shape](wide), x, y, _vary(rng, COLOURS[colour], 12))
        name = f"{colour} {shape}"
    sheet.marks.append((name, (x, y, x + wide, y + wide)))
    sheet.targets.append((name, name, (x, y, x + wide, y + wide)))
