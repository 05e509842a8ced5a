"""A partially received file: its bytes beside their final place, and a note that says what they are to become."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from edge_assistant.models.checksums import ChecksumVerifier, OnBytes, chunks
from edge_assistant.models.gguf_header import format_size
from edge_assistant.system import file_retry, own_file
from edge_assistant.system.atomic_file import replace_file
from edge_assistant.system.bounded_read import read_regular
from edge_assistant.system.errors import DoesNotFitError, WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.json_store import explain_write_errors, file_lock
from edge_assistant.system.shown_text import ShownText

_log = logging.getLogger(__name__)
_SYNC_INTERVAL_S = 5.0  # between two syncs; a power cut loses what was written since
# Bytes to leave free: a completely full disk makes other programs fail.
_RESERVED_BYTES = 100_000_000
_MAX_NOTE = 100_000  # bytes


@contextlib.contextmanager
def locked_for_writing(path: Path) -> Iterator[None]:
    """Hold the lock for writing `path`, against other programs too. Raises WeightsError when another one holds it."""
    from filelock import Timeout  # imported here: describing a picture does not need it

    with explain_write_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = file_lock(path, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise WeightsError(
                tr(
                    "{name} is being written by another program. Wait for it, or cancel it there.",
                    name=path.name,
                ),
                code="weights-busy",
            ) from None
    try:
        yield
    finally:
        lock.release()


def part_path(path: Path) -> Path:
    """Return where the bytes are until the file is whole."""
    return path.with_name(f"{path.name}.part")


def remove_part(path: Path) -> int:
    """Remove what has arrived of `path`; return how many bytes that frees. Raises OSError."""
    part, freed = part_path(path), arrived_bytes(path)
    file_retry.unlink(part, missing_ok=True)
    file_retry.unlink(_note_path(path), missing_ok=True)
    return freed


def arrived_bytes(path: Path) -> int:
    """Return how many bytes of an unfinished `path` are here."""
    try:
        status = part_path(path).lstat()
    except (OSError, ValueError):
        return 0
    return status.st_size if own_file.is_plain_file(status) else 0


def check_space(path: Path, more: int) -> None:
    """Raise DoesNotFitError when the disk of `path` has no room for `more` bytes."""
    folder = next(each for each in path.parents if each.exists())
    free = shutil.disk_usage(folder).free
    if more + min(_RESERVED_BYTES, more) > free:
        raise DoesNotFitError(
            ShownText(
                tr(
                    "There is not enough space on the disk of {parent}: {name} needs {gigabytes}, and {gigabytes2} are "
                    "free. Free up space, or choose a smaller model.",
                    parent=path.parent,
                    gigabytes=format_size(more),
                    name=path.name,
                    gigabytes2=format_size(free),
                ),
                tr(
                    "The disk is too full. Free up {size}, or choose a smaller model.",
                    size=format_size(more + min(_RESERVED_BYTES, more) - free),
                ),
            ),
            code="disk",
        )


class PartialFile:
    """A growing file, to be used in a `with` under `locked_for_writing`. It computes its own checksum as it grows.

    After a crash of the program everything that was written is there. After a power cut the disk may hold garbage at
    the end, so only what was synced is kept; a restart of the computer in between is detected by its boot time.
    """

    def __init__(self, path: Path, identity: dict[str, Any], clock: Callable[[], float] = time.monotonic) -> None:
        """`identity` says, in JSON types, which file this is to become; a part of another file is thrown away."""
        self._path = path
        self._identity = identity
        self._clock = clock
        self._synced_at = clock()
        self._digest = hashlib.sha256()
        self.size = 0

    def __enter__(self) -> Self:
        with explain_write_errors(self._path), contextlib.ExitStack() as on_failure:
            kept = self._resumable_bytes()
            old = own_file.reopen(part_path(self._path)) if kept else None
            self._resumed_bytes = 0 if old is None else kept
            self._file = on_failure.enter_context(self._create_part() if old is None else old)
            self._file.truncate(self._resumed_bytes)
            os.fsync(self._file.fileno())
            self._write_note(synced=self._resumed_bytes)
            on_failure.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._file.closed:
            try:
                with explain_write_errors(self._path):
                    self._sync()
            except (DoesNotFitError, WeightsError) as full:
                _log.info("the part of %s could not be kept whole: %s", self._path, full)
            with contextlib.suppress(OSError):
                self._file.close()

    def read_existing(self, on_bytes: OnBytes) -> None:
        """Read what is here from before, for its checksum; `on_bytes(n)` after each n bytes. Raises WeightsError."""
        self._file.seek(0)
        for chunk in chunks(self._file, self._path.name):
            self._digest.update(chunk)
            self.size += len(chunk)
            on_bytes(len(chunk))

    @property
    def resumes(self) -> bool:
        """Whether there are bytes from before."""
        return self._resumed_bytes > 0

    def write(self, data: bytes) -> None:
        """Append data. Raises DoesNotFitError or WeightsError."""
        with explain_write_errors(self._path):
            written = 0
            while written < len(data):
                written += self._file.write(memoryview(data)[written:])
            self._digest.update(data)
            self.size += len(data)
            if self._clock() - self._synced_at > _SYNC_INTERVAL_S:
                self._sync()

    def restart(self) -> None:
        """Start again with an empty file."""
        with explain_write_errors(self._path):
            self._file.seek(0)
            self._file.truncate(0)
            self._write_note(synced=0)
        self._digest = hashlib.sha256()
        self.size = 0

    def sha256(self) -> str:
        """Return the SHA-256 of all bytes so far, in lower-case hex."""
        return self._digest.hexdigest()

    def finish(self, verifier: ChecksumVerifier) -> None:
        """Give the file its final name, and remember it as verified: the caller has compared the checksum."""
        if self.size == 0:
            self.discard()
            raise WeightsError(tr("The file {name} is empty.", name=self._path.name), code="weights-damaged")
        with explain_write_errors(self._path):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            file_retry.replace(part_path(self._path), self._path)
            file_retry.unlink(_note_path(self._path), missing_ok=True)
            verifier.remember(self._path, self._path.stat(), self.sha256())

    def discard(self) -> None:
        """Delete the file and its note."""
        self._file.close()
        with explain_write_errors(self._path):
            remove_part(self._path)

    def _resumable_bytes(self) -> int:
        """Return how many bytes of an earlier attempt are certainly right."""
        try:
            note = json.loads(read_regular(_note_path(self._path), _MAX_NOTE))
            synced = note["synced"]
            if note["meant"] != self._identity or type(synced) is not int or synced < 0:
                return 0
            size = arrived_bytes(self._path)
            return size if note["started"] == _boot_time() else min(size, synced)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return 0

    def _create_part(self) -> FileIO:
        """Create an empty part. Its note is written first: a part without a note is somebody else's file."""
        check_replaceable(self._path)
        file_retry.unlink(part_path(self._path), missing_ok=True)
        self._write_note(synced=0)
        return own_file.create(part_path(self._path))

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._write_note(synced=self._file.tell())
        self._synced_at = self._clock()

    def _write_note(self, synced: int) -> None:
        note = {"meant": self._identity, "started": _boot_time(), "synced": synced}
        replace_file(_note_path(self._path), json.dumps(note).encode())


def check_replaceable(path: Path) -> None:
    """Raise WeightsError when under the name of the part there is a file that is no part of ours and would be lost."""
    if not _is_removable(path):
        raise foreign_file_error(part_path(path))


def foreign_file_error(path: Path) -> WeightsError:
    """Return the error for `path`, a person's own file that would be overwritten."""
    return WeightsError(
        tr(
            "The file {name} in {parent} was not made by this program. Rename it or delete it.",
            name=path.name,
            parent=path.parent,
        ),
        code="not-writable",
    )


def remove_leftovers(path: Path) -> int:
    """Remove the partial file and the note beside `path`; return how many bytes are freed. Raises WeightsError.

    To be used under `locked_for_writing`.
    """
    with explain_write_errors(path):
        return remove_part(path) if _is_removable(path) else 0


def has_part(path: Path) -> bool:
    """Return whether there is a partial file of ours beside `path`, even an empty one."""
    try:
        return own_file.lstat_or_none(part_path(path)) is not None and _is_removable(path)
    except (OSError, ValueError):
        return False


def _is_removable(path: Path) -> bool:
    """Return whether the part, if there is one, may be removed: it has a note, or a further hard link, or no bytes."""
    part = own_file.lstat_or_none(part_path(path))
    empty = part is None or not own_file.is_plain_file(part) or part.st_size == 0
    return empty or own_file.lstat_or_none(_note_path(path)) is not None


def _note_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.part.json")


def _boot_time() -> int:
    return int(psutil.boot_time())
