"""A file that has not wholly arrived: its bytes beside its future place, and a note of what they are to become."""

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
from edge_assistant.models.gguf_header import gigabytes
from edge_assistant.system import own_file
from edge_assistant.system.atomic_file import replace_file
from edge_assistant.system.errors import DoesNotFitError, WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.json_store import explained_writes, lock_beside
from edge_assistant.system.regular_file import read_regular

_log = logging.getLogger(__name__)
_SYNC_SECONDS = 5.0  # between two moments from which a power cut loses nothing
# Bytes that stay free: a disk that is full to the last byte makes other programs fail.
_RESERVE = 100_000_000
_MOST_NOTE = 100_000  # bytes


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the right to write `path`, against other programs too. Raises WeightsError when another one holds it."""
    from filelock import Timeout  # here, as whoever only describes a picture has no use for it

    with explained_writes(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = lock_beside(path, patience=0)
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


def part_of(path: Path) -> Path:
    """Where the bytes are until the file is whole."""
    return path.with_name(f"{path.name}.part")


def drop_part(path: Path) -> int:
    """Remove what has arrived of `path`; how many bytes that frees. Raises OSError."""
    part, freed = part_of(path), arrived(path)
    part.unlink(missing_ok=True)
    _note_of(path).unlink(missing_ok=True)
    return freed


def arrived(path: Path) -> int:
    """How many bytes of an unfinished `path` are here."""
    try:
        status = part_of(path).lstat()
    except (OSError, ValueError):
        return 0
    return status.st_size if own_file.has_one_name(status) else 0


def check_space(path: Path, more: int) -> None:
    """Raise DoesNotFitError when the disk of `path` has no room for `more` bytes."""
    folder = next(each for each in path.parents if each.exists())
    free = shutil.disk_usage(folder).free
    if more + min(_RESERVE, more) > free:
        raise DoesNotFitError(
            tr(
                "There is not enough space on the disk of {parent}: {name} needs {gigabytes}, and {gigabytes2} are "
                "free. Free up space, or choose a smaller model.",
                parent=path.parent,
                gigabytes=gigabytes(more),
                name=path.name,
                gigabytes2=gigabytes(free),
            ),
            code="disk",
        )


class PartialFile:
    """The growing file, to be used in a `with` under `only_one`. It remembers its own checksum as it grows.

    After a crash of the program everything that was written is there. After a power cut the disk may hold garbage at
    the end, so only what was certainly on the disk is kept; whether the computer started anew in between is seen by
    the time at which it started.
    """

    def __init__(self, path: Path, meant: dict[str, Any], clock: Callable[[], float] = time.monotonic) -> None:
        """`meant` says, in JSON types, which file this is to become; a part of another file is thrown away."""
        self._path = path
        self._meant = meant
        self._clock = clock
        self._synced_at = clock()
        self._digest = hashlib.sha256()
        self.size = 0

    def __enter__(self) -> Self:
        with explained_writes(self._path), contextlib.ExitStack() as on_failure:
            kept = self._kept()
            old = own_file.reopen(part_of(self._path)) if kept else None
            self._kept_bytes = 0 if old is None else kept
            self._file = on_failure.enter_context(self._new() if old is None else old)
            self._file.truncate(self._kept_bytes)
            os.fsync(self._file.fileno())
            self._note(synced=self._kept_bytes)
            on_failure.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._file.closed:
            try:
                with explained_writes(self._path):
                    self._sync()
            except (DoesNotFitError, WeightsError) as full:
                _log.info("the part of %s could not be kept whole: %s", self._path, full)
            with contextlib.suppress(OSError):
                self._file.close()

    def take_up(self, on_bytes: OnBytes) -> None:
        """Read what is here from before, for its checksum; `on_bytes(n)` after each n bytes. Raises WeightsError."""
        self._file.seek(0)
        for chunk in chunks(self._file, self._path.name):
            self._digest.update(chunk)
            self.size += len(chunk)
            on_bytes(len(chunk))

    @property
    def resumes(self) -> bool:
        """Whether there are bytes from before."""
        return self._kept_bytes > 0

    def write(self, data: bytes) -> None:
        """Append. Raises DoesNotFitError or WeightsError."""
        with explained_writes(self._path):
            written = 0
            while written < len(data):
                written += self._file.write(memoryview(data)[written:])
            self._digest.update(data)
            self.size += len(data)
            if self._clock() - self._synced_at > _SYNC_SECONDS:
                self._sync()

    def restart(self) -> None:
        """Begin at the first byte again."""
        with explained_writes(self._path):
            self._file.seek(0)
            self._file.truncate(0)
            self._note(synced=0)
        self._digest = hashlib.sha256()
        self.size = 0

    def sha256(self) -> str:
        """Of all bytes so far, in lower-case hex."""
        return self._digest.hexdigest()

    def finish(self, verifier: ChecksumVerifier) -> None:
        """Give the file its name, and have it remembered as verified: the caller has compared the checksum."""
        if self.size == 0:
            self.throw_away()
            raise WeightsError(tr("The file {name} is empty.", name=self._path.name), code="weights-damaged")
        with explained_writes(self._path):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            part_of(self._path).replace(self._path)
            _note_of(self._path).unlink(missing_ok=True)
            verifier.remember(self._path, self._path.stat(), self.sha256())

    def throw_away(self) -> None:
        """Keep nothing."""
        self._file.close()
        with explained_writes(self._path):
            drop_part(self._path)

    def _kept(self) -> int:
        """How many bytes of an earlier attempt are certainly right."""
        try:
            note = json.loads(read_regular(_note_of(self._path), _MOST_NOTE))
            synced = note["synced"]
            if note["meant"] != self._meant or type(synced) is not int or synced < 0:
                return 0
            size = arrived(self._path)
            return size if note["started"] == _started() else min(size, synced)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return 0

    def _new(self) -> FileIO:
        """A part without a byte. Its note is there before it, so that a part without one is known to be no part."""
        check_ours(self._path)
        part_of(self._path).unlink(missing_ok=True)
        self._note(synced=0)
        return own_file.create(part_of(self._path))

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._note(synced=self._file.tell())
        self._synced_at = self._clock()

    def _note(self, synced: int) -> None:
        note = {"meant": self._meant, "started": _started(), "synced": synced}
        replace_file(_note_of(self._path), json.dumps(note).encode())


def check_ours(path: Path) -> None:
    """Raise WeightsError when under the name of the part there is a file that is no part of ours and would be lost."""
    if not _is_ours(path):
        raise foreign(part_of(path))


def foreign(path: Path) -> WeightsError:
    """What is raised where `path` has to be written, and is a person's own file that would be lost."""
    return WeightsError(
        tr(
            "The file {name} in {parent} was not made by this program. Rename it or delete it.",
            name=path.name,
            parent=path.parent,
        ),
        code="not-writable",
    )


def tidy(path: Path) -> int:
    """Remove what of ours was left beside `path`; the bytes freed. To be used under `only_one`. Raises WeightsError."""
    with explained_writes(path):
        return drop_part(path) if _is_ours(path) else 0


def has_part(path: Path) -> bool:
    """Whether something of ours was left beside `path`, be it without bytes."""
    try:
        return own_file.look(part_of(path)) is not None and _is_ours(path)
    except (OSError, ValueError):
        return False


def _is_ours(path: Path) -> bool:
    """Whether the part, as far as there is one, can be removed: it has a note, or another name, or no bytes."""
    part = own_file.look(part_of(path))
    empty = part is None or not own_file.has_one_name(part) or part.st_size == 0
    return empty or own_file.look(_note_of(path)) is not None


def _note_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.part.json")


def _started() -> int:
    return int(psutil.boot_time())
