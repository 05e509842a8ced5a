"""Windows' setup program, made by NSIS, and the portable folder: see packaging/README.md for what was run where."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from build_steps.freeze import BuildError
from build_steps.paths import PACKAGING
from build_steps.product import version
from build_steps.weights import WeightsFile

SCRIPT = PACKAGING / "windows/edge-assistant.nsi"
FORMATS = ("setup", "zip")
LIMIT = 2_000_000_000  # bytes of a setup program: NSIS and Windows' checks of downloaded programs end at 2 GiB
_PORTABLE = """Edge Assistant, portable: it keeps settings, models and caches in the folder data beside it.

Start edge-assistantw.exe. To keep them on this computer instead, remove this file.
"""
_SPARE_KB = 200_000  # disk beyond what is installed, for the first start


@dataclass(frozen=True, slots=True)
class Compiler:
    """NSIS's compiler, its version and its licence."""

    command: str
    version: str
    licence: tuple[Path, ...]


def compiler(environ: Mapping[str, str] = os.environ) -> Compiler:
    """Find makensis. Raises BuildError."""
    places = [
        Path(environ[name], "NSIS/makensis.exe") for name in ("ProgramFiles(x86)", "ProgramFiles") if name in environ
    ]
    found = shutil.which("makensis") or next((str(place) for place in places if place.is_file()), None)
    if found is None:
        raise BuildError("makensis is missing: install NSIS 3.08 or newer (Debian's package nsis), and run this again.")
    told = subprocess.run([found, "-VERSION"], check=True, capture_output=True, text=True).stdout.strip()
    texts = (Path(found).with_name("COPYING"), Path("/usr/share/doc/nsis/copyright"))
    return Compiler(found, told.removeprefix("v"), tuple(path for path in texts if path.is_file())[:1])


def build(
    nsis: Compiler,
    program: Path,
    icons: Path,
    chosen: Sequence[WeightsFile],
    out: Path,
    name: str,
    *,
    formats: Sequence[str] = FORMATS,
    test: bool = False,
) -> list[Path]:
    """Pack the folder `program`; what was made, in the folder `out`. `name` begins the products' names.

    Large models are taken out of `program` in the end: they lie beside the setup program, and it copies them.
    `test` builds are packed quickly rather than small.
    """
    products = []
    if "zip" in formats:
        products.append(pack_portable(program, out / f"{name}-windows-portable.zip", quick=test))
    if "setup" in formats:
        large = [file for file in chosen if not file.target.startswith("demo/")]
        folder = out
        if large:
            folder = out / f"{name}-setup"
            shutil.rmtree(folder, ignore_errors=True)
            take_out(program / "models", large, folder / "models")
        target = folder / f"{name}-setup.exe"
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([nsis.command, *arguments(program, icons, target, large, test=test)], check=True)
        if target.stat().st_size > LIMIT:
            raise BuildError(f"{target} has more than {LIMIT / 1e9:.0f} GB.")
        products += [target, *(folder / "models" / file.target for file in large)]
    return products


def arguments(
    program: Path, icons: Path, target: Path, large: Sequence[WeightsFile], *, test: bool = False
) -> list[str]:
    """What makensis is told."""
    inside = sum(path.stat().st_size for path in program.rglob("*") if path.is_file())
    defines: dict[str, object] = {
        "VERSION": version(),
        "PROGRAM": program,
        "TARGET": target,
        "ICON": icons / "edge-assistant.ico",
        "PROGRAM_KB": inside // 1024,
        "NEEDED_KB": (inside + sum(file.size for file in large)) // 1024 + _SPARE_KB,
    }
    if large:
        defines["MODELS_BESIDE"] = 1
    if test:
        defines["TEST_BUILD"] = 1
    return ["-V2", "-WX", "-INPUTCHARSET", "UTF8", *(f"-D{key}={value}" for key, value in defines.items()), str(SCRIPT)]


def take_out(models: Path, large: Sequence[WeightsFile], target: Path) -> None:
    """Move the large files to the folder beside the setup program, with the list of their checksums."""
    for file in large:
        place = target / file.target
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(models / file.target, place)
    lines = [f"{file.sha256}  {file.target}\n" for file in large]
    (target / "SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="\n")


def pack_portable(program: Path, target: Path, *, quick: bool = False) -> Path:
    """The folder as a zip archive, to be unpacked onto a stick and started there."""
    level = 1 if quick else 9
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        archive.writestr(_entry("portable.txt"), _PORTABLE.replace("\n", "\r\n"), zipfile.ZIP_DEFLATED, level)
        for path in sorted(program.rglob("*")):
            if path.is_file():
                entry = _entry(path.relative_to(program).as_posix())
                entry.file_size = path.stat().st_size
                method = zipfile.ZIP_STORED if path.suffix == ".gguf" else zipfile.ZIP_DEFLATED
                entry.compress_type = method
                with path.open("rb") as source, archive.open(entry, "w") as packed:
                    shutil.copyfileobj(source, packed, 2**20)
    return target


def _entry(place: str) -> zipfile.ZipInfo:
    """The same bytes each time: no time of this day."""
    entry = zipfile.ZipInfo(f"Edge Assistant/{place}")
    entry.external_attr = 0o644 << 16
    return entry
