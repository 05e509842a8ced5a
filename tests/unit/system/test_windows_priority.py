"""The priority of work that is awaited, and of work in the background, on Windows."""

from __future__ import annotations

import ctypes
import logging
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from edge_assistant.system import windows_priority


def kernel32(*, old: bool = False) -> tuple[Any, list[object]]:
    """Return a stand-in and what was set. An `old` Windows refuses what it does not know."""
    done: list[object] = []

    def set_class(process: int, number: int) -> int:
        done.append((process, number))
        return 1

    def set_information(process: int, kind: int, state: Any, size: int) -> int:
        told = state._obj
        assert (process, kind, size, told.version) == (-1, 4, 12, 1)
        done.append((told.control_mask, told.state_mask))
        return int(not old)

    library = SimpleNamespace(
        GetCurrentProcess=lambda: -1, SetPriorityClass=set_class, SetProcessInformation=set_information
    )
    return library, done


@pytest.mark.parametrize(("awaited", "quality"), [(True, (1, 0)), (False, (1, 1))])
def test_awaited_work_gets_fast_cores_and_background_work_the_others(awaited: bool, quality: tuple[int, int]) -> None:
    library, done = kernel32()
    windows_priority.lower_priority(awaited=awaited, kernel32=library)
    assert done == [(-1, 0x4000), quality]


def test_an_older_windows_keeps_the_priority_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    library, done = kernel32(old=True)
    windows_priority.lower_priority(awaited=True, kernel32=library)
    assert done[0] == (-1, 0x4000)
    assert "quality of service stays" in caplog.text


@pytest.mark.skipif(sys.platform != "win32", reason="needs Windows")
def test_the_real_priority_is_lowered() -> None:
    import psutil

    before = psutil.Process().nice()
    try:
        windows_priority.lower_priority(awaited=False)
        assert psutil.Process().nice() == psutil.BELOW_NORMAL_PRIORITY_CLASS
    finally:
        psutil.Process().nice(before)
    assert ctypes.sizeof(windows_priority.PowerThrottlingState) == 12
