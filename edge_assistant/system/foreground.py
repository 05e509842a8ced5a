"""The right to put a window in front, which Windows gives to few programs, and which one that has it may pass on.

`edge-assistant trigger`, started from a console or by a shortcut, has it; the running program, which is to open its
window, does not. Run under wine, which refuses nothing; not on Windows.
"""

from __future__ import annotations

import ctypes
import logging
import sys
from typing import Any

from edge_assistant.system.windows_api import last_error, load_library

_log = logging.getLogger(__name__)


def allow_foreground(pipe: int, kernel32: Any = None, user32: Any = None) -> None:
    """Let the server of a named pipe put its window in front; `pipe` is the client's handle.

    Does nothing on other systems. Without the right itself, this program cannot pass it on: that is logged only, for
    the server then says where its window is. The libraries are for tests.
    """
    if sys.platform != "win32" and kernel32 is None:
        return
    kernel32 = kernel32 or _kernel32()
    user32 = user32 or _user32()
    server = ctypes.c_uint32()
    if not kernel32.GetNamedPipeServerProcessId(pipe, ctypes.byref(server)):
        _log.info("the pipe's server is not known: error %d", last_error())
    elif not user32.AllowSetForegroundWindow(server.value):
        _log.info("the right to put a window in front is not passed on: error %d", last_error())


def _kernel32() -> Any:
    library = load_library("kernel32")
    library.GetNamedPipeServerProcessId.argtypes = (ctypes.c_void_p, ctypes.c_void_p)  # BOOL of HANDLE and PULONG
    return library


def _user32() -> Any:
    library = load_library("user32")
    library.AllowSetForegroundWindow.argtypes = (ctypes.c_uint32,)  # BOOL of DWORD
    return library
