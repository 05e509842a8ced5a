"""The program with an engine that stops itself once, in the middle of a stage of a question.

halted_engine.py FOLDER STAGE INDEX ARGUMENT…: the engine is halted as if from outside; one that is started
after it is not, for FOLDER says then that it was.
"""

from __future__ import annotations

import functools
import runpy
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

if __name__ == "__main__":  # here and in the workers, the folder of pytest
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edge_assistant.engine import worker
from edge_assistant.engine.messages import EngineConfig, StageProgress, TextDelta

_MARK = "halted"
_WITH_MIDDLE = ("load", "encode")
"""Stages whose fractions are told; the others are halted at their first sign."""
_STAGES = {"thinking": "think", "answer": "answer"}
"""The stages that texts tell of."""


def halted(folder: Path, stage: str, index: int) -> tuple[str, ...]:
    """What follows `python` on a command line to run the program with such an engine."""
    return (str(Path(__file__).resolve()), str(folder), stage, str(index))


def is_halted(folder: Path) -> bool:
    """Whether the engine has come that far, and stops itself now."""
    return (folder / _MARK).exists()


def serve(folder: Path, stage: str, index: int, connection: Connection, config: EngineConfig) -> None:
    """Be the engine's worker process."""
    worker.serve(_Halting(connection, folder / _MARK, stage, index), config)  # type: ignore[arg-type]


class _Halting:
    """A connection that halts its process behind the wanted message."""

    def __init__(self, connection: Connection, mark: Path, stage: str, index: int) -> None:
        self._connection = connection
        self._mark = mark
        self._stage = stage
        self._index = index
        self._questions: list[int] = []

    def send(self, message: object) -> None:
        self._connection.send(message)
        if isinstance(message, StageProgress | TextDelta) and self._is_wanted(message) and not self._mark.exists():
            self._mark.touch()
            psutil.Process().suspend()

    def _is_wanted(self, message: StageProgress | TextDelta) -> bool:
        stage, fraction = _STAGES.get(getattr(message, "kind", "")), 0.0
        if isinstance(message, StageProgress):
            stage, fraction = message.stage, message.fraction
        if stage in ("prefill", "think", "answer") and message.id not in self._questions:
            self._questions.append(message.id)
        if stage != self._stage or (stage in _WITH_MIDDLE and not 0 < fraction < 1):
            return False
        return self._index == 0 or self._questions.index(message.id) == self._index

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def _run_program() -> None:
    folder, stage, index = sys.argv[1:4]
    worker.serve = functools.partial(serve, Path(folder), stage, int(index))
    sys.argv[1:] = sys.argv[4:]
    runpy.run_module("edge_assistant", run_name="__main__")


if __name__ == "__main__":
    from support import halted_engine  # under its own name, which the workers know too

    halted_engine._run_program()
