"""A pipe of Windows is waited for as long as somebody may write into it, and no longer than is said."""

from __future__ import annotations

import ctypes
import io
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from edge_assistant.system import windows_pipe
from edge_assistant.system.windows_pipe import wait_for_data


class Kernel32:
    """As the system's: PeekNamedPipe tells how many bytes are there, and fails for a file or a pipe that has ended."""

    def __init__(self, *answers: int | None) -> None:
        self.answers = list(answers)
        self.PeekNamedPipe = self._Function(self)

    class _Function:
        argtypes: tuple[Any, ...] = ()
        restype: Any = None

        def __init__(self, system: Kernel32) -> None:
            self._system = system

        def __call__(self, handle: int, *arguments: Any) -> int:
            assert (handle, len(self.argtypes), arguments[:3]) == (7, 6, (None, 0, None))
            answers = self._system.answers
            count = answers.pop(0) if len(answers) > 1 else answers[0]
            if count is None:
                return 0
            ctypes.cast(arguments[3], ctypes.POINTER(ctypes.c_uint32))[0] = count
            return 1


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(windows_pipe, "_handle", lambda stream: stream.fileno())
    return SimpleNamespace(fileno=lambda: 7)


@pytest.mark.parametrize("answers", [(5,), (0, 0, 1), (0, None), (None,)])
def test_it_returns_when_there_is_something_to_read_or_the_end(stream: Any, answers: tuple[int | None, ...]) -> None:
    assert wait_for_data(stream, 60, Kernel32(*answers))


def test_a_silent_pipe_is_given_up(stream: Any) -> None:
    assert not wait_for_data(stream, 0.05, Kernel32(0))


def test_a_stream_in_memory_is_never_waited_for() -> None:
    assert wait_for_data(io.BytesIO(), 60, Kernel32(0))


@pytest.mark.skipif(sys.platform != "win32", reason="needs Windows")
def test_real_pipes_and_files_are_told_apart(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream:
        assert not wait_for_data(stream, 0.05)
        os.write(writing, b"x")
        assert wait_for_data(stream, 60)
        assert stream.read1(1) == b"x"
        os.close(writing)
        assert wait_for_data(stream, 60)
        assert stream.read() == b""
    (tmp_path / "file").write_bytes(b"")
    with (tmp_path / "file").open("rb") as file:
        assert wait_for_data(file, 60)
