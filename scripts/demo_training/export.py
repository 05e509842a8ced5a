"""Writes a trained checkpoint as a pair of GGUF files, under llama.cpp's names for Qwen3-VL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from safetensors.numpy import load_file

from .files import MMPROJ_NAME, text_name
from .questions import Variant

_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.content is string %}{{ m.content }}{% else %}"
    "{% for c in m.content %}{% if c.type == 'text' %}{{ c.text }}{% elif c.type in ('image', 'image_url') %}"
    "<|vision_start|><|image_pad|><|vision_end|>{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n%OPENER%{% endif %}"
)
_OPENER = {"instruct": "", "thinking": "<think>\n"}
_LAYER_NAMES = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_BLOCK_NAMES = {
    "norm1": "ln1",
    "norm2": "ln2",
    "attn.qkv": "attn_qkv",
    "attn.proj": "attn_out",
    "mlp.linear_fc1": "ffn_up",
    "mlp.linear_fc2": "ffn_down",
}
_TEXT, _VISION = "model.language_model.", "model.visual."
_MOSTLY_F16 = 1  # llama.cpp's LLAMA_FTYPE_MOSTLY_F16


def _add(writer: gguf.GGUFWriter, name: str, tensor: np.ndarray, *, exact: bool = False) -> None:
    """Matrices as F16; vectors, and what llama.cpp interpolates, as F32."""
    kind = np.float32 if tensor.ndim == 1 or exact else np.float16
    writer.add_tensor(name, np.ascontiguousarray(tensor.astype(kind)))


def _finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def export_text(checkpoint: Path, target: Path, variant: Variant) -> None:
    """Write the language model of a checkpoint folder. OSError when it cannot be read or written."""
    config = json.loads((checkpoint / "config.json").read_text())
    tensors = load_file(checkpoint / "model.safetensors")
    text = config["text_config"]
    writer = gguf.GGUFWriter(str(target), "qwen3vl")
    writer.add_name(f"tiny-qwen3vl-{variant}")
    writer.add_file_type(_MOSTLY_F16)
    writer.add_context_length(text["max_position_embeddings"])
    writer.add_embedding_length(text["hidden_size"])
    writer.add_block_count(text["num_hidden_layers"])
    writer.add_feed_forward_length(text["intermediate_size"])
    writer.add_head_count(text["num_attention_heads"])
    writer.add_head_count_kv(text["num_key_value_heads"])
    writer.add_key_length(text["head_dim"])
    writer.add_value_length(text["head_dim"])
    writer.add_layer_norm_rms_eps(text["rms_norm_eps"])
    writer.add_rope_freq_base(text["rope_parameters"]["rope_theta"])
    writer.add_rope_dimension_sections([*text["rope_parameters"]["mrope_section"], 0])
    writer.add_num_deepstack_layers(len(config["vision_config"]["deepstack_visual_indexes"]))
    _add_vocabulary(writer, json.loads((checkpoint / "tokenizer.json").read_text()), text["vocab_size"])
    writer.add_chat_template(_TEMPLATE.replace("%OPENER%", _OPENER[variant]))
    for theirs, ours in text_names(config).items():
        _add(writer, ours, tensors[theirs])
    _finish(writer)


def text_names(config: dict[str, Any]) -> dict[str, str]:
    """The language model's tensors: transformers' names, and llama.cpp's."""
    names = {"embed_tokens.weight": "token_embd.weight", "norm.weight": "output_norm.weight"}  # tied: the output, too
    for number in range(config["text_config"]["num_hidden_layers"]):
        for theirs, ours in _LAYER_NAMES.items():
            names[f"layers.{number}.{theirs}.weight"] = f"blk.{number}.{ours}.weight"
    return {_TEXT + theirs: ours for theirs, ours in names.items()}


def _add_vocabulary(writer: gguf.GGUFWriter, tokenizer: dict[str, Any], size: int) -> None:
    numbers = dict(tokenizer["model"]["vocab"])
    kinds = {}
    for token in tokenizer["added_tokens"]:
        numbers[token["content"]] = token["id"]
        kinds[token["id"]] = gguf.TokenType.CONTROL if token["special"] else gguf.TokenType.USER_DEFINED
    names = {number: name for name, number in numbers.items()}
    for number in range(size):
        kinds.setdefault(number, gguf.TokenType.NORMAL if number in names else gguf.TokenType.UNUSED)
    merges = tokenizer["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([names.get(number, f"[PAD{number}]") for number in range(size)])
    writer.add_token_types([kinds[number] for number in range(size)])
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_bos_token_id(numbers["<|endoftext|>"])
    writer.add_eos_token_id(numbers["<|im_end|>"])
    writer.add_pad_token_id(numbers["<|endoftext|>"])
    writer.add_add_bos_token(False)


def export_vision(checkpoint: Path, target: Path) -> None:
    """Write the vision tower of a checkpoint folder as an mmproj file. OSError when it cannot be read or written."""
    config = json.loads((checkpoint / "config.json").read_text())
    tensors = load_file(checkpoint / "model.safetensors")
    vision = config["vision_config"]
    side = round(vision["num_position_embeddings"] ** 0.5)
    writer = gguf.GGUFWriter(str(target), "clip")
    writer.add_name("tiny-qwen3vl")
    writer.add_file_type(_MOSTLY_F16)
    writer.add_clip_has_vision_encoder(True)
    writer.add_clip_projector_type("qwen3vl_merger")
    writer.add_vision_projection_dim(vision["out_hidden_size"])
    writer.add_vision_image_size(side * vision["patch_size"])
    writer.add_vision_patch_size(vision["patch_size"])
    writer.add_vision_embedding_length(vision["hidden_size"])
    writer.add_vision_feed_forward_length(vision["intermediate_size"])
    writer.add_vision_block_count(vision["depth"])
    writer.add_vision_head_count(vision["num_heads"])
    writer.add_vision_attention_layernorm_eps(1e-6)
    writer.add_vision_image_mean([0.5] * 3)
    writer.add_vision_image_std([0.5] * 3)
    writer.add_vision_use_gelu(True)
    writer.add_vision_spatial_merge_size(vision["spatial_merge_size"])
    deep = vision["deepstack_visual_indexes"]
    writer.add_vision_is_deepstack_layers([number in deep for number in range(vision["depth"])])
    for frame, ours in enumerate(FRAMES):
        _add(writer, ours, tensors[PATCHES][:, :, frame])
    for theirs, ours in vision_names(config).items():
        _add(writer, ours, tensors[theirs], exact="position" in ours)
    _finish(writer)


PATCHES, FRAMES = f"{_VISION}patch_embed.proj.weight", ("v.patch_embd.weight", "v.patch_embd.weight.1")
"""What makes patches of two frames: one tensor of transformers, two of llama.cpp."""


def vision_names(config: dict[str, Any]) -> dict[str, str]:
    """The vision tower's tensors but for PATCHES: transformers' names, and llama.cpp's."""
    vision = config["vision_config"]
    names = {
        f"blocks.{n}.{theirs}": f"v.blk.{n}.{ours}"
        for n in range(vision["depth"])
        for theirs, ours in _BLOCK_NAMES.items()
    }
    for number, layer in enumerate(
        vision["deepstack_visual_indexes"]
    ):  # llama.cpp counts these by the layer they follow
        for theirs, ours in (("norm", "norm"), ("linear_fc1", "fc1"), ("linear_fc2", "fc2")):
            names[f"deepstack_merger_list.{number}.{theirs}"] = f"v.deepstack.{layer}.{ours}"
    names |= {"merger.norm": "v.post_ln", "merger.linear_fc1": "mm.0", "merger.linear_fc2": "mm.2"}
    parts = {f"{theirs}.{part}": f"{ours}.{part}" for theirs, ours in names.items() for part in ("weight", "bias")}
    parts |= {"patch_embed.proj.bias": "v.patch_embd.bias", "pos_embed.weight": "v.position_embd.weight"}
    return {_VISION + theirs: ours for theirs, ours in parts.items()}


def export(folder: Path, target: Path) -> list[Path]:
    """Write both variants and their mmproj from the checkpoints that training left in `folder`; the files' paths."""
    target.mkdir(parents=True, exist_ok=True)
    written = [target / MMPROJ_NAME]
    export_vision(folder / "instruct", written[0])
    for variant in _OPENER:
        written.append(target / text_name(variant))  # type: ignore[arg-type]
        export_text(folder / variant, written[-1], variant)  # type: ignore[arg-type]
    return written
