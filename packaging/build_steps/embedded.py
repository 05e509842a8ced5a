"""Libraries inside of wheels that are parts of their own: which files, under which licence, of which version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from build_steps.licences import NOTICES, Component

_UNKNOWN = "of unknown version"
_LGPL_3 = ("LGPL-3.txt", "GPL-3.txt")
_HEIF = r"(pi_heif(\.libs|/\.dylibs)/)?"
_NUMPY = r"numpy(\.libs|/\.dylibs)/"
_OPENBLAS = r"numpy\.libs/libopenblas[^/]*\.dll"  # on Windows linked with the libraries of its compiler


@dataclass(frozen=True, slots=True)
class Embedded:
    """A library inside of a wheel. `files` is a pattern of whole paths below _internal/.

    Its version is the first group of `version`, looked for in those files' names and contents; else that of the
    package `wheel`, or as its own where it `shares` that package's numbers.
    """

    name: str
    licence: str
    texts: tuple[str, ...]
    files: str
    wheel: str
    version: bytes = rb"(?!)"
    shares: bool = False


_NUMBER = rb"[\0-\x1f](1\.\d+\.\d+)\0"  # libheif and libde265 answer with it when asked for their version
KNOWN = (
    Embedded(
        "Qt",
        "LGPL-3.0-only",
        (*_LGPL_3, "qt.txt", "qt-windows.txt"),
        r"PySide6/(Qt/.+|Qt6[^/]*|plugins/.+|translations/.+)",
        "pyside6-essentials",
        shares=True,
    ),
    Embedded(
        "FFmpeg",
        "LGPL-2.1-or-later",
        ("LGPL-2.1.txt",),
        r"PySide6/(Qt/lib/lib)?(avcodec|avformat|avutil|swresample|swscale)[-.][^/]*",
        "pyside6-essentials",
        rb"FFmpeg version (\d[\w.+-]*)",
    ),
    Embedded(
        "ICU",
        "Unicode-3.0",
        ("icu.txt",),
        r"PySide6/(Qt/lib/lib)?icu(data|i18n|uc|in|dt)[^/]*",
        "pyside6-essentials",
        rb"(?:^|/)(?:lib)?icu[a-z]+\D{0,4}(\d+)",
    ),
    Embedded("llama.cpp", "MIT", ("llama.cpp.txt",), r"llama_cpp/lib/.+", "llama-cpp-python"),
    Embedded("libheif", "LGPL-3.0-or-later", _LGPL_3, _HEIF + r"libheif[-.][^/]*", "pi-heif", _NUMBER),
    Embedded("libde265", "LGPL-3.0-or-later", _LGPL_3, _HEIF + r"libde265[-.][^/]*", "pi-heif", _NUMBER),
    Embedded(
        "libquadmath", "LGPL-2.1-or-later", ("LGPL-2.1.txt",), rf"{_NUMPY}libquadmath[-.][^/]*|{_OPENBLAS}", "numpy"
    ),
    Embedded(
        "GCC-runtime-library",
        "GPL-3.0-or-later WITH GCC-exception-3.1",
        ("gcc-runtime.txt", "GPL-3.txt"),
        rf"{_NUMPY}lib(gfortran|gcc_s)[-.][^/]*|lib(gcc_s_seh|stdc\+\+)-[^/]*\.dll|{_OPENBLAS}",
        "numpy",
        rb"GCC: \([^)\0]*\) (\d[\d.]*)",
    ),
    Embedded("winpthreads", "MIT AND BSD-3-Clause", ("winpthreads.txt",), r"libwinpthread-[^/]*\.dll", "pi-heif"),
)


def embedded_components(folder: Path, packages: Sequence[Component]) -> list[Component]:
    """Those that are in the frozen folder; `packages` are the Python packages."""
    versions = {each.name.lower().replace("_", "-"): each.version for each in packages}
    internal = folder / "_internal"
    paths = sorted(path for path in internal.rglob("*") if path.is_file() and not path.is_symlink())
    components = []
    for each in KNOWN:
        whole = re.compile(each.files)
        files = [path for path in paths if whole.fullmatch(path.relative_to(internal).as_posix())]
        if files:
            components.append(_component(each, files, versions.get(each.wheel, _UNKNOWN)))
    return components


def _component(part: Embedded, files: Iterable[Path], wheels: str) -> Component:
    number = wheels if part.shares else _version(part.version, files) or f"of-{part.wheel}-{wheels}"
    purl = f"pkg:generic/{part.name.lower()}@{number}"
    texts = tuple(NOTICES / text for text in part.texts)
    return Component(part.name, number, part.licence, purl, texts, pattern=part.files)


def _version(pattern: bytes, files: Iterable[Path]) -> str:
    for path in files:
        found = re.search(pattern, path.name.encode()) or re.search(pattern, path.read_bytes())
        if found:
            return found[1].decode()
    return ""
