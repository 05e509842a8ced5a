"""A llama.cpp that cannot be loaded is reported as such, without advice to download the model again."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_assistant.system.installation import reinstall_advice

SENTENCE = "The engine does not run on this computer: a part of it is missing, or made for a different one."


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of llama_cpp that is found first."""
    found = importlib.util.find_spec("llama_cpp")
    assert found is not None
    assert found.origin is not None
    copy = tmp_path / "packages" / "llama_cpp"
    shutil.copytree(Path(found.origin).parent, copy, symlinks=True)
    monkeypatch.setenv("PYTHONPATH", str(copy.parent))
    return copy


def missing(package: Path) -> None:
    for library in (package / "lib").glob("*llama*"):
        library.unlink()


def cut_off(package: Path) -> None:
    for library in (package / "lib").glob("*llama*"):
        if not library.is_symlink():
            os.truncate(library, 4096)


def without_a_neighbour(package: Path) -> None:
    for library in (package / "lib").glob("*ggml-base*"):
        library.unlink()


def of_another_version(package: Path) -> None:
    """The bindings want a function that the library has not."""
    bindings = package / "llama_cpp.py"
    text = bindings.read_text(encoding="utf-8")
    assert '"llama_backend_init"' in text
    bindings.write_text(text.replace('"llama_backend_init"', '"llama_of_tomorrow_init"', 1), encoding="utf-8")


@pytest.mark.parametrize("broken", [missing, cut_off, without_a_neighbour, of_another_version])
def test_an_engine_that_cannot_be_loaded_is_told_and_the_weights_are_not_blamed(
    broken: Callable[[Path], None], package: Path, repository: Path
) -> None:
    broken(package)
    picture = repository / "models" / "demo" / "samples" / "save-dialog.png"
    asked = [sys.executable, "-m", "edge_assistant", "describe", str(picture), "--model", "demo", "--no-speak"]
    done = subprocess.run(asked, cwd=repository, capture_output=True, text=True, timeout=120)
    assert done.returncode == 6
    assert SENTENCE in done.stderr
    assert reinstall_advice() in done.stderr
    assert "Download it again" not in done.stderr + done.stdout


def test_doctor_tells_it_too(package: Path, repository: Path) -> None:
    missing(package)
    asked = [sys.executable, "-m", "edge_assistant", "doctor", "--no-speak"]
    done = subprocess.run(asked, cwd=repository, capture_output=True, text=True, timeout=120)
    assert f"Engine: does not work. {SENTENCE}" in done.stdout
    assert "the model is damaged" not in done.stdout
