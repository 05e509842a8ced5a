"""The download of one file of the catalogue from the hub: resumed, retried, checked, and whole or not there."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from edge_assistant.models.catalog import CatalogFile, CatalogModel
from edge_assistant.models.checksums import ChecksumVerifier, check_sum
from edge_assistant.models.hub import Remote
from edge_assistant.models.hub_errors import TemporaryError
from edge_assistant.models.partial_file import PartialFile, check_space, locked_for_writing, remove_leftovers
from edge_assistant.models.progress import FileProgress
from edge_assistant.models.retry_schedule import RETRY_WAITS, RetrySchedule
from edge_assistant.models.trust import Target, Trust
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import NetworkError, WeightsError
from edge_assistant.system.i18n import tr

# A connection that brings fewer bytes than this in so many seconds counts as broken, and a new one is tried. One that
# brings more before it breaks begins the row of attempts anew.
_MIN_BYTES, _STALL_SECONDS = 60_000, 60.0


class Downloader:
    """Downloads files into `folder`. `on_notice(code, sentence)` is called for what the person should know."""

    def __init__(
        self,
        hub: Remote,
        trust: Trust,
        folder: Path,
        verifier: ChecksumVerifier,
        progress: FileProgress,
        on_notice: Callable[[str, str], None],
        cancel: Cancellation,
    ) -> None:
        self._hub = hub
        self._trust = trust
        self._folder = folder
        self._verifier = verifier
        self._progress = progress
        self._on_notice = on_notice
        self._cancel = cancel

    def fetch(self, catalog_model: CatalogModel, entry: CatalogFile, target: Target | None = None) -> Path:
        """Download the file as far as it is not here; return the path of the verified file.

        `target` says what it has to be; None: that is found out first, unless the file is here. Raises NetworkError,
        WeightsError, DoesNotFitError, CancelledError; what has arrived is kept for the next time.
        """
        path = self._folder / entry.file
        with locked_for_writing(path):
            if target is None and self._is_here(entry, path):
                remove_leftovers(path)
                return path
            if target is None:
                target = self._trust.find(catalog_model, entry)
                self._trust.accept(catalog_model, [target])
            if self._is_what_the_hub_has(target, path):
                remove_leftovers(path)
                return path
            identity = {"file": entry.key, "sha256": target.sha256, "size": target.size}
            with PartialFile(path, identity) as part:
                if part.resumes:
                    part.read_existing(self._progress.checked)
                if part.size > target.size:
                    self._restart(part)
                check_space(path, target.size - part.size)
                self._receive_all(target, part)
                self._accept(target, part)
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

    def _is_what_the_hub_has(self, target: Target, path: Path) -> bool:
        """Return whether the file that is here is what the hub has, which was not known before."""
        if not path.exists():
            return False
        try:
            known = replace(target.entry, sha256=target.sha256, size=target.size, first_download=False)
            self._verifier.check(known, path, self._progress.checked)
        except WeightsError:
            return False
        return True

    def _receive_all(self, target: Target, part: PartialFile) -> None:
        attempts = RetrySchedule(RETRY_WAITS, self._on_notice, self._cancel)
        ranges_refused = 0
        while part.size < target.size:
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
                attempts.record_failure(error, has_bytes=part.size > 0)

    def _receive(self, target: Target, part: PartialFile) -> bool:
        """Write what one connection brings; return whether the file is complete."""
        with (
            self._hub.open(target.repository, target.commit, target.entry.file, part.size, target.size) as stream,
            self._cancel.calling(stream.abort),
        ):
            self._cancel.check()
            if stream.offset < part.size:
                self._restart(part)
            since, sum_since = time.monotonic(), 0
            for data in stream:
                self._cancel.check()
                if part.size + len(data) > target.size:
                    raise NetworkError(
                        tr("The hub sent too much data for {file}. Try again later.", file=target.entry.file),
                        code="wrong-bytes",
                    )
                part.write(data)
                self._progress.received(len(data))
                sum_since += len(data)
                if time.monotonic() - since > _STALL_SECONDS:
                    if sum_since < _MIN_BYTES:
                        raise TemporaryError(tr("The download has almost stalled."), code="stalled")
                    since, sum_since = time.monotonic(), 0
        return part.size == target.size

    def _accept(self, target: Target, part: PartialFile) -> None:
        if part.size == 0:
            part.discard()
            raise NetworkError(
                tr("The hub sent no data for {file}. Try again later.", file=target.entry.file), code="wrong-bytes"
            )
        found = part.sha256()
        if found != target.sha256:
            part.discard()
        check_sum(target.entry.file, target.sha256, found, tr("The download was deleted. Download it again."))
        part.finish(self._verifier)

    def _restart(self, part: PartialFile) -> None:
        self._progress.received(-part.size)
        part.restart()
