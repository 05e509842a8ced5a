"""Windows' part of a worker process; on other systems these functions do nothing.

A job object is a group of processes that ends when its last handle is closed. Each worker has one, and the parent holds
its handle: so the worker, and all that it started, ends with the parent, however that ends.
"""

from __future__ import annotations

import ctypes
import logging
import signal
import sys
from typing import Any

from edge_assistant.system.windows_api import last_error, load_library

_log = logging.getLogger(__name__)
_EXTENDED_LIMITS = 9  # JobObjectExtendedLimitInformation, winnt.h
_KILL_ON_JOB_CLOSE, _PROCESS_MEMORY = 0x2000, 0x0100  # JOB_OBJECT_LIMIT_…
_SET_QUOTA, _TERMINATE = 0x0100, 0x0001  # PROCESS_…, which AssignProcessToJobObject asks for


class JobLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION of winnt.h, whose types have the same sizes on every Windows."""

    _fields_ = (
        ("per_process_user_time_limit", ctypes.c_int64),
        ("per_job_user_time_limit", ctypes.c_int64),
        ("limit_flags", ctypes.c_uint32),
        ("minimum_working_set_size", ctypes.c_size_t),
        ("maximum_working_set_size", ctypes.c_size_t),
        ("active_process_limit", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority_class", ctypes.c_uint32),
        ("scheduling_class", ctypes.c_uint32),
        ("io_info", ctypes.c_uint64 * 6),
        ("process_memory_limit", ctypes.c_size_t),
        ("job_memory_limit", ctypes.c_size_t),
        ("peak_process_memory_used", ctypes.c_size_t),
        ("peak_job_memory_used", ctypes.c_size_t),
    )


def make_job(memory_limit: int | None = None) -> int | None:
    """Create a job object and return its handle, to be given to `close_handle`; None outside Windows and on failure.

    `memory_limit` is the most bytes that a process of it may commit: the system refuses it more.
    """
    if sys.platform != "win32":
        return None
    system = _kernel32()
    job: int | None = system.CreateJobObjectW(None, None)
    limits = JobLimits(limit_flags=_KILL_ON_JOB_CLOSE)
    if memory_limit is not None:
        limits.limit_flags |= _PROCESS_MEMORY
        limits.process_memory_limit = memory_limit
    if job and system.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)):
        return job
    _log.warning("a worker runs without a job object: %s", ctypes.WinError(last_error()))
    close_handle(job)
    return None


def add_to_job(job: int | None, pid: int) -> None:
    """Make a process that was just started part of a job object, before it starts others."""
    if sys.platform == "win32" and job:
        system = _kernel32()
        process = system.OpenProcess(_SET_QUOTA | _TERMINATE, False, pid)
        if not process or not system.AssignProcessToJobObject(job, process):
            _log.warning("a worker is in no job object: %s", ctypes.WinError(last_error()))
        close_handle(process)


def close_handle(job: int | None) -> None:
    """Close a handle; with the last one of a job object, all its processes end."""
    if sys.platform == "win32" and job:
        _kernel32().CloseHandle(job)


def ignore_interrupts() -> None:
    """Ignore Ctrl-C and Ctrl-Break, which Windows sends to every program of a console."""
    if sys.platform == "win32":
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGBREAK, signal.SIG_IGN)


def _kernel32() -> Any:
    system = load_library("kernel32")
    handle = ctypes.c_void_p
    system.CreateJobObjectW.argtypes, system.CreateJobObjectW.restype = (handle, ctypes.c_wchar_p), handle
    system.SetInformationJobObject.argtypes = (handle, ctypes.c_int, handle, ctypes.c_uint32)
    system.OpenProcess.argtypes, system.OpenProcess.restype = (ctypes.c_uint32, ctypes.c_int, ctypes.c_uint32), handle
    system.AssignProcessToJobObject.argtypes = (handle, handle)
    system.CloseHandle.argtypes = (handle,)
    for function in (system.SetInformationJobObject, system.AssignProcessToJobObject, system.CloseHandle):
        function.restype = ctypes.c_int  # BOOL
    return system
