"""Windows' installer, made by Inno Setup. Not yet run: see packaging/README.md."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from build_steps.freeze import BuildError
from build_steps.paths import PACKAGING
from build_steps.product import version

_LARGE = ("instruct", "both")


def build(program: Path, icons: Path, out: Path, weights: str) -> Path:
    """Run Inno Setup's compiler; the setup program, beside which lie numbered parts when it has large weights."""
    name = f"edge-assistant-{version()}-{weights}-setup"
    subprocess.run([_inno_setup(), *inno_arguments(program, icons, out, name, weights)], check=True)
    return out / f"{name}.exe"


def inno_arguments(program: Path, icons: Path, out: Path, name: str, weights: str) -> list[str]:
    """What Inno Setup's compiler is told."""
    defines: dict[str, object] = {
        "Version": version(),
        "Program": program,
        "Out": out,
        "Name": name,
        "Icon": icons / "edge-assistant.ico",
    }
    if weights in _LARGE:
        defines["Span"] = 1
    script = PACKAGING / "windows/edge-assistant.iss"
    return [*(f"/D{define}={value}" for define, value in defines.items()), str(script)]


def _inno_setup() -> str:
    places = [r"C:\Program Files (x86)\Inno Setup 6\ISCC.exe", r"C:\Program Files\Inno Setup 6\ISCC.exe"]
    found = shutil.which("iscc") or next((place for place in places if Path(place).is_file()), None)
    if found is None:
        raise BuildError("Inno Setup 6.3 or newer is missing: install it, and run this again.")
    return found
