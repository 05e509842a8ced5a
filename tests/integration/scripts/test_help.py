"""Every command in Python tells what it does, also where the libraries are missing that only its work needs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FROZEN = ("launch.py", "setup_steps.py")
"""What PyInstaller freezes, no commands."""
COMMANDS = sorted(
    path for folder in ("scripts", "packaging") for path in (ROOT / folder).glob("*.py") if path.name not in FROZEN
)
HEAVY = ("torch", "transformers", "tokenizers", "gguf", "safetensors", "llama_cpp", "PySide6")


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.name)
def test_help_says_what_the_command_does_without_heavy_libraries(path: Path) -> None:
    hidden = f"import sys, runpy; sys.modules.update(dict.fromkeys({HEAVY!r}))"
    start = f"sys.argv = [{str(path)!r}, '--help']; sys.path[0] = {str(path.parent)!r}"
    code = f"{hidden}; {start}; runpy.run_path({str(path)!r}, run_name='__main__')"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith(f"usage: {path.name}")
    about = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]
    shown = " ".join(told.stdout.split())
    assert about in shown, "the docstring's first line"
