"""The guards of conftest.py do guard: user folders, network, log."""

from __future__ import annotations

import logging
import os
import runpy
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.platforms import FLOCK, UNIX_SOCKETS, lacks
from support.waiting import PATIENCE


def test_a_home_folder_is_new_for_every_test(user_folders: Path) -> None:
    assert Path.home() == user_folders / "home"
    assert Path(os.environ["XDG_CONFIG_HOME"]).is_relative_to(user_folders)


def test_a_connection_beyond_this_machine_fails_the_test() -> None:
    with socket.socket() as sock, pytest.raises(pytest.fail.Exception, match="went to the network"):
        sock.connect(("192.0.2.1", 80))
    with pytest.raises(pytest.fail.Exception, match="went to the network") as caught:
        socket.create_connection(("host.invalid", 80))
    for entry in caught.traceback:
        if isinstance(made := entry.frame.f_locals.get("sock"), socket.socket):
            made.close()


def test_a_connection_on_this_machine_is_allowed() -> None:
    with socket.socket() as sock:
        assert isinstance(sock.connect_ex(("127.0.0.1", 9)), int)  # refused or unreachable, but tried


@lacks(UNIX_SOCKETS)
def test_a_socket_that_is_a_file_is_allowed(tmp_path: Path) -> None:
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
    result = run_tests(repository, tmp_path, {"test_it.py": f"import logging\ndef test_it(expect_log):\n    {body}\n"})
    assert result.returncode == pytest.ExitCode.TESTS_FAILED
    assert "1 passed, 1 error" in result.stdout
    assert reason in result.stdout


_NOTED = """import time
from pathlib import Path
import pytest
@pytest.mark.parametrize("number", range(6))
def test_it(number):
    begun = time.monotonic()
    time.sleep(0.05)
    with Path("noted").open("a") as file:
        file.write(f"{__name__} {begun} {time.monotonic()}\\n")
"""


@lacks(FLOCK)
def test_beside_a_test_that_measures_time_no_other_runs(repository: Path, tmp_path: Path) -> None:
    files = dict.fromkeys(("unit/test_one.py", "unit/test_two.py", "integration/engine/test_engine_cancel.py"), _NOTED)
    result = run_tests(repository, tmp_path, files, "-n", "3", "--dist", "loadgroup")
    assert "18 passed" in result.stdout
    noted = [line.split() for line in (tmp_path / "noted").read_text().splitlines()]
    spans = [(name, float(begun), float(ended)) for name, begun, ended in noted]
    alone = [span for span in spans if span[0] == "test_engine_cancel"]
    assert len(alone) == 6
    for _, begun, ended in alone:
        assert [name for name, at, until in spans if at < ended and begun < until] == ["test_engine_cancel"]


def test_each_place_that_a_marker_or_a_group_stands_for_is_there(repository: Path) -> None:
    named = runpy.run_path(str(repository / "tests" / "conftest.py"))
    places = [place for places in (*named["_MARKED"].values(), *named["_TOGETHER"].values()) for place in places]
    assert len(places) > 8
    assert not [place for place in places if not (repository / "tests" / place).exists()]


def test_a_process_that_dies_is_told_and_the_other_tests_run(repository: Path, tmp_path: Path) -> None:
    files = {
        "unit/test_dies.py": "import os\ndef test_it():\n    os.abort()\n",
        "unit/test_tells.py": "def test_it():\n    print('half a letter: \\ud83d')\n    raise ValueError('\\ud83d')\n",
        "unit/test_works.py": "def test_it():\n    pass\n",
    }
    result = run_tests(repository, tmp_path, files, "-n", "2", "--dist", "loadgroup")
    assert result.returncode == pytest.ExitCode.TESTS_FAILED
    assert "2 failed, 1 passed" in result.stdout
    assert "crashed while running 'tests/unit/test_dies.py::test_it'" in result.stdout
    assert r"ValueError: \ud83d" in result.stdout


def run_tests(
    repository: Path, place: Path, files: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run tests of their own, written into files of a checkout at `place`, with the real conftest.py."""
    for name, text in files.items():
        path = place / "tests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    shutil.copy(repository / "tests" / "conftest.py", place / "tests")
    (place / "tests" / "support").mkdir()
    shutil.copy(repository / "tests" / "support" / "platforms.py", place / "tests" / "support")
    shutil.copy(repository / "pyproject.toml", place)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=place,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
