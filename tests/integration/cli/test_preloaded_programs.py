"""A program that is a copy of one that has imported it already is to its caller what `python -m` is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.describing import ROOT
from support.preloaded import Preloaded, run_python, start_python
from support.processes import Program

PIPES = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


@pytest.mark.parametrize(
    "arguments",
    [("--version",), ("describe", "none.png", "--no-speak", "--json"), ("models", "list", "--no-such-option")],
    ids=" ".join,
)
def test_it_prints_and_ends_as_one_that_is_begun_anew(arguments: tuple[str, ...]) -> None:
    command = ["-m", "edge_assistant", *arguments]
    anew = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    copy = run_python(command, env=os.environ, cwd=ROOT)
    assert (copy.returncode, copy.stdout, copy.stderr) == (anew.returncode, anew.stdout, anew.stderr)
    assert copy.stdout + copy.stderr


def test_it_has_its_own_environment_folder_and_arguments(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import os, sys\nprint(os.environ['MINE'], os.getcwd(), sys.argv, __name__)\nsys.exit(3)\n")
    done = run_python([str(script), "one"], env={**os.environ, "MINE": "here"}, cwd=tmp_path)
    assert done.returncode == 3
    assert done.stdout == f"here {tmp_path} {[str(script), 'one']} __main__\n"


def test_a_signal_ends_it_and_its_caller_is_told(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import time\nprint('begun', flush=True)\ntime.sleep(600)\n")
    program = start_python([str(script)], env=os.environ, cwd=ROOT, **PIPES)
    assert isinstance(program, Preloaded)
    assert program.stdout is not None
    assert program.stderr is not None
    with program.stdout, program.stderr:
        assert program.stdout.readline() == b"begun\n"
        assert program.poll() is None
        program.kill()
        assert program.wait(60) == -signal.SIGKILL


def test_what_python_reads_as_it_starts_has_it_begun_anew() -> None:
    for name, value in (
        ("LC_ALL", "de_DE.UTF-8"),
        ("PYTHONPATH", "/nowhere"),
        ("LANGUAGE", "de"),
        ("EDGE_ASSISTANT_LANGUAGE", "de"),
    ):
        program = start_python(["-c", "pass"], env={**os.environ, name: value}, cwd=ROOT)
        assert isinstance(program, Program), name
        assert program.wait() == 0
