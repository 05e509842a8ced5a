"""Windows' audio outputs, from winmm: how many there are, and which one is the default."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

from edge_assistant.system.windows_api import load_library

_WAVE_MAPPER = 0xFFFFFFFF  # mmeapi.h: (UINT)-1, given where a device handle is expected
# Messages that the system itself answers, in mmddk.h: DRV_RESERVED is 0x800, DRVM_MAPPER 0x2000.
_PREFERRED_GET = 0x2000 + 21
_QUERY_INSTANCE_ID = 0x800 + 17
_QUERY_INSTANCE_ID_SIZE = 0x800 + 18
_NO_DEVICE = 0xFFFFFFFF


def count_outputs(winmm: Any = None) -> int:
    """Return the number of audio outputs. Tests pass a `winmm`."""
    return int((winmm or _load_winmm()).waveOutGetNumDevs())


def default_output(winmm: Any = None) -> str | None:
    """Return the endpoint id of the default output, "" without one, and None where Windows does not tell."""
    winmm = winmm or _load_winmm()
    device, flags = ctypes.c_uint32(_NO_DEVICE), ctypes.c_uint32()
    if winmm.waveOutMessage(_WAVE_MAPPER, _PREFERRED_GET, ctypes.addressof(device), ctypes.addressof(flags)):
        return None
    if device.value == _NO_DEVICE:
        return ""
    size = ctypes.c_size_t()  # in bytes, with the null at the end
    if winmm.waveOutMessage(device.value, _QUERY_INSTANCE_ID_SIZE, ctypes.addressof(size), None):
        return None
    text = ctypes.create_string_buffer(size.value)  # UTF-16
    if winmm.waveOutMessage(device.value, _QUERY_INSTANCE_ID, ctypes.addressof(text), size.value):
        return None
    return text.raw.decode("utf-16-le", errors="replace").split("\0")[0]


@cache
def _load_winmm() -> Any:
    winmm = load_library("winmm")
    winmm.waveOutGetNumDevs.argtypes = ()
    winmm.waveOutGetNumDevs.restype = ctypes.c_uint
    # MMRESULT waveOutMessage(HWAVEOUT, UINT, DWORD_PTR, DWORD_PTR): 0 is success
    winmm.waveOutMessage.argtypes = (ctypes.c_void_p, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p)
    winmm.waveOutMessage.restype = ctypes.c_uint
    return winmm
