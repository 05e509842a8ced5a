"""Replacing, renaming, removing and opening files that another program may hold.

On Windows each of these fails while somebody has the file open, and a virus scanner or an indexer does, for a moment,
after every change. So each is tried again for about a second. Elsewhere nothing is tried twice.
"""

from __future__ import annotations

import ctypes
import errno
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from edge_assistant.system.windows_api import last_error, load_library

_Result = TypeVar("_Result")

_PAUSES_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4)  # a little more than a second together

_ACCESS_DENIED, _SHARING_VIOLATION, _LOCK_VIOLATION, _USER_MAPPED_FILE = 5, 32, 33, 1224  # winerror.h
_CERTAINLY_HELD = frozenset((_SHARING_VIOLATION, _LOCK_VIOLATION, _USER_MAPPED_FILE))
_DELETE = 0x00010000  # winnt.h: the right to delete
_SHARE_ALL = 0x7  # winnt.h: FILE_SHARE_READ, FILE_SHARE_WRITE and FILE_SHARE_DELETE
_OPEN_EXISTING = 3  # fileapi.h
_INVALID_HANDLE = ctypes.c_void_p(-1).value


def retry(action: Callable[[], _Result], sleep: Callable[[float], None] = time.sleep) -> _Result:
    """Call `action` until it no longer fails because a file is held, on Windows for about a second. Raises OSError."""
    for pause in _PAUSES_S:
        try:
            return action()
        except OSError as error:
            if not _may_be_held(error):
                raise
        sleep(pause)
    return action()


def replace(source: Path, target: Path) -> None:
    """Rename `source` to `target`, in place of what is there. Raises OSError."""
    retry(lambda: source.replace(target))


def rename(source: Path, target: Path) -> None:
    """Rename `source` to `target`; on Windows only where there is nothing. Raises OSError."""
    retry(lambda: source.rename(target))


def unlink(path: Path, *, missing_ok: bool = False) -> None:
    """Remove a file. Raises OSError."""
    retry(lambda: path.unlink(missing_ok=missing_ok))


def is_in_use(error: OSError, kernel32: Any = None) -> bool:
    """Return whether an operation failed because some program has the file open; always False outside Windows.

    Windows refuses access alike for a file that is open and for one that is not the person's, so it is asked whether
    they may delete it. `kernel32` replaces the system's library in tests.
    """
    if not _may_be_held(error):
        return False
    if getattr(error, "winerror", None) in _CERTAINLY_HELD:
        return True
    name = error.filename if error.filename2 is None else error.filename2  # what was to be replaced
    return isinstance(name, str) and _may_be_deleted(Path(name), kernel32 or _kernel32())


def _may_be_held(error: OSError) -> bool:
    # Opening goes through the C library, which tells less: EACCES without Windows' own number.
    number = getattr(error, "winerror", None)
    held = number in _CERTAINLY_HELD or number == _ACCESS_DENIED or (number is None and error.errno == errno.EACCES)
    return sys.platform == "win32" and held


def _may_be_deleted(path: Path, kernel32: Any) -> bool:
    """Return whether the person has the right to delete a file, or somebody forbids it by having it open."""
    try:
        status = path.stat()
    except OSError:
        return False
    if not stat.S_ISREG(status.st_mode) or not status.st_mode & stat.S_IWRITE:  # marked as read-only
        return False
    handle = kernel32.CreateFileW(str(path), _DELETE, _SHARE_ALL, None, _OPEN_EXISTING, 0, None)
    if handle == _INVALID_HANDLE:
        return last_error() == _SHARING_VIOLATION
    kernel32.CloseHandle(handle)
    return True


def _kernel32() -> Any:
    system = load_library("kernel32")
    system.CreateFileW.argtypes = (
        *(ctypes.c_wchar_p, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p),
        *(ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p),
    )
    system.CreateFileW.restype = ctypes.c_void_p
    system.CloseHandle.argtypes = (ctypes.c_void_p,)
    return system
