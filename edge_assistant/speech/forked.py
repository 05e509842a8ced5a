"""Runs a function in a forked copy of this process, so that a library begins anew each time."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from edge_assistant.system.worker_process import die_with_parent

_Result = TypeVar("_Result")


def in_fresh_process(job: Callable[[], _Result], expected: type[Exception]) -> _Result:
    """What `job` returns or raises; it must be picklable, and an exception of the type `expected`.

    Only Linux forks; elsewhere the job runs right here. Raises ProcessLookupError when the copy was killed.
    """
    if sys.platform != "linux":
        return job()
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        _work(job, theirs)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(pid, 0)
    if not answer:
        raise ProcessLookupError("The fresh process ended without a word")
    result: Any = pickle.loads(answer)
    if isinstance(result, expected):
        raise result
    return result  # type: ignore[no-any-return,unused-ignore]


def _work(job: Callable[[], object], pipe: int) -> None:
    """The copy's side; it ends here, whatever happens."""
    try:
        die_with_parent()
        try:
            result: object = job()
        except Exception as error:  # noqa: BLE001 (it is raised again on the other side)
            result = error
        with os.fdopen(pipe, "wb") as file:
            pickle.dump(result, file)
    finally:
        os._exit(0)
