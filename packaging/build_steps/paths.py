"""Where the steps of a build find and leave things."""

from __future__ import annotations

import os
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
CONSTRAINTS = ROOT / "scripts/constraints.txt"
BUILD = ROOT / "build/packaging"
DIST = ROOT / "dist"


def wheel_cache() -> Path:
    """The folder of fetched and built wheels, which scripts/setup uses too where it runs."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData/Local")))
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "edge-assistant/wheels"


def python_in(folder: Path) -> Path:
    """The Python of a virtual environment."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def make_venv(folder: Path) -> Path:
    """Make a virtual environment with pip; its Python."""
    venv.create(folder, with_pip=True, symlinks=sys.platform != "win32")
    return python_in(folder)
