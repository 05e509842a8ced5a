"""Bitmap fonts, so that a scene is the same to the byte on every machine, whatever its FreeType.

A face is a sheet of grey glyphs (`fonts/NAME.png`) and their places (`fonts/NAME.json`). `build` made them once from
the fonts named in `fonts/README.md`; everything else only reads them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).resolve().parent / "fonts"
FACES = (
    "cantarell",
    "dejavu-sans",
    "dejavu-sans-bold",
    "metric-sans",
    "metric-sans-bold",
    "noto-sans",
    "noto-sans-bold",
    "noto-serif",
    "roboto",
)
# Font heights in pixels. The large ones are for screens that are drawn larger than they are sent.
SIZES = (6, 7, 8, 13, 14, 15, 16, 17, 18, 19, 20, 22, 24, 26, 28, 30, 33, 36, 40, 44, 48)
CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,:;!?()-+="
_SHEET_WIDTH = 1600


class MissingFontError(Exception):
    """A face's files are not there, or are not whole."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """A grey picture and where it stands: `left` and `top` from the pen's place on the baseline, in pixels."""

    picture: Image.Image | None
    left: int
    top: int
    advance: int


@dataclass(frozen=True, slots=True)
class Strike:
    """A face at one size."""

    glyphs: dict[str, Glyph]
    ascent: int
    descent: int

    def width(self, text: str) -> int:
        """Pixels that the pen goes forward."""
        return sum(self.glyphs[character].advance for character in text)


@cache
def strike(face: str, size: int) -> Strike:
    """One of FACES at one of SIZES. Raises MissingFontError when the face's files are not there."""
    sheet, table = _face(face)
    if str(size) not in table:
        raise MissingFontError(f"The font {face} has no size {size}. Take one of {SIZES}.")
    entry = table[str(size)]
    glyphs = {}
    for character, (x, y, width, height, left, top, advance) in entry["glyphs"].items():
        picture = sheet.crop((x, y, x + width, y + height)) if width and height else None
        glyphs[character] = Glyph(picture, left, top, advance)
    return Strike(glyphs, entry["ascent"], entry["descent"])


@cache
def _face(face: str) -> tuple[Image.Image, dict[str, dict]]:
    try:
        table = json.loads((FONTS / f"{face}.json").read_text(encoding="ascii"))
        with Image.open(FONTS / f"{face}.png") as sheet:
            return sheet.convert("L"), table
    except (OSError, ValueError) as error:
        raise MissingFontError(
            f"The font {face} is missing or damaged in {FONTS}: {error}. Check out scripts/demo_training/fonts again."
        ) from error


def build(face: str, source: Path) -> None:
    """Render a face's sheet and table from a TrueType or OpenType file. OSError when it cannot be read."""
    table: dict[str, dict] = {}
    places: list[tuple[Image.Image, int, int]] = []
    x = y = row = 0
    for size in SIZES:
        font = ImageFont.truetype(str(source), size, layout_engine=ImageFont.Layout.BASIC)
        glyphs = {}
        for character in CHARACTERS:
            left, top, right, bottom = font.getbbox(character, anchor="ls")
            width, height = max(0, right - left), max(0, bottom - top)
            if character == " ":
                width = height = 0
            if x + width > _SHEET_WIDTH:
                x, y, row = 0, y + row, 0
            if width:
                picture = Image.new("L", (width, height))
                ImageDraw.Draw(picture).text((-left, -top), character, font=font, fill=255, anchor="ls")
                places.append((picture, x, y))
            glyphs[character] = (x, y, width, height, left, top, round(font.getlength(character)))
            x, row = x + width, max(row, height)
        ascent, descent = font.getmetrics()
        table[str(size)] = {"ascent": ascent, "descent": descent, "glyphs": glyphs}
    sheet = Image.new("L", (_SHEET_WIDTH, y + row))
    for picture, left, top in places:
        sheet.paste(picture, (left, top))
    FONTS.mkdir(exist_ok=True)
    sheet.save(FONTS / f"{face}.png", optimize=True)
    (FONTS / f"{face}.json").write_text(json.dumps(table, separators=(",", ":")), encoding="ascii")
