"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from support.platforms import FILE_MODES, LIMITS, lacks

from edge_assistant.system.atomic_file import replace_file

# As on a full disk, files can be made but not filled. In a process of its own: the limit would hold for all files.
_NO_ROOM = """
import resource, signal, sys
from pathlib import Path
from edge_assistant.system.autostart import LinuxAutostart
from edge_assistant.system.atomic_file import replace_file
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (16, 16))
try:
    {statement}
except OSError as error:
    sys.exit(error.errno)
"""
_TOO_LARGE = 27  # EFBIG


def _without_room(statement: str, *arguments: str) -> int:
    script = _NO_ROOM.format(statement=statement)
    return subprocess.run([sys.executable, "-c", script, *arguments], timeout=60, check=False).returncode


def test_a_file_gets_its_new_content_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("old")
    path.chmod(0o640)

    replace_file(path, b"new")

    assert path.read_bytes() == b"new"
    if sys.platform != "win32":  # where a mode only says whether anybody may write
        assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


@lacks(FILE_MODES)
def test_a_new_file_is_for_its_owner_only_whatever_the_usual_mode_is(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        replace_file(tmp_path / "settings.toml", b"new")
    finally:
        os.umask(before)
    assert (tmp_path / "settings.toml").stat().st_mode & 0o777 == 0o600


@lacks(LIMITS)
def test_without_room_the_old_content_stays(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("old")

    assert _without_room("replace_file(Path(sys.argv[1]), bytes(100))", str(path)) == _TOO_LARGE

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@lacks(LIMITS)
def test_without_room_nothing_is_left_that_starts_at_login(tmp_path: Path) -> None:
    assert _without_room("LinuxAutostart(Path(sys.argv[1])).enable(['edge-assistant'])", str(tmp_path)) == _TOO_LARGE

    assert not list(tmp_path.iterdir())
