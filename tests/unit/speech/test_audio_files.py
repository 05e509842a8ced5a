"""Temporary audio files never stay behind."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from support.platforms import MEMORY_FILES, lacks

from edge_assistant.speech import audio_files


@pytest.fixture
def no_memory_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A system without anonymous files, whose folder for temporary files is returned."""
    monkeypatch.setattr(audio_files, "_memory_files_work", lambda: False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for variable in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(variable, str(tmp_path))
    return tmp_path


@lacks(MEMORY_FILES)
def test_on_linux_the_file_lies_in_memory_and_is_gone_when_closed() -> None:
    assert audio_files.prepare_folder() is None
    with audio_files.private_file(None) as (path, descriptor):
        Path(path).write_bytes(b"sound")
        assert descriptor is not None
        assert os.fstat(descriptor).st_nlink == 0
        assert Path(path).read_bytes() == b"sound"
    with pytest.raises(OSError):
        os.fstat(descriptor)


def test_elsewhere_it_lies_in_a_folder_of_its_own_that_takes_the_libraries_files_too(no_memory_files: Path) -> None:
    folder = audio_files.prepare_folder()

    assert folder is not None
    assert folder.parent == no_memory_files
    assert sys.platform == "win32" or folder.stat().st_mode & 0o777 == 0o700
    assert tempfile.gettempdir() == str(folder)
    assert os.environ["TMPDIR"] == str(folder)
    with audio_files.private_file(folder) as (path, descriptor):
        Path(path).write_bytes(b"sound")
        assert descriptor is None
    assert list(folder.iterdir()) == []


def test_a_worker_s_folder_is_removed_with_what_is_in_it_and_no_other(no_memory_files: Path) -> None:
    folder = audio_files.prepare_folder()
    assert folder is not None
    (folder / "sentence.wav").write_bytes(b"sound")
    other = no_memory_files / f"edge-assistant-speech-{os.getpid()}1-x"
    other.mkdir()

    audio_files.remove_folder(os.getpid(), no_memory_files)

    assert list(no_memory_files.iterdir()) == [other]


def test_what_dead_workers_left_is_removed_and_what_living_ones_use_stays(no_memory_files: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead = no_memory_files / f"edge-assistant-speech-{ended.pid}-x"
    alive = no_memory_files / f"edge-assistant-speech-{os.getpid()}-x"
    for folder in (dead, alive):
        folder.mkdir()
        (folder / "sentence.wav").write_bytes(b"sound")

    audio_files.prepare_folder()

    assert not dead.exists()
    assert (alive / "sentence.wav").exists()
