#!/usr/bin/env python3
"""Says in what two builds differ: of one commit, in roots of one release, they should be equal byte by byte.

    python3 packaging/compare_builds.py dist/bookworm other/dist/bookworm

FIRST and SECOND are folders or files. Debian packages that differ are unpacked, to tell which of their files do.
Ends with 1 when something differs.
"""

from __future__ import annotations

import argparse
import filecmp
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Compare what the command line names; 0 when it is equal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=Path, metavar="FIRST")
    parser.add_argument("second", type=Path, metavar="SECOND")
    parsed = parser.parse_args()
    for path in (parsed.first, parsed.second):
        if not path.exists():
            parser.error(f"there is no {path}")
    found = differences(parsed.first, parsed.second)
    print("\n".join(found) if found else "They are equal.")
    return 1 if found else 0


def differences(first: Path, second: Path) -> list[str]:
    """A line for each thing that differs, none when both are equal; times do not count."""
    if first.is_dir() and second.is_dir():
        return _of_folders(first, second)
    if filecmp.cmp(first, second, shallow=False):
        return []
    if first.suffix == second.suffix == ".deb":
        with tempfile.TemporaryDirectory() as work:
            roots = [Path(work, name) for name in ("first", "second")]
            for package, root in zip((first, second), roots, strict=True):
                subprocess.run(["dpkg-deb", "-R", str(package), str(root)], check=True)
            found = _of_folders(*roots)
        return [f"{first.name}: {line}" for line in found] or [f"{first.name}: only times or the order differ"]
    return [f"{first.name}: the contents differ"]


def _of_folders(first: Path, second: Path) -> list[str]:
    found = []
    for place in sorted({path.relative_to(root) for root in (first, second) for path in root.rglob("*")}):
        one, other = first / place, second / place
        kinds = [_kind(path) for path in (one, other)]
        if "nothing" in kinds:
            found.append(f"{place}: only in the {'second' if kinds[0] == 'nothing' else 'first'}")
        elif kinds[0] != kinds[1]:
            found.append(f"{place}: {kinds[0]} and {kinds[1]}")
        elif not one.is_symlink() and one.is_file():
            found += [f"{place.parent}: {line}" for line in differences(one, other)]
    return found


def _kind(path: Path) -> str:
    if path.is_symlink():
        return f"a link to {path.readlink()}"
    if not path.exists():
        return "nothing"
    return f"{'a folder' if path.is_dir() else 'a file'} of mode {path.stat().st_mode & 0o777:o}"


if __name__ == "__main__":
    sys.exit(main())
