"""Whether another process on Windows has more rights than this one, by its integrity level. Run under wine only.

Windows drops the input that a program makes for one of a higher level, and tells neither of them.
"""

from __future__ import annotations

import ctypes
import functools
import logging
from typing import Any

from edge_assistant.system.windows_api import last_error, load_library

_log = logging.getLogger(__name__)
_QUERY_LIMITED_INFORMATION, _TOKEN_QUERY = 0x1000, 0x0008  # winnt.h
_TOKEN_INTEGRITY_LEVEL = 25  # TokenIntegrityLevel of winnt.h's TOKEN_INFORMATION_CLASS
_ACCESS_DENIED = 5  # winerror.h
_MAX_LABEL = 256  # bytes: a TOKEN_MANDATORY_LABEL of 16, and a SID of at most 68

_HANDLE, _POINTER, _BOOL, _DWORD = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32


class _Denied(Exception):
    """The system does not tell about this process."""


def has_more_rights(process_id: int, kernel32: Any = None, advapi32: Any = None, error: Any = last_error) -> bool:
    """Return whether a process has a higher integrity level than this one, as an administrator's program has.

    One that Windows tells nothing about counts as higher, and one that has ended as not. The libraries, and `error`,
    which returns the last error, are for tests.
    """
    kernel32, advapi32 = kernel32 or _load_kernel32(), advapi32 or _load_advapi32()
    handle = kernel32.OpenProcess(_QUERY_LIMITED_INFORMATION, False, process_id)
    if not handle:
        return bool(error() == _ACCESS_DENIED)
    try:
        own = _level(kernel32.GetCurrentProcess(), kernel32, advapi32)
        return own is not None and (_level(handle, kernel32, advapi32) or 0) > own
    except _Denied:
        return True
    finally:
        kernel32.CloseHandle(handle)


def _level(process: int, kernel32: Any, advapi32: Any) -> int | None:
    """Return a process's level (SECURITY_MANDATORY_…_RID of winnt.h); None where there is none.

    Raises _Denied.
    """
    token = _HANDLE()
    if not advapi32.OpenProcessToken(process, _TOKEN_QUERY, ctypes.byref(token)):
        _log.info("the rights of a process are not told: error %d", last_error())
        raise _Denied
    try:
        label, size = ctypes.create_string_buffer(_MAX_LABEL), _DWORD()
        if not advapi32.GetTokenInformation(token, _TOKEN_INTEGRITY_LEVEL, label, _MAX_LABEL, ctypes.byref(size)):
            raise _Denied
        sid = _HANDLE.from_buffer(label).value  # a TOKEN_MANDATORY_LABEL begins with the pointer to the SID
        if not sid:
            return None
        last = advapi32.GetSidSubAuthorityCount(sid)[0] - 1
        return int(advapi32.GetSidSubAuthority(sid, last)[0])
    finally:
        kernel32.CloseHandle(token)


@functools.cache
def _load_kernel32() -> Any:
    """Types of processthreadsapi.h and handleapi.h."""
    library = load_library("kernel32")
    library.OpenProcess.argtypes, library.OpenProcess.restype = (_DWORD, _BOOL, _DWORD), _HANDLE
    library.GetCurrentProcess.argtypes, library.GetCurrentProcess.restype = (), _HANDLE
    library.CloseHandle.argtypes, library.CloseHandle.restype = (_HANDLE,), _BOOL
    return library


@functools.cache
def _load_advapi32() -> Any:
    """Types of processthreadsapi.h and securitybaseapi.h."""
    library = load_library("advapi32")
    library.OpenProcessToken.argtypes, library.OpenProcessToken.restype = (_HANDLE, _DWORD, _POINTER), _BOOL
    library.GetTokenInformation.argtypes = (_HANDLE, ctypes.c_int, _POINTER, _DWORD, _POINTER)
    library.GetTokenInformation.restype = _BOOL
    library.GetSidSubAuthorityCount.argtypes = (_HANDLE,)
    library.GetSidSubAuthorityCount.restype = ctypes.POINTER(ctypes.c_ubyte)
    library.GetSidSubAuthority.argtypes = (_HANDLE, _DWORD)
    library.GetSidSubAuthority.restype = ctypes.POINTER(_DWORD)
    return library
