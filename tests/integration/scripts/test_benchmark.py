"""scripts/benchmark.py on a small pair: it measures the product, resumes, and writes its report."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarking import random_model
from support.describing import ROOT
from support.small_pair import SMALL
from support.waiting import PATIENCE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="written for POSIX")


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pair that is quick, under the name of the one that would be made, and two parts that were measured with it."""
    folder = tmp_path_factory.mktemp("measured")
    random_model.write_pair(folder, SMALL, "q4_k_m", "q8_0")
    document = folder / "performance.md"
    document.write_text("# Speed\n\nBefore.\n\n<!-- benchmark: begin -->\nSTALE\n<!-- benchmark: end -->\n\nAfter.\n")
    run(folder, "--only", "glance", "growth")
    return folder


@pytest.fixture
def cache(measured: Path, tmp_path: Path) -> Path:
    """What was measured, as each test's own."""
    return Path(shutil.copytree(measured, tmp_path / "cache"))


def run(cache: Path, *arguments: str) -> str:
    command = [sys.executable, str(ROOT / "scripts" / "benchmark.py"), "--cache", str(cache), "--repeats", "1"]
    command += ["--json", str(cache / "figures.json"), "--document", str(cache / "performance.md"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10 * PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_parts_are_measured_once_kept_and_written_into_the_document(cache: Path) -> None:
    document = cache / "performance.md"
    figures = json.loads((cache / "figures.json").read_text())["parts"]["glance"]["figures"]
    assert figures["image_tokens"] == [252.0]
    assert figures["follow_up.encode"] == figures["same_screen.encode"] == [0.0]
    assert figures["first_token"][0] > 0
    text = document.read_text()
    assert text.startswith("# Speed\n\nBefore.\n")
    assert text.rstrip().endswith("After.")
    assert "STALE" not in text
    assert "| 252 |" in text
    assert (cache / "performance.svg").read_text().startswith("<svg")
    output = run(cache, "--quick", "--continue")
    assert "glance: measured already" in output
    assert "not named with --peer-server" in output


def test_figures_of_another_machine_are_not_passed_on_as_this_ones(cache: Path) -> None:
    file = cache / "figures.json"
    results = json.loads(file.read_text())
    results["machine"]["processor"] = "Another"
    results["parts"]["plain"] = {"date": "2026-01-01", "figures": {"first_token": [291.0]}}
    file.write_text(json.dumps(results))
    output = run(cache, "--quick", "--continue")
    assert "left out" in output
    assert "measured already" not in output
    assert "plain" not in json.loads(file.read_text())["parts"]
    assert "291" not in (cache / "performance.md").read_text()
