"""Recognised text stays here: no look-up, no connection, nothing written, whatever the runtime would like to report."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from support.describing import ROOT
from support.namespaces import isolated
from support.platforms import NAMESPACES, lacks, skip_without

_READ = """
from edge_assistant.ocr.client import TextReader
from edge_assistant.ocr.self_test import read_a_line

if __name__ == "__main__":
    reader = TextReader()
    print("read", read_a_line(reader))
    reader.close()
"""
_LOOK_UP = """
import socket
try:
    socket.getaddrinfo("somewhere.invalid", 443)
except OSError:
    print("none")
"""
_ALLOWED = re.compile(r"\bAF_(UNIX|LOCAL)\b")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home folder."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def _network_calls(program: str, home: Path) -> list[str]:
    """The calls about networks of a program and all that it starts, where there is no network."""
    if shutil.which("strace") is None:
        skip_without("strace")
    script, trace = home.parent / "program.py", home.parent / "trace"
    script.write_text(program, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    environment = {**kept, "HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [*isolated(), "strace", "-f", "-qq", "-e", "trace=network", "-o", str(trace), sys.executable, str(script)]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=120)
    assert run.returncode == 0, run.stderr
    assert run.stdout
    return [line for line in trace.read_text().splitlines() if "AF_" in line and not _ALLOWED.search(line)]


@lacks(NAMESPACES)
def test_a_reading_looks_nothing_up_connects_nowhere_and_leaves_no_file(home: Path) -> None:
    assert _network_calls(_READ, home) == []
    assert list(home.rglob("*")) == []


@lacks(NAMESPACES)
def test_a_look_up_would_be_seen(home: Path) -> None:
    assert _network_calls(_LOOK_UP, home)


def test_the_runtime_is_told_to_be_silent_before_it_is_loaded() -> None:
    program = """
import os, sys

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "onnxruntime":
            print("told", os.environ.get("ORT_DISABLE_TELEMETRY"))

sys.meta_path.insert(0, Watch())
import edge_assistant.ocr.runtime
"""
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, env=environment)
    assert run.stdout.split() == ["told", "1"], run.stderr


def test_no_version_that_reports_to_its_maker_is_ever_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = next(each for each in map(Requirement, project["dependencies"]) if each.name == "onnxruntime")
    assert "1.28.0" in wanted.specifier
    for version in ("1.29.0", "1.29.1", "1.32.0", "2.0"):
        assert version not in wanted.specifier
    pinned = re.search(r"^onnxruntime==(\S+)$", (ROOT / "scripts/constraints.txt").read_text("utf-8"), re.MULTILINE)
    assert pinned is not None
    assert pinned[1] in wanted.specifier
