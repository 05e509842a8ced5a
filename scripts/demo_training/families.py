"""The families of scenes: dialogs, messages, texts, menus, shapes, apples, empty windows, and text too small to read.

Each draws one on a sheet and notes what is true of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from . import draw
from .lexicon import APPLES, BUTTONS, COLOURS, KINDS, PLACES, SHAPE_NAMES, STATES, TITLES, WORDS
from .sheet import KNOWN_WORDS, Sheet, draw_window, ink_on, invented_word, sentence, shade, vary

_TINY_TEXT = (6, 8)
_APPLE_COLUMNS = 5


def _dialog(sheet: Sheet) -> None:
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
    window = draw_window(sheet, least=(width, height), most=(max(width, 380), 220), title=title)
    left, _, right, bottom = window.box
    ink = ink_on(window.colour, rng)
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
        sheet.write(x, by + (high - draw.line_height(*font)) // 2, label, font, ink_on(flat, rng))
        if label in KNOWN_WORDS:
            sheet.targets.append((f"{label} button", label, box))
        buttons.append((label, slot))
    sheet.truth.update(title=title, message=message, buttons=buttons)


def _notification(sheet: Sheet) -> None:
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
    colour = vary(rng, COLOURS[KINDS[kind]], 12)
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
    sheet.write(x + icon + sheet.between(8, 16), y, text, font, ink_on(fill, rng))
    sheet.truth.update(kind=kind, text=text, row=row)


def _text(sheet: Sheet) -> None:
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
    window = draw_window(sheet, least=(max(widest, 120), high), most=(max(widest, 420), high + 60), title=title)
    ink = ink_on(window.colour, rng)
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


def _menu(sheet: Sheet) -> None:
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
    sheet.canvas.frame((left, top, left + wide, top + high), shade(colour, 55), sheet.u(1))
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
        sheet.write(left + indent, y, item, font, ink_on(fill, rng))
        if item in KNOWN_WORDS:
            sheet.targets.append((f"{item} entry", item, row))
    sheet.truth.update(items=items, selected=None if selected is None else items[selected])


def _shapes(sheet: Sheet) -> None:
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
        sheet.canvas.stamp(draw.SHAPES[shape](size), x, y, vary(rng, COLOURS[colour], 12))
        box = (x, y, x + size, y + size)
        sheet.marks.append((f"{colour} {shape}", box))
        items.append(("large" if large else "small", colour, shape, PLACES[cell]))
        sheet.targets.append((f"{colour} {shape}", f"{colour} {shape}", box))
    names = [target[0] for target in sheet.targets]
    sheet.targets = [target for target in sheet.targets if names.count(target[0]) == 1]
    sheet.truth.update(items=items)


def _apples(sheet: Sheet) -> None:
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
            sheet.canvas.stamp(draw.disc(size), x, y, vary(rng, APPLES[colour], 14))
            sheet.canvas.stamp(draw.disc(max(2, size // 5)), x + size // 4, y + size // 4, (250, 240, 235))
            sheet.marks.append((f"{colour} apple", (x, y, x + size, y + size)))
    sheet.truth.update(rows=rows, places=places)


def _apple_row(rng: random.Random) -> tuple[int, int]:
    count = rng.choice((0, 1, 2, 2, 3, 3, 4, 4))
    red = rng.randint(0, count)
    return red, count - red


def _empty(sheet: Sheet) -> None:
    draw_window(sheet, least=(140, 90), most=(500, 300), title=None, bar=sheet.chance(60))


def _tiny(sheet: Sheet) -> None:
    """A window whose text arrives too small to read."""
    rng = sheet.rng
    font = sheet.font(*_TINY_TEXT)
    pitch = draw.line_height(*font) + sheet.between(2, 5)
    window = draw_window(sheet, least=(150, 90), most=(420, 260), title=None)
    left, _, right, bottom = window.box
    ink = ink_on(window.colour, rng)
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


MAKERS: dict[str, Callable[[Sheet], None]] = {
    "dialog": _dialog,
    "notification": _notification,
    "text": _text,
    "menu": _menu,
    "shapes": _shapes,
    "apples": _apples,
    "empty": _empty,
    "tiny": _tiny,
}
