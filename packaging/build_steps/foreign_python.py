"""A Windows Python that a build on Linux is handed, such as one under wine: it freezes, and has every package already.

What comes of it is a test build: its engine is whatever that Python has, and its interpreter may be anybody's.
"""

from __future__ import annotations

import importlib.metadata
import os
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from build_steps.freeze import PROGRAM, BuildError
from build_steps.licences import Component, asked_for, from_answer
from build_steps.paths import BUILD, PACKAGING, ROOT

_ENGINE = "llama-cpp-python"


def command(value: str) -> list[str]:
    """The words of WINDOWS_PYTHON or --windows-python, a command that runs a Windows Python from the root here."""
    words = shlex.split(value)
    if not words:
        raise BuildError("Say which Windows Python: set WINDOWS_PYTHON to a command that runs one.")
    return words


def freeze(python: Sequence[str]) -> Path:
    """PyInstaller's folder, made by that Python. Raises CalledProcessError."""
    stage = BUILD / "stage"
    _stage_engine_metadata(stage)
    out = BUILD / "frozen-windows"
    if out.exists():
        shutil.rmtree(out)
    # Paths from the root: the other system writes full ones in another way.
    arguments = ("--noconfirm", "--log-level", "ERROR", "--distpath", out, "--workpath", BUILD / "pyinstaller-windows")
    subprocess.run(
        [*python, "-m", "PyInstaller", *map(_relative, arguments), _relative(PACKAGING / "edge-assistant.spec")],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "1", "PYTHONPATH": _relative(stage)},
        check=True,
    )
    return out / PROGRAM


def components(python: Sequence[str]) -> list[Component]:
    """The packages that the program is made of, as that Python has them; after `freeze`."""
    script = _relative(PACKAGING / "build_steps/installed_packages.py")
    environment = os.environ | {"PYTHONPATH": _relative(BUILD / "stage")}
    command = [*python, script, "--with-texts", *asked_for()]
    answer = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE).stdout
    return from_answer(answer.decode("ascii"), BUILD / "texts")


def _stage_engine_metadata(stage: Path) -> None:
    """That Python's engine may have been put there without its metadata, which the program and the licences need."""
    if stage.exists():
        shutil.rmtree(stage)
    try:
        files = importlib.metadata.distribution(_ENGINE).files or []
    except importlib.metadata.PackageNotFoundError as error:
        raise BuildError(f"{_ENGINE} is missing here: run this with the Python of .venv.") from error
    for file in files:
        if file.parts[0].endswith(".dist-info"):
            target = stage.joinpath(*file.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file.locate(), target)


def _relative(value: str | Path) -> str:
    return value.relative_to(ROOT).as_posix() if isinstance(value, Path) else value
