"""Operations on whole models: pulling, verifying and removing one, with the progress as one figure."""

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
from edge_assistant.models.user_catalog import remove_entry
from edge_assistant.system.errors import UsageError, WeightsError
from edge_assistant.system.i18n import tr

OnProgress = Callable[[str, TransferProgress], None]

OnNotice = Callable[[str, str], None]

# A download that will take longer than this is announced as slow.
_SLOW_SECONDS = 2 * 3600.0


class PullOperation:
    """The download of one model. `run` blocks and belongs to one thread; `cancel.set` may come from any.

    `on_progress(file, progress)` is called for every piece that arrives; `on_notice(code, sentence)` rarely.
    """

    def __init__(
        self,
        library: ModelLibrary,
        catalog_model: CatalogModel,
        entries: tuple[CatalogFile, ...],
        *,
        hub: Remote,
        on_progress: OnProgress,
        on_notice: OnNotice,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.cancel = Cancellation()
        self._library = library
        self._weights = catalog_model
        self._entries = entries
        self._on_progress = on_progress
        self._on_notice = on_notice
        self._meter = ProgressMeter(sum(entry.about_size for entry in entries), clock)
        self._file = entries[0].file
        self._slow_announced = False
        self._downloader = Downloader(hub, library.data_models, library.verifier, self, self.cancel, clock)

    def run(self, *, trust_new: bool = False) -> tuple[Path, ...]:
        """Fetch what is missing; return the verified files, in the order of the entries.

        `trust_new` forgets the checksum of an earlier first download. Raises NetworkError, WeightsError,
        DoesNotFitError, UsageError, CancelledError; what has arrived is kept, and the next run goes on from there.
        """
        if self._weights.folder is not None:
            raise UsageError(
                tr("{name} comes with the program; there is nothing to download.", name=self._weights.name)
            )
        statuses = [self._library.status(self._weights, entry) for entry in self._entries]
        missing = sum(each.entry.about_size - each.here for each in statuses if each.path is None)
        if missing > 0:
            check_space(self._library.data_models / self._entries[0].file, missing)
        paths: list[Path] = []
        for status in statuses:
            self._file = status.entry.file
            if trust_new:
                self._library.verifier.trust(status.entry, None)
            here = self._verified_path(status)
            paths.append(here or self._downloader.fetch(self._weights, status.entry))
        check_fit(describe_model(paths[0]), describe_mmproj(paths[1]))
        return tuple(paths)

    def _verified_path(self, status: FileStatus) -> Path | None:
        """Return the path of a verified file, which need not be fetched; of others only outside the data folder."""
        path = status.path
        if path is None or self._library.verifier.expected(status.entry) is None:
            return None
        if status.state == "verified":
            self.checked(status.here)
            return path
        if path.parent == self._library.data_models:
            return None  # the downloader checks it under its lock
        try:
            self._library.verifier.check(status.entry, path, self._check_and_count)
        except WeightsError as error:
            self._on_notice("fetch-again", tr("{error} It is being downloaded now.", error=error))
            return None
        return path

    def _check_and_count(self, count: int) -> None:
        self.cancel.check()
        self.checked(count)

    def checked(self, count: int) -> None:
        """Count bytes that were here before (DownloadListener)."""
        self._meter.checked(count)
        self._on_progress(self._file, self._meter.progress())

    def received(self, count: int) -> None:
        """Count bytes that arrived (DownloadListener)."""
        self._meter.received(count)
        progress = self._meter.progress()
        if not self._slow_announced and (progress.seconds_left or 0) > _SLOW_SECONDS:
            self._slow_announced = True
            self._on_notice("slow-line", tr("The connection is slow. You can stop at any time, and resume later."))
        self._on_progress(self._file, progress)

    def notice(self, code: str, message: str) -> None:
        """Pass on a sentence for the person (DownloadListener)."""
        self._on_notice(code, message)


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """The result for one file; `error` says what is wrong with it, None: it is whole."""

    path: Path
    error: WeightsError | None


def present_files(library: ModelLibrary, sets: Iterable[CatalogModel]) -> list[FileStatus]:
    """Return all files of these models that are on this computer, each once."""
    found: dict[Path, FileStatus] = {}
    for catalog_model in sets:
        for entry in (catalog_model.model, *catalog_model.mmprojs):
            status = library.status(catalog_model, entry)
            if status.path is not None:
                found.setdefault(status.path, status)
    return list(found.values())


class VerifyOperation:
    """The verification of files. `run` blocks and belongs to one thread; `cancel.set` may come from any."""

    def __init__(
        self,
        library: ModelLibrary,
        files: list[FileStatus],
        *,
        on_progress: Callable[[str, TransferProgress], None],
        on_checked: Callable[[VerifyResult], None],
    ) -> None:
        """`files`: the files to verify; each has a path."""
        self.cancel = Cancellation()
        self._library = library
        self._files = files
        self._on_progress = on_progress
        self._on_checked = on_checked
        self._meter = ProgressMeter(sum(each.here for each in files))

    def run(self) -> int:
        """Verify the files; return how many are bad. Raises CancelledError."""
        bad = 0
        for status in self._files:
            assert status.path is not None
            error: WeightsError | None = None
            try:
                self._library.verifier.check(status.entry, status.path, self._on_bytes(status.path.name), again=True)
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


def remove_model(library: ModelLibrary, catalog_model: CatalogModel) -> int:
    """Remove a model's files and its entry in the person's own catalogue; return how many bytes are freed.

    It can be repeated where it was interrupted: an entry whose files are gone already goes too. Raises WeightsError as
    `ModelLibrary.remove` does, or when the catalogue cannot be written.
    """
    try:
        freed = library.remove(catalog_model)
    except WeightsError as error:
        if error.code == "weights-missing" and remove_entry(
            library.own_catalog, catalog_model.name, catalog_model.variant
        ):
            return 0
        raise
    remove_entry(library.own_catalog, catalog_model.name, catalog_model.variant)
    return freed
