"""Commands of scripts/ and packaging/ can be found and started: named in a README, executable, with a docstring."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.platforms import BASH, lacks

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("scripts", "packaging")
FROZEN = ("launch.py", "setup_steps.py")
"""What PyInstaller freezes, no commands."""
COMMANDS = [
    path
    for folder in FOLDERS
    for path in sorted((ROOT / folder).iterdir())
    if path.is_file() and path.name not in FROZEN and path.suffix in ("", ".py")
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_readme_names_every_file_and_folder_and_no_other_command(folder: str) -> None:
    text = (ROOT / folder / "README.md").read_text(encoding="utf-8")
    there = {path.name for path in (ROOT / folder).iterdir() if path.name not in ("README.md", "__pycache__")}
    assert [name for name in sorted(there) if f"`{name}" not in text] == []
    rows = re.findall(r"(?m)^\| `([\w.]+)` \|", text)
    assert set(rows) <= there, "a command that is not there"
    assert len(rows) == len(set(rows)), "a command that is named twice"


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.name)
def test_a_command_can_be_started_by_its_name_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env ")
    if path.suffix == ".py":
        assert ast.get_docstring(ast.parse(text))
    if sys.platform != "win32":
        assert os.access(path, os.X_OK)


@lacks(BASH)
@pytest.mark.parametrize("path", [path for path in COMMANDS if not path.suffix], ids=lambda path: path.name)
def test_a_shell_command_tells_its_use_and_refuses_what_it_does_not_know(path: Path) -> None:
    told = subprocess.run([str(path), "--help"], capture_output=True, text=True, timeout=60, check=False)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith(f"usage: scripts/{path.name}")
