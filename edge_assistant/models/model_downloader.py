"""The download of one whole model: its files one after the other, with one figure for the progress."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from edge_assistant.models.cancellation import Cancellation
from edge_assistant.models.catalog import CatalogFile, CatalogModel
from edge_assistant.models.compatibility import check_fit, describe_mmproj, describe_model
from edge_assistant.models.downloader import Downloader, Remote
from edge_assistant.models.library import FileStatus, ModelLibrary
from edge_assistant.models.partial_file import check_space
from edge_assistant.models.progress import FileProgress, OnProgress, TransferProgress
from edge_assistant.system.errors import UsageError, WeightsError
from edge_assistant.system.i18n import tr

# A download that will take longer than this is announced as slow.
_SLOW_SECONDS = 2 * 3600.0


class ModelDownloader:
    """Downloads these files of a model from the hub."""

    def __init__(
        self,
        library: ModelLibrary,
        catalog_model: CatalogModel,
        entries: tuple[CatalogFile, ...],
        *,
        hub: Remote,
        on_progress: OnProgress,
        on_notice: Callable[[str, str], None],
        cancel: Cancellation,
    ) -> None:
        self._library = library
        self._model = catalog_model
        self._entries = entries
        self._show_progress = on_progress
        self._on_notice = on_notice
        self._slow_announced = False
        self._progress = FileProgress(sum(entry.about_size for entry in entries), self._on_progress, cancel)
        self._downloader = Downloader(hub, library.data_models, library.verifier, self._progress, on_notice, cancel)

    def run(self, *, trust_new: bool) -> list[Path]:
        """Fetch what is missing; return the verified files, in the order of the entries.

        `trust_new` forgets the checksum of an earlier first download. Raises NetworkError, WeightsError,
        DoesNotFitError, UsageError, CancelledError; what has arrived is kept, and the next run goes on from there.
        """
        if self._model.folder is not None:
            raise UsageError(tr("{name} comes with the program; there is nothing to download.", name=self._model.name))
        statuses = [self._library.status(self._model, entry) for entry in self._entries]
        missing = sum(each.entry.about_size - each.here for each in statuses if each.path is None)
        if missing > 0:
            check_space(self._library.data_models / self._entries[0].file, missing)
        paths: list[Path] = []
        for status in statuses:
            self._progress.file = status.entry.file
            if trust_new:
                self._library.verifier.trust(status.entry, None)
            here = self._verified_path(status)
            paths.append(here or self._downloader.fetch(self._model, status.entry))
        check_fit(describe_model(paths[0]), describe_mmproj(paths[1]))
        return paths

    def _verified_path(self, status: FileStatus) -> Path | None:
        """Return the path of a verified file, which need not be fetched; of others only outside the data folder."""
        path = status.path
        if path is None or self._library.verifier.expected(status.entry) is None:
            return None
        if status.state == "verified":
            self._progress.checked(status.here)
            return path
        if path.parent == self._library.data_models:
            return None  # the downloader checks it under its lock
        try:
            self._library.verifier.check(status.entry, path, self._progress.checked)
        except WeightsError as error:
            self._on_notice("fetch-again", tr("{error} It is being downloaded now.", error=error))
            return None
        return path

    def _on_progress(self, file: str, progress: TransferProgress) -> None:
        if not self._slow_announced and (progress.seconds_left or 0) > _SLOW_SECONDS:
            self._slow_announced = True
            self._on_notice("slow-line", tr("The connection is slow. You can stop at any time, and resume later."))
        self._show_progress(file, progress)
