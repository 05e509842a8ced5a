"""Writes the demo model with an end token that it can never choose, so that it goes on for ever."""

from __future__ import annotations

import struct
from pathlib import Path

from benchmarking.gguf_writer import encode_text

from edge_assistant.models.gguf_header import HeaderReader
from support.describing import MODEL

_ALIGNMENT = 32
_COUNT_AT = 8  # of tensors, in a GGUF header


def write_endless_model(folder: Path, source: Path = MODEL) -> Path:
    """Write a copy of the demo model whose output layer, its embeddings till now, has zeros for the end tokens.

    Their logits are 0 then, and greedy sampling never takes them as long as any other logit is positive.
    """
    content = source.read_bytes()
    with source.open("rb") as file:
        reader = HeaderReader(file, source)
        metadata = dict(reader.metadata())
        tensors = {each.name: each for each in reader.tensors(_ALIGNMENT)}
        end_of_table = reader.position
    assert "output.weight" not in tensors
    embeddings = tensors["token_embd.weight"]
    start = end_of_table + -end_of_table % _ALIGNMENT
    data = content[start:]
    output = bytearray(data[embeddings.offset : embeddings.offset + embeddings.size])
    row = embeddings.size // embeddings.shape[1]
    for token in {metadata[f"tokenizer.ggml.{name}_token_id"] for name in ("eos", "padding")}:
        assert isinstance(token, int)
        output[token * row : (token + 1) * row] = bytes(row)
    data += bytes(-len(data) % _ALIGNMENT)
    entry = encode_text("output.weight") + struct.pack(
        f"<I{len(embeddings.shape)}QIQ", len(embeddings.shape), *embeddings.shape, embeddings.kind, len(data)
    )
    header = bytearray(content[:end_of_table] + entry)
    struct.pack_into("<Q", header, _COUNT_AT, len(tensors) + 1)
    path = folder / f"endless-{source.name}"
    path.write_bytes(header + bytes(-len(header) % _ALIGNMENT) + data + output)
    return path
