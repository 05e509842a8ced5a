"""The file that keeps a window's texts beside its pictures, with the pictures' checksums: docs/images/WINDOW.txt.

A test makes the texts anew, and so notices when a window was changed and its pictures were not.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

LOOKS = ("light", "dark", "high-contrast", "200-percent")
"""How each window is drawn, to WINDOW-LOOK.png."""

_END_OF_PICTURES = ""


@dataclass(frozen=True, slots=True)
class TextsFile:
    """A window's texts, and the checksum of each of its pictures by its file name."""

    texts: list[str]
    pictures: dict[str, str]


def write_texts(path: Path, texts: list[str], pictures: list[Path]) -> None:
    """Write the texts of a window, and the checksums of its pictures as they are now."""
    lines = [f"{checksum(picture)}  {picture.name}" for picture in pictures]
    path.write_text("\n".join([*lines, _END_OF_PICTURES, *texts, ""]), encoding="utf-8")


def read_texts(path: Path) -> TextsFile:
    """Read what `write_texts` wrote."""
    lines = path.read_text(encoding="utf-8").splitlines()
    end = lines.index(_END_OF_PICTURES)
    pictures = {name: digest for digest, name in (line.split("  ", 1) for line in lines[:end])}
    return TextsFile(lines[end + 1 :], pictures)


def checksum(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
