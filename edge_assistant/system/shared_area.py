"""Memory that the program shares with a worker: quicker for a picture than the pipe, and never in a file."""

from __future__ import annotations

import mmap
import os
import secrets
import sys
from collections.abc import Callable
from multiprocessing.context import assert_spawning, get_spawning_popen
from typing import Any


class SharedArea:
    """An area of `size` bytes, to be an argument of a WorkerProcess, which gets the same one.

    It takes only as much memory as was written into it, and is gone with the last process that has it.
    """

    def __init__(self, size: int) -> None:
        """Raises OSError where the system has no such memory: macOS."""
        self.size = size
        self.memory: mmap.mmap
        self._descriptor: int | None = None
        self._name = ""
        if sys.platform == "linux":
            self._descriptor = os.memfd_create("edge-assistant")
            os.ftruncate(self._descriptor, size)
            self.memory = mmap.mmap(self._descriptor, size)
        elif sys.platform == "win32":
            self._name = f"edge-assistant-{secrets.token_hex(16)}"
            self.memory = mmap.mmap(-1, size, tagname=self._name)
        else:
            raise OSError("no memory without a name")

    def close_handle(self) -> None:
        """Give up what another process would need to get the area, as soon as the worker was started."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        if self._descriptor is None:
            return _open_named, (self._name, self.size)
        assert_spawning(self)
        popen: Any = get_spawning_popen()
        return _open_descriptor, (popen.duplicate_for_child(self._descriptor), self.size)


def _open_descriptor(descriptor: int, size: int) -> mmap.mmap:
    try:
        return mmap.mmap(descriptor, size)
    finally:
        os.close(descriptor)


def _open_named(name: str, size: int) -> mmap.mmap:
    if sys.platform != "win32":
        raise OSError("this memory has no name")
    return mmap.mmap(-1, size, tagname=name)


def make_area(size: int) -> SharedArea | None:
    """Return an area, None where the system has none to give."""
    try:
        return SharedArea(size)
    except (OSError, ValueError):
        return None
