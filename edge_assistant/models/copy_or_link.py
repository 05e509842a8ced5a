"""Copying or hard-linking a given file to its place: the right one, whole, or none.

The person's file is only read. A link is made when it is closed, and what is at the new place is replaced, never
written into.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import BinaryIO

from edge_assistant.models.checksums import ChecksumVerifier, OnBytes, check_sum, chunks, sha256_of
from edge_assistant.models.gguf_header import open_regular
from edge_assistant.models.partial_file import (
    PartialFile,
    check_replaceable,
    check_space,
    part_path,
    remove_leftovers,
    remove_part,
)
from edge_assistant.system import file_retry, own_file
from edge_assistant.system.errors import WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.json_store import explain_write_errors

_NO_LINK_ERRNOS = (errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK)


def install_file(
    source: Path, path: Path, sha256: str | None, verifier: ChecksumVerifier, *, link: bool, on_bytes: OnBytes
) -> str:
    """Put the file `source` at `path`, as a hard link or a copy, if its SHA-256 is `sha256` (None: whatever it is).

    Returns its SHA-256. To be used under `only_one` where others might write too. Raises WeightsError (ChecksumError)
    or DoesNotFitError; what `on_bytes` raises ends it. Under the final name there is the right file or none.
    """
    _clear_part(path, source)
    with open_regular(source) as file:
        status = os.fstat(file.fileno())
        if status.st_size == 0:
            raise WeightsError(tr("The file {name} is empty.", name=source.name))
        here = _is_same_file(path, status)
        if not link and not here:
            return _copy(source, file, status, path, sha256, verifier, on_bytes)
        found = sha256_of(file, source.name, on_bytes)
        _check_checksum(source, sha256, found)
    if here:
        remove_leftovers(path)
    else:
        with explain_write_errors(path):
            check_replaceable(path)
            remove_part(path)
        _link(source, path, part_path(path), status)
    verifier.remember(path, status, found)
    return found


def _copy(
    source: Path,
    file: BinaryIO,
    status: os.stat_result,
    path: Path,
    sha256: str | None,
    verifier: ChecksumVerifier,
    on_bytes: OnBytes,
) -> str:
    with PartialFile(path, {"copy": [str(source), status.st_size, status.st_mtime_ns]}) as part:
        part.read_existing(on_bytes)
        if part.size > status.st_size:
            on_bytes(-part.size)
            part.restart()
        check_space(path, status.st_size - part.size)
        file.seek(part.size)
        for chunk in chunks(file, source.name):
            part.write(chunk)
            on_bytes(len(chunk))
        found = part.sha256()
        try:
            if part.size != status.st_size or (sha256 is None and not _is_as_before(file, status)):
                raise _changed_error(source)
            _check_checksum(source, sha256, found)
        except WeightsError:
            part.discard()
            raise
        part.finish(verifier)
    return found


def _is_as_before(file: BinaryIO, before: os.stat_result) -> bool:
    now = os.fstat(file.fileno())
    return (now.st_size, now.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def _is_same_file(path: Path, status: os.stat_result) -> bool:
    """Return whether `path` is the file with that status, perhaps through a link."""
    try:
        return status.st_ino != 0 and os.path.samestat(path.stat(), status)  # 0: the file system has no inode numbers
    except OSError:
        return False


def _clear_part(path: Path, source: Path) -> None:
    """Remove a link or a pipe under the partial file's name, before the source is open.

    Windows removes no name of an open file. Raises WeightsError where `source` is the partial file itself.
    """
    with explain_write_errors(path):
        part = own_file.lstat_or_none(part_path(path))
        if part is None:
            return
        same_name = source.parent.resolve() / source.name == path.parent.resolve() / part_path(path).name
        if same_name or (part.st_nlink <= 1 and _is_same_file(source, part)):
            raise WeightsError(
                tr("{name} is incomplete, or has another file's name. Rename it, then add it.", name=source.name)
            )
        if not own_file.is_plain_file(part):
            file_retry.unlink(part_path(path))


def can_link(source: Path, folder: Path) -> bool:
    """Return whether `source` can be hard-linked into `folder`, which may not exist yet: both are on one disk."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    try:
        return source.stat().st_dev == there.stat().st_dev
    except OSError:
        return False


def _link(source: Path, path: Path, temporary: Path, status: os.stat_result) -> None:
    """Make `path` another name of the file `source`, which has to be closed: Windows renames no name of an open file.

    `status` is that of the file that was checked; it must still be the one. `temporary`, a free name beside `path`, is
    used where there is something at `path` already, which stays until the link is there. Raises WeightsError and
    DoesNotFitError.
    """
    with explain_write_errors(path):
        new = path if own_file.lstat_or_none(path) is None else temporary
        try:
            file_retry.retry(lambda: os.link(source.resolve(), new))
        except OSError as error:
            if error.errno not in _NO_LINK_ERRNOS:
                raise
            raise WeightsError(
                tr(
                    "{name} cannot be a hard link from {parent}: these disks do not allow it. Use --copy.",
                    name=path.name,
                    parent=path.parent,
                ),
                code="no-link",
            ) from error
        if not os.path.samestat(new.lstat(), status):
            file_retry.unlink(new)
            raise _changed_error(source)
        if new != path:
            file_retry.replace(new, path)


def _check_checksum(source: Path, expected: str | None, found: str) -> None:
    if expected is not None:
        check_sum(source.name, expected, found, tr("Copy it again."))


def _changed_error(source: Path) -> WeightsError:
    """Return the error for a file that something writes to while it is read."""
    return WeightsError(
        tr("{name} changed while it was read. Try again when nothing writes to it.", name=source.name),
        code="weights-changed",
    )
