"""The download of one file of the catalogue from the hub: resumed, retried, checked, and whole or not there."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from edge_assistant.models.catalog import CatalogFile, CatalogModel
from edge_assistant.models.checksums import ChecksumError, ChecksumVerifier, TrustedChecksum, check_sum
from edge_assistant.models.hub import RemoteFile
from edge_assistant.models.hub_errors import RevisionGoneError, TemporaryError
from edge_assistant.models.partial_file import PartialFile, check_space, locked_for_writing, remove_leftovers
from edge_assistant.models.patient_hub import PatientHub, Remote
from edge_assistant.models.progress import FileProgress
from edge_assistant.models.retry_schedule import FIRST_RETRY_WAITS, RETRY_WAITS, RetrySchedule
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import NetworkError, UsageError, WeightsError
from edge_assistant.system.i18n import tr

# A connection that brings fewer bytes than this in so many seconds counts as broken, and a new one is tried. One that
# brings more before it breaks begins the row of attempts anew.
_MIN_BYTES, _STALL_SECONDS = 60_000, 60.0


@dataclass(frozen=True, slots=True)
class _Target:
    """The file to fetch: its place on the hub, and its expected checksum and size."""

    repository: str
    revision: str
    file: str
    sha256: str
    size: int | None
    record: TrustedChecksum | None  # to be recorded once the file is here


class Downloader:
    """Downloads files into `folder`. `on_notice(code, sentence)` is called for what the person should know."""

    def __init__(
        self,
        hub: Remote,
        folder: Path,
        verifier: ChecksumVerifier,
        progress: FileProgress,
        on_notice: Callable[[str, str], None],
        cancel: Cancellation,
    ) -> None:
        self._hub = PatientHub(hub, cancel)
        self._folder = folder
        self._verifier = verifier
        self._progress = progress
        self._on_notice = on_notice
        self._cancel = cancel

    def fetch(self, catalog_model: CatalogModel, entry: CatalogFile) -> Path:
        """Download the file as far as it is not here; return the path of the verified file.

        Raises NetworkError, WeightsError, DoesNotFitError, CancelledError; what has arrived is kept for the next time.
        """
        path = self._folder / entry.file
        with locked_for_writing(path):
            if self._is_here(entry, path):
                remove_leftovers(path)
                return path
            target = self._look_up(catalog_model, entry)
            if self._is_what_the_hub_has(target, entry, path):
                remove_leftovers(path)
                return path
            identity = {"file": entry.key, "sha256": target.sha256, "size": target.size}
            with PartialFile(path, identity) as part:
                if part.resumes:
                    part.read_existing(self._progress.checked)
                if target.size is not None and part.size > target.size:
                    self._restart(part)
                if target.size is not None:
                    check_space(path, target.size - part.size)
                self._receive_all(target, part)
                self._accept(target, entry, part)
            return path

    def _is_here(self, entry: CatalogFile, path: Path) -> bool:
        if not path.exists() or self._verifier.expected(entry) is None:
            return False
        try:
            self._verifier.check(entry, path, self._progress.checked)
        except WeightsError:
            self._on_notice("fetch-again", tr("{name} is damaged. It is being downloaded again.", name=path.name))
            return False
        return True

    def _is_what_the_hub_has(self, target: _Target, entry: CatalogFile, path: Path) -> bool:
        """Return whether the file that is here, with a checksum not known so far, is what the hub has."""
        if not path.exists() or target.record is None:
            return False
        try:
            known = replace(entry, sha256=target.sha256, size=target.size, first_download=False)
            self._verifier.check(known, path, self._progress.checked)
        except WeightsError:
            return False
        self._verifier.trust(entry, target.record)
        return True

    def _look_up(self, catalog_model: CatalogModel, entry: CatalogFile) -> _Target:
        repository, revision = catalog_model.repository, catalog_model.revision
        if repository is None or revision is None:
            raise UsageError(
                tr("{name} cannot be downloaded: the model list has no hub address for it.", name=catalog_model.name)
            )
        trusted = self._verifier.trusted(entry)
        if trusted is not None and trusted.commit is not None:
            revision = trusted.commit
        attempts = RetrySchedule(FIRST_RETRY_WAITS, self._on_notice, self._cancel)
        while True:
            try:
                found = self._hub.look_up(repository, revision, entry.file)
                break
            except TemporaryError as error:
                attempts.record_failure(error)
            except RevisionGoneError as error:
                error.can_trust_new = trusted is not None
                raise
        sha256, size = self._expected(entry, trusted, found)
        record = TrustedChecksum(sha256, found.commit, size) if entry.first_download else None
        return _Target(repository, found.commit, entry.file, sha256, size, record)

    def _expected(
        self, entry: CatalogFile, trusted: TrustedChecksum | None, found: RemoteFile
    ) -> tuple[str, int | None]:
        """Return the checksum and size that the file has to have."""
        if trusted is not None:
            if found.sha256 not in (None, trusted.sha256):
                raise _other_file_error(
                    entry.file, trusted.sha256, found.sha256, tr("came with the first download"), entry
                )
            return trusted.sha256, trusted.size or found.size
        if not entry.first_download:
            assert entry.sha256 is not None, "the catalogue has a checksum or trusts the first download"
            if found.sha256 not in (None, entry.sha256):
                raise _other_file_error(entry.file, entry.sha256, found.sha256, tr("is listed"), entry)
            return entry.sha256, entry.size or found.size
        if found.sha256 is None:
            if entry.sha256 is not None:
                return entry.sha256, entry.size or found.size
            raise NetworkError(
                tr(
                    "The hub gives no checksum for {file}, so it could not be checked. Unset HF_ENDPOINT to use the "
                    "Hugging Face Hub itself.",
                    file=entry.file,
                ),
                code="no-checksum",
            )
        if entry.sha256 not in (None, found.sha256):
            self._on_notice(
                "first-download-decides",
                tr(
                    "The hub's checksum of {file} begins with {value}, the listed one, which is not sure, with "
                    "{value2}. The hub's is used from now on.",
                    file=entry.file,
                    value=found.sha256[:8],
                    value2=str(entry.sha256)[:8],
                ),
            )
        return found.sha256, found.size

    def _receive_all(self, target: _Target, part: PartialFile) -> None:
        attempts = RetrySchedule(RETRY_WAITS, self._on_notice, self._cancel)
        ranges_refused = 0
        while target.size is None or part.size < target.size:
            self._cancel.check()
            before = part.size
            try:
                if self._receive(target, part):
                    return
                raise TemporaryError(tr("The connection to the hub was lost."), code="connection-lost")
            except TemporaryError as error:
                self._cancel.check()
                if error.code == "wrong-range":
                    ranges_refused += 1
                    self._restart(part)
                    if ranges_refused > 1:
                        raise NetworkError(tr("{error} Try again later.", error=error), code=error.code) from error
                elif part.size - before >= _MIN_BYTES:
                    attempts = RetrySchedule(RETRY_WAITS, self._on_notice, self._cancel)
                attempts.record_failure(error)

    def _receive(self, target: _Target, part: PartialFile) -> bool:
        """Write what one connection brings; return whether the file is complete."""
        with (
            self._hub.open(target.repository, target.revision, target.file, part.size, target.size) as stream,
            self._cancel.calling(stream.abort),
        ):
            self._cancel.check()
            if stream.offset < part.size:
                self._restart(part)
            since, sum_since = time.monotonic(), 0
            for data in stream:
                self._cancel.check()
                if target.size is not None and part.size + len(data) > target.size:
                    raise NetworkError(
                        tr("The hub sent too much data for {file}. Try again later.", file=target.file),
                        code="wrong-bytes",
                    )
                part.write(data)
                self._progress.received(len(data))
                sum_since += len(data)
                if time.monotonic() - since > _STALL_SECONDS:
                    if sum_since < _MIN_BYTES:
                        raise TemporaryError(tr("The download has almost stalled."), code="stalled")
                    since, sum_since = time.monotonic(), 0
        return target.size is None or part.size == target.size

    def _accept(self, target: _Target, entry: CatalogFile, part: PartialFile) -> None:
        if part.size == 0:
            part.discard()
            raise NetworkError(
                tr("The hub sent no data for {file}. Try again later.", file=target.file), code="wrong-bytes"
            )
        found = part.sha256()
        if found != target.sha256:
            part.discard()
        check_sum(target.file, target.sha256, found, tr("The download was deleted. Download it again."))
        if target.record is not None:
            self._verifier.trust(entry, target.record)  # first: without the record the file would be fetched again
        part.finish(self._verifier)

    def _restart(self, part: PartialFile) -> None:
        self._progress.received(-part.size)
        part.restart()


def _other_file_error(file: str, expected: str, found: str | None, why: str, entry: CatalogFile) -> ChecksumError:
    sentence = tr(
        "The hub now has a different {file}: its checksum begins with {value}, but {value2} {why}. It was not "
        "downloaded. Update this program.",
        file=file,
        value=str(found)[:8],
        value2=expected[:8],
        why=why,
    )
    return ChecksumError(sentence, expected=expected, found=str(found), can_trust_new=entry.first_download)
