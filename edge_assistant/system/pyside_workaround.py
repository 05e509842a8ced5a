"""Keeps None, True and False alive where Qt's binding gives away references to them that are not its own.

PySide6 6.12.0 is built as if these could not be counted, which is so only from Python 3.12 on. Under 3.11 a call that
returns None, or a signal that is emitted, takes one reference away, and when none is left Python ends the process.
"""

from __future__ import annotations

import ctypes
import sys

_PLENTY = 1 << 60


def keep_alive() -> None:
    """Give the constants so many references that none is missed; at once for this process, and once is enough."""
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython" or hasattr(sys, "getobjects"):
        return  # they live for ever, or are laid out otherwise
    for constant in (None, True, False, NotImplemented, Ellipsis):
        count = ctypes.c_ssize_t.from_address(id(constant))  # ob_refcnt is the first member of CPython's PyObject
        if count.value < _PLENTY:
            count.value += _PLENTY
