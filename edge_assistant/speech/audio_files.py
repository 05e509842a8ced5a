"""Temporary audio files: anonymous files in memory, or files in a private folder that is removed afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

_PREFIX = "edge-assistant-speech-"


@contextlib.contextmanager
def private_file(folder: Path | None, number: int = 0) -> Iterator[tuple[str, int | None]]:
    """Open a file that nobody else can read; yield its path, and its descriptor if it is a file in memory.

    It is in `folder`, with another name for each `number`; without one it is an anonymous file in memory, which not
    even `kill -9` leaves behind.
    """
    if folder is None and sys.platform == "linux":
        descriptor = os.memfd_create("speech", 0)
        try:
            yield f"/proc/self/fd/{descriptor}", descriptor
        finally:
            os.close(descriptor)
        return
    assert folder is not None
    # Apple's synthesizer writes AIFF whatever the name is, and afplay goes by the name.
    name = "sentence.aiff" if sys.platform == "darwin" else "sentence.wav"
    path = folder / name.replace(".", f"{number or ''}.")
    try:
        yield str(path), None
    finally:
        with contextlib.suppress(OSError):  # Windows: the player may have it open; the next sentence overwrites it
            path.unlink(missing_ok=True)


def base_folder() -> Path:
    """Return a folder in memory (Linux: XDG_RUNTIME_DIR, then /dev/shm), else the temporary folder."""
    if sys.platform == "linux":
        for candidate in (os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"):
            if candidate.startswith("/") and os.access(candidate, os.W_OK | os.X_OK):
                return Path(candidate)
    return Path(tempfile.gettempdir())


def prepare_folder() -> Path | None:
    """Create the folder for this worker's files, None where files in memory work; remove those of dead workers.

    Libraries put their temporary files there too, if this is called before they are imported.
    """
    for old in base_folder().glob(f"{_PREFIX}*"):
        pid = old.name.removeprefix(_PREFIX).split("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(old, ignore_errors=True)
    if _memory_files_work():
        return None
    folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base_folder())  # 0700
    for variable in ("TMPDIR", "TEMP", "TMP"):
        os.environ[variable] = folder
    tempfile.tempdir = folder
    return Path(folder)


def remove_folder(pid: int, base: Path | None = None) -> None:
    """Remove the folder of the worker with this process id, if there is one.

    `base` is the result of `base_folder` before `prepare_folder`; only the worker itself needs to pass it.
    """
    for folder in (base or base_folder()).glob(f"{_PREFIX}{pid}-*"):
        shutil.rmtree(folder, ignore_errors=True)


def _memory_files_work() -> bool:
    if not (hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir()):
        return False
    try:
        os.close(os.memfd_create("speech", 0))
    except OSError:
        return False
    return True
