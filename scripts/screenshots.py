#!/usr/bin/env python3
"""Renders the windows of the program into docs/images: light, dark, in high contrast, and at 200 %. Needs no display.

What is shown of each stands in rendering/windows.py; whoever adds a window adds it there.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
LOOKS = ("light", "dark", "high-contrast", "200-percent")
_SCREEN = {"width": 1920, "height": 1080, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1, "x": 0, "y": 0, "name": ""}
"""What Qt's offscreen platform is told of its only screen."""


def main() -> int:
    """Render all looks, one process each; the exit code of the first that fails, or 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("windows", metavar="WINDOW", nargs="*", help="only this one, such as settings (default: all)")
    parser.add_argument("--look", choices=LOOKS, action="append", help="only this look")
    parser.add_argument("--out", type=Path, default=_ROOT / "docs/images", help="the folder for WINDOW-LOOK.png")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    renderer = Path(__file__).with_name("rendering") / "look.py"
    with tempfile.TemporaryDirectory() as folder:
        screens = Path(folder) / "screens.json"
        screens.write_text(json.dumps({"screens": [_SCREEN]}))
        for look in options.look or LOOKS:
            environment = {
                **os.environ,
                "QT_QPA_PLATFORM": f"offscreen:configfile={screens}",
                "XDG_DATA_HOME": "/data",  # nobody's own models and paths are in the pictures
                "QT_SCALE_FACTOR": "2" if look == "200-percent" else "1",
            }
            command = [sys.executable, str(renderer), look, str(options.out), *options.windows]
            if code := subprocess.run(command, env=environment, check=False).returncode:
                return code
            print(look, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
