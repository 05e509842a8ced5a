"""A shop of small models, for what is compared."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.gguf_files import Shop, make_shop


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The shipped folder in use."""
    return make_shop(tmp_path, monkeypatch)
