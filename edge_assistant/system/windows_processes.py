"""Processes on Windows whose program lies in a folder: whether some run, waiting for their end, and ending them.

`psutil` cannot be used here: it asks for more rights than ending a process needs, and leaves no handle, by which alone
a process is known to be the same one a moment later.
"""

from __future__ import annotations

import ctypes
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PureWindowsPath
from typing import Any

from edge_assistant.system.windows_api import last_error, load_library

_log = logging.getLogger(__name__)
_TERMINATE, _QUERY_LIMITED_INFORMATION, _SYNCHRONIZE = 0x0001, 0x1000, 0x00100000
"""PROCESS_TERMINATE, PROCESS_QUERY_LIMITED_INFORMATION (winnt.h), SYNCHRONIZE (winnt.h)."""
_WAIT_OBJECT_0 = 0  # winbase.h
_MAX_PATH = 32_768  # characters that a path may have at most
_MAX_PROCESSES = 65_536
_KILLED = 1  # exit code of those that are ended here


class ProcessesInFolder:
    """The processes of other programs of a folder, as they run now; each is held by a handle until `close`."""

    def __init__(self, handles: list[int], library: Any) -> None:
        self._handles = handles
        self._library = library

    def __len__(self) -> int:
        return len(self._handles)

    def wait(self, seconds: float) -> bool:
        """Wait until all have ended, at most `seconds`; return whether they have."""
        deadline = time.monotonic() + seconds
        for handle in self._handles:
            left_ms = max(0, round((deadline - time.monotonic()) * 1000))
            if self._library.WaitForSingleObject(handle, left_ms) != _WAIT_OBJECT_0:
                return False
        return True

    def terminate(self) -> None:
        """End those that still run, without asking them."""
        for handle in self._handles:
            if not self._library.TerminateProcess(handle, _KILLED):  # it also fails for one that has ended
                _log.info("a process could not be ended: error %d", last_error())

    def close(self) -> None:
        """Give up the handles."""
        for handle in self._handles:
            self._library.CloseHandle(handle)
        self._handles = []


@contextmanager
def processes_in(folder: str, library: Any = None) -> Iterator[ProcessesInFolder]:
    """Look for the processes whose program is below `folder`, but for this one and the one that started it.

    Those of other people are left out. Windows tells where a program really lies, so `folder` may be, or be in, a link.

    `library` stands for kernel32 in tests. Raises OSError where the processes cannot be listed.
    """
    library = _declare(load_library("kernel32") if library is None else library)
    folders = (folder, os.path.realpath(folder))
    found: list[int] = []
    for process_id in _process_ids(library):
        if process_id in (0, os.getpid(), os.getppid()):
            continue
        handle = library.OpenProcess(_TERMINATE | _QUERY_LIMITED_INFORMATION | _SYNCHRONIZE, False, process_id)
        if not handle:  # it has ended, or is somebody else's
            continue
        program = _program(library, handle)
        if any(_is_below(program, each) for each in folders):
            found.append(handle)
        else:
            library.CloseHandle(handle)
    processes = ProcessesInFolder(found, library)
    try:
        yield processes
    finally:
        processes.close()


def _process_ids(library: Any) -> list[int]:
    """K32EnumProcesses fills what there is room for, and does not tell whether that was all."""
    count = 1024
    while True:
        ids, used = (ctypes.c_uint32 * count)(), ctypes.c_uint32()
        if not library.K32EnumProcesses(ids, ctypes.sizeof(ids), ctypes.byref(used)):
            raise OSError(f"the processes cannot be listed: error {last_error()}")
        number = used.value // ctypes.sizeof(ctypes.c_uint32)
        if number < count or count >= _MAX_PROCESSES:
            return list(ids[:number])
        count *= 2


def _program(library: Any, handle: int) -> str:
    """Return the path of a process's program; "" where it has ended."""
    length = ctypes.c_uint32(_MAX_PATH)
    path = ctypes.create_unicode_buffer(_MAX_PATH)
    return path.value if library.QueryFullProcessImageNameW(handle, 0, path, ctypes.byref(length)) else ""


def _is_below(path: str, folder: str) -> bool:
    """Return whether `path` is in `folder`; upper and lower case are the same there."""
    return bool(path) and PureWindowsPath(folder) in PureWindowsPath(path).parents


def _declare(library: Any) -> Any:
    """Types of processthreadsapi.h, psapi.h, winbase.h, synchapi.h and handleapi.h."""
    handle, dword, boolean = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int
    library.K32EnumProcesses.argtypes = (ctypes.c_void_p, dword, ctypes.POINTER(dword))
    library.K32EnumProcesses.restype = boolean
    library.OpenProcess.argtypes = (dword, boolean, dword)
    library.OpenProcess.restype = handle
    library.QueryFullProcessImageNameW.argtypes = (handle, dword, ctypes.c_wchar_p, ctypes.POINTER(dword))
    library.QueryFullProcessImageNameW.restype = boolean
    library.WaitForSingleObject.argtypes = (handle, dword)
    library.WaitForSingleObject.restype = dword
    library.TerminateProcess.argtypes = (handle, ctypes.c_uint)
    library.TerminateProcess.restype = boolean
    library.CloseHandle.argtypes = (handle,)
    library.CloseHandle.restype = boolean
    return library
