"""The weights that lie beside the program: which, from where, and whether they are the right ones."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import text_models
from windows_setup.steps import SetUpError

from build_steps.freeze import BuildError
from build_steps.paths import ROOT, wheel_cache
from edge_assistant.models.catalog import CatalogFile, load_catalog

FORMS = ("none", "demo", "instruct", "both")
NAME = "qwen3-vl-4b-q4_k_m"
_VARIANTS = {"instruct": ("instruct",), "both": ("instruct", "thinking")}


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A file beside the program. `path` is where it is now, `target` its place below models/."""

    path: Path
    target: str
    size: int  # bytes
    sha256: str  # lower-case hex


def chosen(form: str, source: Path | None, catalog: Path) -> list[WeightsFile]:
    """The weights of a form, read through and found right. `source` is the folder with the catalogue's files.

    Raises BuildError when one is missing, damaged, or of unknown checksum.
    """
    files = [] if form == "none" else [_file(path, f"demo/{path.name}") for path in _demo()]
    for variant in _VARIANTS.get(form, ()):
        if source is None:
            raise BuildError("Say where the weights are: --weights-from FOLDER.")
        weights = next(each for each in load_catalog(catalog) if (each.name, each.variant) == (NAME, variant))
        files += [_checked(entry, source) for entry in (weights.model, weights.mmprojs[0])]
    return files


def text_models_of(python: Path) -> list[WeightsFile]:
    """The models that recognise text, with their licences; they are part of every form. `python` has pip.

    Raises BuildError when they cannot be got.
    """
    try:
        folder = text_models.provide(ROOT, wheel_cache(), python)
    except SetUpError as error:
        raise BuildError(str(error)) from error
    return [_file(folder / file.name, f"{folder.name}/{file.name}") for file in text_models.MEMBERS]


def place(files: list[WeightsFile], catalog: Path, models: Path) -> None:
    """Fill the folder models/ beside the program; large files as links where the disk can. No catalogue, no program."""
    models.mkdir(parents=True)
    shutil.copy(catalog, models / "catalog.toml")
    shutil.copy(ROOT / "models/README.md", models / "README.md")
    shutil.copytree(ROOT / "models/demo/samples", models / "demo/samples")
    for file in files:
        target = models / file.target
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file.path, target)
        except OSError:
            shutil.copy(file.path, target)


def digest(path: Path) -> str:
    """The SHA-256 of a file, in lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _demo() -> list[Path]:
    return sorted((ROOT / "models/demo").glob("*.gguf"))


def _file(path: Path, target: str) -> WeightsFile:
    return WeightsFile(path, target, path.stat().st_size, digest(path))


def _checked(entry: CatalogFile, source: Path) -> WeightsFile:
    path = source / entry.file
    if not path.is_file():
        raise BuildError(f"{path} is missing. Get it with edge-assistant models pull {NAME}.")
    file = _file(path, entry.file)
    if entry.sha256 is None:
        raise BuildError(f"The catalogue knows no checksum for {entry.file}, so the installer could not check it.")
    if file.sha256 != entry.sha256:
        raise BuildError(f"{path} is damaged or another file: its checksum begins with {file.sha256[:8]}.")
    return file
