"""The soak really uses the app, and compares what it says of the samples."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.desktops import needs

SCRIPT = Path(__file__).parents[3] / "scripts" / "soak.py"

pytestmark = [pytest.mark.slow, pytest.mark.gui]


def test_a_few_questions_are_counted_and_their_answers_compared(tmp_path: Path) -> None:
    needs(Xvfb="xvfb", openbox="openbox", xdotool="xdotool", xclip="xclip")
    told = tmp_path / "soak.json"
    command = [sys.executable, SCRIPT, "--minutes", "0.01", "--seed", "1", "--only", "unknown", "--json", told]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1, done.stderr
    report = json.loads(told.read_text(encoding="utf-8"))
    assert report["verdict"]["faults"] == ["The app was measured too seldom to say anything."], done.stdout
    sample = report["samples"][-1]
    assert sample["questions"] >= 4, "the samples; in the time left a quick computer asks more"
    assert sample["inside"]["pictures"] > 0
    assert sample["inside"]["tracebacks"] == 0
    assert {"app", "edge-engine", "edge-speech"} <= set(sample["processes"])
