"""Small JSON objects on disk that several programs may change at once; each change replaces the file in one step."""

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
from edge_assistant.system.bounded_read import read_regular
from edge_assistant.system.errors import DoesNotFitError, WeightsError, weights_in_use_error
from edge_assistant.system.file_retry import is_in_use
from edge_assistant.system.i18n import tr

if TYPE_CHECKING:
    from filelock import BaseFileLock

_log = logging.getLogger(__name__)
_MAX_BYTES = 4_000_000  # of a file; real ones have a few thousand
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
_LOCK_TIMEOUT_S = 5.0  # seconds; the lock is held for milliseconds


class JsonStore:
    """A JSON object in the file `path`, which need not exist.

    `precious`: the content cannot be found out again, so changes are made under a lock and none is lost.
    """

    def __init__(self, path: Path, *, precious: bool = False) -> None:
        self.path = path
        self._precious = precious

    def read(self) -> dict[str, Any]:
        """Return all entries; a file that is missing or unreadable counts as empty."""
        try:
            return self._read()
        except OSError as error:
            _log.info("ignoring the file %s: %s", self.path, error)
            return {}

    def update(self, changes: dict[str, Any]) -> None:
        """Set these entries, or remove those that are None. Raises OSError (TimeoutError when the lock stays taken)."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with file_lock(self.path) if self._precious else contextlib.nullcontext():
            before = self._read() if self._precious else self.read()  # what cannot be read now must not be lost
            entries = {key: value for key, value in (before | changes).items() if value is not None}
            replace_file(self.path, json.dumps(entries, indent=1).encode())

    def _read(self) -> dict[str, Any]:
        """Return all entries; a file that is missing or damaged counts as empty. Raises OSError."""
        try:
            entries = json.loads(read_regular(self.path, _MAX_BYTES))
        except FileNotFoundError:
            return {}
        except (ValueError, RecursionError) as error:
            _log.info("ignoring the file %s: %s", self.path, error)
            return {}
        return entries if isinstance(entries, dict) else {}


def file_lock(path: Path, timeout: float = _LOCK_TIMEOUT_S) -> BaseFileLock:
    """Return the lock for writing `path`, against other programs too; its folder has to exist.

    `timeout`: seconds to wait for it. The empty lock file stays: removing it could remove one that another program
    holds. Raises OSError (TimeoutError when the lock stays taken).
    """
    from filelock import FileLock  # imported here: describing a picture does not need it

    lock_path = path.with_name(f".{path.name}.lock")
    own_file.clear_lock_name(lock_path)
    return FileLock(lock_path, timeout=timeout, thread_local=False)


@contextlib.contextmanager
def explain_write_errors(path: Path) -> Iterator[None]:
    """Turn OSErrors while `path` is written into errors with a sentence."""
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
        if is_in_use(error):
            raise weights_in_use_error(path) from error
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
