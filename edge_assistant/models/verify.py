"""Makes sure that a catalogue file is the one the catalogue means, and remembers it so that nothing is hashed twice."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from edge_assistant.errors import WeightsError
from edge_assistant.models.catalog import CatalogFile
from edge_assistant.models.gguf_header import gigabytes, open_regular

_log = logging.getLogger(__name__)
_CHUNK = 4 * 2**20  # bytes hashed between two calls of on_bytes


class Verifier:
    """Checks files against checksums. What it found out is kept in two files of `folder` (the data folder).

    verified.json: path -> [size, mtime_ns, sha256], a memory of hashing that may be lost without harm.
    trusted.json: catalogue key -> sha256, the checksums that a first download brought and that hold from then on.
    """

    def __init__(self, folder: Path) -> None:
        self._verified = folder / "verified.json"
        self._trusted = folder / "trusted.json"

    def check(self, entry: CatalogFile, path: Path, on_bytes: Callable[[int], None] | None = None) -> None:
        """Return when `path` is the file that `entry` means, else raise WeightsError with both short checksums.

        `on_bytes(n)` is called after each n bytes; what it raises stops the check and goes to the caller.
        """
        expected = self._expected(entry)
        if expected is None:
            raise WeightsError(
                f"The checksum of {path.name} is not known, so it is not opened unasked. "
                "If you trust it, give its path.",
                code="weights-unverified",
            )
        with open_regular(path) as file:
            status = os.fstat(file.fileno())
            excess = 0 if entry.size is None else status.st_size - entry.size
            if excess:
                what = f"cut short by {gigabytes(-excess)}" if excess < 0 else f"too long by {gigabytes(excess)}"
                raise WeightsError(f"{path.name} is {what}. {_way_out(entry)}", code="weights-damaged")
            found = self._sha256(path, file, status, on_bytes)
        if found != expected:
            raise WeightsError(
                f"{path.name} is damaged or another file: its checksum begins with {found[:8]} "
                f"instead of {expected[:8]}. {_way_out(entry)}",
                code="weights-damaged",
            )

    def trust(self, entry: CatalogFile, sha256: str) -> None:
        """Hold to `sha256`, which a first download brought, for `entry` from now on."""
        _write(self._trusted, _read(self._trusted) | {entry.key: sha256.lower()})

    def _expected(self, entry: CatalogFile) -> str | None:
        recorded = _read(self._trusted).get(entry.key) if entry.first_download else None
        return recorded if isinstance(recorded, str) else entry.sha256

    def _sha256(
        self, path: Path, file: BinaryIO, status: os.stat_result, on_bytes: Callable[[int], None] | None
    ) -> str:
        key = str(path.resolve())
        match _read(self._verified).get(key):
            case [status.st_size, status.st_mtime_ns, str(known)]:
                return known
        digest = hashlib.sha256()
        while chunk := _chunk(file, path):
            digest.update(chunk)
            if on_bytes is not None:
                on_bytes(len(chunk))
        found = digest.hexdigest()
        try:
            _write(self._verified, _read(self._verified) | {key: [status.st_size, status.st_mtime_ns, found]})
        except OSError as error:  # a read-only or full home: the file is good all the same
            _log.info("cannot remember that %s was verified: %s", path, error)
        return found


def _chunk(file: BinaryIO, path: Path) -> bytes:
    try:
        return file.read(_CHUNK)
    except OSError as error:
        raise WeightsError(f"The file {path.name} cannot be read: {error.strerror}.") from error


def _way_out(entry: CatalogFile) -> str:
    if entry.ships:
        return "Install the program again."
    return "Copy or download it again, or give its path if you trust it."


def _read(path: Path) -> dict[str, Any]:
    """The record in `path`; one that is missing or unreadable is as good as none, since files are then hashed again."""
    try:
        record = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        if not isinstance(error, FileNotFoundError):
            _log.info("ignoring the record %s: %s", path, error)
        return {}
    return record if isinstance(record, dict) else {}


def _write(path: Path, record: dict[str, Any]) -> None:
    """Replace `path` in one step, so that a crash or a second program leaves the old record or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(record, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink()
        raise
