#!/usr/bin/env python3
"""Builds the installers from a clean checkout into dist/: `packaging/build.py --help`. See packaging/README.md."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

from packing import deb, icons, layout, licences, others, runfile, voice, weights
from packing.engine import pinned, portable_wheel
from packing.freeze import BuildError, build_python, freeze
from packing.libraries import oldest_libc
from packing.places import BUILD, DIST, ROOT
from packing.report import LIMIT_MB, folder_size, report
from packing.version import version


def main() -> int:
    """Build what the command line asks for; 0, or 1 with the reason on standard error."""
    parsed = _parser().parse_args()
    try:
        for product in _build(parsed):
            print(product)
    except (BuildError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Build the program and, on Linux, its installers, into dist/.")
    add = parser.add_argument
    add("--weights", choices=weights.FORMS, default="demo", help="what lies beside the program (default: demo)")
    add("--weights-from", type=Path, metavar="FOLDER", help="where the catalogue's files are")
    add("--catalog", type=Path, default=ROOT / "models/catalog.toml", help="another catalogue to go along")
    add("--formats", nargs="*", choices=("run", "deb"), default=["run", "deb"], help="Linux: default both")
    add("--jobs", type=int, default=os.cpu_count() or 1, help="compilers at once")
    add("--engine", type=Path, metavar="WHEEL", help="take this llama-cpp-python; not for giving away")
    add("--frozen", action="store_true", help="take the program that was frozen last")
    add("--engine-only", action="store_true", help="only build the portable engine, and print where it is")
    add("--limit", type=int, default=runfile.LIMIT, help=argparse.SUPPRESS)
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
    products, own_voice, libc = [], None, ""
    if sys.platform == "linux":
        layout.add_desktop(program, drawn)
        libc = ".".join(map(str, oldest_libc(program)))
        name = f"edge-assistant-{version()}-{parsed.weights}"
        if "run" in parsed.formats:
            own_voice = voice.collect()
            products += runfile.build(program, own_voice, chosen, DIST / f"{name}-x86_64.run", limit=parsed.limit)
        if "deb" in parsed.formats:
            compressed = parsed.weights in ("none", "demo")
            products.append(deb.build(program, DIST / f"{name}_amd64.deb", compressed=compressed))
    elif sys.platform == "win32":
        products.append(others.windows(program, drawn, DIST, parsed.weights))
    elif sys.platform == "darwin":
        products.append(others.mac(frozen.with_name("Edge Assistant.app"), program, DIST, parsed.weights))
    versions = (
        f"Edge Assistant {version()}, weights: {parsed.weights}; llama-cpp-python {pinned('llama-cpp-python')}, "
        f"PyInstaller {pinned('pyinstaller')}, Python {platform.python_version()}, "
        f"PySide6 {pinned('PySide6-Essentials')}"
    )
    (DIST / "report.md").write_text(report(program, own_voice, chosen, products, libc, versions), encoding="utf-8")
    products.append(DIST / "report.md")
    size = folder_size(program) - sum(file.size for file in chosen)
    if size > LIMIT_MB * 1_000_000:
        raise BuildError(f"The program without weights has {size / 1e6:.0f} MB, more than {LIMIT_MB} MB.")
    return products


if __name__ == "__main__":
    sys.exit(main())
