"""Writes GGUF files: metadata, the table of tensors, and whatever data the caller gives them."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

# ggml's numbers of its formats, values in a block, bytes of a block (ggml-common.h)
F32, F16, Q8_0, Q4_K, Q6_K = 0, 1, 8, 12, 14
BLOCKS = {F32: (1, 4), F16: (1, 2), Q8_0: (32, 34), Q4_K: (256, 144), Q6_K: (256, 210)}
_ALIGNMENT = 32
# gguf.h, enum gguf_type
_TYPES = {bool: 7, int: 4, float: 6, str: 8}
_LIST, _SIGNED = 9, 5
_FORMATS = {7: "<?", 4: "<I", 5: "<i", 6: "<f"}


@dataclass(frozen=True, slots=True)
class Tensor:
    """`shape` outermost first, as in PyTorch; `kind` is one of the formats above."""

    name: str
    shape: tuple[int, ...]
    kind: int

    @property
    def size(self) -> int:
        """In bytes; a byte a value where the format is not known."""
        values, block = BLOCKS.get(self.kind, (1, 1))
        return math.prod(self.shape) // values * block


def write_gguf(
    path: Path, metadata: Mapping[str, Any], tensors: Sequence[Tensor], write_data: Callable[[BinaryIO, Tensor], None]
) -> None:
    """Write a file, under a temporary name until all is there; `write_data` writes the bytes of each tensor."""
    temporary = path.with_name(f"{path.name}.new")
    with temporary.open("wb") as file:
        file.write(header(metadata, tensors))
        for tensor in tensors:
            file.write(bytes(-file.tell() % _ALIGNMENT))
            write_data(file, tensor)
    temporary.replace(path)


def header(metadata: Mapping[str, Any], tensors: Sequence[Tensor], *, version: int = 3) -> bytes:
    """All that stands before the data of the tensors."""
    parts = [b"GGUF", struct.pack("<IQQ", version, len(tensors), len(metadata))]
    for key, value in metadata.items():
        parts += [encode_text(key), encode_value(value)]
    offset = 0
    for tensor in tensors:
        dimensions = tensor.shape[::-1]
        parts.append(encode_text(tensor.name))
        parts.append(struct.pack(f"<I{len(dimensions)}QIQ", len(dimensions), *dimensions, tensor.kind, offset))
        offset += tensor.size + -tensor.size % _ALIGNMENT
    return b"".join(parts)


def encode_text(text: str) -> bytes:
    """A text with its length."""
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def encode_value(value: Any) -> bytes:
    """A metadata value with its type: bool, int, float, str, or a list of one of these."""
    if isinstance(value, list):
        kind = _TYPES[type(value[0])] if value else _SIGNED
        kind = _SIGNED if kind == _TYPES[int] else kind  # llama.cpp wants signed integers in lists
        return struct.pack("<IIQ", _LIST, kind, len(value)) + b"".join(_plain(each, kind) for each in value)
    kind = _TYPES[type(value)]
    return struct.pack("<I", kind) + _plain(value, kind)


def _plain(value: Any, kind: int) -> bytes:
    return encode_text(value) if isinstance(value, str) else struct.pack(_FORMATS[kind], value)
