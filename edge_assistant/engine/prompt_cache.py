"""A disk cache of evaluated system prompts: KV cache states of some MB, so that a restart need not evaluate them.

It holds only the product's own prompts, no user data. A file's name is a hash of all that its content depends on, and
it carries a checksum, since a wrong state would make the model talk nonsense; damaged files are ignored.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from edge_assistant.system import file_retry
from edge_assistant.system.bounded_read import read_regular

_MAX_FILES = 4  # two variants in two languages
_MAX_BYTES = 256 * 2**20  # of one file; a prompt of 100 tokens has 15 MB with the 4B model
_CHECKSUM_BYTES = 32


def compute_identity(files: Iterable[Path], *facts: object) -> bytes:
    """Hash what a state depends on besides its tokens: these files as they are now, and `facts`. Raises OSError."""
    stats: list[object] = []
    for path in files:
        status = path.stat()
        stats.append((str(path.resolve()), status.st_size, status.st_mtime_ns))
    return hashlib.blake2b(repr((stats, facts)).encode()).digest()


class PromptCache:
    """A cache in `folder` of the states with the same `identity`."""

    def __init__(self, folder: Path, identity: bytes) -> None:
        self._folder = folder
        self._identity = identity

    def read(self, tokens: Sequence[int]) -> bytes | None:
        """Return the state for these tokens; None where there is none, or it is damaged."""
        path = self._path(tokens)
        try:
            content = read_regular(path, _MAX_BYTES)
            os.utime(path)  # the least recently used are removed first
        except OSError:
            return None
        data = content[_CHECKSUM_BYTES:]
        return data if self._checksum(data) == content[:_CHECKSUM_BYTES] else None

    def write(self, tokens: Sequence[int], data: bytes) -> None:
        """Store `data` for these tokens and prune old files. A failure only makes the next start slower."""
        path = self._path(tokens)
        temporary = path.with_suffix(f".{os.getpid()}.new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                temporary.write_bytes(self._checksum(data) + data)
                file_retry.replace(temporary, path)
            finally:
                file_retry.unlink(temporary, missing_ok=True)
        except OSError as error:
            print(f"{path.name}: {error}", file=sys.stderr)  # the client logs the worker's stderr
        self._prune()

    def _prune(self) -> None:
        """Remove the oldest files, and half-written ones that killed workers left behind."""
        with contextlib.suppress(OSError):
            newest_first = sorted(self._folder.glob("*.kv"), key=lambda path: -path.stat().st_mtime_ns)
            for path in (*newest_first[_MAX_FILES:], *self._folder.glob("*.new")):
                with contextlib.suppress(OSError):  # in use on Windows, say; a later prune removes it
                    path.unlink(missing_ok=True)

    def _path(self, tokens: Sequence[int]) -> Path:
        name = hashlib.blake2b(repr(tuple(tokens)).encode(), key=self._identity, digest_size=16).hexdigest()
        return self._folder / f"{name}.kv"

    def _checksum(self, data: bytes) -> bytes:
        return hashlib.blake2b(data, key=self._identity, digest_size=_CHECKSUM_BYTES).digest()
