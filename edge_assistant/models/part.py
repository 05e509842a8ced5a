"""A file that has not wholly arrived: its bytes beside its future place, and a note of what they are to become."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from edge_assistant.errors import DoesNotFitError, WeightsError
from edge_assistant.models.gguf_header import gigabytes, open_regular
from edge_assistant.models.records import explained_writes
from edge_assistant.models.verify import ChecksumError, OnBytes, Verifier, chunks, sha256_of
from edge_assistant.replacing import replace_file
from edge_assistant.text import tr

_log = logging.getLogger(__name__)
_SYNC_SECONDS = 5.0  # between two moments from which a power cut loses nothing
# Bytes that stay free: a disk that is full to the last byte makes other programs fail.
_RESERVE = 100_000_000


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the right to write `path`, against other programs too. Raises WeightsError when another one holds it."""
    from filelock import FileLock, Timeout  # here, as whoever only describes a picture has no use for it

    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=0, thread_local=False)
    with explained_writes(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout:
            raise WeightsError(
                tr(
                    "{name} is being written by another program at this moment. Wait for it, or cancel it there.",
                    name=path.name,
                ),
                code="weights-busy",
            ) from None
    try:
        yield
    finally:
        lock.release()  # the empty file stays: whoever removed it could remove one that another program holds


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
        return part_of(path).stat().st_size
    except OSError:
        return 0


def check_space(path: Path, more: int) -> None:
    """Raise DoesNotFitError when the disk of `path` has no room for `more` bytes."""
    folder = next(each for each in path.parents if each.exists())
    free = shutil.disk_usage(folder).free
    if more + min(_RESERVE, more) > free:
        raise DoesNotFitError(
            tr(
                "There is not enough room on the disk of {parent}: {gigabytes} are needed for {name}, and "
                "{gigabytes2} are free. Make some room, or choose smaller weights.",
                parent=path.parent,
                gigabytes=gigabytes(more),
                name=path.name,
                gigabytes2=gigabytes(free),
            ),
            code="disk",
        )


class Part:
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
        with explained_writes(self._path):
            kept = self._kept()
            # Unbuffered, so that after a failed write it is clear what is in the file.
            self._file = part_of(self._path).open("r+b" if kept else "w+b", buffering=0)
            self._file.truncate(kept)
            os.fsync(self._file.fileno())
            self._note(synced=kept)
        self._kept_bytes = kept
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

    def finish(self, verifier: Verifier) -> None:
        """Give the file its name, and have it remembered as verified: the caller has compared the checksum."""
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
            note = json.loads(_note_of(self._path).read_bytes())
            if note["meant"] != self._meant:
                return 0
            size = arrived(self._path)
            return size if note["started"] == _started() else min(size, int(note["synced"]))
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._note(synced=self._file.tell())
        self._synced_at = self._clock()

    def _note(self, synced: int) -> None:
        note = {"meant": self._meant, "started": _started(), "synced": synced}
        replace_file(_note_of(self._path), json.dumps(note).encode())


def place(source: Path, path: Path, sha256: str | None, verifier: Verifier, *, link: bool, on_bytes: OnBytes) -> str:
    """Put the file `source` at `path`, as a hard link or a copy, if its SHA-256 is `sha256` (None: whatever it is).

    Returns its SHA-256. To be used under `only_one` where others might write too. Raises WeightsError (ChecksumError)
    or DoesNotFitError; what `on_bytes` raises ends it. Under the final name there is the right file or none.
    """
    with open_regular(source) as file:
        status = os.fstat(file.fileno())
        if link:
            found = sha256_of(file, source.name, on_bytes)
            _compare(source, sha256, found)
            _link(source, path)
            verifier.remember(path, status, found)
            return found
        with Part(path, {"copy": [str(source), status.st_size, status.st_mtime_ns]}) as part:
            part.take_up(on_bytes)
            check_space(path, status.st_size - part.size)
            file.seek(part.size)
            for chunk in chunks(file, source.name):
                part.write(chunk)
                on_bytes(len(chunk))
            found = part.sha256()
            try:
                _compare(source, sha256, found)
            except ChecksumError:
                part.throw_away()
                raise
            part.finish(verifier)
        return found


def can_link(source: Path, folder: Path) -> bool:
    """Whether a hard link to `source` is possible in `folder`, which may not exist yet: both on one disk."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    try:
        return source.stat().st_dev == there.stat().st_dev
    except OSError:
        return False


def _compare(source: Path, expected: str | None, found: str) -> None:
    if expected is not None and found != expected:
        raise ChecksumError(
            tr(
                "{name} is damaged: its checksum begins with {value} instead of {value2}. Copy it again "
                "from where it came.",
                name=source.name,
                value=found[:8],
                value2=expected[:8],
            ),
            expected=expected,
            found=found,
        )


def _link(source: Path, path: Path) -> None:
    temporary = part_of(path)
    with explained_writes(path):
        temporary.unlink(missing_ok=True)
        try:
            os.link(source.resolve(), temporary)
        except OSError as error:
            if error.errno not in (errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK):
                raise
            raise WeightsError(
                tr(
                    "{name} cannot be a hard link from {parent}: these disks do not allow it. Use --copy.",
                    name=path.name,
                    parent=path.parent,
                ),
                code="no-link",
            ) from error
        temporary.replace(path)
        temporary.unlink(missing_ok=True)  # both names may have meant the same file, and then nothing was replaced


def _note_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.part.json")


def _started() -> int:
    return int(psutil.boot_time())
