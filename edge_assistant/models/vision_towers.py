"""Cached vision towers, made on this machine from a verified mmproj, in a number format that is quicker here.

Each is kept in the cache folder with the checksum of the file it was made from; when that is another one, or the cached
file has changed, it counts as missing.
"""

from __future__ import annotations

import collections
import contextlib
import functools
import io
import shutil
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import psutil

from edge_assistant.models.checksums import ChecksumVerifier
from edge_assistant.models.gguf_header import HeaderReader, TensorEntry, format_size, open_regular
from edge_assistant.models.partial_file import locked_for_writing
from edge_assistant.system import file_retry, own_file, paths
from edge_assistant.system.errors import DoesNotFitError, WeightsError
from edge_assistant.system.i18n import tr
from edge_assistant.system.json_store import JsonStore, explain_write_errors

# ggml's numbers of the formats that can be made, and how many values a block of them holds (ggml.h, ggml-common.h).
FORMATS = {"Q8_0": (8, 32), "Q6_K": (14, 256), "BF16": (30, 1)}
_DENSE = frozenset((0, 1, 8, 30))  # the formats of published towers: F32, F16, Q8_0, BF16
_ALIGNMENT = 32
_PART_VALUES = 2**20  # values converted at a time
_RESERVED_BYTES = 200_000_000  # bytes to leave free on the disk

Requantise = Callable[[bytes, int, int, int], bytes]
"""(data, its format, the target format, values in a row) -> the same values in the target format."""


@dataclass(frozen=True, slots=True)
class CachedTower:
    """A tower that was made; `unchanged` tensors have rows that do not fit the blocks of its format."""

    path: Path
    changed: int
    unchanged: int


class VisionTowers:
    """The vision towers in `folder` (default: in the person's cache)."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or paths.cache_dir() / "towers"
        self._store = JsonStore(self._folder / "towers.json")

    def find(self, parent: Path, name: str) -> Path | None:
        """Return the tower of format `name` made from the file `parent` as it is now; None when there is none."""
        checksum = ChecksumVerifier(paths.data_dir()).known_checksum(parent)
        if checksum is None:
            return None
        path = self._path(checksum, name)
        try:
            status = path.stat()
        except OSError:
            return None
        kept = self._store.read().get(path.name)
        return path if kept == [checksum, status.st_size, status.st_mtime_ns] else None

    def make(
        self, parent: Path, name: str, requantise: Requantise, on_fraction: Callable[[float], None]
    ) -> CachedTower:
        """Make the tower of format `name` from `parent`; an earlier one stays until this one is whole.

        What `on_fraction` raises stops it and leaves nothing behind. Raises WeightsError, also while another program
        makes the same one, and DoesNotFitError.
        """
        checksum = ChecksumVerifier(paths.data_dir()).hash_file(parent)
        path = self._path(checksum, name)
        with explain_write_errors(path):
            self._folder.mkdir(parents=True, exist_ok=True)
            free, needed = shutil.disk_usage(self._folder).free, parent.stat().st_size + _RESERVED_BYTES
            if free < needed:
                raise DoesNotFitError(
                    tr(
                        "A faster vision encoder needs {gigabytes} of disk space, and {gigabytes2} are free. Free up "
                        "space.",
                        gigabytes=format_size(needed),
                        gigabytes2=format_size(free),
                    ),
                    code="disk",
                )
            temporary = path.with_suffix(".new")
            with locked_for_writing(path):
                try:
                    changed, unchanged = convert_file(parent, temporary, name, requantise, on_fraction)
                    file_retry.replace(temporary, path)
                finally:
                    file_retry.unlink(temporary, missing_ok=True)
                status = path.stat()
                self._store.update({path.name: [checksum, status.st_size, status.st_mtime_ns]})
        return CachedTower(path, changed, unchanged)

    def remove(self, parent: Path, name: str) -> None:
        """Delete the tower of format `name` made from `parent`, if there is one."""
        checksum = ChecksumVerifier(paths.data_dir()).known_checksum(parent)
        if checksum is not None:
            path = self._path(checksum, name)
            file_retry.unlink(path, missing_ok=True)
            if path.name in self._store.read():
                self._store.update({path.name: None})

    def remove_all(self, parent: Path) -> int:
        """Delete every tower made from `parent`, which still has to be there; return how many bytes are freed."""
        freed = 0
        for name in FORMATS:
            path = self.find(parent, name)
            freed += path.stat().st_size if path else 0
            self.remove(parent, name)
        return freed

    def _path(self, checksum: str, name: str) -> Path:
        return self._folder / f"{checksum[:16]}-{name.lower()}.gguf"

    def remove_temporary_files(self) -> None:
        """Delete half-made towers of programs that were ended, but not one that another program is making."""
        for path in self._folder.glob("*.new"):
            with contextlib.suppress(WeightsError, OSError), locked_for_writing(path.with_suffix(".gguf")):
                path.unlink(missing_ok=True)


def convert_file(
    source: Path, target: Path, name: str, requantise: Requantise, on_fraction: Callable[[float], None]
) -> tuple[int, int]:
    """Write `source` again with its matrices in format `name`; return how many changed, and how many could not.

    Metadata stay as they are, also where they name a format. Biases, norms and what is no matrix stay in their format.
    """
    kind, block = FORMATS[name]
    with open_regular(source) as file:
        reader = HeaderReader(file, source)
        metadata = dict(reader.metadata())
        table = reader.position
        alignment = metadata.get("general.alignment", _ALIGNMENT)
        entries = reader.tensors(alignment or 0)
        assert isinstance(alignment, int)
        start = -(-reader.position // alignment) * alignment
        if any(entry.size == 0 for entry in entries):
            raise WeightsError(tr("{name} has tensors in an unknown format.", name=source.name))
        candidates = [entry for entry in entries if _is_matrix(entry)]
        chosen = {entry.name for entry in candidates if entry.shape[0] % block == 0}
        file.seek(0)
        head = file.read(table)
        with io.BufferedWriter(own_file.create(target)) as out:
            out.write(head)
            offset = total = done = 0
            for entry in entries:
                new = _with_format(entry, kind if entry.name in chosen else entry.kind, offset)
                out.write(_table_line(new))
                offset += new.size + -new.size % alignment
                total += new.size
            for entry in entries:
                out.write(bytes(-out.tell() % alignment))
                file.seek(start + entry.offset)
                parts = _parts(file, entry)
                if entry.name in chosen:
                    parts = _convert_parallel(parts, functools.partial(_convert, requantise, entry, kind))
                for data in parts:
                    out.write(data)
                    done += len(data)
                    on_fraction(done / total)
    return len(chosen), len(candidates) - len(chosen)


def _convert(requantise: Requantise, entry: TensorEntry, kind: int, data: bytes) -> bytes:
    return requantise(data, entry.kind, kind, entry.shape[0])


def _convert_parallel(parts: Iterator[bytes], change: Callable[[bytes], bytes]) -> Iterator[bytes]:
    """Yield each part changed, in order, several of them computed at a time: ggml's functions run in parallel."""
    workers = psutil.cpu_count(logical=False) or 1
    waiting: collections.deque[Future[bytes]] = collections.deque()
    with ThreadPoolExecutor(workers) as pool:
        for part in parts:
            waiting.append(pool.submit(change, part))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _is_matrix(entry: TensorEntry) -> bool:
    """Return whether the tensor is a dense layer's matrix. Position embeddings are looked up, not multiplied."""
    dense = len(entry.shape) == 2 and entry.name.endswith(".weight") and entry.kind in _DENSE
    return dense and "position_embd" not in entry.name


def _with_format(entry: TensorEntry, kind: int, offset: int) -> TensorEntry:
    return TensorEntry(entry.name, entry.shape, kind, offset)


def _table_line(entry: TensorEntry) -> bytes:
    name = entry.name.encode()
    dimensions = struct.pack(f"<I{len(entry.shape)}Q", len(entry.shape), *entry.shape)
    return struct.pack("<Q", len(name)) + name + dimensions + struct.pack("<IQ", entry.kind, entry.offset)


def _parts(file: BinaryIO, entry: TensorEntry) -> Iterator[bytes]:
    """Yield a tensor's data in whole rows, some at a time."""
    rows = max(1, _PART_VALUES // entry.shape[0]) if len(entry.shape) == 2 else 0
    row = entry.size // entry.shape[1] if len(entry.shape) == 2 else 0
    left = entry.size
    while left > 0:
        data = file.read(min(left, rows * row) if rows else left)
        if not data:
            raise WeightsError(tr("The vision encoder file is incomplete. Download it again."))
        left -= len(data)
        yield data
