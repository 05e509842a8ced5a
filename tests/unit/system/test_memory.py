"""Memory of the whole process tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from support.platforms import LINUX_MEMORY, PROCESS_NAMES, lacks

from edge_assistant.system import memory
from edge_assistant.system.memory import PeakMemory, available_bytes, largest_programs


def test_a_child_of_this_process_counts() -> None:
    code = "x = bytearray(b'x') * 80_000_000; print(flush=True); input()"
    with PeakMemory() as alone:
        pass
    with PeakMemory() as peak:
        command = [sys.executable, "-c", code]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdin is not None
            process.stdout.readline()
            with PeakMemory() as inner:
                pass  # samples at its end
            process.stdin.close()
    assert inner.rss_bytes > alone.rss_bytes + 70_000_000
    if sys.platform == "linux":
        assert inner.pss_bytes is not None
        assert alone.pss_bytes is not None
        assert inner.pss_bytes > alone.pss_bytes + 70_000_000
        assert inner.pss_bytes <= inner.rss_bytes
    assert peak.rss_bytes > 0


@lacks(LINUX_MEMORY)
def test_a_process_that_may_not_be_looked_into_counts_with_all_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that must not be dumped, to an ordinary user."""

    def denied(process: psutil.Process) -> None:
        raise psutil.AccessDenied(process.pid)

    monkeypatch.setattr(psutil.Process, "memory_full_info", denied)
    with PeakMemory() as peak:
        pass
    assert peak.pss_bytes is not None
    assert 1_000_000 < peak.pss_bytes <= peak.rss_bytes * 1.01


# A picture comes and goes on each of some threads that live on, so that each has a heap of its own.
_PICTURES = """
import sys, threading, psutil
from edge_assistant.system import allocator
if sys.argv[1] == "give back":
    allocator.release_large_blocks()
gone, end = threading.Semaphore(0), threading.Event()
def work():
    for _ in range(3):
        picture = b"x" * 24_000_000
        del picture
    gone.release()
    end.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
    gone.acquire()
print(psutil.Process().memory_info().rss)
end.set()
"""


def after_pictures(how: str) -> int:
    """Bytes that a process has left when its pictures are gone."""
    return int(subprocess.run([sys.executable, "-c", _PICTURES, how], capture_output=True, check=True).stdout)


@lacks(LINUX_MEMORY)
def test_pictures_that_are_gone_take_no_memory() -> None:
    assert after_pictures("give back") < 60_000_000
    assert after_pictures("keep") > 150_000_000, "the allocator does that by itself now"


# Of many blocks some stay: between them is room that the allocator keeps.
_PIECES = """
import ctypes, psutil
from edge_assistant.system import allocator
library = ctypes.CDLL(None)
library.malloc.restype, library.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
blocks = [library.malloc(40_000) for _ in range(2000)]
for block in blocks:
    ctypes.memset(block, 1, 40_000)
for number, block in enumerate(blocks):
    if number % 50:
        library.free(block)
before = psutil.Process().memory_info().rss
allocator.release_free_memory()
print(before - psutil.Process().memory_info().rss)
"""


@lacks(LINUX_MEMORY)
def test_room_between_what_stays_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", _PIECES], capture_output=True, check=True)
    assert int(done.stdout) > 60_000_000


def test_there_is_some_memory_left() -> None:
    assert 10_000_000 < available_bytes() < 2**50


_ORPHAN = """
import subprocess, sys
nothing = subprocess.DEVNULL
print(subprocess.Popen(sys.argv[1:], stdin=nothing, stdout=nothing, stderr=nothing).pid)
"""


def sleeper(folder: Path, name: str) -> list[str]:
    """The command of a program of this name that sleeps for a minute."""
    if sys.platform == "win32":
        program = shutil.copy(Path(os.environ["SYSTEMROOT"], "System32", "PING.EXE"), folder / f"{name}.exe")
        return [str(program), "-n", "60", "127.0.0.1"]
    return [str(shutil.copy("/bin/sleep", folder / name)), "60"]


@lacks(PROCESS_NAMES)
def test_other_programs_are_named_and_our_own_processes_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_MAX_PROGRAMS", 100_000)
    monkeypatch.setattr(memory, "_MIN_PROGRAM_BYTES", 0)
    ours = subprocess.Popen(sleeper(tmp_path, "ours-to-sleep"), stdout=subprocess.DEVNULL)
    theirs = [sys.executable, "-c", _ORPHAN, *sleeper(tmp_path, "theirs-to-sleep")]  # its parent ends at once
    orphaned = subprocess.run(theirs, stdout=subprocess.PIPE, check=True)
    try:
        found = {name.removesuffix(".exe"): size for name, size in largest_programs()}
    finally:
        ours.kill()
        ours.wait()
        psutil.Process(int(orphaned.stdout)).kill()
    assert found["theirs-to-sleep"] > 0
    assert "ours-to-sleep" not in found


@lacks(PROCESS_NAMES)
def test_small_programs_are_not_worth_closing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_MIN_PROGRAM_BYTES", 2**60)
    assert largest_programs() == []
    monkeypatch.setattr(memory, "_MIN_PROGRAM_BYTES", 0)
    assert len(largest_programs()) == 3


def test_where_the_system_tells_nothing_of_other_programs_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def untold(_: object) -> object:
        raise OSError("not implemented")

    monkeypatch.setattr(psutil, "process_iter", untold)
    assert largest_programs() == []
