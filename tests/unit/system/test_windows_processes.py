"""Processes of a folder on Windows, asked of a library that stands in for kernel32, and fails as that does."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.platforms import LINKS, lacks

from edge_assistant.system.windows_processes import processes_in

FOLDER = r"C:\Users\me\Programs\Edge Assistant"
OURS, WORKER, OTHER, SOMEBODYS, STUBBORN = 8, 12, 16, 20, 24
_TIMEOUT, _SIGNALED, _FAILED = 0x102, 0, 0xFFFFFFFF


class Kernel32:
    """Handles are process ids plus 1000; a process that was ended or has ended gives WAIT_OBJECT_0."""

    def __init__(self, programs: dict[int, str], *, listed: bool = True) -> None:
        self.programs = programs
        self.open: list[int] = []
        self.ended: set[int] = set()
        self.waits: list[int] = []
        self._listed = listed
        for name in ("K32EnumProcesses", "OpenProcess", "QueryFullProcessImageNameW", "WaitForSingleObject",
                     "TerminateProcess", "CloseHandle"):  # fmt: skip
            setattr(self, name, _Function(getattr(self, f"_{name}")))

    def _K32EnumProcesses(self, ids: Any, size: int, used: Any) -> int:
        if not self._listed:
            return 0
        here = [0, 4, os.getpid(), os.getppid(), *self.programs][: size // 4]
        for index, process_id in enumerate(here):
            ids[index] = process_id
        ctypes.cast(used, ctypes.POINTER(ctypes.c_uint32))[0] = 4 * len(here)
        return 1

    def _OpenProcess(self, rights: int, inherit: bool, process_id: int) -> int | None:
        assert (rights, inherit) == (0x1 | 0x1000 | 0x100000, False)
        assert process_id not in (0, os.getpid(), os.getppid())
        if process_id in (4, SOMEBODYS):
            return None
        self.open.append(process_id + 1000)
        return self.open[-1]

    def _QueryFullProcessImageNameW(self, handle: int, flags: int, path: Any, length: Any) -> int:
        assert flags == 0
        program = self.programs[handle - 1000]
        room = ctypes.cast(length, ctypes.POINTER(ctypes.c_uint32))
        if not program or room[0] <= len(program):
            return 0
        path.value = program
        room[0] = len(program)
        return 1

    def _WaitForSingleObject(self, handle: int, milliseconds: int) -> int:
        if handle not in self.open:
            return _FAILED
        self.waits.append(milliseconds)
        return _SIGNALED if handle - 1000 in self.ended else _TIMEOUT

    def _TerminateProcess(self, handle: int, _: int) -> int:
        if handle - 1000 in self.ended:
            return 0
        if handle - 1000 != STUBBORN:
            self.ended.add(handle - 1000)
        return 1

    def _CloseHandle(self, handle: int) -> int:
        self.open.remove(handle)
        return 1


class _Function:
    """A function of a library, whose types a caller may set."""

    def __init__(self, call: Any) -> None:
        self._call = call

    def __call__(self, *arguments: Any) -> Any:
        return self._call(*arguments)


def test_only_programs_of_the_folder_are_held_and_every_handle_is_closed() -> None:
    library = Kernel32({
        OURS: rf"{FOLDER}\edge-assistantw.exe",
        WORKER: rf"{FOLDER.upper()}\EDGE-ASSISTANTW.EXE",
        OTHER: rf"{FOLDER} of others\edge-assistant.exe",
        SOMEBODYS: rf"{FOLDER}\edge-assistant.exe",
        28: "",
    })  # fmt: skip
    with processes_in(FOLDER, library) as running:
        assert len(running) == 2
        assert library.open == [OURS + 1000, WORKER + 1000]
        assert not running.wait(0)
        library.ended.add(OURS)
        running.terminate()
        assert library.ended == {OURS, WORKER}
        assert running.wait(5)
    assert library.open == []


@lacks(LINKS)
def test_a_folder_is_also_looked_for_where_it_really_lies(tmp_path: Path) -> None:
    """A profile may be moved to another disk, with a junction in its place: Windows tells the place on that disk."""
    real, link = tmp_path / "disk" / "Programs", tmp_path / "Programs"
    real.mkdir(parents=True)
    link.symlink_to(real, target_is_directory=True)
    library = Kernel32({OURS: str(real / "app" / "edge-assistant.exe"), OTHER: str(tmp_path / "other.exe")})
    with processes_in(str(link / "app"), library) as running:
        assert len(running) == 1
        assert library.open == [OURS + 1000]


def test_all_together_wait_no_longer_than_they_may_and_what_does_not_end_is_told() -> None:
    library = Kernel32({OURS: rf"{FOLDER}\edge-assistant.exe", STUBBORN: rf"{FOLDER}\edge-assistant.exe"})
    with processes_in(FOLDER, library) as running:
        running.terminate()
        assert not running.wait(2.5)
    assert all(0 <= each <= 2500 for each in library.waits)


def test_more_processes_than_there_was_room_for_are_all_looked_at() -> None:
    many = dict.fromkeys(range(100, 12_100, 4), r"C:\Windows\other.exe")
    library = Kernel32({**many, OURS: rf"{FOLDER}\edge-assistant.exe"})
    with processes_in(FOLDER, library) as running:
        assert len(running) == 1


def test_processes_that_cannot_be_listed_are_an_error() -> None:
    with pytest.raises(OSError, match="cannot be listed"), processes_in(FOLDER, Kernel32({}, listed=False)):
        pass


@pytest.mark.skipif(sys.platform != "win32", reason="processes of Windows itself")
def test_a_program_that_runs_from_a_folder_is_found_waited_for_and_ended(tmp_path: Path) -> None:
    program = shutil.copy(os.environ["COMSPEC"], tmp_path / "cmd.exe")
    child = subprocess.Popen([program, "/c", "pause"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert child.stdin is not None
    try:
        with processes_in(str(tmp_path)) as running:
            assert len(running) == 1
            assert not running.wait(0.1)
            running.terminate()
            assert running.wait(30)
        assert child.wait(30) == 1
    finally:
        child.kill()
        child.stdin.close()
    with processes_in(str(tmp_path)) as running:
        assert len(running) == 0
