"""The evaluated system prompt on disk, so that the next engine need not evaluate it again: a KV cache of some MB.

It holds nothing but the product's own words. A file is named after all that its content depends on, and carries a
checksum, since a wrong one would make the model talk nonsense; whatever does not fit is as if it were not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from edge_assistant.system.regular_file import read_regular

_MOST_FILES = 4  # two variants in two languages
_MOST_BYTES = 256 * 2**20  # of one; a prompt of 100 tokens has 15 MB with the 4B weights
_CHECKSUM = 32


def identity(files: Iterable[Path], *facts: object) -> bytes:
    """What the content depends on besides the tokens: these files as they are now, and these facts. Raises OSError."""
    found: list[object] = []
    for path in files:
        status = path.stat()
        found.append((str(path.resolve()), status.st_size, status.st_mtime_ns))
    return hashlib.blake2b(repr((found, facts)).encode()).digest()


class PromptCache:
    """The files in `folder` that were made under the same `identity`."""

    def __init__(self, folder: Path, identity: bytes) -> None:
        self._folder = folder
        self._identity = identity

    def read(self, tokens: Sequence[int]) -> bytes | None:
        """What was kept for these tokens; None where there is nothing, or it is damaged."""
        path = self._path(tokens)
        try:
            content = read_regular(path, _MOST_BYTES)
            os.utime(path)  # the ones that were not used for longest are dropped first
        except OSError:
            return None
        data = content[_CHECKSUM:]
        return data if self._checksum(data) == content[:_CHECKSUM] else None

    def write(self, tokens: Sequence[int], data: bytes) -> None:
        """Keep `data` for these tokens, and not too many files. Where that fails, the next start is only slower."""
        path = self._path(tokens)
        temporary = path.with_suffix(f".{os.getpid()}.new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                temporary.write_bytes(self._checksum(data) + data)
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            print(f"{path.name}: {error}", file=sys.stderr)  # leads to the parent's logger
        self._clear_away()

    def _clear_away(self) -> None:
        """Drop the oldest, and what engines that were killed left half written."""
        with contextlib.suppress(OSError):
            newest_first = sorted(self._folder.glob("*.kv"), key=lambda path: -path.stat().st_mtime_ns)
            for path in (*newest_first[_MOST_FILES:], *self._folder.glob("*.new")):
                path.unlink(missing_ok=True)

    def _path(self, tokens: Sequence[int]) -> Path:
        name = hashlib.blake2b(repr(tuple(tokens)).encode(), key=self._identity, digest_size=16).hexdigest()
        return self._folder / f"{name}.kv"

    def _checksum(self, data: bytes) -> bytes:
        return hashlib.blake2b(data, key=self._identity, digest_size=_CHECKSUM).digest()
