"""The operation that downloads a whole model: its files one after the other, with one figure for the progress."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edge_assistant.models.catalog import CatalogFile, CatalogModel
from edge_assistant.models.compatibility import check_fit, describe_mmproj, describe_model
from edge_assistant.models.downloader import Downloader
from edge_assistant.models.hub import Hub, Remote
from edge_assistant.models.library import FileStatus, ModelLibrary
from edge_assistant.models.operations import OperationListener, OperationResult
from edge_assistant.models.partial_file import check_space
from edge_assistant.models.patient_hub import PatientHub
from edge_assistant.models.progress import FileProgress, OnProgress, TransferProgress
from edge_assistant.models.trust import Trust
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import UsageError, WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.shown_text import ShownText

# A download that will take longer than this is announced as slow.
_SLOW_SECONDS = 2 * 3600.0


@dataclass(frozen=True, slots=True)
class PullOperation:
    """The download of a model with its mmproj, of which the quantisation may be given.

    Before a checksum is taken that the catalogue which ships is not sure of, the person is asked; `trust_new` is the
    answer yes beforehand, also to a checksum that has changed.
    """

    library: ModelLibrary
    model: CatalogModel
    mmproj: str | None = None
    trust_new: bool = False
    hub: Remote | None = None

    @property
    def start_sentence(self) -> str:
        """The sentence that says what is being done."""
        return tr("Downloading {name}.", name=self.model.display_name)

    def run(self, listener: OperationListener, cancel: Cancellation) -> OperationResult:
        """Fetch what is missing. Raises NetworkError, WeightsError, DoesNotFitError, UsageError, CancelledError; what
        has arrived is kept, and the next run goes on from there.
        """
        if self.model.folder is not None:
            raise UsageError(tr("{name} comes with the program; there is nothing to download.", name=self.model.name))
        entries = self.library.pair(self.model, self.mmproj)
        paths = [str(path) for path in self._fetch(entries, listener, cancel)]
        for entry in entries:
            trusted = self.library.verifier.trusted(entry)
            if trusted is not None:
                listener.event("trusted", file=entry.file, sha256=trusted.sha256, commit=trusted.commit)
        listener.event("done", action="pull", name=self.model.name, variant=self.model.variant, files=paths)
        return OperationResult((tr("{name}, is installed and verified.", name=self.model.display_name),))

    def _fetch(
        self, entries: tuple[CatalogFile, CatalogFile], listener: OperationListener, cancel: Cancellation
    ) -> list[Path]:
        """Return the verified files, in the order of the entries."""
        library = self.library
        statuses = [library.status(self.model, entry) for entry in entries]
        missing = sum(each.entry.about_size - each.here for each in statuses if each.path is None)
        if missing > 0:
            check_space(library.data_models / entries[0].file, missing)
        progress = FileProgress(sum(entry.about_size for entry in entries), _progress_reporter(listener), cancel)
        hub = PatientHub(self.hub or Hub(), cancel)
        trust = Trust(library, hub, listener, cancel, trust_new=self.trust_new)
        targets = {each.entry: trust.find(self.model, each.entry) for each in statuses if self._is_to_decide(each)}
        trust.accept(self.model, list(targets.values()))
        downloader = Downloader(hub, trust, library.data_models, library.verifier, progress, listener.notice, cancel)
        paths = []
        for status in statuses:
            progress.file, target = status.entry.file, targets.get(status.entry)
            here = self._verified_path(status, progress, listener) if target is None else None
            paths.append(here or downloader.fetch(self.model, status.entry, target))
        check_fit(describe_model(paths[0]), describe_mmproj(paths[1]))
        return paths

    def _is_to_decide(self, status: FileStatus) -> bool:
        """Return whether to find out first, for one question about all files, what this one has to be."""
        if self.library.is_pinned(status.entry):
            return False
        return self.trust_new or status.path is None or self.library.verifier.expected(status.entry) is None

    def _verified_path(self, status: FileStatus, progress: FileProgress, listener: OperationListener) -> Path | None:
        """Return the path of a verified file, which need not be fetched; of others only outside the data folder."""
        path = status.path
        if path is None or self.library.verifier.expected(status.entry) is None:
            return None
        if status.state == "verified":
            progress.checked(status.here)
            return path
        if path.parent == self.library.data_models:
            return None  # the downloader checks it under its lock
        try:
            self.library.verifier.check(status.entry, path, progress.checked)
        except WeightsError as error:
            shown = tr("{error} It is being downloaded now.", error=error)
            spoken = tr("{error} It is being downloaded now.", error=error.spoken)
            listener.notice("fetch-again", ShownText(shown, spoken))
            return None
        return path


def _progress_reporter(listener: OperationListener) -> OnProgress:
    """Return a function that reports the progress, and says once that the connection is slow."""
    slow = False

    def report(file: str, progress: TransferProgress) -> None:
        nonlocal slow
        if not slow and (progress.seconds_left or 0) > _SLOW_SECONDS:
            slow = True
            listener.notice("slow-line", tr("The connection is slow. You can stop at any time, and resume later."))
        listener.progress("pull", file, progress)

    return report
