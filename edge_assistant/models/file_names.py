"""Valid names for a model's files, which may lie in one folder with the program's own files."""

from __future__ import annotations

import os
import re

_MAX_BYTES = 230  # in UTF-8; a part's note and a lock have longer names, and file systems allow 255
# Controls, line ends, surrogates, and direction marks.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_PATH_CHARACTERS = re.compile(r"[/\\]|^[a-zA-Z]:")
_NOT_ON_WINDOWS = re.compile(r'[<>:"/\\|?*]')
# Windows' device names, with any ending.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?")
_RESERVED_NAMES = ("catalog.toml", "sha256sums")
_RESERVED_ENDINGS = (".part", ".part.json", ".new", ".lock")


def is_one_line(text: str) -> bool:
    """Return whether nothing in the text breaks the line or is invisible."""
    return not _INVISIBLE.search(text)


def is_valid_name(name: str) -> bool:
    """Return whether the name is that of a model's file in any folder, and of nothing else."""
    lower = name.lower()
    return (
        0 < len(name.encode(errors="replace")) <= _MAX_BYTES
        and is_one_line(name)
        and not (_NOT_ON_WINDOWS if os.name == "nt" else _PATH_CHARACTERS).search(name)
        and name.strip(". ") != ""
        and not name.endswith((".", " "))
        and not _DEVICES.fullmatch(name)
        and lower not in _RESERVED_NAMES
        and not lower.endswith(_RESERVED_ENDINGS)
    )


def make_valid_name(stem: str, ending: str) -> str:
    """Return a plain file name made from `stem`, changed as little as possible, and `ending`."""
    stem = _NOT_ON_WINDOWS.sub("-", replace_invisible(stem))
    room = _MAX_BYTES - len(f"own-{ending}".encode())
    name = stem.encode()[:room].decode(errors="ignore").strip(". ") + ending
    return name if is_valid_name(name) else f"own-{name}"


def replace_invisible(text: str) -> str:
    """Return the text with a - for each character that `is_one_line` forbids."""
    return _INVISIBLE.sub("-", text)
