"""Files that this program makes and writes into.

Under their names there may be something else: what a killed program left, a link to a person's own file, a pipe.
Nothing of that is ever opened for writing; only the name is removed.
"""

from __future__ import annotations

import os
import stat
from io import FileIO
from pathlib import Path

from edge_assistant.system import file_retry

# A name that was replaced by a link or a pipe a moment ago is neither followed nor blocked on.
_SAFE_FLAGS = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_BINARY", "O_NOINHERIT"))


def is_plain_file(status: os.stat_result) -> bool:
    """Return whether `status` (of lstat) is that of a regular file without further hard links."""
    return stat.S_ISREG(status.st_mode) and status.st_nlink <= 1


def lstat_or_none(path: Path) -> os.stat_result | None:
    """Return the lstat of `path`, None where there is nothing. Raises OSError, ValueError."""
    try:
        return path.lstat()
    except FileNotFoundError:
        return None


def create(path: Path) -> FileIO:
    """Create an empty file, open for reading and writing; what was at `path` loses that name.

    Raises OSError, also where there is a folder, or somebody puts a file there meanwhile.
    """
    file_retry.unlink(path, missing_ok=True)
    return _open(path, os.O_CREAT | os.O_EXCL)


def reopen(path: Path) -> FileIO | None:
    """Open the file at `path` for reading and writing; None where it is no regular file or has further hard links.

    Whether this program made it is for the caller to know. Raises OSError.
    """
    status = lstat_or_none(path)
    if status is None or not is_plain_file(status):
        return None
    file = _open(path, 0)
    opened = os.fstat(file.fileno())
    if is_plain_file(opened) and os.path.samestat(status, opened):
        return file
    file.close()
    return None


def clear_lock_name(path: Path) -> None:
    """Remove what blocks the name of a lock file and was not made by this program. Raises OSError."""
    status = lstat_or_none(path)
    if status is not None and not is_plain_file(status):
        file_retry.unlink(path)


def _open(path: Path, flags: int) -> FileIO:
    # Unbuffered, so that after a failed write it is clear what is in the file.
    descriptor = file_retry.retry(lambda: os.open(path, os.O_RDWR | _SAFE_FLAGS | flags, 0o666))
    return os.fdopen(descriptor, "r+b", buffering=0)
