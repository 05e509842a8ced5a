"""Files that this program makes and writes into. Under their names there may be something else: what a kill left, a
link to a person's own file, a pipe. Nothing of that is ever opened for writing; only the name is taken away.
"""

from __future__ import annotations

import os
import stat
from io import FileIO
from pathlib import Path

# A name that was exchanged for a link or a pipe a moment ago is neither followed nor waited for.
_CAREFUL = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_BINARY", "O_NOINHERIT"))


def has_one_name(status: os.stat_result) -> bool:
    """Whether it is an ordinary file that nobody has under another name. `status` is of the name, not followed."""
    return stat.S_ISREG(status.st_mode) and status.st_nlink <= 1


def look(path: Path) -> os.stat_result | None:
    """What is at `path`, of a link the link itself; None: nothing. Raises OSError, ValueError."""
    try:
        return path.lstat()
    except FileNotFoundError:
        return None


def create(path: Path) -> FileIO:
    """A new, empty file, open for reading and writing. What was at `path` loses that name.

    Raises OSError, also where there is a folder, or somebody puts a file there meanwhile.
    """
    path.unlink(missing_ok=True)
    return _opened(path, os.O_CREAT | os.O_EXCL)


def reopen(path: Path) -> FileIO | None:
    """The file at `path`, open for reading and writing; None where it is no file or has another name. Raises OSError.

    Whether this program has made it is for the caller to know.
    """
    status = look(path)
    if status is None or not has_one_name(status):
        return None
    file = _opened(path, 0)
    opened = os.fstat(file.fileno())
    if has_one_name(opened) and os.path.samestat(status, opened):
        return file
    file.close()
    return None


def free_for_lock(path: Path) -> None:
    """Take the name of a lock from what no program of ours has put there. Raises OSError."""
    status = look(path)
    if status is not None and not has_one_name(status):
        path.unlink()


def _opened(path: Path, flags: int) -> FileIO:
    # Unbuffered, so that after a failed write it is clear what is in the file.
    descriptor = os.open(path, os.O_RDWR | _CAREFUL | flags, 0o666)
    return os.fdopen(descriptor, "r+b", buffering=0)
