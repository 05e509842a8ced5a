"""Windows' crash reports, which hold memory of the program that crashed: in our case pictures, questions and answers.

Windows Error Reporting is told to leave memory out, and not to be started at all by an ordinary crash. An abort of the
C library reaches it all the same, so the program's own file is entered among those that it passes over.
"""

from __future__ import annotations

import ctypes
import logging
import sys
from pathlib import Path
from typing import Any

from edge_assistant.system.windows_api import load_library

_log = logging.getLogger(__name__)
_NO_MESSAGE_BOXES = 0x0001 | 0x0002  # errhandlingapi.h: SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX
_NO_HEAP = 1  # werapi.h: WER_FAULT_REPORTING_FLAG_NOHEAP


def forbid_crash_reports(kernel32: Any = None) -> None:
    """Let a crash of this process show no message box and report no memory. Does nothing outside Windows.

    What this process starts inherits the first. `kernel32` replaces the library in tests.
    """
    if sys.platform != "win32":
        return
    system = kernel32 or _kernel32()
    system.SetErrorMode(system.GetErrorMode() | _NO_MESSAGE_BOXES)
    result = system.WerSetFlags(_NO_HEAP)
    if result != 0:  # S_OK
        _log.info("crash reports may hold memory: 0x%08x", result & 0xFFFFFFFF)


def exclude_program(executable: Path, wer: Any = None) -> None:
    """Have Windows report no crash of this file, from now on and for this person. Does nothing outside Windows.

    Only for a program of our own: a Python runs those of others, too. `wer` replaces the library in tests.
    """
    if sys.platform != "win32":
        return
    try:
        result = (wer or _wer()).WerAddExcludedApplication(executable.name, False)
    except OSError as error:  # an edition of Windows without the library
        _log.info("there are no crash reports: %s", error)
        return
    if result != 0:
        _log.info("crash reports are not excluded: 0x%08x", result & 0xFFFFFFFF)


def _kernel32() -> Any:
    system = load_library("kernel32")
    system.GetErrorMode.argtypes, system.GetErrorMode.restype = (), ctypes.c_uint32
    system.SetErrorMode.argtypes, system.SetErrorMode.restype = (ctypes.c_uint32,), ctypes.c_uint32
    system.WerSetFlags.argtypes, system.WerSetFlags.restype = (ctypes.c_uint32,), ctypes.c_int32  # HRESULT
    return system


def _wer() -> Any:
    system = load_library("wer")
    system.WerAddExcludedApplication.argtypes = (ctypes.c_wchar_p, ctypes.c_int)
    system.WerAddExcludedApplication.restype = ctypes.c_int32  # HRESULT
    return system
