"""Looks for what a person saw, asked or was told, in files and elsewhere, in whatever form it may have been written."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from PIL import Image

_LETTERS = 24  # of a text in base64; the first and last may be another's
_PIXELS = 24
_PIECE = 96  # bytes of a picture's file
PICTURE_FILES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"RIFF", b"II*\x00", b"MM\x00*", b"BM6", b"GIF8")
"""How files of pictures begin, and of sound."""


def forms_of_text(text: str) -> set[bytes]:
    """How a text may be written: as characters of one or two bytes, with escapes, in base64."""
    plain = {text, json.dumps(text)[1:-1], text.encode("unicode_escape").decode("ascii")}
    encoded = {each.encode(encoding) for each in plain for encoding in ("utf-8", "utf-16-le", "utf-16-be")}
    return encoded | {part for each in encoded for part in _in_base64(each)}


def forms_of_picture(path: Path) -> set[bytes]:
    """Pieces of a picture as it may be written: of its file, and of its richest row of pixels in any usual order."""
    file = path.read_bytes()
    found = {file[start : start + _PIECE] for start in range(len(file) // 4, len(file) - _PIECE, len(file) // 4)}
    found |= {part for each in set(found) for part in _in_base64(each)}
    with Image.open(path) as image:
        rgb = image.convert("RGB")
    pixels = rgb.tobytes()
    rows = [pixels[start : start + 3 * _PIXELS] for start in range(0, len(pixels) - 3 * _PIXELS, 3 * _PIXELS)]
    richest = max(rows, key=lambda row: len(set(row)))
    for order in ("RGB", "BGR", "RGBX", "BGRX", "XRGB"):
        found.add(b"".join(_in_order(richest[start : start + 3], order) for start in range(0, len(richest), 3)))
    return found


def _in_order(pixel: bytes, order: str) -> bytes:
    parts = {"R": pixel[:1], "G": pixel[1:2], "B": pixel[2:], "X": b"\xff"}
    return b"".join(parts[each] for each in order)


def _in_base64(data: bytes) -> Iterator[bytes]:
    """The middle of the data in base64, wherever it begins in what is encoded."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + data).strip(b"=")
        middle = encoded[4:-4][:_LETTERS]
        if len(middle) >= _LETTERS // 2:
            yield middle


def found_in(data: bytes, secrets: Mapping[str, Iterable[bytes]]) -> list[str]:
    """The names of the secrets of which some form is in the data."""
    return [name for name, forms in secrets.items() if any(form in data for form in forms)]


def found_in_files(files: Iterable[Path], secrets: Mapping[str, Iterable[bytes]]) -> list[str]:
    """What is wrong with files: a secret in one, or that one is a picture or a sound."""
    wrong = []
    for path in files:
        data = path.read_bytes()
        wrong += [f"{path}: {name}" for name in found_in(data, secrets)]
        if data.startswith(PICTURE_FILES):
            wrong.append(f"{path}: a picture or sound")
    return wrong
