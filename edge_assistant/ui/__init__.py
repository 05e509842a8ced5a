"""The windows, the tray and the palette; what they do is asked of the resident program."""

from __future__ import annotations

import ctypes
import sys

_IMMORTAL = 1 << 40


def _keep_constants_alive() -> None:
    """Let None, True and False outlive PySide6's mistake.

    The wheels of PySide6 6.12.0 are built for Pythons in which these never die (3.12 on). On 3.11 each call from Python
    that returns one of them takes a reference too many (measured: one a call), and after some hundred signals Python
    ends with "deallocating None". The count is the first field of every object (CPython 3.11, object.h).
    """
    if sys.implementation.name == "cpython" and sys.version_info < (3, 12):
        for constant in (None, True, False, NotImplemented):
            ctypes.c_ssize_t.from_address(id(constant)).value += _IMMORTAL


_keep_constants_alive()
