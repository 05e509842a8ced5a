"""The priority of this process on Windows: its class, and its quality of service.

A process of a class below normal may be kept on a processor's efficiency cores, at a low clock; so awaited work asks
for the other ones. Run under wine, whose old Windows knows no quality of service; not on Windows.
"""

from __future__ import annotations

import ctypes
import logging
from typing import Any

from edge_assistant.system.windows_api import last_error, load_library

_log = logging.getLogger(__name__)

_BELOW_NORMAL_PRIORITY_CLASS = 0x4000  # winbase.h
# processthreadsapi.h: ProcessPowerThrottling, PROCESS_POWER_THROTTLING_CURRENT_VERSION and …_EXECUTION_SPEED
_POWER_THROTTLING, _VERSION, _EXECUTION_SPEED = 4, 1, 1


class PowerThrottlingState(ctypes.Structure):
    """PROCESS_POWER_THROTTLING_STATE of processthreadsapi.h. What `control_mask` has and `state_mask` has not is off:
    without throttling of the speed, the quality of service is high ("HighQoS"); with it, it is "EcoQoS".
    """

    _fields_ = (("version", ctypes.c_uint32), ("control_mask", ctypes.c_uint32), ("state_mask", ctypes.c_uint32))


def lower_priority(*, awaited: bool, kernel32: Any = None) -> None:
    """Let other programs go before this process, which a person waits for, or which works in the background.

    What an older Windows does not know is logged only. `kernel32` replaces the library in tests.
    """
    kernel32 = kernel32 or _kernel32()
    process = kernel32.GetCurrentProcess()
    if not kernel32.SetPriorityClass(process, _BELOW_NORMAL_PRIORITY_CLASS):
        _log.info("the priority stays as it is: error %d", last_error())
    state = PowerThrottlingState(_VERSION, _EXECUTION_SPEED, 0 if awaited else _EXECUTION_SPEED)
    if not kernel32.SetProcessInformation(process, _POWER_THROTTLING, ctypes.byref(state), ctypes.sizeof(state)):
        _log.info("the quality of service stays as it is: error %d", last_error())


def _kernel32() -> Any:
    library, handle, number = load_library("kernel32"), ctypes.c_void_p, ctypes.c_uint32
    library.GetCurrentProcess.restype = handle
    library.GetCurrentProcess.argtypes = ()
    library.SetPriorityClass.argtypes = (handle, number)
    library.SetProcessInformation.argtypes = (handle, ctypes.c_int, handle, number)
    return library
