"""A hub on loopback with one repository, a catalogue that names it, and a person's data folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.local_hub import LocalHub, local_hub
from support.person import REPOSITORY, Place, pair_files

from edge_assistant.models.hub import _library
from edge_assistant.system import paths
from edge_assistant.system.cancellation import Cancellation


@pytest.fixture
def hub() -> Iterator[LocalHub]:
    with local_hub() as running:
        yield running


@pytest.fixture
def place(hub: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    _library()  # set up as the program does: a test may import huggingface_hub first
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    monkeypatch.setattr(paths, "shipped_models_dir", lambda: shipped)
    data = pair_files()
    hub.files = {(REPOSITORY, name): content for name, content in data.items()}
    made = Place(hub, shipped, paths.data_dir() / "models", data)
    made.catalog()
    return made


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[float]]:
    """Nobody waits between two attempts; returns the waits there would have been."""
    waits: list[float] = []

    def wait(self: Cancellation, seconds: float) -> None:
        waits.append(seconds)
        self.check()

    monkeypatch.setattr(Cancellation, "wait", wait)
    return lambda: waits
