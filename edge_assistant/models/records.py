"""Small records on disk that several programs may change at once: JSON objects, replaced in one step."""

from __future__ import annotations

import contextlib
import errno
import json
import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from edge_assistant.errors import DoesNotFitError, WeightsError
from edge_assistant.replacing import replace_file
from edge_assistant.text import tr

_log = logging.getLogger(__name__)
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
_LOCK_PATIENCE = 5.0  # seconds; the lock is held for milliseconds


class Record:
    """A JSON object in the file `path`, which need not exist.

    `precious`: what it holds cannot be found out again, so changes are made under a lock and none gets lost.
    """

    def __init__(self, path: Path, *, precious: bool = False) -> None:
        self.path = path
        self._precious = precious

    def read(self) -> dict[str, Any]:
        """All entries; a record that is missing or unreadable is as good as none."""
        try:
            record = json.loads(self.path.read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            if not isinstance(error, FileNotFoundError):
                _log.info("ignoring the record %s: %s", self.path, error)
            return {}
        return record if isinstance(record, dict) else {}

    def update(self, changes: dict[str, Any]) -> None:
        """Set these entries, or drop those that are None. Raises OSError (TimeoutError when the lock is never free)."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock() if self._precious else contextlib.nullcontext():
            kept = {key: value for key, value in (self.read() | changes).items() if value is not None}
            replace_file(self.path, json.dumps(kept, indent=1).encode())

    def _lock(self) -> AbstractContextManager[object]:
        from filelock import FileLock  # here, as whoever only describes a picture has no use for it

        return FileLock(self.path.with_name(f".{self.path.name}.lock"), timeout=_LOCK_PATIENCE)


@contextlib.contextmanager
def explained_writes(path: Path) -> Iterator[None]:
    """Turn what the disk says while `path` is written into sentences."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DoesNotFitError(
                tr(
                    "The disk of {parent} is full. What has arrived is kept: make some room, and do the same again.",
                    parent=path.parent,
                ),
                code="disk",
            ) from error
        if error.errno == errno.EFBIG:
            raise DoesNotFitError(
                tr(
                    "The disk of {parent} takes no file as large as {name}. Use a disk with another format.",
                    parent=path.parent,
                    name=path.name,
                ),
                code="disk",
            ) from error
        raise WeightsError(
            tr(
                "{name} cannot be written into {parent}: {value}. Choose another place, or get the right "
                "to write there.",
                name=path.name,
                parent=path.parent,
                value=error.strerror or error,
            ),
            code="not-writable",
        ) from error
