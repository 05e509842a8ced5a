"""The frozen program: a Python of its own with the portable engine, and PyInstaller's folder made from it."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from build_steps.libraries import SYSTEM, missing_from_tables
from build_steps.paths import BUILD, CONSTRAINTS, PACKAGING, ROOT, make_venv, python_in, wheel_cache

PROGRAM = "edge-assistant"


class BuildError(Exception):
    """What is built cannot be given to anybody; the text says why."""


def build_python(engine: Path) -> Path:
    """A virtual environment with the program's dependencies, the portable engine and PyInstaller; its Python."""
    folder = BUILD / "venv"
    python = python_in(folder)
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["packaging"]]
    stamp = folder / ".made-from"
    made_from = "\n".join((str(engine), sys.version, CONSTRAINTS.read_text(encoding="utf-8"), *wanted))
    if stamp.exists() and stamp.read_text(encoding="utf-8") == made_from:
        return python
    if folder.exists():
        shutil.rmtree(folder)
    make_venv(folder)
    kept = wheel_cache() / "any"  # what scripts/setup fetched
    pip = [str(python), "-m", "pip", "install", "-q", "-c", str(CONSTRAINTS), "--find-links", str(kept)]
    subprocess.run([*pip, str(engine)], check=True)
    subprocess.run([*pip, *wanted], check=True)
    stamp.write_text(made_from, encoding="utf-8")
    return python


def modules_list(*, foreign: bool = False) -> Path:
    """Where the recipe wrote the first names of the modules that it packed."""
    return BUILD / f"pyinstaller{'-windows' if foreign else ''}" / PROGRAM / "modules.txt"


def freeze(python: Path) -> Path:
    """PyInstaller's folder, without weights. Raises CalledProcessError, and BuildError for an unexpected library."""
    out = BUILD / "frozen"
    subprocess.run(
        [
            *(str(python), "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"),
            *("--distpath", str(out), "--workpath", str(BUILD / "pyinstaller")),
            str(PACKAGING / "edge-assistant.spec"),
        ],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "1"},  # the same bytes each time
        check=True,
    )
    folder = out / PROGRAM
    if sys.platform == "linux":
        slim(folder)
        missing = missing_from_tables(folder, SYSTEM)
        if missing:
            lines = "\n".join(f"  {name} for {', '.join(users[:4])}" for name, users in sorted(missing.items()))
            raise BuildError(f"Decide in build_steps/libraries.py what becomes of these libraries:\n{lines}")
    return folder


def slim(folder: Path) -> None:
    """Linux: leave out what nothing reads: symbols of Python, where it was built with them, and second copies.

    A wheel cannot hold links, so it has each library of the engine under several names.
    """
    for path in folder.glob("_internal/libpython3.*.so*"):
        if not path.is_symlink():
            subprocess.run(["strip", "--strip-unneeded", str(path)], check=True)
    for path in sorted(folder.glob("_internal/llama_cpp/lib/*.so")):
        for versioned in sorted(path.parent.glob(f"{path.name}.*")):
            if filecmp.cmp(path, versioned, shallow=False):
                path.unlink()
                path.symlink_to(versioned.name)
                break


def traces(folder: Path) -> list[str]:
    """The files that name the checkout, the person's home or Python's own folder on the building machine."""
    words = {str(place).encode() for place in (ROOT, Path.home(), Path(sys.base_prefix)) if len(place.parts) > 2}
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and any(word in path.read_bytes() for word in words)
    ]
