"""A worker's job on Windows, asked of a system library that stands in for the real one where there is none."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from typing import Any

import pytest

from edge_assistant.system import windows_job

_WORKER = 4321


class Kernel32:
    """As the system's: jobs are made, limited and joined by handle, and refused at the call named `refuses`."""

    def __init__(self, refuses: str = "") -> None:
        self._refuses = refuses
        self.limits: dict[int, int] = {}
        self.memory: dict[int, int] = {}
        self.joined: list[tuple[int, int]] = []
        self.open: list[int] = []

    def CreateJobObjectW(self, attributes: None, name: None) -> int | None:
        assert (attributes, name) == (None, None), "a job with a name could be opened by others"
        if self._refuses == "CreateJobObjectW":
            return None
        self.open.append(0x1F4)
        return self.open[-1]

    def SetInformationJobObject(self, job: int, kind: int, limits: Any, size: int) -> int:
        if self._refuses == "SetInformationJobObject" or kind != 9 or size != 144:  # else ERROR_BAD_LENGTH
            return 0
        self.limits[job] = ctypes.cast(limits, ctypes.POINTER(ctypes.c_uint32))[4]
        self.memory[job] = ctypes.cast(limits, ctypes.POINTER(ctypes.c_size_t))[14]  # offset 112 on 64 bits
        return 1

    def OpenProcess(self, access: int, inherit: bool, pid: int) -> int | None:
        if self._refuses == "OpenProcess" or access != 0x0101:  # PROCESS_SET_QUOTA | PROCESS_TERMINATE
            return None
        assert not inherit
        self.open.append(-pid)
        return -pid

    def AssignProcessToJobObject(self, job: int, process: int) -> int:
        if self._refuses == "AssignProcessToJobObject":
            return 0
        self.joined.append((job, process))
        return 1

    def CloseHandle(self, handle: int) -> int:
        self.open.remove(handle)
        return 1


@pytest.fixture
def kernel32(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Kernel32:
    system = Kernel32(getattr(request, "param", ""))
    monkeypatch.setattr(windows_job, "_kernel32", lambda: system)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "get_last_error", lambda: 5, raising=False)
    monkeypatch.setattr(ctypes, "WinError", lambda code: OSError(code, "Access is denied."), raising=False)
    return system


def test_a_job_ends_its_processes_when_it_is_closed(kernel32: Kernel32) -> None:
    job = windows_job.make_job()
    assert job is not None
    assert kernel32.limits == {job: 0x2000}  # JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
    windows_job.close_handle(job)
    assert kernel32.open == []


def test_a_job_limits_the_memory_of_its_process_where_that_is_wanted(kernel32: Kernel32) -> None:
    job = windows_job.make_job(1_600_000_000)
    assert job is not None
    assert kernel32.limits == {job: 0x2000 | 0x0100}  # and JOB_OBJECT_LIMIT_PROCESS_MEMORY
    assert kernel32.memory == {job: 1_600_000_000}


def test_a_worker_is_added_to_its_job_by_its_parent_which_keeps_only_the_job_s_handle(kernel32: Kernel32) -> None:
    job = windows_job.make_job()
    windows_job.add_to_job(job, _WORKER)
    assert kernel32.joined == [(job, -_WORKER)]
    assert kernel32.open == [job]


@pytest.mark.parametrize("kernel32", ["CreateJobObjectW", "SetInformationJobObject"], indirect=True)
def test_a_worker_does_without_a_job_where_there_can_be_none(
    kernel32: Kernel32, expect_log: Callable[[str], None]
) -> None:
    expect_log("a worker runs without a job object")
    assert windows_job.make_job() is None
    assert kernel32.open == []
    windows_job.add_to_job(None, _WORKER)
    windows_job.close_handle(None)
    assert kernel32.joined == []


@pytest.mark.parametrize("kernel32", ["OpenProcess", "AssignProcessToJobObject"], indirect=True)
def test_a_worker_that_cannot_be_added_to_a_job_is_told(kernel32: Kernel32, expect_log: Callable[[str], None]) -> None:
    expect_log("a worker is in no job object")
    job = windows_job.make_job()
    windows_job.add_to_job(job, _WORKER)
    assert (kernel32.joined, kernel32.open) == ([], [job])
