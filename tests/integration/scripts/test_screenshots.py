"""scripts/screenshots.py: one window in one look, and a window that is not there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("PySide6.QtWidgets", reason="PySide6 is missing: run scripts/setup", exc_type=ImportError)
SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "screenshots.py"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_a_window_is_rendered_in_the_look_that_is_asked_for(tmp_path: Path) -> None:
    done = run("palette", "--look", "high-contrast", "--out", str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "high-contrast\n"), done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["palette-high-contrast.png"]
    with Image.open(tmp_path / "palette-high-contrast.png") as picture:
        assert min(picture.size) > 100
        assert (0, 0, 0) in [colour for _, colour in picture.convert("RGB").getcolors(2**24) or ()]


def test_a_window_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    done = run("palettes", "--look", "light", "--out", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("There is no window palettes. There are: start, window, ")
    assert list(tmp_path.iterdir()) == []
