"""Reading small files that anybody may have made: only regular ones, up to a size limit, and without blocking."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from edge_assistant.system.file_retry import retry
from edge_assistant.system.i18n import tr

_CHUNK = 1 << 20  # bytes at once


def read_regular(path: Path, most: int) -> bytes:
    """Read the regular file `path`, which may be a link to one.

    Raises OSError: also with a sentence's end as its strerror where `path` is a pipe, a device or a folder, or where
    the file holds more than `most` bytes. Raises ValueError for a path that no file can have.
    """
    # A named pipe is opened without waiting for a writer; the type is checked on the descriptor, not on the name.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
    descriptor = retry(lambda: os.open(path, flags))
    content = bytearray()
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, tr("it is not a regular file"), str(path))
        while chunk := os.read(descriptor, min(_CHUNK, most + 1 - len(content))):
            content += chunk
            if len(content) > most:
                raise OSError(errno.EFBIG, tr("it is larger than {most} bytes", most=most), str(path))
    finally:
        os.close(descriptor)
    return bytes(content)


def read_regular_text(path: Path, most: int) -> str:
    """Read a file as `read_regular` does, as UTF-8 with or without a byte order mark. Raises UnicodeDecodeError too."""
    return read_regular(path, most).decode("utf-8-sig")
