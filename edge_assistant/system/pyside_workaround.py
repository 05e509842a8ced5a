"""Workaround for PySide6 6.12.0 under Python 3.11, which loses references to None, True and False.

PySide6 is built as if these were immortal, which is so only from Python 3.12 on. Under 3.11 a call that returns None,
or a signal that is emitted, takes one reference away, and when none is left Python ends the process.
"""

from __future__ import annotations

import ctypes
import sys

_EXTRA_REFERENCES = 1 << 60


def keep_constants_alive() -> None:
    """Give the constants so many references that none is missed; once per process is enough."""
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython" or hasattr(sys, "getobjects"):
        return  # they are immortal, or have another layout
    for constant in (None, True, False, NotImplemented, Ellipsis):
        count = ctypes.c_ssize_t.from_address(id(constant))  # ob_refcnt is the first member of CPython's PyObject
        if count.value < _EXTRA_REFERENCES:
            count.value += _EXTRA_REFERENCES
