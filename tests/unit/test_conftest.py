"""The guards of conftest.py do guard: user folders, network, log."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


def test_a_home_folder_is_new_for_every_test(user_folders: Path) -> None:
    assert Path.home() == user_folders / "home"
    assert Path(os.environ["XDG_CONFIG_HOME"]).is_relative_to(user_folders)


def test_a_connection_beyond_this_machine_fails_the_test() -> None:
    with socket.socket() as sock, pytest.raises(pytest.fail.Exception, match="went to the network"):
        sock.connect(("192.0.2.1", 80))
    with pytest.raises(pytest.fail.Exception, match="went to the network"):
        socket.create_connection(("host.invalid", 80))


def test_a_connection_on_this_machine_is_allowed(tmp_path: Path) -> None:
    with socket.socket() as sock:
        assert isinstance(sock.connect_ex(("127.0.0.1", 9)), int)  # refused or unreachable, but tried
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))


def test_an_announced_warning_does_not_fail_the_test(expect_log: Callable[[str], None]) -> None:
    expect_log("WARNING here: announced")
    logging.getLogger("here").warning("announced")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("logging.getLogger('x').warning('surprise')", "did not announce"),
        ("expect_log('never comes')", "lacks what the test announced"),
    ],
)
def test_an_unannounced_or_missing_warning_fails_the_test(
    body: str, reason: str, tmp_path: Path, repository: Path
) -> None:
    shutil.copy(repository / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_it.py").write_text(f"import logging\ndef test_it(expect_log):\n    {body}\n", encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", tmp_path],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == pytest.ExitCode.TESTS_FAILED
    assert "1 passed, 1 error" in result.stdout
    assert reason in result.stdout
