"""Waiting for a pipe of Windows, where `select` knows sockets only."""

from __future__ import annotations

import ctypes
import sys
import time
from typing import IO, Any

from edge_assistant.system import windows_api

_POLL_S = 0.01


def wait_for_data(stream: IO[Any], timeout: float, system: Any = None) -> bool:
    """Block until a pipe has something to read or has ended; return False where it did neither in `timeout` seconds.

    At once True for what is no pipe. `system` is kernel32, another one in tests.
    """
    try:
        handle = _handle(stream)
    except (OSError, ValueError):  # an in-memory stream
        return True
    system = system or windows_api.load_library("kernel32")
    system.PeekNamedPipe.argtypes = (
        *(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32),
        *(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p),
    )
    system.PeekNamedPipe.restype = ctypes.c_int
    deadline = time.monotonic() + timeout
    available = ctypes.c_uint32()
    # It fails where the other end is closed, and for files: reading tells the rest.
    while system.PeekNamedPipe(handle, None, 0, None, ctypes.byref(available), None) and not available.value:
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_S)
    return True


def _handle(stream: IO[Any]) -> int:
    number = stream.fileno()
    if sys.platform != "win32":
        return number
    import msvcrt

    return msvcrt.get_osfhandle(number)
