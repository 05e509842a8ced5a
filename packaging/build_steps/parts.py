"""Whose every file of the frozen program is: what belongs to no part stops the build, as nobody knows its licence."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from build_steps.freeze import BuildError
from build_steps.licences import NOTICES, Component

_INTERNAL = "_internal/"
# The start, which is PyInstaller's with our modules in it, and what of ours lies in _internal/.
_OURS = re.compile(r"edge-assistantw?(\.exe)?|_internal/edge_assistant/.+")
# Modules that PyInstaller and the build of Python make.
_MADE = ("pyi", "_pyi", "_sysconfigdata")
_OUR_MODULES = {"edge_assistant", "setup_steps", "launch", "find_library"}
# Other people's libraries inside of wheels that tell nothing of them: which files, and where their version stands.
_FFMPEG = r"PySide6/(Qt/lib/lib)?(avcodec|avformat|avutil|swresample|swscale)[-.][^/]*"
_ICU = r"PySide6/(Qt/lib/lib)?icu(data|i18n|uc|in|dt)[^/]*"
_QT = r"PySide6/(Qt/.+|Qt6[^/]*|plugins/.+|translations/.+)"
_LLAMA = r"llama_cpp/lib/.+"


def embedded_components(folder: Path, packages: Sequence[Component]) -> list[Component]:
    """Qt, FFmpeg, ICU and llama.cpp, as far as they are in the frozen folder; `packages` are the Python packages."""
    versions = {each.name.lower().replace("_", "-"): each.version for each in packages}
    qt = versions.get("pyside6-essentials", "of unknown version")
    engine = versions.get("llama-cpp-python", "of unknown version")
    known = [
        _part("Qt", qt, "LGPL-3.0-only", _QT, "LGPL-3.txt", "GPL-3.txt", "qt.txt", "qt-windows.txt"),
        _part("FFmpeg", _ffmpeg_version(folder), "LGPL-2.1-or-later", _FFMPEG, "LGPL-2.1.txt"),
        _part("ICU", _icu_version(folder), "Unicode-3.0", _ICU, "icu.txt"),
        _part("llama.cpp", f"of-llama-cpp-python-{engine}", "MIT", _LLAMA, "llama.cpp.txt"),
    ]
    places = [place.removeprefix(_INTERNAL) for place in _files(folder)]
    return [each for each in known if any(re.fullmatch(each.pattern, place) for place in places)]


def _part(name: str, number: str, licence: str, pattern: str, *texts: str) -> Component:
    purl = f"pkg:generic/{name.lower()}@{number}"
    return Component(name, number, licence, purl, tuple(NOTICES / text for text in texts), pattern=pattern)


def _ffmpeg_version(folder: Path) -> str:
    for path in sorted(folder.glob("_internal/PySide6/**/*avutil*")):
        if found := re.search(rb"FFmpeg version (\d[\w.+-]*)", path.read_bytes()):
            return found[1].decode()
    return "of unknown version"


def _icu_version(folder: Path) -> str:
    names = " ".join(path.name for path in folder.glob("_internal/PySide6/**/*icuuc*"))
    found = re.search(r"\d+", names)
    return found[0] if found else "of unknown version"


def unknown_files(folder: Path, components: Iterable[Component]) -> list[str]:
    """Files of the frozen folder that are of no component and not ours."""
    known, patterns = set(), [_OURS]
    for each in components:
        known |= {_INTERNAL + file for file in each.files}
        patterns.append(re.compile(f"{_INTERNAL}(?:{each.pattern})", re.IGNORECASE))
    return [
        place
        for place in _files(folder)
        if place not in known and not any(pattern.fullmatch(place) for pattern in patterns)
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
