"""Every test here has its own data folder, and may have its own shipped folder with a small catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.gguf_files import Shop, make_shop

from edge_assistant.system import paths


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's data folder."""
    folder = tmp_path / "data"
    monkeypatch.setattr(paths, "data_dir", lambda: folder)
    return folder


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The shipped folder in use."""
    return make_shop(tmp_path, monkeypatch)
