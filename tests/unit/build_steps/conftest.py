"""A small program in the shape of the frozen one, and a voice that writes down what it is to say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from build_steps import layout, weights
from build_steps.weights import WeightsFile

_PROGRAM = """#!/bin/sh
printf '%s\\n' "$*" >>"$HOME/started"
"""
_ESPEAK = """#!/bin/sh
for last in "$@"; do :; done
printf '%s\\n' "$last" >>"$HOME/said"
"""


def _script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def make_program(tmp_path: Path) -> Callable[..., Path]:
    """The installed folder with some weights: `make_program(weights)`."""

    def make(chosen: list[WeightsFile]) -> Path:
        frozen = tmp_path / "built/frozen/edge-assistant"
        _script(frozen / "edge-assistant", _PROGRAM)
        (frozen / "_internal").mkdir()
        (frozen / "_internal/library").write_bytes(bytes(range(256)) * 40)
        licences = tmp_path / "licences"
        licences.mkdir()
        (licences / "README.md").write_text("none\n")
        program = layout.put_together(frozen, chosen, weights.ROOT / "models/catalog.toml", licences, {})
        icons = tmp_path / "icons"
        icons.mkdir()
        for size in layout.SIZES:
            (icons / f"{size}.png").write_bytes(b"png")
        layout.add_desktop(program, icons)
        return program

    return make


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    """A voice whose espeak-ng appends each sentence to HOME/said."""
    folder = tmp_path / "voice"
    _script(folder / "bin/espeak-ng", _ESPEAK)
    _script(folder / "bin/aplay", "#!/bin/sh\n")
    (folder / "lib").mkdir()
    return folder


@pytest.fixture
def some_weights(tmp_path: Path) -> list[WeightsFile]:
    """Two files whose archive does not fit small parts."""
    found = []
    for name, size in (("model.gguf", 300_000), ("mmproj.gguf", 120_001)):
        path = tmp_path / "weights" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((name.encode() * size)[:size])
        found.append(WeightsFile(path, name, size, weights.digest(path)))
    return found
