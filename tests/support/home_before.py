"""The home of a person as version 0.1 left it, put where a test's own home is; the files are in tests/data/home-0.1.

They were written by the program itself: settings set, models import, pull (one whole, one cancelled), export, remove
and verify, recommend --ask, tune, and listen with answers and both kinds of weights. Two entries of the list of weights
were added by hand, as people may. A word between two @ stands for what belongs to one machine.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from edge_assistant.models.catalog import load_catalog
from edge_assistant.system import cpu
from edge_assistant.tuning.profile import default_threads, machine_key
from support.platforms import LINUX_HOME

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "tests" / "data" / "home-0.1"
_DEMO = ROOT / "models" / "demo"


@dataclass(frozen=True)
class Home:
    """`files` are the contents of all files as they were put there, with the times of their last changes."""

    folder: Path
    files: dict[str, tuple[bytes, int]]

    @property
    def settings(self) -> Path:
        """Where version 0.1 has the settings."""
        return self.folder / ".config" / "edge-assistant" / "settings.toml"

    @property
    def data(self) -> Path:
        """Where it has records and downloads."""
        return self.folder / ".local" / "share" / "edge-assistant"

    def changed(self) -> set[str]:
        """The files that are now others, are gone, or have come."""
        now = _contents(self.folder)
        return {name for name in self.files.keys() | now.keys() if self.files.get(name) != now.get(name)}


def put_home() -> Home:
    """Copy it into the folder that HOME names, with this machine's facts in place of the marks; on Linux only."""
    if not sys.platform.startswith("linux"):
        pytest.skip(LINUX_HOME)
    machine_key.cache_clear()  # a test before may have asked for it on another processor of its own
    folder = Path(os.environ["HOME"])
    shutil.copytree(KEPT, folder, dirs_exist_ok=True)
    marks = _marks(folder)
    for name in _contents(KEPT):
        path = folder / name
        if path.suffix not in (".gguf", ".part"):
            text = path.read_text(encoding="utf-8")
            for mark, value in marks.items():
                text = text.replace(mark, value)
            path.write_text(text, encoding="utf-8")
    _fill_in_times(folder / ".local" / "share" / "edge-assistant" / "verified.json")
    return Home(folder, _contents(folder))


def _marks(home: Path) -> dict[str, str]:
    demo = [each for each in load_catalog(_DEMO.parent / "catalog.toml") if each.folder is not None]
    files = {entry.file: entry.sha256 for each in demo for entry in (each.model, *each.mmprojs)}
    facts = {
        "processor": cpu.processor_name(),
        "instructions": cpu.best_instructions(),
        "architecture": platform.machine(),
        "physical": cpu.physical_cores(),
        "logical": psutil.cpu_count(),
        "threads": default_threads(),
        "memory": round(psutil.virtual_memory().total / 1e9),
        "llama_cpp": importlib.metadata.version("llama-cpp-python"),
    }
    return {
        **{f'"@{name}@"': json.dumps(fact) for name, fact in facts.items()},
        **{f"@sha256 {file}@": str(checksum) for file, checksum in files.items()},
        "@home@": str(home),
        "@demo@": str(_DEMO),
        "@program@": "edge-assistant",
    }


def _fill_in_times(record: Path) -> None:
    """Let the record of checksums mean the files as they are here."""
    entries = json.loads(record.read_text(encoding="utf-8"))
    for path, entry in entries.items():
        if Path(path).exists():  # what was removed is still recorded
            status = Path(path).stat()
            entry[0], entry[1], entry[2] = status.st_size, status.st_mtime_ns, status.st_ino
    record.write_text(json.dumps(entries, indent=1), encoding="utf-8")


def _contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """What is in all files but caches, and the empty ones of locks."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {
        name: (path.read_bytes(), path.stat().st_mtime_ns)
        for name, path in found.items()
        if not name.startswith(".cache/") and path.suffix != ".lock"
    }
