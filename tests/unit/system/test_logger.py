"""The log: only where the environment names a file, and never at the price of a program that hears no signal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from support.platforms import DEVICES, FULL_DEVICE, lacks


def _settings_path(log: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "edge_assistant", "settings", "path"],
        env={**os.environ, "EDGE_ASSISTANT_LOG": str(log)},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


@lacks(DEVICES)
def test_a_pipe_that_nobody_reads_is_no_log_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "log")
    done = _settings_path(tmp_path / "log")
    assert done.returncode == 0
    assert "cannot be opened" in done.stderr
    assert "settings.toml" in done.stdout


def test_a_log_goes_on_where_it_ended(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("before\n")
    done = _settings_path(tmp_path / "log")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "log").read_text().startswith("before\n")


@lacks(FULL_DEVICE)
def test_a_log_that_cannot_be_written_is_told_nowhere() -> None:
    code = (
        "import logging; from edge_assistant.system import logger\n"
        "logger.set_up_logging(); logging.getLogger('edge_assistant').info('x')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "EDGE_ASSISTANT_LOG": "/dev/full"},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
