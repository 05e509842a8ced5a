#!/usr/bin/env python3
"""Builds what people install, from a clean checkout into dist/: see packaging/README.md and --help.

Python 3.11 is enough to run it: what it builds with goes into environments of its own below build/.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from build_steps import (
    bom,
    deb,
    embedded,
    foreign_python,
    icons,
    layout,
    licences,
    macos,
    parts,
    runfile,
    voice,
    weights,
    windows,
)
from build_steps.engine import pinned, portable_wheel
from build_steps.freeze import BuildError, build_python, freeze, modules_list, traces
from build_steps.libraries import oldest_libc
from build_steps.paths import BUILD, DIST, ROOT, python_in
from build_steps.product import source_date, version
from build_steps.report import LIMIT_MB, folder_size, report
from build_steps.weights import WeightsFile

SYSTEMS = {"linux": "linux", "win32": "windows", "darwin": "macos"}
FORMATS = {"linux": ("run", "deb"), "windows": windows.FORMATS, "macos": ("dmg",)}


def main() -> int:
    """Build what the command line asks for; 0, or 1 with the reason on standard error."""
    parsed = _parser().parse_args()
    os.environ.setdefault(
        "SOURCE_DATE_EPOCH", str(source_date())
    )  # PyInstaller, dpkg-deb and the engine's build read it
    try:
        for product in [portable_wheel(jobs=parsed.jobs)] if parsed.engine_only else _build(parsed):
            print(product)
    except (BuildError, LookupError, OSError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    own = SYSTEMS.get(sys.platform, "linux")
    add("--weights", choices=weights.FORMS, default="demo", help="what lies beside the program (default: demo)")
    add("--weights-from", type=Path, metavar="FOLDER", help="where the catalogue's files are")
    add("--catalog", type=Path, default=ROOT / "models/catalog.toml", help="another catalogue to go along")
    add("--system", choices=(own, "windows"), default=own, help="windows: a test build, by --windows-python")
    add(
        "--windows-python",
        metavar="COMMAND",
        default=os.environ.get("WINDOWS_PYTHON", ""),
        help="runs a Windows Python with all packages and PyInstaller (default: WINDOWS_PYTHON of the environment)",
    )
    add("--formats", nargs="*", choices=sum(FORMATS.values(), ()), help="default: all of the system")
    add("--jobs", type=int, default=os.cpu_count() or 1, help="compilers at once")
    add("--engine", type=Path, metavar="WHEEL", help="take this llama-cpp-python; makes a test build")
    add("--frozen", action="store_true", help="take the program that was frozen last")
    add("--engine-only", action="store_true", help="only build the portable engine, and print where it is")
    return parser


def _build(parsed: argparse.Namespace) -> list[Path]:
    foreign = sys.platform != "win32" and parsed.system == "windows"
    test = foreign or parsed.engine is not None
    formats = parsed.formats or FORMATS[parsed.system]
    DIST.mkdir(exist_ok=True)
    BUILD.mkdir(parents=True, exist_ok=True)
    chosen = weights.chosen(parsed.weights, parsed.weights_from, parsed.catalog)
    nsis = windows.compiler() if parsed.system == "windows" and "setup" in formats else None
    frozen, drawn, components = _freeze_foreign(parsed) if foreign else _freeze(parsed)
    components += embedded.embedded_components(frozen, components)
    parts.check(frozen, modules_list(foreign=foreign), components)
    text = weights.text_models_of(Path(sys.executable) if foreign else python_in(BUILD / "venv"))
    components += licences.text_model_components(text)
    if nsis is not None:
        components.append(licences.nsis_component(nsis.version, nsis.licence))
    licences.write_texts(components, BUILD / "licences")
    program = layout.put_together(
        frozen,
        [*chosen, *text],
        parsed.catalog,
        BUILD / "licences",
        bom.bill_of_materials(components, [*chosen, *(file for file in text if file.path.suffix == ".onnx")], frozen),
        test=test,
    )
    name = f"edge-assistant-{version()}-{parsed.weights}{'-test' if test else ''}"
    size = folder_size(program) - sum(file.size for file in chosen)
    own_voice = voice.collect() if parsed.system == "linux" and "run" in formats else None
    versions = (
        f"Edge Assistant {version()}, weights: {parsed.weights}; llama-cpp-python {pinned('llama-cpp-python')}, "
        f"PyInstaller {pinned('pyinstaller')}, Python {components[0].version}, "
        f"PySide6 {pinned('PySide6-Essentials')} ({platform.system()})"
    )
    libc = ".".join(map(str, oldest_libc(program))) if parsed.system == "linux" else ""
    if parsed.system == "linux":
        products = _pack_for_linux(parsed, formats, program, drawn, own_voice, chosen, name)
    elif parsed.system == "windows":
        products = windows.build(nsis, program, drawn, chosen, DIST, name, formats=formats, test=test)
    else:
        products = [macos.build(frozen.with_name("Edge Assistant.app"), program, DIST, parsed.weights)]
    page = report(program, own_voice, size, chosen, products, libc, versions, traces(program))
    sums = "".join(f"{weights.digest(product)}  {product.relative_to(DIST).as_posix()}\n" for product in products)
    (DIST / layout.SUMS).write_text(sums, encoding="utf-8", newline="\n")
    (DIST / "report.md").write_text(page, encoding="utf-8")
    if size > LIMIT_MB * 1_000_000:
        raise BuildError(f"The program without weights has {size / 1e6:.0f} MB, more than {LIMIT_MB} MB.")
    return [*products, DIST / layout.SUMS, DIST / "report.md"]


def _freeze(parsed: argparse.Namespace) -> tuple[Path, Path, list[licences.Component]]:
    """The frozen program, the drawn icons and the parts of others, with a Python made for that."""
    python = build_python(parsed.engine or portable_wheel(jobs=parsed.jobs))
    drawn = icons.draw(python)
    frozen = BUILD / "frozen/edge-assistant"
    if not (parsed.frozen and frozen.is_dir()):
        frozen = freeze(python)
    components = licences.python_components(python)
    if sys.platform == "linux":
        components += licences.debian_components(frozen)
    return frozen, drawn, components


def _freeze_foreign(parsed: argparse.Namespace) -> tuple[Path, Path, list[licences.Component]]:
    """The same with a Windows Python that this system runs."""
    python = foreign_python.command(parsed.windows_python)
    drawn = icons.draw(Path(sys.executable))
    frozen = BUILD / "frozen-windows/edge-assistant"
    if not (parsed.frozen and frozen.is_dir()):
        frozen = foreign_python.freeze(python)
    return frozen, drawn, foreign_python.components(python)


def _pack_for_linux(
    parsed: argparse.Namespace,
    formats: Sequence[str],
    program: Path,
    drawn: Path,
    own_voice: Path | None,
    chosen: list[WeightsFile],
    name: str,
) -> list[Path]:
    layout.add_desktop(program, drawn)
    products: list[Path] = []
    if own_voice is not None:
        products += runfile.build(program, own_voice, chosen, DIST / f"{name}-x86_64.run")
    if "deb" in formats:
        compressed = parsed.weights in ("none", "demo")
        products.append(deb.build(program, DIST / f"{name}_amd64.deb", compressed=compressed))
    return products


if __name__ == "__main__":
    sys.exit(main())
