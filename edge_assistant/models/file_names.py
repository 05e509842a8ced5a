"""Names of weights' files: which ones can be had in one folder, beside the program's own files there."""

from __future__ import annotations

import os
import re

_MOST_BYTES = 230  # in UTF-8; a part's note and a lock have longer names, and file systems end at 255
# Controls, line ends, halves of characters, and what turns the direction of writing.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_NOWHERE = re.compile(r"[/\\]|^[a-zA-Z]:")
_NOT_ON_WINDOWS = re.compile(r'[<>:"/\\|?*]')
# What Windows takes for devices, with any ending.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?")
_OURS = ("catalog.toml", "sha256sums")
_OUR_ENDINGS = (".part", ".part.json", ".new", ".lock")


def is_one_line(text: str) -> bool:
    """Whether nothing in it breaks the line or works unseen."""
    return not _UNSEEN.search(text)


def is_plain(name: str) -> bool:
    """Whether it names a file of weights in whatever folder, and nothing else."""
    lower = name.lower()
    return (
        0 < len(name.encode(errors="replace")) <= _MOST_BYTES
        and is_one_line(name)
        and not (_NOT_ON_WINDOWS if os.name == "nt" else _NOWHERE).search(name)
        and name.strip(". ") != ""
        and not name.endswith((".", " "))
        and not _DEVICES.fullmatch(name)
        and lower not in _OURS
        and not lower.endswith(_OUR_ENDINGS)
    )


def made_plain(stem: str, ending: str) -> str:
    """`stem`, as much like it as can be, with `ending` as a name that is plain on every system."""
    stem = _NOT_ON_WINDOWS.sub("-", one_line(stem))
    room = _MOST_BYTES - len(f"own-{ending}".encode())
    name = stem.encode()[:room].decode(errors="ignore").strip(". ") + ending
    return name if is_plain(name) else f"own-{name}"


def one_line(text: str) -> str:
    """The text with a - for whatever `is_one_line` forbids."""
    return _UNSEEN.sub("-", text)
