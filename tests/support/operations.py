"""Runs the operations on models, and records what they report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from edge_assistant.models.operations import Operation, OperationResult
from edge_assistant.models.progress import TransferProgress
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import WeightsError


class Recorder:
    """A listener that records, and answers every question with `answer`."""

    def __init__(self, *, answer: bool = False, can_ask: bool = True) -> None:
        self.answer = answer
        self.can_ask = can_ask
        self.progressed: list[tuple[str, str, float]] = []
        self.notices: list[tuple[str, str]] = []
        self.results: list[tuple[str, str | None]] = []
        self.questions: list[str] = []
        self.events: list[dict[str, Any]] = []

    def progress(self, action: str, file: str, progress: TransferProgress, /) -> None:
        self.progressed.append((action, file, progress.fraction))

    def notice(self, code: str, message: str, /) -> None:
        self.notices.append((code, message))

    def checked(self, path: Path, error: WeightsError | None, /) -> None:
        self.results.append((path.name, None if error is None else error.code))

    def ask(self, question: str, yes: str, no: str, /) -> bool:
        self.questions.append(f"{question} {yes} {no}")
        return self.answer

    def event(self, kind: str, /, **fields: object) -> None:
        self.events.append({"event": kind, **fields})


def run(operation: Operation, listener: Recorder | None = None) -> OperationResult:
    """Run an operation that nobody cancels."""
    return operation.run(listener or Recorder(), Cancellation())
