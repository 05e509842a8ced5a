"""Windows' own libraries, each as an object of the caller's own.

`ctypes.windll` is shared by all packages of a process, and so are the argument types that one of them sets there. A
caller declares the types of the functions that it uses on the object that it got here.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any


def load_library(name: str) -> Any:
    """Load one of Windows' libraries, such as "user32", anew. Raises OSError where there is none, as on other systems.

    After a call that failed, `last_error` tells why, on the same thread.
    """
    if sys.platform != "win32":
        raise OSError(f"{name} is one of Windows' libraries")
    return ctypes.WinDLL(name, use_last_error=True)


def last_error() -> int:
    """Return the number of the last error on this thread (winerror.h); 0 on other systems."""
    if sys.platform != "win32":
        return 0
    return ctypes.get_last_error()
