"""Running a function in a forked copy of this process, so that a library starts with fresh state each time."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from edge_assistant.system.worker_process import die_with_parent

_Result = TypeVar("_Result")


def run_in_fork(function: Callable[[], _Result], expected: type[Exception]) -> _Result:
    """Run `function` in a fork; return its result or raise its exception, which must be picklable and `expected`.

    Only Linux forks; elsewhere the function runs in this process. Raises ProcessLookupError when the fork was killed.
    """
    if sys.platform != "linux":
        return function()
    read_end, write_end = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _run_child(function, write_end, parent)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(pid, 0)
    if not answer:
        raise ProcessLookupError("The fresh process ended without a word")
    result: Any = pickle.loads(answer)
    if isinstance(result, expected):
        raise result
    return result  # type: ignore[no-any-return,unused-ignore]


def _run_child(function: Callable[[], object], pipe: int, parent: int) -> None:
    """Run in the fork: send the result, then exit in any case."""
    try:
        die_with_parent()
        if os.getppid() != parent:  # it died before that
            return
        try:
            result: object = function()
        except Exception as error:  # noqa: BLE001 (it is raised again on the other side)
            result = error
        with os.fdopen(pipe, "wb") as file:
            pickle.dump(result, file)
    finally:
        os._exit(0)
