"""Writes a GGUF pair of the Qwen3-VL-4B's shape with random weights, to measure speed and memory with.

Shapes and the mix of formats follow the published files, so that cost and size are the real ones; what such weights say
is noise. Needs some gigabytes of disk and little memory.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from benchmarking.gguf_writer import BLOCKS, F16, F32, Q4_K, Q6_K, Q8_0, Tensor, encode_text, write_gguf
from edge_assistant.engine.task_entries import Mode
from edge_assistant.engine.task_table import load_table

_SIZE_OF_WEIGHTS = 0.02  # about their standard deviation, so that activations neither vanish nor overflow
_LARGEST_HEADER = 2**24  # bytes; vocabulary and merges take six million
_POOL = 2**22  # random bytes that are used again and again: what they are costs the same
# ChatML as Qwen3-VL writes it, for whoever renders it; the product writes it itself.
_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% if message.content is string %}{{ message.content }}"
    "{% else %}{% for part in message.content %}{% if part.type == 'text' %}{{ part.text }}{% endif %}{% endfor %}"
    "{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\nTHINK{% endif %}"
)
# From id 151,643 on, as in Qwen's vocabulary.
_SPECIAL = [
    f"<|{name}|>"
    for name in (
        *("endoftext", "im_start", "im_end", "object_ref_start", "object_ref_end", "box_start", "box_end"),
        *("quad_start", "quad_end", "vision_start", "vision_end", "vision_pad", "image_pad", "video_pad"),
    )
]
_MODES: tuple[Mode, ...] = ("glance", "detail", "read")
_TASKS = [load_table(None).settings("qwen3-vl", mode, "instruct", None) for mode in _MODES]
# What the product and the benchmark say to the model.
_TEXTS = (
    *("system", "user", "assistant"),
    _TASKS[0].system,
    *(task.question for task in _TASKS),
    "What else is there?",
)
_NORMAL, _CONTROL, _UNUSED = 1, 3, 5  # llama.h, enum llama_token_type


@dataclass(frozen=True, slots=True)
class Shape:
    """Dimensions of both parts; the defaults are those of the 4B (its config.json)."""

    layers: int = 36
    width: int = 2560
    feed_forward: int = 9728
    heads: int = 32
    kv_heads: int = 8
    head: int = 128
    vocabulary: int = 151_936
    first_special: int = 151_643
    vision_layers: int = 24
    vision_width: int = 1024
    vision_feed_forward: int = 4096
    vision_heads: int = 16
    patch: int = 16
    positions: int = 2304
    deepstack: tuple[int, ...] = (5, 11, 17)


def write_pair(folder: Path, shape: Shape, text: str, mmproj: str, variant: str = "instruct") -> tuple[Path, Path]:
    """The paths of model and mmproj, written where they were not there yet. Both variants take the same mmproj.

    A model without the words of `_TEXTS`, which an earlier version wrote, is written anew.
    """
    model = folder / f"full-shape-4b-{'' if variant == 'instruct' else f'{variant}-'}{text}.gguf"
    vision = folder / f"mmproj-full-shape-4b-{mmproj}.gguf"
    if not (model.exists() and _has_words(model, shape)):
        write_gguf(model, _text_metadata(shape, text, variant), list(_text_tensors(shape, text)), _write_data)
    if not vision.exists():
        tensors = list(_vision_tensors(shape, F16 if mmproj == "f16" else Q8_0))
        write_gguf(vision, _vision_metadata(shape), tensors, _write_data)
    return model, vision


def _has_words(model: Path, shape: Shape) -> bool:
    with model.open("rb") as file:
        return encode_text(_vocabulary(shape)[2][-1]) in file.read(_LARGEST_HEADER)


def _text_metadata(shape: Shape, text: str, variant: str) -> dict[str, Any]:
    tokens, types, merges = _vocabulary(shape)
    return {
        "general.architecture": "qwen3vl",
        "general.name": "random weights of the shape of Qwen3-VL-4B",
        "general.file_type": 15 if text == "q4_k_m" else 7,
        "qwen3vl.context_length": 262_144,
        "qwen3vl.embedding_length": shape.width,
        "qwen3vl.block_count": shape.layers,
        "qwen3vl.feed_forward_length": shape.feed_forward,
        "qwen3vl.attention.head_count": shape.heads,
        "qwen3vl.attention.head_count_kv": shape.kv_heads,
        "qwen3vl.attention.key_length": shape.head,
        "qwen3vl.attention.value_length": shape.head,
        "qwen3vl.attention.layer_norm_rms_epsilon": 1e-6,
        "qwen3vl.rope.freq_base": 5e6,
        "qwen3vl.rope.dimension_sections": [24, 20, 20, 0],
        "qwen3vl.n_deepstack_layers": len(shape.deepstack),
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": types,
        "tokenizer.ggml.merges": merges,
        "tokenizer.ggml.bos_token_id": shape.first_special,
        "tokenizer.ggml.eos_token_id": shape.first_special + 2,
        "tokenizer.ggml.padding_token_id": shape.first_special,
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.chat_template": _TEMPLATE.replace("THINK", "<think>\n" if variant == "thinking" else ""),
    }


def _vocabulary(shape: Shape) -> tuple[list[str], list[int], list[str]]:
    """GPT-2's letters for bytes, pairs of Latin letters, words of `_TEXTS`, fillers, special tokens in their places.

    Each of these words is one token in Qwen's vocabulary, too (its own, of 151,643, was asked): with more of them, a
    short question would cost several times what it costs with the real weights.
    """
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    letters = [chr(byte) for byte in printable] + [chr(256 + number) for number in range(len(others))]
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    merges = [f"{first} {second}" for first in f"\u0120{alphabet}" for second in alphabet]
    for text in _TEXTS:
        for word in re.findall(r" ?[a-zA-Z]+", text):
            merges += _missing_merges(word.replace(" ", "\u0120"), merges)
    words = [*letters, *dict.fromkeys(merge.replace(" ", "") for merge in merges)]
    words += [f"\u0120filler{number}" for number in range(shape.first_special - len(words))]
    unused = [f"[PAD{number}]" for number in range(shape.vocabulary - len(words) - len(_SPECIAL))]
    types = [_NORMAL] * len(words) + [_CONTROL] * len(_SPECIAL) + [_UNUSED] * len(unused)
    return [*words, *_SPECIAL, *unused], types, merges


def _missing_merges(word: str, merges: list[str]) -> list[str]:
    """The merges that byte-pair encoding with `merges`, most important first, lacks to make one token of a word."""
    ranks = {merge: rank for rank, merge in enumerate(merges)}
    pieces = list(word)
    while True:
        pairs = [f"{first} {second}" for first, second in itertools.pairwise(pieces)]
        best = min(pairs, key=lambda pair: ranks.get(pair, len(ranks)), default="")
        if best not in ranks:
            break
        at = pairs.index(best)
        pieces[at : at + 2] = ["".join(pieces[at : at + 2])]
    return [f"{''.join(pieces[:end])} {pieces[end]}" for end in range(1, len(pieces))]


def _text_tensors(shape: Shape, text: str) -> Iterator[Tensor]:
    low, high = (Q4_K, Q6_K) if text == "q4_k_m" else (Q8_0, Q8_0)
    width, queries, keys = shape.width, shape.heads * shape.head, shape.kv_heads * shape.head
    yield Tensor("token_embd.weight", (shape.vocabulary, width), high)
    yield Tensor("output_norm.weight", (width,), F32)
    for layer in range(shape.layers):
        # llama.cpp's mix for Q4_K_M: more bits in the first and last eighth, and in every third layer between.
        eighth = shape.layers // 8
        more = layer < eighth or layer >= 7 * shape.layers // 8 or (layer - eighth) % 3 == 2
        block = f"blk.{layer}."
        for norm, size in (("attn_norm", width), ("ffn_norm", width), ("attn_q_norm", shape.head)):
            yield Tensor(f"{block}{norm}.weight", (size,), F32)
        yield Tensor(f"{block}attn_k_norm.weight", (shape.head,), F32)
        yield Tensor(f"{block}attn_q.weight", (queries, width), low)
        yield Tensor(f"{block}attn_k.weight", (keys, width), low)
        yield Tensor(f"{block}attn_v.weight", (keys, width), high if more else low)
        yield Tensor(f"{block}attn_output.weight", (width, queries), low)
        yield Tensor(f"{block}ffn_gate.weight", (shape.feed_forward, width), low)
        yield Tensor(f"{block}ffn_up.weight", (shape.feed_forward, width), low)
        yield Tensor(f"{block}ffn_down.weight", (width, shape.feed_forward), high if more else low)


def _vision_metadata(shape: Shape) -> dict[str, Any]:
    return {
        "general.architecture": "clip",
        "clip.has_vision_encoder": True,
        "clip.projector_type": "qwen3vl_merger",
        "clip.use_gelu": True,
        "clip.vision.projection_dim": shape.width,
        "clip.vision.image_size": 768,
        "clip.vision.patch_size": shape.patch,
        "clip.vision.embedding_length": shape.vision_width,
        "clip.vision.feed_forward_length": shape.vision_feed_forward,
        "clip.vision.block_count": shape.vision_layers,
        "clip.vision.attention.head_count": shape.vision_heads,
        "clip.vision.attention.layer_norm_epsilon": 1e-6,
        "clip.vision.image_mean": [0.5, 0.5, 0.5],
        "clip.vision.image_std": [0.5, 0.5, 0.5],
        "clip.vision.spatial_merge_size": 2,
        "clip.vision.is_deepstack_layers": [layer in shape.deepstack for layer in range(shape.vision_layers)],
    }


def _vision_tensors(shape: Shape, kind: int) -> Iterator[Tensor]:
    width, merged = shape.vision_width, 4 * shape.vision_width

    def dense(name: str, rows: int, columns: int) -> Iterator[Tensor]:
        yield Tensor(f"{name}.weight", (rows, columns), kind)
        yield Tensor(f"{name}.bias", (rows,), F32)

    def norm(name: str, size: int) -> Iterator[Tensor]:
        yield Tensor(f"{name}.weight", (size,), F32)
        yield Tensor(f"{name}.bias", (size,), F32)

    for part in ("weight", "weight.1"):  # the second is for the next frame of a film
        yield Tensor(f"v.patch_embd.{part}", (width, 3, shape.patch, shape.patch), F16)
    yield Tensor("v.patch_embd.bias", (width,), F32)
    yield Tensor("v.position_embd.weight", (shape.positions, width), F32)
    for layer in range(shape.vision_layers):
        block = f"v.blk.{layer}."
        yield from norm(f"{block}ln1", width)
        yield from norm(f"{block}ln2", width)
        yield from dense(f"{block}attn_qkv", 3 * width, width)
        yield from dense(f"{block}attn_out", width, width)
        yield from dense(f"{block}ffn_up", shape.vision_feed_forward, width)
        yield from dense(f"{block}ffn_down", width, shape.vision_feed_forward)
        if layer in shape.deepstack:
            deep = f"v.deepstack.{layer}."
            yield from norm(f"{deep}norm", merged)
            yield from dense(f"{deep}fc1", merged, merged)
            yield from dense(f"{deep}fc2", shape.width, merged)
    yield from norm("v.post_ln", width)
    yield from dense("mm.0", merged, merged)
    yield from dense("mm.2", shape.width, merged)


def _write_data(file: BinaryIO, tensor: Tensor) -> None:
    """Norms are ones, biases zeros, all else random."""
    if len(tensor.shape) == 1 or tensor.kind == F32:
        values = np.zeros(tensor.shape, np.float32)
        if len(tensor.shape) > 1:
            values = np.random.default_rng(1).standard_normal(tensor.shape, np.float32) * np.float32(_SIZE_OF_WEIGHTS)
        elif tensor.name.endswith("weight"):
            values = np.ones(tensor.shape, np.float32)
        file.write(values.tobytes())
        return
    pool = _pool(tensor.kind)
    left = tensor.size
    while left > 0:
        file.write(pool[:left])
        left -= len(pool)


@functools.cache
def _pool(kind: int) -> bytes:
    """Random whole blocks of a format, scaled so that the weights have the wanted size."""
    rng = np.random.default_rng(kind)
    if kind == F16:
        return (rng.standard_normal(_POOL // 2, np.float32) * _SIZE_OF_WEIGHTS).astype(np.float16).tobytes()
    size = BLOCKS[kind][1]
    blocks = rng.integers(0, 256, (_POOL // size, size), np.uint8)

    def half(value: float) -> Any:
        return np.frombuffer(np.float16(value).tobytes(), np.uint8)

    # A block's own scale: 6-bit scales times 4 bits, 8-bit scales times 6 bits, and plain 8 bits.
    if kind == Q4_K:
        blocks[:, 0:2], blocks[:, 2:4] = half(_SIZE_OF_WEIGHTS / 8 / 32), half(_SIZE_OF_WEIGHTS / 32)
    elif kind == Q6_K:
        blocks[:, -2:] = half(_SIZE_OF_WEIGHTS / 32 / 64)
    else:
        blocks[:, 0:2] = half(_SIZE_OF_WEIGHTS / 64)
    return blocks.tobytes()
