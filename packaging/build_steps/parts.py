"""Whose every file of the frozen program is: what belongs to no part stops the build, as nobody knows its licence."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from build_steps.freeze import BuildError
from build_steps.licences import Component

_INTERNAL = "_internal/"
# The start, which is PyInstaller's with our modules in it, and what of ours lies in _internal/.
_OURS = re.compile(r"edge-assistantw?(\.exe)?|_internal/edge_assistant/.+")
# Modules that PyInstaller and the build of Python make.
_MADE = ("pyi", "_pyi", "_sysconfigdata")
_OUR_MODULES = {"edge_assistant", "setup_steps", "launch", "find_library"}


def unknown_files(folder: Path, components: Iterable[Component]) -> list[str]:
    """Files of the frozen folder that are of no component and not ours.

    Capitals do not matter: PyInstaller takes the names of Windows' libraries as other libraries write them.
    """
    known, patterns = set(), [_OURS]
    for each in components:
        known |= {(_INTERNAL + file).lower() for file in each.files}
        patterns.append(re.compile(f"{_INTERNAL}(?:{each.pattern})", re.IGNORECASE))
    return [
        place
        for place in _files(folder)
        if place.lower() not in known and not any(pattern.fullmatch(place) for pattern in patterns)
    ]


def unknown_modules(names: Iterable[str], components: Iterable[Component]) -> list[str]:
    """Modules of Python, by their first names, that are of no component, not ours and not of Python itself."""
    known = _OUR_MODULES | sys.stdlib_module_names
    for each in components:
        known |= {file.split("/")[0].partition(".")[0] for file in each.files}
    return sorted({name for name in names if name not in known and not name.startswith(_MADE)})


def check(folder: Path, modules: Path, components: Sequence[Component]) -> None:
    """Raise BuildError when something in the frozen folder is of no part. `modules` is the recipe's list."""
    strangers = unknown_files(folder, components)
    strangers += unknown_modules(modules.read_text(encoding="utf-8").split(), components)
    if strangers:
        lines = "\n".join(f"  {each}" for each in strangers)
        raise BuildError(
            f"Nobody knows whose these are, and so under which licence; see build_steps/parts.py:\n{lines}"
        )


def _files(folder: Path) -> list[str]:
    """What has bytes of its own; a link leads to what is named here too."""
    paths = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sorted(path.relative_to(folder).as_posix() for path in paths)
