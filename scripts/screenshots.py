#!/usr/bin/env python3
"""Draws the windows of the program into docs/images, and writes each one's texts beside its pictures. Needs no display.

Each is drawn light, dark, in high contrast and at 200 percent, and WINDOW.txt gets its texts and the checksums of these
pictures: a test fails when the texts have changed and the pictures have not. What is shown of a window stands in
rendering/windows.py; whoever adds a window adds it there.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rendering.picture_files import LOOKS, read_texts, write_texts

_ROOT = Path(__file__).resolve().parent.parent
_SCREEN = {"width": 1920, "height": 1080, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1, "x": 0, "y": 0, "name": ""}
"""What Qt's offscreen platform is told of its only screen."""


def main() -> int:
    """Draw all looks, one process each; the exit code of the first that fails, or 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("windows", metavar="WINDOW", nargs="*", help="only this one, such as settings (default: all)")
    parser.add_argument("--look", choices=LOOKS, action="append", help="only this look, and no texts")
    parser.add_argument("--out", type=Path, default=_ROOT / "docs/images", help="the folder (default: docs/images)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / "drawn"
        drawn.mkdir()
        for look in options.look or LOOKS:
            if code := _draw(look, drawn, options.windows):
                return code
            print(look, flush=True)
        options.out.mkdir(parents=True, exist_ok=True)
        for picture in drawn.glob("*.png"):
            (options.out / picture.name).write_bytes(picture.read_bytes())
        for file in () if options.look else drawn.glob("*.txt"):
            pictures = [drawn / f"{file.stem}-{look}.png" for look in LOOKS]
            write_texts(options.out / file.name, read_texts(file).texts, pictures)
    return 0


def _draw(look: str, folder: Path, windows: list[str]) -> int:
    """Draw windows, or all, in one look; return the exit code."""
    screens = folder / "screens.json"
    screens.write_text(json.dumps({"screens": [_SCREEN]}))
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": f"offscreen:configfile={screens}",
        "QT_SCALE_FACTOR": "2" if look == "200-percent" else "1",
    }
    renderer = Path(__file__).with_name("rendering") / "draw.py"
    command = [sys.executable, str(renderer), look, str(folder), *windows]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
