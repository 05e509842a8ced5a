"""The lock of the one instance, on every system: held while it lives, and free again however it ended."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_assistant.system import paths
from edge_assistant.system.errors import InputError
from edge_assistant.system.ipc import AlreadyRunningError, IpcServer, default_endpoint, send

# An instance with a child process of its own, as the engine is one.
_INSTANCE = """
import subprocess, sys
from edge_assistant.system.ipc import IpcServer, default_endpoint
server = IpcServer(default_endpoint(), str)
wait = "import sys; sys.stdin.read()"
child = subprocess.Popen([sys.executable, "-c", wait], stdin=sys.stdin, stdout=subprocess.DEVNULL)
print("open", flush=True)
child.wait()
server.close()
"""


@pytest.fixture
def instance(repository: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", _INSTANCE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=repository
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "open\n"
    yield process
    process.kill()
    process.stdin.close()  # ends its child
    process.stdout.close()
    process.wait()


@pytest.mark.usefixtures("instance")
def test_there_is_one_instance_at_a_time() -> None:
    with pytest.raises(AlreadyRunningError):
        IpcServer(default_endpoint(), str)
    assert send(default_endpoint(), "still") == "still"


def test_the_lock_of_a_killed_instance_is_free_though_its_child_lives(instance: subprocess.Popen[str]) -> None:
    instance.kill()
    instance.wait()
    server = IpcServer(default_endpoint(), lambda text: f"{text}, again")
    assert send(default_endpoint(), "me") == "me, again"
    server.close()


def test_a_portable_copy_that_cannot_be_written_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "portable_dir", lambda: tmp_path / "data")
    (tmp_path / "data").touch()  # no folder can be made there, as on a medium that is read only
    with pytest.raises(InputError, match=r"cannot be written\. Copy Edge Assistant to another disk\."):
        IpcServer(default_endpoint(), str)


def test_after_a_close_the_next_one_opens() -> None:
    for _ in range(2):
        IpcServer(default_endpoint(), str).close()
