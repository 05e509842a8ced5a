"""Where a sentence lies while it is played: in memory without a name, else in a private folder that is emptied."""

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
def private_file(folder: Path | None) -> Iterator[tuple[str, int | None]]:
    """A file nobody else can read: its path, and its descriptor where the path means one.

    In `folder`; without one it is an anonymous file in memory, which even `kill -9` cannot leave behind.
    """
    if folder is None and sys.platform == "linux":
        descriptor = os.memfd_create("speech", 0)
        try:
            yield f"/proc/self/fd/{descriptor}", descriptor
        finally:
            os.close(descriptor)
        return
    assert folder is not None
    # Apple's synthesizer writes AIFF whatever the name is, and afplay believes the name.
    path = folder / ("sentence.aiff" if sys.platform == "darwin" else "sentence.wav")
    try:
        yield str(path), None
    finally:
        with contextlib.suppress(OSError):  # Windows: the player may still hold it; then the next one overwrites it
            path.unlink(missing_ok=True)


def base() -> Path:
    """A folder in memory where there is one (Linux: XDG_RUNTIME_DIR, then /dev/shm), so that nothing meets a disk."""
    if sys.platform == "linux":
        for candidate in (os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"):
            if candidate.startswith("/") and os.access(candidate, os.W_OK | os.X_OK):
                return Path(candidate)
    return Path(tempfile.gettempdir())


def prepare() -> Path | None:
    """The folder for this worker's files, None where files can lie in memory. Empties what dead workers left.

    The libraries' own temporary files go there too. Call it before they are imported.
    """
    for old in base().glob(f"{_PREFIX}*"):
        pid = old.name.removeprefix(_PREFIX).split("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(old, ignore_errors=True)
    if _memory_files_work():
        return None
    folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base())  # 0700
    for variable in ("TMPDIR", "TEMP", "TMP"):
        os.environ[variable] = folder
    tempfile.tempdir = folder
    return Path(folder)


def remove_folder(pid: int, where: Path | None = None) -> None:
    """Remove what the worker with this process id left, if anything.

    `where` is what `base` gave before `prepare`; only the worker itself needs it.
    """
    for folder in (where or base()).glob(f"{_PREFIX}{pid}-*"):
        shutil.rmtree(folder, ignore_errors=True)


def _memory_files_work() -> bool:
    if not (hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir()):
        return False
    try:
        os.close(os.memfd_create("speech", 0))
    except OSError:
        return False
    return True
