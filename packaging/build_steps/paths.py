"""Where the builders find and leave things."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
CONSTRAINTS = ROOT / "scripts/constraints.txt"
BUILD = ROOT / "build/packaging"
DIST = ROOT / "dist"


def cache_dir() -> Path:
    """The folder of built wheels, which scripts/setup uses too."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData/Local")))
    elif sys.platform == "darwin":
        base = Path.home() / "Library/Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "edge-assistant/wheels"
