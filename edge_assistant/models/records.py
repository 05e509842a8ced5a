"""Small records on disk that several programs may change at once: JSON objects, replaced in one step."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import tempfile
from pathlib import Path
from typing import Any

from filelock import FileLock

_log = logging.getLogger(__name__)
_LOCK_PATIENCE = 5.0  # seconds; the lock is held for milliseconds


class Record:
    """A JSON object in the file `path`, which need not exist.

    `precious`: what it holds cannot be found out again, so changes are made under a lock and none gets lost.
    """

    def __init__(self, path: Path, *, precious: bool = False) -> None:
        self._path = path
        self._precious = precious

    def read(self) -> dict[str, Any]:
        """All entries; a record that is missing or unreadable is as good as none."""
        try:
            record = json.loads(self._path.read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            if not isinstance(error, FileNotFoundError):
                _log.info("ignoring the record %s: %s", self._path, error)
            return {}
        return record if isinstance(record, dict) else {}

    def update(self, changes: dict[str, Any]) -> None:
        """Set these entries, or drop those that are None. Raises OSError (TimeoutError when the lock is never free)."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._path.with_name(f".{self._path.name}.lock"), timeout=_LOCK_PATIENCE)
        with lock if self._precious else contextlib.nullcontext():
            kept = {key: value for key, value in (self.read() | changes).items() if value is not None}
            replace_file(self._path, json.dumps(kept, indent=1).encode())


def replace_file(path: Path, data: bytes) -> None:
    """Give `path` this content in one step, so that a crash leaves the old one or the new one. Raises OSError."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
