"""The properties of a GGUF file, read from its header without loading it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from edge_assistant.models.gguf_header import HeaderReader, Value, open_regular
from edge_assistant.system.errors import WeightsError
from edge_assistant.system.i18n import tr

Variant = Literal["instruct", "thinking"]

# general.file_type (llama.h, enum llama_ftype)
_FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S",
    12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K",
    32: "BF16",
}  # fmt: skip
QUANTISATION = re.compile(r"(?i)(?<![a-z0-9])(i?q\d(?:_[a-z0-9]{1,3}){0,2}|b?f16|f32)(?![a-z0-9])")
_NOT_THINKING = re.compile(r"no[nt]?[-_. ]?thinking")
# What the vision tower is divided by: at a zero the engine would crash when it is first used.
_DIVISORS = ("attention.head_count", "patch_size", "spatial_merge_size")
# llama.h, enum llama_pooling_type: what an embedding or reranking model ends with
_NO_POOLING = (-1, 0)
# What such models are called: not all of their files have the keys.
_COMPARES = re.compile(r"(?i)(?<![a-z])(?:embed(?:ding|dings|der)?|re-?rank(?:er|ing)?)(?![a-z])")


@dataclass(frozen=True, slots=True)
class GgufInfo:
    """The properties that a GGUF header gives; None where it does not."""

    path: Path
    file_size: int  # bytes
    architecture: str
    name: str | None
    variant: Variant | None
    quantisation: str | None
    block_count: int | None  # layers; of an mmproj: its vision tower's, as the next
    embedding_length: int | None
    context_length: int | None  # tokens the model was trained for
    kv_bytes_per_token: int | None  # at f16
    deepstack_layers: int  # of the vision tower, or those that the language model expects
    projector_type: str | None  # of an mmproj
    projection_dim: int | None  # of an mmproj: the embedding length of its language model
    licence: str | None
    shard_count: int  # more than 1: one part of a model that was split into several files
    writes_text: bool = True  # False: a model that only compares texts and pictures, or an adapter


def describe_gguf(path: Path) -> GgufInfo:
    """Read the header of `path` and check that the file is whole. Raises WeightsError with what is wrong."""
    with open_regular(path) as file:
        reader = HeaderReader(file, path)
        read = dict(reader.metadata())
        metadata = {key: value for key, value in read.items() if value is not None}
        tensors = reader.tensors(metadata.get("general.alignment", 32))  # which checks that the file has them all
        return _describe(path, reader.size, metadata, {*read, *(tensor.name for tensor in tensors)})


def architecture_of(path: Path) -> str | None:
    """Return the architecture alone, which stands first in most headers, so this is cheap. Raises WeightsError."""
    with open_regular(path) as file:
        for key, value in HeaderReader(file, path).metadata():
            if key == "general.architecture":
                return str(value)
    return None


def is_importance_matrix(path: Path) -> bool:
    """Return whether this is no model but the statistics that one was quantised with, which lie beside some."""
    with open_regular(path) as file:
        return any(key == "general.type" and value == "imatrix" for key, value in HeaderReader(file, path).metadata())


def variant_in(text: str) -> Variant | None:
    """Return the variant that a name mentions."""
    words = _NOT_THINKING.sub("instruct", text.lower())
    return "thinking" if "thinking" in words else "instruct" if "instruct" in words else None


def _describe(path: Path, size: int, metadata: dict[str, Value], present: Collection[str]) -> GgufInfo:
    """Return the properties; `present` has the names of all keys, also of those without a value here, and tensors."""

    def text(key: str) -> str | None:
        value = metadata.get(key)
        return value if isinstance(value, str) else None

    def number(key: str) -> int | None:
        value = metadata.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    architecture = text("general.architecture")
    if not architecture:
        raise WeightsError(tr("{name} does not say what type of model it is.", name=path.name))
    prefix = "clip.vision" if architecture == "clip" else architecture
    blocks = number(f"{prefix}.block_count")
    kv_heads = number(f"{architecture}.attention.head_count_kv")
    key_length = number(f"{architecture}.attention.key_length")
    value_length = number(f"{architecture}.attention.value_length")
    kv_bytes = None
    if blocks is not None and kv_heads is not None and key_length is not None and value_length is not None:
        kv_bytes = blocks * kv_heads * (key_length + value_length) * 2
    if any(number(f"clip.vision.{key}") == 0 for key in _DIVISORS):
        raise WeightsError(tr("{name} is damaged: its header lacks the dimensions.", name=path.name))
    tower_layers = metadata.get("clip.vision.is_deepstack_layers")
    tower_deepstack = sum(map(bool, tower_layers)) if isinstance(tower_layers, tuple) else 0
    in_name = QUANTISATION.search(path.stem)
    file_type = number("general.file_type")
    quantisation = None if file_type is None else _FILE_TYPES.get(file_type)
    names = (text("general.finetune"), text("general.name"), path.stem)
    return GgufInfo(
        path=path,
        file_size=size,
        architecture=architecture,
        name=text("general.name"),
        variant=_variant(text("tokenizer.chat_template"), names),
        quantisation=quantisation or (in_name[1].upper() if in_name else None),
        block_count=blocks,
        embedding_length=number(f"{prefix}.embedding_length"),
        context_length=number(f"{architecture}.context_length"),
        kv_bytes_per_token=kv_bytes,
        deepstack_layers=number(f"{architecture}.n_deepstack_layers") or tower_deepstack,
        projector_type=text("clip.projector_type") or text("clip.vision.projector_type"),
        projection_dim=number("clip.vision.projection_dim"),
        licence=text("general.license"),
        shard_count=number("split.count") or 1,
        writes_text=not (
            number(f"{architecture}.pooling_type") not in (None, *_NO_POOLING)
            or f"{architecture}.classifier.output_labels" in present
            or any(name.startswith("cls.") for name in present)
            or text("general.type") == "adapter"
            or any(_COMPARES.search(name) for name in (*names, text("general.basename")) if name)
        ),
    )


def _variant(template: str | None, names: tuple[str | None, ...]) -> Variant | None:
    """Return the variant: "thinking" where the chat template starts answers with thoughts or a name says so.

    Some files have a template without that start. Without a template (an mmproj) only the names tell.
    """
    named = next((found for name in names if name and (found := variant_in(name))), None)
    if template is not None and "add_generation_prompt" in template:
        opening = template.rpartition("add_generation_prompt")[2]
        # Hybrid templates turn thinking off by a closed pair of tags.
        still_open = opening.rpartition("</think>")[2]
        return "thinking" if "<think>" in still_open or named == "thinking" else "instruct"
    return named
