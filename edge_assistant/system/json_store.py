"""Small records on disk that several programs may change at once: JSON objects, replaced in one step."""

from __future__ import annotations

import contextlib
import errno
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edge_assistant.system import own_file
from edge_assistant.system.atomic_file import replace_file
from edge_assistant.system.errors import DoesNotFitError, WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.regular_file import read_regular

if TYPE_CHECKING:
    from filelock import BaseFileLock

_log = logging.getLogger(__name__)
_MOST_BYTES = 4_000_000  # of a record; real ones have a few thousand
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
_LOCK_PATIENCE = 5.0  # seconds; the lock is held for milliseconds


class JsonStore:
    """A JSON object in the file `path`, which need not exist.

    `precious`: what it holds cannot be found out again, so changes are made under a lock and none gets lost.
    """

    def __init__(self, path: Path, *, precious: bool = False) -> None:
        self.path = path
        self._precious = precious

    def read(self) -> dict[str, Any]:
        """All entries; a record that is missing or unreadable is as good as none."""
        try:
            record = json.loads(read_regular(self.path, _MOST_BYTES))
        except (OSError, ValueError, RecursionError) as error:
            if not isinstance(error, FileNotFoundError):
                _log.info("ignoring the record %s: %s", self.path, error)
            return {}
        return record if isinstance(record, dict) else {}

    def update(self, changes: dict[str, Any]) -> None:
        """Set these entries, or drop those that are None. Raises OSError (TimeoutError when the lock is never free)."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with lock_beside(self.path) if self._precious else contextlib.nullcontext():
            kept = {key: value for key, value in (self.read() | changes).items() if value is not None}
            replace_file(self.path, json.dumps(kept, indent=1).encode())


def lock_beside(path: Path, patience: float = _LOCK_PATIENCE) -> BaseFileLock:
    """The right to write `path`, against other programs too, once it is acquired or entered; its folder has to exist.

    `patience`: seconds to wait for it. The empty file of the lock stays: whoever removed it could remove one that
    another program holds. Raises OSError (TimeoutError when it is never free).
    """
    from filelock import FileLock  # here, as whoever only describes a picture has no use for it

    place = path.with_name(f".{path.name}.lock")
    own_file.free_for_lock(place)
    return FileLock(place, timeout=patience, thread_local=False)


@contextlib.contextmanager
def explained_writes(path: Path) -> Iterator[None]:
    """Turn what the disk says while `path` is written into sentences."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DoesNotFitError(
                tr(
                    "The disk of {parent} is full. Progress is kept: free up space, then try again.",
                    parent=path.parent,
                ),
                code="disk",
            ) from error
        if error.errno == errno.EFBIG:
            raise DoesNotFitError(
                tr(
                    "The disk of {parent} cannot hold a file as large as {name}. Use another disk format.",
                    parent=path.parent,
                    name=path.name,
                ),
                code="disk",
            ) from error
        raise WeightsError(
            tr(
                "{name} cannot be written to {parent}: {value}. Choose another place, or get permission to write "
                "there.",
                name=path.name,
                parent=path.parent,
                value=error.strerror or error,
            ),
            code="not-writable",
        ) from error
