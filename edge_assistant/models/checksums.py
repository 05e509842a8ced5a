"""Verification of a model's files by checksum, with a memory so that no file is hashed twice."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from edge_assistant.models.catalog import CatalogFile
from edge_assistant.models.catalog_validation import is_sha256
from edge_assistant.models.gguf_header import format_size, open_regular
from edge_assistant.system.errors import WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.json_store import JsonStore, explain_write_errors
from edge_assistant.system.shown_text import ShownText

_log = logging.getLogger(__name__)
_CHUNK = 4 * 2**20  # bytes hashed between two calls of on_bytes

OnBytes = Callable[[int], None]


class ChecksumError(WeightsError):
    """A file is not the expected one; both SHA-256 sums are here in full, in lower-case hex."""

    def __init__(self, message: str, *, expected: str, found: str) -> None:
        super().__init__(message, code="weights-damaged")
        self.expected = expected
        self.found = found

    def sums(self) -> str:
        """Return both sums in full, for reading."""
        return tr("SHA-256 expected: {expected}\nSHA-256 found: {found}", expected=self.expected, found=self.found)


@dataclass(frozen=True, slots=True)
class TrustedChecksum:
    """The checksum of a file that the person has accepted, which decides from then on. `size` in bytes, None when not
    known.
    """

    sha256: str
    commit: str | None
    size: int | None


class ChecksumVerifier:
    """Checks files against checksums, and keeps what it found out in two files of `folder` (the data folder).

    verified.json: path -> [size, mtime_ns, inode, sha256], a cache of hashes that may be lost without harm.
    trusted.json: catalogue key -> the checksum that the person has accepted, at a first download or an import.
    """

    def __init__(self, folder: Path) -> None:
        self._verified = JsonStore(folder / "verified.json")
        self._trusted = JsonStore(folder / "trusted.json", precious=True)

    def check(self, entry: CatalogFile, path: Path, on_bytes: OnBytes | None = None, *, again: bool = False) -> None:
        """Raise WeightsError unless `path` is the file that `entry` means (ChecksumError for wrong bytes).

        `on_bytes(n)` is called after each n bytes; what it raises stops the check and goes to the caller. `again`
        hashes also what was hashed before.
        """
        expected = self.expected(entry)
        if expected is None:
            raise WeightsError(
                ShownText(
                    tr(
                        "The checksum of {name} is not known, so it is not used by default. If you trust it, give its "
                        "path.",
                        name=path.name,
                    ),
                    tr("The model file cannot be checked, so it is not used. If you trust it, give its path."),
                ),
                code="weights-unverified",
            )
        with open_regular(path) as file:
            status = os.fstat(file.fileno())
            excess = 0 if entry.size is None else status.st_size - entry.size
            if excess:
                size = format_size(abs(excess))
                what = tr("{size} too short", size=size) if excess < 0 else tr("{size} too long", size=size)
                raise WeightsError(
                    ShownText(
                        tr("{name} is {what}. {way_out}", name=path.name, what=what, way_out=_advice(entry)),
                        tr("The model is damaged. {way_out}", way_out=_advice(entry)),
                    ),
                    code="weights-damaged",
                )
            found = None if again else self._remembered(path, status)
            if found is None:
                found = sha256_of(file, path.name, on_bytes)
                self.remember(path, status, found)
        check_sum(path.name, expected, found, _advice(entry))

    def is_verified(self, entry: CatalogFile, path: Path) -> bool:
        """Return whether `path` is known to be what `entry` means, without reading it."""
        try:
            return self._remembered(path, path.stat()) == self.expected(entry) is not None
        except OSError:
            return False

    def expected(self, entry: CatalogFile) -> str | None:
        """Return the SHA-256 that decides about `entry`: the first download's, where it decides, or the listed one."""
        trusted = self.trusted(entry)
        return trusted.sha256 if trusted else entry.sha256

    def trusted(self, entry: CatalogFile) -> TrustedChecksum | None:
        """Return the accepted checksum of `entry`; None when there is none, or when the catalogue's decides."""
        return self._accepted(entry) if entry.first_download else None

    def accepts(self, entry: CatalogFile, sha256: str) -> bool:
        """Return whether the person has accepted this checksum for the file, whoever decides about it."""
        accepted = self._accepted(entry)
        return accepted is not None and accepted.sha256 == sha256

    def _accepted(self, entry: CatalogFile) -> TrustedChecksum | None:
        match self._trusted.read().get(entry.key):
            case {"sha256": str(sha256), "commit": str() | None as commit, "size": int() | None as size} if is_sha256(
                sha256
            ):
                return TrustedChecksum(sha256, commit, size)
        return None

    def trust(self, entry: CatalogFile, trusted: TrustedChecksum | None) -> None:
        """Trust an accepted checksum of `entry` from now on; None forgets it.

        Raises WeightsError or DoesNotFitError when that cannot be written down.
        """
        with explain_write_errors(self._trusted.path):
            self._trusted.update({entry.key: asdict(trusted) if trusted else None})

    def remember(self, path: Path, before: os.stat_result, sha256: str) -> None:
        """Remember the checksum of a file whose status was `before`, unless it has changed since."""
        try:
            now = path.stat()
            if now.st_size == 0:
                return
            if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
                return
            self._verified.update({str(path.resolve()): [now.st_size, now.st_mtime_ns, now.st_ino, sha256]})
        except OSError as error:  # a read-only or full home: the file is good all the same
            _log.info("cannot remember that %s was verified: %s", path, error)

    def known_checksum(self, path: Path) -> str | None:
        """Return the SHA-256 of a file that was hashed before and has not changed since, without reading it."""
        try:
            return self._remembered(path, path.stat())
        except OSError:
            return None

    def hash_file(self, path: Path, on_bytes: OnBytes | None = None) -> str:
        """Return the SHA-256 of any file; it is read only where that is not known yet. Raises WeightsError."""
        with open_regular(path) as file:
            status = os.fstat(file.fileno())
            found = self._remembered(path, status)
            if found is None:
                found = sha256_of(file, path.name, on_bytes)
                self.remember(path, status, found)
        return found

    def _remembered(self, path: Path, status: os.stat_result) -> str | None:
        match self._verified.read().get(str(path.resolve())):
            case [status.st_size, status.st_mtime_ns, status.st_ino, str(known)] if is_sha256(known):
                return known
        return None


def check_sum(name: str, expected: str, found: str, way_out: str) -> None:
    """Raise ChecksumError, which names the file and ends with `way_out`, unless both SHA-256 sums are the same."""
    if found != expected:
        raise ChecksumError(
            ShownText(
                tr(
                    "The checksum of {name} does not match: it begins with {value} instead of {value2}. {way_out}",
                    name=name,
                    value=found[:8],
                    value2=expected[:8],
                    way_out=way_out,
                ),
                tr("The model is damaged. {way_out}", way_out=way_out),
            ),
            expected=expected,
            found=found,
        )


def sha256_of(file: BinaryIO, name: str, on_bytes: OnBytes | None = None) -> str:
    """Return the SHA-256 of the rest of an open file, in lower-case hex; `on_bytes(n)` after each n bytes.

    Raises WeightsError, which calls the file `name`, when it cannot be read.
    """
    digest = hashlib.sha256()
    for chunk in chunks(file, name):
        digest.update(chunk)
        if on_bytes is not None:
            on_bytes(len(chunk))
    return digest.hexdigest()


def chunks(file: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield the rest of an open file in pieces of some megabytes.

    Raises WeightsError as `sha256_of`, also when the file becomes shorter or longer meanwhile.
    """
    try:
        size = os.fstat(file.fileno()).st_size
        left = size - file.tell()
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            yield chunk
            left -= len(chunk)
        now = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise WeightsError(
            tr("The file {name} cannot be read: {strerror}.", name=name, strerror=error.strerror)
        ) from error
    if left > 0 or now != size:
        raise WeightsError(
            tr("{name} changed its size while it was read. Try again when it is finished.", name=name),
            code="weights-changed",
        )


def _advice(entry: CatalogFile) -> str:
    if entry.ships:
        return tr("Install the program again.")
    if entry.repository is not None:
        return tr("Download it again with models pull, or give its path if you trust it.")
    return tr("Copy it again, or give its path if you trust it.")
