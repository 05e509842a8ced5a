#!/usr/bin/env python3
"""Makes packaging/notices/qt.txt, the notices of what Qt itself is made of, from the sources of its modules.

    python3 packaging/gather_notices.py QTBASE QTSVG QTMULTIMEDIA QTDECLARATIVE >packaging/notices/qt.txt

Each argument is the folder of a module's sources. Qt writes down in files named qt_attribution.json which parts of
others it has, as its own pages of licences are made from; its wheels lack them. To be run for a new version of Qt.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

# Not in the libraries: what tests, examples and builds of Qt use, other systems, and what is dropped (qt.py).
_UNUSED = re.compile(r"/(tests|examples|util|cmake|testlib|testinternal|gradle|android|wasm|cocoa|eigen|pffft"
                     r"|resonance-audio|quickcontrols)/")  # fmt: skip
_LINE = "-" * 100


def main() -> int:
    """Print the page of the modules that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", type=Path, nargs="+", metavar="FOLDER", help="the sources of a module of Qt")
    modules: list[Path] = parser.parse_args().modules
    for module in modules:
        if not (module / ".cmake.conf").is_file():
            parser.error(f"{module} is no folder with the sources of a module of Qt")
    versions = ", ".join(f"{module.name} {_version(module)}" for module in modules)
    print(f"Parts of others in Qt, by the qt_attribution.json files of its sources ({versions}).\n")
    texts: dict[str, list[str]] = {}
    for module in modules:
        for folder, entry in _entries(module):
            name = " ".join(filter(None, (entry["Name"], str(entry.get("Version", "")))))
            print(f"{_LINE}\n{name}: {entry['License']} ({entry['LicenseId']})\n{entry['QtUsage']}\n")
            print("\n".join(_copyrights(folder, entry)), "\n")
            for path in _texts(module, folder, entry):
                texts.setdefault(_plain(path), []).append(str(entry["Name"]))
    print(f"{_LINE}\nTheir licences\n{_LINE}")
    for text, names in texts.items():
        print(f"{_LINE}\nOf {', '.join(dict.fromkeys(names))}:\n\n{text.strip()}\n")
    return 0


def _version(module: Path) -> str:
    found = re.search(r'MODULE_VERSION "([\d.]+)"', (module / ".cmake.conf").read_text(encoding="utf-8"))
    return found[1] if found else "of unknown version"


def _entries(module: Path) -> Iterator[tuple[Path, dict[str, object]]]:
    """Every part, with the folder that it is described in."""
    for path in sorted(module.rglob("qt_attribution.json")):
        if _UNUSED.search(path.as_posix()):
            continue
        told = json.loads(path.read_text(encoding="utf-8"), strict=False)  # lines may be broken in strings
        for entry in told if isinstance(told, list) else [told]:
            yield path.parent, entry


def _copyrights(folder: Path, entry: dict[str, object]) -> list[str]:
    if isinstance(file := entry.get("CopyrightFile"), str):
        return [_plain(folder / file).strip()]
    told = entry.get("Copyright", "")
    return [told] if isinstance(told, str) else [str(line) for line in told]  # type: ignore[attr-defined]


def _texts(module: Path, folder: Path, entry: dict[str, object]) -> list[Path]:
    """The licence files of a part; where it has none, those that SPDX has under the identifiers."""
    named = entry.get("LicenseFiles") or entry.get("LicenseFile")
    if named:
        # Relative to the file, or to the part's own folder.
        names = [named] if isinstance(named, str) else named
        places = (folder, folder / str(entry.get("Path", "")))
        found = [place / name for name in names for place in places]  # type: ignore[attr-defined]
    else:
        identifiers = re.findall(r"[\w.+-]+", str(entry["LicenseId"]))
        found = [module / "LICENSES" / f"{each}.txt" for each in identifiers if each not in ("OR", "AND", "WITH")]
    texts = [path for path in found if path.is_file()]
    if not texts:
        print(f"{entry['Name']} has no text: {found}", file=sys.stderr)
    return texts


def _plain(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n")


if __name__ == "__main__":
    sys.exit(main())
