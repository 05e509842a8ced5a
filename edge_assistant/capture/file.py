"""A picture from a file or from standard input, without waiting for ever on a silent pipe."""

from __future__ import annotations

import errno
import io
import os
import select
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from edge_assistant.capture.decode import MAX_PIXELS, CapturedPicture
from edge_assistant.capture.decoder import decoder
from edge_assistant.system import windows_pipe
from edge_assistant.system.errors import (
    AssistantError,
    CancelledError,
    DoesNotFitError,
    InputError,
    UsageError,
    in_use_error,
)
from edge_assistant.system.file_retry import is_in_use, retry
from edge_assistant.system.i18n import tr
from edge_assistant.system.terminal import is_terminal
from edge_assistant.system.text_cleaning import shorten
from edge_assistant.system.time_limit import WakingTime

MAX_BYTES = 3 * MAX_PIXELS + 20_000_000
"""The size limit of files: MAX_PIXELS uncompressed, and room for a header and metadata."""

SILENCE_TIMEOUT_S = 30.0
"""Seconds after which a silent pipe or device is given up."""

_CHUNK = 1 << 20
_POLL_S = 0.05  # between two looks at `is_cancelled`
_MAX_SPOKEN_NAME = 60  # characters that are spoken


Decode = Callable[[bytes | memoryview, str, Callable[[], bool]], CapturedPicture]
"""Decodes the bytes of a file with this name, until the function says that the picture is no longer wanted."""


def read_picture(
    source: str | Path, is_cancelled: Callable[[], bool] = lambda: False, decode: Decode = decoder.decode
) -> CapturedPicture:
    """Read the picture in the file `source`, or on standard input where it is "-"; `decode` decodes it.

    Raises InputError, which says in one sentence what is wrong with the file; UsageError where standard input is a
    terminal; DoesNotFitError where memory runs out; CancelledError.
    """
    name, data = _read(source, is_cancelled)
    with data, data.getbuffer() as view:  # also where it fails, the file is not kept
        return decode(view, name, is_cancelled)


def _read(source: str | Path, is_cancelled: Callable[[], bool]) -> tuple[str, io.BytesIO]:
    """Return the name of a file in sentences, and its bytes."""
    if source == "-":
        return tr("Standard input"), _from_stdin(is_cancelled)
    if not str(source):
        raise InputError(tr("No picture file was given."), code="no-such-file")
    name = _spoken_name(source)
    try:
        if Path(source).is_dir():  # Windows says that access is denied, as it does for a file that somebody holds
            raise IsADirectoryError
        with retry(lambda: io.FileIO(source, "rb", opener=_open_without_waiting)) as file:
            return name, _from_file(file, name, is_cancelled)
    except (OSError, ValueError) as error:
        raise _open_error(name, error) from error


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file without blocking: a named pipe would wait for a writer, while reading it waits SILENCE_TIMEOUT_S."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))


def _from_stdin(is_cancelled: Callable[[], bool]) -> io.BytesIO:
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        raise UsageError(tr("There is no standard input to read. Give a file."))
    if is_terminal(stream):
        raise UsageError(tr("Standard input is a terminal. Pipe a picture into it, or name a file."))
    return _read_all(stream, tr("Standard input"), is_cancelled)


def _from_file(file: io.FileIO, name: str, is_cancelled: Callable[[], bool]) -> io.BytesIO:
    status = os.fstat(file.fileno())
    if is_terminal(file):
        raise InputError(tr("{name} is a terminal, not a picture.", name=name), code="not-a-picture")
    if not stat.S_ISREG(status.st_mode):
        return _read_all(file, name, is_cancelled)
    if status.st_size == 0:
        raise InputError(tr("{name} is empty.", name=name), code="empty")
    if status.st_size > MAX_BYTES:
        raise _too_large_error(name)
    return _read_all(file, name, is_cancelled, waits=False)


def _read_all(
    stream: BinaryIO | io.FileIO, name: str, is_cancelled: Callable[[], bool], *, waits: bool = True
) -> io.BytesIO:
    """Read all of a file, up to MAX_BYTES; of one that `waits`, a pipe or a device, what it sends."""
    read = getattr(stream, "read1", stream.read)
    data = io.BytesIO()
    try:
        while True:
            if waits:
                _await_data(stream, name, is_cancelled)
            if is_cancelled():
                raise CancelledError
            chunk = read(_CHUNK)
            if chunk is None:  # a non-blocking stream had nothing after all
                continue
            if not chunk:
                break
            if data.tell() + len(chunk) > MAX_BYTES:
                raise _too_large_error(name)
            data.write(chunk)
    except MemoryError as error:
        raise DoesNotFitError(tr("There is not enough free memory to read {name}.", name=name)) from error
    except (OSError, ValueError) as error:
        raise InputError(
            tr("{name} cannot be read: {reason}.", name=name, reason=_reason(error)), code="unreadable"
        ) from error
    if data.tell() == 0:
        raise InputError(tr("{name} is empty.", name=name), code="empty")
    data.seek(0)
    return data


def _await_data(stream: BinaryIO | io.FileIO, name: str, is_cancelled: Callable[[], bool]) -> None:
    waited = WakingTime(_POLL_S)
    while not _has_data(stream):
        if is_cancelled():
            raise CancelledError
        if waited.seconds() >= SILENCE_TIMEOUT_S:
            raise InputError(
                tr("{name} sent nothing for {silence_s} seconds.", name=name, silence_s=f"{SILENCE_TIMEOUT_S:.0f}"),
                code="silent",
            )


def _has_data(stream: BinaryIO | io.FileIO) -> bool:
    """Wait _POLL_S at most; return whether there is something to read, or the end."""
    if sys.platform == "win32":
        return windows_pipe.wait_for_data(stream, _POLL_S)
    try:
        return bool(select.select([stream], [], [], _POLL_S)[0])
    except (OSError, ValueError):  # an in-memory stream: just read
        return True


def _open_error(name: str, error: OSError | ValueError) -> AssistantError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return InputError(tr("There is no file {name}.", name=name), code="no-such-file")
    if isinstance(error, OSError) and is_in_use(error):
        return in_use_error(name)
    if isinstance(error, PermissionError):
        return InputError(tr("You have no permission to read {name}.", name=name), code="no-permission")
    if isinstance(error, IsADirectoryError):
        return InputError(tr("{name} is a folder, not a picture.", name=name), code="not-a-picture")
    if isinstance(error, ValueError) or error.errno in (errno.ENAMETOOLONG, errno.EINVAL):
        return InputError(tr("This file name is too long or not valid."), code="no-such-file")
    return InputError(tr("{name} cannot be opened: {reason}.", name=name, reason=_reason(error)), code="unreadable")


def _too_large_error(name: str) -> InputError:
    return InputError(
        tr("{name} is too large: more than {value} megabytes.", name=name, value=MAX_BYTES // 1000000), code="too-large"
    )


def _reason(error: OSError | ValueError) -> str:
    return error.strerror.lower() if isinstance(error, OSError) and error.strerror else tr("unknown reason")


def _spoken_name(source: str | Path) -> str:
    """Return the file's own name, short and sayable; its folders would be long to listen to."""
    return shorten(Path(source).name or str(source), _MAX_SPOKEN_NAME)


__all__ = ["MAX_BYTES", "CapturedPicture", "read_picture"]
