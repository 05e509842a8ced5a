"""Fetches a whole set of weights, the model and its mmproj, and tells in one figure how far that is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from edge_assistant.models.cancellation import Cancellation
from edge_assistant.models.catalog import CatalogFile, CatalogModel
from edge_assistant.models.compatibility import check_fit, describe_mmproj, describe_model
from edge_assistant.models.downloader import Downloader, Remote
from edge_assistant.models.library import FileStatus, ModelLibrary
from edge_assistant.models.partial_file import check_space
from edge_assistant.models.progress import ProgressMeter, TransferProgress
from edge_assistant.models.user_catalog import drop
from edge_assistant.system.errors import UsageError, WeightsError
from edge_assistant.system.i18n import tr

OnProgress = Callable[[str, TransferProgress], None]

OnNotice = Callable[[str, str], None]

# A person who has to wait longer than this should know at once that the line is slow.
_SLOW_SECONDS = 2 * 3600.0


class PullOperation:
    """One set of weights on its way. `run` blocks and belongs to one thread; `cancel.set` may come from any.

    `on_progress(file, progress)` is called for every piece that arrives; `on_notice(code, sentence)` rarely.
    """

    def __init__(
        self,
        shelf: ModelLibrary,
        weights: CatalogModel,
        entries: tuple[CatalogFile, ...],
        *,
        hub: Remote,
        on_progress: OnProgress,
        on_notice: OnNotice,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.cancel = Cancellation()
        self._shelf = shelf
        self._weights = weights
        self._entries = entries
        self._on_progress = on_progress
        self._on_notice = on_notice
        self._meter = ProgressMeter(sum(entry.about_size for entry in entries), clock)
        self._file = entries[0].file
        self._told_slow = False
        self._fetcher = Downloader(hub, shelf.data_models, shelf.verifier, self, self.cancel, clock)

    def run(self, *, trust_new: bool = False) -> tuple[Path, ...]:
        """Fetch what is missing; the verified files, as the entries were given.

        `trust_new` forgets what an earlier first download brought. Raises NetworkError, WeightsError,
        DoesNotFitError, UsageError, CancelledError; what has arrived is kept, and the next run goes on from there.
        """
        if self._weights.folder is not None:
            raise UsageError(
                tr("{name} comes with the program; there is nothing to download.", name=self._weights.name)
            )
        statuses = [self._shelf.status(self._weights, entry) for entry in self._entries]
        missing = sum(each.entry.about_size - each.here for each in statuses if each.path is None)
        if missing > 0:
            check_space(self._shelf.data_models / self._entries[0].file, missing)
        paths: list[Path] = []
        for status in statuses:
            self._file = status.entry.file
            if trust_new:
                self._shelf.verifier.trust(status.entry, None)
            here = self._whole_here(status)
            paths.append(here or self._fetcher.fetch(self._weights, status.entry))
        check_fit(describe_model(paths[0]), describe_mmproj(paths[1]))
        return tuple(paths)

    def _whole_here(self, status: FileStatus) -> Path | None:
        """The path of a right file, which need not be fetched; in the folder of downloads only if it is verified."""
        path = status.path
        if path is None or self._shelf.verifier.expected(status.entry) is None:
            return None
        if status.state == "verified":
            self.checked(status.here)
            return path
        if path.parent == self._shelf.data_models:
            return None  # the fetcher looks at it under its lock
        try:
            self._shelf.verifier.check(status.entry, path, self._check_and_count)
        except WeightsError as error:
            self._on_notice("fetch-again", tr("{error} It is being downloaded now.", error=error))
            return None
        return path

    def _check_and_count(self, count: int) -> None:
        self.cancel.check()
        self.checked(count)

    def checked(self, count: int) -> None:
        """From the fetcher: bytes that were here before."""
        self._meter.checked(count)
        self._on_progress(self._file, self._meter.progress())

    def received(self, count: int) -> None:
        """From the fetcher: bytes that arrived."""
        self._meter.received(count)
        progress = self._meter.progress()
        if not self._told_slow and (progress.seconds_left or 0) > _SLOW_SECONDS:
            self._told_slow = True
            self._on_notice("slow-line", tr("The connection is slow. You can stop at any time, and resume later."))
        self._on_progress(self._file, progress)

    def notice(self, code: str, message: str) -> None:
        """From the fetcher: a sentence for the person."""
        self._on_notice(code, message)


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """One file; `error` says what is wrong with it, None: it is whole."""

    path: Path
    error: WeightsError | None


def files_here(shelf: ModelLibrary, sets: Iterable[CatalogModel]) -> list[FileStatus]:
    """All files of these sets that are on this computer, each once."""
    found: dict[Path, FileStatus] = {}
    for weights in sets:
        for entry in (weights.model, *weights.mmprojs):
            status = shelf.status(weights, entry)
            if status.path is not None:
                found.setdefault(status.path, status)
    return list(found.values())


class VerifyOperation:
    """`run` blocks and belongs to one thread; `cancel.set` may come from any."""

    def __init__(
        self,
        shelf: ModelLibrary,
        files: list[FileStatus],
        *,
        on_progress: Callable[[str, TransferProgress], None],
        on_checked: Callable[[VerifyResult], None],
    ) -> None:
        """`files`: those that have a path."""
        self.cancel = Cancellation()
        self._shelf = shelf
        self._files = files
        self._on_progress = on_progress
        self._on_checked = on_checked
        self._meter = ProgressMeter(sum(each.here for each in files))

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
            self._on_checked(VerifyResult(status.path, error))
        return bad

    def _on_bytes(self, file: str) -> Callable[[int], None]:
        def on_bytes(count: int) -> None:
            self.cancel.check()
            self._meter.received(count)
            self._on_progress(file, self._meter.progress())

        return on_bytes


def remove_set(shelf: ModelLibrary, weights: CatalogModel) -> int:
    """The bytes freed. It can be done again where it was broken off: an entry whose files are gone already goes too.

    Raises WeightsError as `Shelf.remove` does, or when the list cannot be written.
    """
    try:
        freed = shelf.remove(weights)
    except WeightsError as error:
        if error.code == "weights-missing" and drop(shelf.own_catalog, weights.name, weights.variant):
            return 0
        raise
    drop(shelf.own_catalog, weights.name, weights.variant)
    return freed
