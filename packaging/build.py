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
from pathlib import Path

from build_steps import deb, icons, layout, licences, macos, runfile, voice, weights, windows
from build_steps.engine import pinned, portable_wheel
from build_steps.freeze import BuildError, build_python, freeze
from build_steps.libraries import oldest_libc
from build_steps.paths import BUILD, DIST, ROOT
from build_steps.product import version
from build_steps.report import LIMIT_MB, folder_size, report


def main() -> int:
    """Build what the command line asks for; 0, or 1 with the reason on standard error."""
    parsed = _parser().parse_args()
    try:
        for product in _build(parsed):
            print(product)
    except (BuildError, OSError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--weights", choices=weights.FORMS, default="demo", help="what lies beside the program (default: demo)")
    add("--weights-from", type=Path, metavar="FOLDER", help="where the catalogue's files are")
    add("--catalog", type=Path, default=ROOT / "models/catalog.toml", help="another catalogue to go along")
    add("--formats", nargs="*", choices=("run", "deb"), default=["run", "deb"], help="Linux: default both")
    add("--jobs", type=int, default=os.cpu_count() or 1, help="compilers at once")
    add("--engine", type=Path, metavar="WHEEL", help="take this llama-cpp-python; not for giving away")
    add("--frozen", action="store_true", help="take the program that was frozen last")
    add("--engine-only", action="store_true", help="only build the portable engine, and print where it is")
    return parser


def _build(parsed: argparse.Namespace) -> list[Path]:
    engine = parsed.engine or portable_wheel(jobs=parsed.jobs)
    if parsed.engine_only:
        return [engine]
    DIST.mkdir(exist_ok=True)
    BUILD.mkdir(parents=True, exist_ok=True)
    chosen = weights.chosen(parsed.weights, parsed.weights_from, parsed.catalog)
    python = build_python(engine)
    drawn = icons.draw(python)
    frozen = BUILD / "frozen/edge-assistant"
    if not (parsed.frozen and frozen.is_dir()):
        frozen = freeze(python)
    components = licences.python_components(python)
    if sys.platform == "linux":
        components += licences.debian_components(licences.brought_packages(frozen))
    licences.write_texts(components, BUILD / "licences")
    program = layout.put_together(
        frozen, chosen, parsed.catalog, BUILD / "licences", licences.bill_of_materials(components, chosen, frozen)
    )
    products: list[Path] = []
    own_voice = voice.collect() if sys.platform == "linux" and "run" in parsed.formats else None
    if sys.platform == "linux":
        layout.add_desktop(program, drawn)
        name = f"edge-assistant-{version()}-{parsed.weights}"
        if own_voice is not None:
            products += runfile.build(program, own_voice, chosen, DIST / f"{name}-x86_64.run")
        if "deb" in parsed.formats:
            compressed = parsed.weights in ("none", "demo")
            products.append(deb.build(program, DIST / f"{name}_amd64.deb", compressed=compressed))
    elif sys.platform == "win32":
        products.append(windows.build(program, drawn, DIST, parsed.weights))
    elif sys.platform == "darwin":
        products.append(macos.build(frozen.with_name("Edge Assistant.app"), program, DIST, parsed.weights))
    versions = (
        f"Edge Assistant {version()}, weights: {parsed.weights}; llama-cpp-python {pinned('llama-cpp-python')}, "
        f"PyInstaller {pinned('pyinstaller')}, Python {platform.python_version()}, "
        f"PySide6 {pinned('PySide6-Essentials')}"
    )
    libc = ".".join(map(str, oldest_libc(program))) if sys.platform == "linux" else ""
    (DIST / "report.md").write_text(report(program, own_voice, chosen, products, libc, versions), encoding="utf-8")
    products.append(DIST / "report.md")
    size = folder_size(program) - sum(file.size for file in chosen)
    if size > LIMIT_MB * 1_000_000:
        raise BuildError(f"The program without weights has {size / 1e6:.0f} MB, more than {LIMIT_MB} MB.")
    return products


if __name__ == "__main__":
    sys.exit(main())
