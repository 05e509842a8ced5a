"""Writes small GGUF files for tests: any metadata, any tensor table, with data of zeros; and holds a shop of them."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INSTRUCT = "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
THINKING = "{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}"
F32, Q8_0 = 0, 8


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def value(thing: Any) -> bytes:
    """A metadata value with its type: bool, int (u32), float (f32), str, or a list of one of these."""
    if isinstance(thing, list):
        kinds = {kind(item) for item in thing}
        return struct.pack("<IIQ", 9, kinds.pop() if kinds else 4, len(thing)) + b"".join(map(plain, thing))
    return struct.pack("<I", kind(thing)) + plain(thing)


def kind(thing: Any) -> int:
    return {bool: 7, int: 4, float: 6, str: 8}[type(thing)]


def plain(thing: Any) -> bytes:
    return text(thing) if isinstance(thing, str) else struct.pack("<" + {7: "?", 4: "I", 6: "f"}[kind(thing)], thing)


def gguf_bytes(
    metadata: dict[str, Any], tensors: list[tuple[str, tuple[int, ...], int]] | None = None, *, version: int = 3
) -> bytes:
    """A whole file; each tensor is (name, shape, type) with type F32 or Q8_0."""
    tensors = [("token_embd.weight", (64, 8), F32)] if tensors is None else tensors
    header = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(metadata))
    header += b"".join(text(key) + value(thing) for key, thing in metadata.items())
    end = 0
    for name, shape, quantisation in tensors:
        end += -end % 32
        header += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, quantisation, end)
        end += math.prod(shape) * 4 if quantisation == F32 else math.prod(shape) // 32 * 34
    return header + bytes(-len(header) % 32 + end)


def write_model(path: Path, *, template: str | None = INSTRUCT, width: int = 2560, **metadata: Any) -> Path:
    """A language model with the given embedding length; more metadata by keyword, dots written as __."""
    return _write(path, model_metadata(template, width), metadata)


def model_metadata(template: str | None, width: int) -> dict[str, Any]:
    things: dict[str, Any] = {
        "general.architecture": "qwen3vl",
        "qwen3vl.block_count": 36,
        "qwen3vl.context_length": 262144,
        "qwen3vl.embedding_length": width,
        "qwen3vl.attention.head_count_kv": 8,
        "qwen3vl.attention.key_length": 128,
        "qwen3vl.attention.value_length": 128,
        "qwen3vl.n_deepstack_layers": 3,
        "tokenizer.ggml.tokens": ["a", "b", "c"],
    }
    if template is not None:
        things["tokenizer.chat_template"] = template
    return things


def write_mmproj(path: Path, *, width: int = 2560, **metadata: Any) -> Path:
    """An mmproj for language models of that embedding length; more metadata as for write_model."""
    return _write(path, vision_metadata(width), metadata)


def vision_metadata(width: int) -> dict[str, Any]:
    return {
        "general.architecture": "clip",
        "clip.projector_type": "qwen3vl_merger",
        "clip.vision.projection_dim": width,
        "clip.vision.is_deepstack_layers": [False, True, True, True],
    }


def _write(path: Path, things: dict[str, Any], more: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gguf_bytes(things | {key.replace("__", "."): thing for key, thing in more.items()}))
    return path


@dataclass
class Shop:
    """A shipped folder whose catalogue knows big-q4 (of both variants), big-q8 (Instruct), unpinned, and the demo."""

    shipped: Path
    originals: dict[str, bytes]

    def install(self, folder: Path, *names: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            (folder / name).write_bytes(self.originals[name])
