"""Atomic writes: a file is replaced whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path

from edge_assistant.system import file_retry


def replace_file(path: Path, data: bytes) -> None:
    """Replace the content of `path` in one step, so that a crash or a full disk leaves the old or the new one.

    Its folder must exist. A new file can be read by its owner only; an existing one keeps its permissions. On Windows
    it has those of its folder. Raises OSError.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if sys.platform != "win32":  # there it would only mark a file as read-only, which then cannot be removed
            with contextlib.suppress(FileNotFoundError):
                Path(temporary).chmod(path.stat().st_mode & 0o777)
        file_retry.replace(Path(temporary), path)
    except BaseException:
        file_retry.unlink(Path(temporary), missing_ok=True)
        raise
