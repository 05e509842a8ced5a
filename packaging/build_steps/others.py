"""The installers of Windows (Inno Setup) and macOS (a disk image). Not yet run: see packaging/README.md."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from packing.freeze import BuildError
from packing.places import PACKAGING
from packing.version import START, version

_LARGE = ("instruct", "both")


def windows(program: Path, icons: Path, out: Path, weights: str) -> Path:
    """Run Inno Setup's compiler; the setup program, beside which lie numbered parts when it has large weights."""
    name = f"edge-assistant-{version()}-{weights}-setup"
    subprocess.run([_inno_setup(), *inno_arguments(program, icons, out, name, weights)], check=True)
    return out / f"{name}.exe"


def inno_arguments(program: Path, icons: Path, out: Path, name: str, weights: str) -> list[str]:
    """What Inno Setup's compiler is told."""
    defines: Mapping[str, object] = {
        "Version": version(),
        "Program": program,
        "Out": out,
        "Name": name,
        "Icon": icons / "edge-assistant.ico",
        "Start": START,
        **({"Span": 1} if weights in _LARGE else {}),
    }
    script = PACKAGING / "windows/edge-assistant.iss"
    return [*(f"/D{define}={value}" for define, value in defines.items()), str(script)]


def mac(app: Path, program: Path, out: Path, weights: str) -> Path:
    """Sign the bundle and put it into a disk image."""
    image = out / f"edge-assistant-{version()}-{weights}-{platform.machine()}.dmg"
    subprocess.run([str(PACKAGING / "macos/dmg.sh"), str(app), str(program), str(image)], check=True)
    return image


def _inno_setup() -> str:
    places = [r"C:\Program Files (x86)\Inno Setup 6\ISCC.exe", r"C:\Program Files\Inno Setup 6\ISCC.exe"]
    found = shutil.which("iscc") or next((place for place in places if Path(place).is_file()), None)
    if found is None:
        raise BuildError("Inno Setup 6.3 or newer is missing: install it, and run this again.")
    return found
