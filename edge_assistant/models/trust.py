"""Whose checksum holds for a file that is to be downloaded, and the question before one is taken on first sight."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from edge_assistant.models.catalog import CatalogFile, CatalogModel
from edge_assistant.models.checksums import ChecksumError, TrustedChecksum
from edge_assistant.models.gguf_header import format_size
from edge_assistant.models.hub import Remote, RemoteFile
from edge_assistant.models.hub_errors import RevisionGoneError, TemporaryError
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.operations import OperationListener
from edge_assistant.models.retry_schedule import FIRST_RETRY_WAITS, RetrySchedule
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import NetworkError, UsageError, WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.shown_text import ShownText


@dataclass(frozen=True, slots=True)
class Target:
    """A file to download, with its commit, its checksum and its size in bytes as they have to be.

    `is_accepted`: the catalogue that ships, or the person at another time, has decided for this checksum. `before` is
    the checksum that held so far, where this is another one.
    """

    entry: CatalogFile
    repository: str
    commit: str
    sha256: str
    size: int
    is_accepted: bool
    before: str | None = None


class Trust:
    """Finds out what a file of the hub has to be, and has the person decide where nobody has done so before.

    With `trust_new` the person has said beforehand that what the hub has now is taken.
    """

    def __init__(
        self,
        library: ModelLibrary,
        hub: Remote,
        listener: OperationListener,
        cancel: Cancellation,
        *,
        trust_new: bool,
    ) -> None:
        self._library = library
        self._hub = hub
        self._listener = listener
        self._cancel = cancel
        self._trust_new = trust_new
        self._was_reached = False

    def find(self, catalog_model: CatalogModel, entry: CatalogFile) -> Target:
        """Ask the hub what it has, and say what the file has to be. Raises NetworkError, ChecksumError, UsageError."""
        repository, revision = catalog_model.repository, catalog_model.revision
        if repository is None or revision is None:
            raise UsageError(
                tr("{name} cannot be downloaded: the model list has no hub address for it.", name=catalog_model.name)
            )
        trusted = None if self._trust_new else self._library.verifier.trusted(entry)
        found = None
        if trusted is not None and trusted.commit is not None:
            with contextlib.suppress(RevisionGoneError):
                found = self._look_up(repository, trusted.commit, entry.file)
        if found is None or (trusted is not None and found.sha256 not in (None, trusted.sha256)):
            found = self._look_up(repository, revision, entry.file)
        if trusted is not None and found.sha256 in (None, trusted.sha256):
            sha256, size, is_accepted, before = trusted.sha256, trusted.size or found.size, True, None
        else:
            sha256, size = self._checksum(entry, found)
            is_accepted = self._library.is_pinned(entry) or self._library.verifier.accepts(entry, sha256)
            before = None if trusted is None else trusted.sha256
        if size is None:  # what comes could be endless
            raise NetworkError(
                ShownText(
                    tr("The hub does not say how large {file} is. Try again later.", file=entry.file),
                    tr("The hub does not say how large the file is. Try again later."),
                ),
                code="wrong-bytes",
            )
        return Target(entry, repository, found.commit, sha256, size, is_accepted, before)

    def accept(self, catalog_model: CatalogModel, targets: Sequence[Target]) -> None:
        """Have the person decide about checksums that nobody has accepted, and record the answer before any download.

        Raises WeightsError where the answer is no, or where nobody can be asked.
        """
        new = [each for each in targets if not each.is_accepted]
        if not new:
            return
        if not self._trust_new:
            self._ask(catalog_model, new)
        for each in new:
            self._library.verifier.trust(each.entry, TrustedChecksum(each.sha256, each.commit, each.size))

    def _ask(self, catalog_model: CatalogModel, new: list[Target]) -> None:
        changed = next((each for each in new if each.before is not None), None)
        if not self._listener.can_ask:
            raise self._change_error(changed) if changed is not None else _unknown_error(catalog_model)
        sentences = [self._source(catalog_model), *map(_describe, new)]
        sentences.append(tr("Accept this from now on, and download it?"))
        question = ShownText(" ".join(sentences), self._spoken_question(catalog_model, is_change=changed is not None))
        if not self._listener.ask(question, tr("&Download"), tr("&Cancel")):
            raise WeightsError(tr("It was not downloaded."), code="weights-declined")

    def _spoken_question(self, catalog_model: CatalogModel, *, is_change: bool) -> str:
        """Return what is heard of the question: who offers what; repository, files and digits are shown."""
        owner, _, _ = str(catalog_model.repository).partition("/")
        named = {"name": catalog_model.display_name, "owner": owner, "host": self._hub.host}
        if is_change:
            return tr("{name}, has changed: {owner} on {host}. Download it?", **named)
        return tr("Only its source vouches for {name}: {owner} on {host}. Download it?", **named)

    def _source(self, catalog_model: CatalogModel) -> str:
        return tr(
            "This program has no checksum of its own for {name}, so only its source vouches for it: {repository} on "
            "{host}.",
            name=catalog_model.display_name,
            repository=catalog_model.repository,
            host=self._hub.host,
        )

    def _look_up(self, repository: str, revision: str, file: str) -> RemoteFile:
        attempts = RetrySchedule(FIRST_RETRY_WAITS, self._listener.notice, self._cancel)
        while True:
            try:
                found = self._hub.look_up(repository, revision, file)
            except TemporaryError as error:
                attempts.record_failure(error, was_reached=self._was_reached)
            else:
                self._was_reached = True
                return found

    def _checksum(self, entry: CatalogFile, found: RemoteFile) -> tuple[str, int | None]:
        """Return the checksum and size that the file has to have, where no first download has decided."""
        if not entry.first_download:
            assert entry.sha256 is not None, "the catalogue has a checksum or trusts the first download"
            if found.sha256 not in (None, entry.sha256):
                raise _listed_error(entry.file, entry.sha256, str(found.sha256))
            return entry.sha256, entry.size or found.size
        if found.sha256 is None:
            if entry.sha256 is not None:
                return entry.sha256, entry.size or found.size
            raise NetworkError(
                ShownText(
                    tr(
                        "The hub gives no checksum for {file}, so it could not be checked. Unset HF_ENDPOINT to use "
                        "the Hugging Face Hub itself.",
                        file=entry.file,
                    ),
                    tr("The file cannot be checked. Unset HF_ENDPOINT to use the Hugging Face Hub itself."),
                ),
                code="no-checksum",
            )
        if entry.sha256 not in (None, found.sha256):
            self._listener.notice(
                "first-download-decides",
                ShownText(
                    tr(
                        "The hub's checksum of {file} begins with {value}, the listed one, which is not sure, with "
                        "{value2}.",
                        file=entry.file,
                        value=found.sha256[:8],
                        value2=str(entry.sha256)[:8],
                    ),
                    tr("The hub has another file than the model list, which is not sure of it."),
                ),
            )
        return found.sha256, found.size

    def _change_error(self, changed: Target) -> ChecksumError:
        sentence = ShownText(
            tr(
                "{change} It was not downloaded. Accept it with models pull --trust-new, if you know why it changed.",
                change=_describe(changed),
            ),
            tr("Not downloaded: the file has changed on the hub. Accept it with models pull --trust-new."),
        )
        return ChecksumError(sentence, expected=str(changed.before), found=changed.sha256)


def _describe(target: Target) -> str:
    """Return the sentence about a file whose checksum nobody has accepted so far."""
    if target.before is not None:
        return tr(
            "The hub now has a different {file} than the one that was accepted: its checksum begins with {value}, not "
            "with {value2}.",
            file=target.entry.file,
            value=target.sha256[:8],
            value2=target.before[:8],
        )
    return tr(
        "{file}, {size}, has a checksum that begins with {value}.",
        file=target.entry.file,
        size=format_size(target.size),
        value=target.sha256[:8],
    )


def _unknown_error(catalog_model: CatalogModel) -> WeightsError:
    return WeightsError(
        ShownText(
            tr(
                "This program has no checksum of its own for {name}, and nobody can be asked here, so it was not "
                "downloaded. Accept what the hub has with models pull --trust-new.",
                name=catalog_model.display_name,
            ),
            tr("Not downloaded: only its source vouches for it. Accept it with models pull --trust-new."),
        ),
        code="weights-unverified",
    )


def _listed_error(file: str, expected: str, found: str) -> ChecksumError:
    sentence = ShownText(
        tr(
            "The hub now has a different {file}: its checksum begins with {value}, but {value2} is listed. It was not "
            "downloaded. Update this program.",
            file=file,
            value=found[:8],
            value2=expected[:8],
        ),
        tr("Not downloaded: the hub has another file than is listed. Update this program."),
    )
    return ChecksumError(sentence, expected=expected, found=found)
