"""Hashes weights that are here once more, and tells of each file whether it is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from edge_assistant.errors import WeightsError
from edge_assistant.models.cancel import Cancel
from edge_assistant.models.catalog import CatalogWeights
from edge_assistant.models.progress import Meter, Progress
from edge_assistant.models.shelf import FileStatus, Shelf


@dataclass(frozen=True, slots=True)
class Checked:
    """One file; `error` says what is wrong with it, None: it is whole."""

    path: Path
    error: WeightsError | None


def files_here(shelf: Shelf, sets: Iterable[CatalogWeights]) -> list[FileStatus]:
    """All files of these sets that are on this computer, each once."""
    found: dict[Path, FileStatus] = {}
    for weights in sets:
        for entry in (weights.model, *weights.mmprojs):
            status = shelf.status(weights, entry)
            if status.path is not None:
                found.setdefault(status.path, status)
    return list(found.values())


class Verification:
    """`run` blocks and belongs to one thread; `cancel.set` may come from any."""

    def __init__(
        self,
        shelf: Shelf,
        files: list[FileStatus],
        *,
        on_progress: Callable[[str, Progress], None],
        on_checked: Callable[[Checked], None],
    ) -> None:
        """`files`: those that have a path."""
        self.cancel = Cancel()
        self._shelf = shelf
        self._files = files
        self._on_progress = on_progress
        self._on_checked = on_checked
        self._meter = Meter(sum(each.here for each in files))

    def run(self) -> int:
        """How many files are bad. Raises CancelledError."""
        bad = 0
        for status in self._files:
            assert status.path is not None
            error: WeightsError | None = None
            try:
                self._shelf.verifier.check(status.entry, status.path, self._on_bytes(status.path.name), again=True)
            except WeightsError as found:
                error = found
                bad += 1
            self._on_checked(Checked(status.path, error))
        return bad

    def _on_bytes(self, file: str) -> Callable[[int], None]:
        def on_bytes(count: int) -> None:
            self.cancel.check()
            self._meter.received(count)
            self._on_progress(file, self._meter.progress())

        return on_bytes
