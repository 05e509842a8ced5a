"""Files that are written whole or not at all."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_assistant.login import LinuxLogin
from edge_assistant.replacing import replace_file


@pytest.fixture
def no_room() -> Iterator[None]:
    """As on a full disk, files can be made but not filled: none may grow beyond 16 bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def test_a_file_gets_its_new_content_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("old")
    path.chmod(0o640)

    replace_file(path, b"new")

    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.usefixtures("no_room")
def test_without_room_the_old_content_stays(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("old")

    with pytest.raises(OSError, match="too large"):
        replace_file(path, b"more than there is room for")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.usefixtures("no_room")
def test_without_room_nothing_is_left_that_starts_at_login(tmp_path: Path) -> None:
    at_login = LinuxLogin(tmp_path)

    with pytest.raises(OSError, match="too large"):
        at_login.turn_on(["edge-assistant"])

    assert not at_login.is_on()
    assert list(tmp_path.iterdir()) == []
