"""Tests that nothing opens a network connection after installation: without a network, and with sockets refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.describing import DIALOG, ROOT
from support.namespaces import isolated
from support.platforms import NAMESPACES, lacks

COMMAND = [sys.executable, "-m", "edge_assistant"]
DESCRIBE = [*COMMAND, "describe", str(DIALOG), "--seed", "1", "--no-speak"]

# Every Python of the run, workers too, imports this at its start. Sockets between processes are no network.
_GUARD = """
import os, socket, sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        opened = arguments[0]
        if isinstance(opened, socket.socket) and opened.family == getattr(socket, "AF_UNIX", None):
            return
        if sys.platform == "win32" and isinstance(opened, socket.socket) and arguments[1][0] == "127.0.0.1":
            return  # as Python makes a pair of sockets there
        with open(os.environ["CAUGHT"], "a") as file:
            file.write(f"{event} {arguments!r}\\n")
        raise PermissionError("no sockets here")

sys.addaudithook(refuse)
with open(os.environ["GUARDED"], "a") as file:
    file.write("x")
"""


@lacks(NAMESPACES)
def test_a_picture_is_described_where_there_is_no_network_at_all() -> None:
    prefix = isolated()
    routes = subprocess.run([*prefix, "cat", "/proc/net/route"], capture_output=True, text=True, check=True).stdout
    assert len(routes.splitlines()) <= 1
    run = subprocess.run([*prefix, *DESCRIBE], capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.returncode == 0, run.stderr
    assert "dialog" in run.stdout


@lacks(NAMESPACES)
def test_a_download_without_a_network_says_what_is_wrong_and_gives_up(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    run = subprocess.Popen(
        [*isolated(), *COMMAND, "models", "pull", "qwen3-vl-4b-q4_k_m", "--no-speak"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert run.stderr is not None
        assert run.stderr.readline() == (
            "The model hub cannot be reached. Check the network connection. Trying again in 1 second.\n"
        )
        run.terminate()
        _, rest = run.communicate(timeout=60)
        assert run.returncode == 130
        assert rest.splitlines()[-1] == "Cancelled. Progress is kept; you can resume later."
    finally:
        run.kill()
        run.communicate()


@pytest.mark.parametrize(
    "arguments",
    [DESCRIBE[3:], ["models", "list"], ["models", "recommend", "--no-speak"], ["models", "verify", "--no-speak"]],
)
def test_no_python_of_the_product_touches_a_network_socket(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "sitecustomize.py").write_text(_GUARD)
    guarded, caught = tmp_path / "guarded", tmp_path / "caught"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "GUARDED": str(guarded), "CAUGHT": str(caught)}
    run = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    assert run.returncode == 0, run.stderr
    assert len(guarded.read_text()) >= (2 if "describe" in arguments else 1)
    assert not caught.exists(), caught.read_text()


def test_the_guard_sees_a_download(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(_GUARD)
    guarded, caught = tmp_path / "guarded", tmp_path / "caught"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "GUARDED": str(guarded), "CAUGHT": str(caught)}
    command = [*COMMAND, "models", "pull", "qwen3-vl-4b-q4_k_m", "--no-speak"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=environment) as run:
        assert run.stderr is not None
        run.stderr.readline()
        run.kill()
    assert "getaddrinfo" in caught.read_text()
