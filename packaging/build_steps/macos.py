"""macOS' disk image. Not yet run: see packaging/README.md."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path

from build_steps.paths import PACKAGING
from build_steps.product import version


def build(app: Path, program: Path, out: Path, weights: str) -> Path:
    """Sign the bundle `app` and put it into a disk image, with what lies beside the program in `program`."""
    image = out / f"edge-assistant-{version()}-{weights}-{platform.machine()}.dmg"
    subprocess.run([str(PACKAGING / "macos/dmg.sh"), str(app), str(program), str(image)], check=True)
    return image
