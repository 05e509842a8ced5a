"""Reading of a GGUF file's header, and a check that the file is whole.

Nothing in the file is trusted: every length is compared with what is left of the file before it is used. The format is
ggml's docs/gguf.md.
"""

from __future__ import annotations

import math
import os
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from edge_assistant.system.errors import WeightsError, weights_in_use_error
from edge_assistant.system.file_retry import is_in_use, retry
from edge_assistant.system.i18n import format_number, tr

_MAX_HEADER = 32 * 2**20  # bytes; Qwen3-VL's header, with 151,936 tokens and as many merges, has 6 MB
_MAX_MISSING = 2**40  # bytes; a file that claims to lack more has a damaged header
_MAX_KEYS, _MAX_TENSORS = 10_000, 100_000  # real files have fewer than 100 and 1,000
_MAX_KEPT_ARRAY = 1024  # longer arrays (vocabularies) are only counted
_STRING, _ARRAY = 8, 9
_OPEN_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY", "O_NOINHERIT"))
# struct formats of the other metadata types (gguf.h, enum gguf_type)
_SCALARS = dict(enumerate("BbHhIif?")) | {10: "Q", 11: "q", 12: "d"}
# values and bytes per block of each tensor type (ggml.c, type_traits)
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
    34: (256, 54), 35: (256, 66), 39: (32, 17), 40: (64, 36), 41: (128, 18), 42: (64, 18),
}  # fmt: skip

Value = int | float | bool | str | tuple[int | float | bool, ...]


@dataclass(frozen=True, slots=True)
class TensorEntry:
    """One line of the tensor table: `shape` innermost first, `kind` ggml's number, `offset` from the data's start."""

    name: str
    shape: tuple[int, ...]
    kind: int
    offset: int

    @property
    def size(self) -> int:
        """Bytes of its data; 0 when the type is newer than this table."""
        values, block_bytes = _BLOCKS.get(self.kind, (1, 0))
        return math.prod(self.shape) // values * block_bytes


def format_size(count: float) -> str:
    """Format `count` bytes for people: "3.8 gigabytes", "12 megabytes"."""
    if count >= 0.95e9:
        return tr("{size} gigabytes", size=format_number(count / 1e9, 1))
    if count > 1e6:
        return tr("{size} megabytes", size=math.ceil(count / 1e6))
    return tr("1 byte") if count == 1 else tr("{size} bytes", size=format_number(count))


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading; a pipe would wait for ever. Raises WeightsError."""
    try:
        # Opened without blocking, and its type checked on the descriptor: the name may be replaced at any moment.
        descriptor = retry(lambda: os.open(path, _OPEN_FLAGS))
    except FileNotFoundError:
        raise WeightsError(tr("There is no file {path}.", path=path), code="weights-missing") from None
    except PermissionError as error:
        if path.is_dir():  # Windows refuses to open folders with this error
            raise _not_a_file_error(path, tr("a folder")) from None
        if is_in_use(error):
            raise weights_in_use_error(path) from None
        raise WeightsError(tr("The file {name} cannot be read: permission denied.", name=path.name)) from None
    except (OSError, ValueError) as error:
        raise WeightsError(
            tr("The file {name} cannot be opened: {reason}.", name=path.name, reason=_error_reason(error))
        ) from None
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise _not_a_file_error(path, tr("a folder") if stat.S_ISDIR(mode) else tr("not a file"))


def _not_a_file_error(path: Path, kind: str) -> WeightsError:
    return WeightsError(tr("{path} is {kind}. Give the path of a GGUF file.", path=path, kind=kind))


def _error_reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)


class HeaderReader:
    """A reader of a GGUF header; `position` is the offset of the next byte."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._name = path.name
        self._data = bytearray()
        self.position = 0
        self.size = os.fstat(file.fileno()).st_size
        if self.size == 0:
            raise WeightsError(tr("The file {name} is empty.", name=self._name))
        if bytes(self._peek(min(4, self.size))) != b"GGUF":
            raise WeightsError(tr("{name} is not a GGUF file.", name=self._name))
        self.position = 4
        version = self._number("I")
        if version not in (2, 3):
            raise WeightsError(
                tr(
                    "{name} has GGUF version {version}, but only 2 and 3 are supported.",
                    name=self._name,
                    version=version,
                )
            )
        self._tensor_count = self._number("Q")
        self._key_count = self._number("Q")
        if self._key_count > _MAX_KEYS or self._tensor_count > _MAX_TENSORS:
            raise self._damaged_error()

    def metadata(self) -> Iterator[tuple[str, Value | None]]:
        """Yield each key with its value, None for text arrays and long ones."""
        for _ in range(self._key_count):
            key = self._text()
            kind = self._number("I")
            if kind == _STRING:
                yield key, self._text()
            elif kind == _ARRAY:
                element = self._number("I")
                yield key, self._array(element, self._number("Q"))
            else:
                yield key, self._scalars(kind, 1)[0]

    def tensors(self, alignment: Value) -> list[TensorEntry]:
        """Return the tensor table. Raises WeightsError unless the file is as long as it says."""
        if not isinstance(alignment, int) or alignment < 1 or alignment & (alignment - 1):
            raise self._damaged_error()
        if self._tensor_count == 0:
            raise WeightsError(tr("{name} contains no weights, only a description.", name=self._name))
        found = []
        end = 0
        for _ in range(self._tensor_count):
            name = self._text()
            dimension_count = self._number("I")
            if dimension_count > 4:  # GGML_MAX_DIMS
                raise self._damaged_error()
            shape = tuple(self._number("Q") for _ in range(dimension_count))
            entry = TensorEntry(name, shape, self._number("I"), self._number("Q"))
            values, _ = _BLOCKS.get(entry.kind, (1, 0))  # of a newer type, only the start can be checked
            if entry.offset % alignment or (shape and shape[0] % values):
                raise self._damaged_error()
            found.append(entry)
            end = max(end, entry.offset + entry.size)
        missing = -(-self.position // alignment) * alignment + end - self.size
        if missing > _MAX_MISSING:
            raise self._damaged_error()
        if missing > 0:
            raise WeightsError(
                tr(
                    "{name} is {gigabytes} too short. Copy or download it again.",
                    name=self._name,
                    gigabytes=format_size(missing),
                ),
                code="weights-damaged",
            )
        return found

    def _array(self, element: int, count: int) -> Value | None:
        if element == _STRING:
            if count > (self.size - self.position) // 8:
                raise self._damaged_error()
            for _ in range(count):
                self._skip_text()
            return None
        if count <= _MAX_KEPT_ARRAY:
            return self._scalars(element, count)
        self._scalars(element, 0)
        self._move(count * struct.calcsize(_SCALARS[element]))
        return None

    def _scalars(self, kind: int, count: int) -> tuple[int | float | bool, ...]:
        if kind not in _SCALARS:
            raise self._damaged_error()
        layout = f"<{count}{_SCALARS[kind]}"
        return struct.unpack(layout, self._take(struct.calcsize(layout)))

    def _number(self, layout: str) -> int:
        value: int = struct.unpack(f"<{layout}", self._take(struct.calcsize(f"<{layout}")))[0]
        return value

    def _text(self) -> str:
        return self._take(self._number("Q")).decode(errors="replace")

    def _skip_text(self) -> None:
        # A vocabulary has 300,000 of these, so this method is optimised for speed.
        start = self.position
        if start + 8 > len(self._data):
            self._peek(8)
        self._move(8 + int.from_bytes(self._data[start : start + 8], "little"))

    def _move(self, count: int) -> None:
        self.position += count
        if self.position > self.size:
            raise self._damaged_error()

    def _take(self, count: int) -> bytes:
        data = bytes(self._peek(count))
        self.position += count
        return data

    def _peek(self, count: int) -> bytearray:
        end = self.position + count
        if end > min(self.size, _MAX_HEADER):
            raise self._damaged_error()
        while len(self._data) < end:
            try:
                chunk = self._file.read(max(2**20, end - len(self._data)))
            except OSError as error:
                raise WeightsError(
                    tr("The file {name} cannot be read: {reason}.", name=self._name, reason=_error_reason(error))
                ) from None
            if not chunk:
                raise self._damaged_error()
            self._data += chunk
        return self._data[self.position : end]

    def _damaged_error(self) -> WeightsError:
        return WeightsError(
            tr(
                "{name} is damaged: its header is invalid or incomplete. Copy or download it again.",
                name=self._name,
            ),
            code="weights-damaged",
        )
