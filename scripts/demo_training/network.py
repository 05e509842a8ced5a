"""Qwen3-VL in plain torch for training: parameter names are those of transformers' Qwen3VLForConditionalGeneration.

All pictures of a batch have the same size, so the vision tower runs batched; several conversations may share a picture.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from .vision import EPS, Vision, attend, turned

_TEXT_THETA = 5_000_000.0  # as in Qwen3-VL
LOOKING_HEADS = {"said": (0, 0), "asked": (1, 0), "last": (1, 2), "find": (2, 0), "read": (2, 2)}
"""Layer and number of the language model's heads that are taught what to look at.

Two ways of three and two steps: to read on, what was said last ("said"), where that stands ("last"), and what comes
after it ("read"); to find something, its name in the question ("asked"), and then the thing ("find").
"""


def make_config(tokenizer: Tokenizer) -> dict[str, Any]:
    """transformers' config.json of the tiny Qwen3-VL."""
    number = tokenizer.token_to_id
    hidden = 128
    return {
        "model_type": "qwen3_vl",
        "architectures": ["Qwen3VLForConditionalGeneration"],
        "tie_word_embeddings": True,
        "image_token_id": number("<|image_pad|>"),
        "video_token_id": number("<|video_pad|>"),
        "vision_start_token_id": number("<|vision_start|>"),
        "vision_end_token_id": number("<|vision_end|>"),
        "text_config": {
            "model_type": "qwen3_vl_text",
            "vocab_size": -(-tokenizer.get_vocab_size() // 32) * 32,
            "hidden_size": hidden,
            "intermediate_size": 384,
            "num_hidden_layers": 4,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "head_dim": 32,
            "hidden_act": "silu",
            "max_position_embeddings": 32768,
            "rms_norm_eps": EPS,
            "tie_word_embeddings": True,
            "bos_token_id": number("<|endoftext|>"),
            "eos_token_id": number("<|im_end|>"),
            "pad_token_id": number("<|endoftext|>"),
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": _TEXT_THETA,
                "mrope_section": [6, 5, 5],
                "mrope_interleaved": True,
            },
        },
        "vision_config": {
            "model_type": "qwen3_vl_vision",
            "depth": 5,
            "hidden_size": 192,
            "hidden_act": "gelu_pytorch_tanh",
            "intermediate_size": 512,
            "num_heads": 6,
            "in_channels": 3,
            "patch_size": 16,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
            "out_hidden_size": hidden,
            "num_position_embeddings": 256,
            "deepstack_visual_indexes": [2],
        },
    }


class _RMSNorm(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x: Tensor) -> Tensor:
        return functional.rms_norm(x.float(), (x.shape[-1],), self.weight, EPS)


class _Layer(nn.Module):
    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        size, inner = config["hidden_size"], config["intermediate_size"]
        heads, groups, width = config["num_attention_heads"], config["num_key_value_heads"], config["head_dim"]
        self.heads, self.groups, self.width = heads, groups, width
        self.input_layernorm = _RMSNorm(size)
        self.post_attention_layernorm = _RMSNorm(size)
        self.self_attn = nn.Module()
        self.self_attn.q_proj = nn.Linear(size, heads * width, bias=False)
        self.self_attn.k_proj = nn.Linear(size, groups * width, bias=False)
        self.self_attn.v_proj = nn.Linear(size, groups * width, bias=False)
        self.self_attn.o_proj = nn.Linear(heads * width, size, bias=False)
        self.self_attn.q_norm = _RMSNorm(width)
        self.self_attn.k_norm = _RMSNorm(width)
        self.mlp = nn.Module()
        self.mlp.gate_proj = nn.Linear(size, inner, bias=False)
        self.mlp.up_proj = nn.Linear(size, inner, bias=False)
        self.mlp.down_proj = nn.Linear(inner, size, bias=False)

    def forward(
        self, x: Tensor, cos: Tensor, sin: Tensor, watched: dict[int, Tensor]
    ) -> tuple[Tensor, dict[int, Tensor]]:
        """The next states; and what each head in `watched` looks at from there (looks, 2: conversation, token), as
        logarithms (looks, tokens)."""
        batch, length, _ = x.shape
        attention, y = self.self_attn, self.input_layernorm(x)
        query = attention.q_norm(attention.q_proj(y).view(batch, length, self.heads, self.width)).transpose(1, 2)
        key = attention.k_norm(attention.k_proj(y).view(batch, length, self.groups, self.width)).transpose(1, 2)
        value = attention.v_proj(y).view(batch, length, self.groups, self.width).transpose(1, 2)
        query, key = query * cos + turned(query) * sin, key * cos + turned(key) * sin
        looks = {}
        for head, places in watched.items():
            conversation, place = places.unbind(1)
            group = head // (self.heads // self.groups)
            scores = (key[conversation, group] @ query[conversation, head, place][..., None])[..., 0]
            later = torch.arange(length, device=x.device) > place[:, None]
            scores = (scores * self.width**-0.5).masked_fill(later, float("-inf"))
            looks[head] = scores.float().log_softmax(-1)
        each = (-1, -1, self.heads // self.groups, -1, -1)
        key, value = (t[:, :, None].expand(each).flatten(1, 2) for t in (key, value))
        seen = attend(query, key, value, causal=True)
        x = x + attention.o_proj(seen.transpose(1, 2).reshape(batch, length, -1))
        y = self.post_attention_layernorm(x)
        return x + self.mlp.down_proj(functional.silu(self.mlp.gate_proj(y)) * self.mlp.up_proj(y)), looks


def _put(x: Tensor, index: Tensor, cells: Tensor) -> Tensor:
    """`x` with `cells` in its rows of that `index`, over all conversations."""
    return x.flatten(0, 1).index_copy(0, index, cells.flatten(0, 1).to(x.dtype)).view_as(x)


class Network(nn.Module):
    """The whole model."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        text = config["text_config"]
        self.config, self.text = config, text
        self.model = nn.Module()
        self.model.visual = Vision(config["vision_config"])
        language = self.model.language_model = nn.Module()
        language.embed_tokens = nn.Embedding(text["vocab_size"], text["hidden_size"])
        language.layers = nn.ModuleList(_Layer(text) for _ in range(text["num_hidden_layers"]))
        language.norm = _RMSNorm(text["hidden_size"])
        for name, parameter in self.named_parameters():
            if parameter.ndim >= 2:
                embedding = "embed_tokens" in name or "pos_embed" in name
                nn.init.normal_(parameter, std=0.02 if embedding else 0.7 * parameter[0].numel() ** -0.5)
            elif "bias" in name:
                nn.init.zeros_(parameter)

    def forward(
        self,
        ids: Tensor,
        start: Tensor,
        image: Tensor,
        deep: list[Tensor],
        grid: tuple[int, int],
        watched: dict[tuple[int, int], Tensor],
    ) -> tuple[Tensor, dict[tuple[int, int], Tensor]]:
        """Last hidden states (conversations, tokens, size), and what each layer's head in `watched` looks at from there
        (looks, 2: conversation, token), as logarithms (looks, tokens).

        `ids` (conversations, tokens) padded on the right; `start` where each one's picture begins; `image` and `deep`
        (conversations, cells, size) from the vision tower; `grid` the picture's rows and columns in cells.
        """
        language = self.model.language_model
        cells = image.shape[1]
        x = language.embed_tokens(ids)
        conversations = torch.arange(len(ids), device=ids.device)[:, None] * ids.shape[1]
        index = (conversations + start[:, None] + torch.arange(cells, device=ids.device)).flatten()
        x = _put(x, index, image)
        cos, sin = self._rotation(start, ids.shape[1], *grid)
        looks: dict[tuple[int, int], Tensor] = {}
        for number, layer in enumerate(language.layers):
            here = {head: places for (of, head), places in watched.items() if of == number}
            x, seen = layer(x, cos, sin, here)
            looks |= {(number, head): each for head, each in seen.items()}
            if number < len(deep):
                x = x + _put(torch.zeros_like(x), index, deep[number])
        return language.norm(x), looks

    def logits(self, hidden: Tensor) -> Tensor:
        """Scores of the next token."""
        return functional.linear(hidden, self.model.language_model.embed_tokens.weight)

    def _rotation(self, start: Tensor, length: int, rows: int, columns: int) -> tuple[Tensor, Tensor]:
        """M-RoPE: in a picture, rows and columns count for themselves; after it, time goes on from the largest."""
        place = torch.arange(length, device=start.device).expand(len(start), length) - start[:, None]
        cells = rows * columns
        inside = (place >= 0) & (place < cells)
        after = place + start[:, None] - cells + max(rows, columns)
        plain = torch.where(place < 0, place + start[:, None], after)
        begin = start[:, None].expand_as(place)
        positions = torch.stack(
            (
                torch.where(inside, begin, plain),
                torch.where(inside, begin + place // columns, plain),
                torch.where(inside, begin + place % columns, plain),
            )
        )
        width = self.text["head_dim"]
        theta = self.text["rope_parameters"]["rope_theta"]
        inverse = 1 / theta ** (torch.arange(0, width, 2, device=start.device).float() / width)
        angles = positions[..., None] * inverse
        mixed = angles[0].clone()
        sections = self.text["rope_parameters"]["mrope_section"]
        for axis in (1, 2):
            mixed[..., axis : sections[axis] * 3 : 3] = angles[axis][..., axis : sections[axis] * 3 : 3]
        mixed = torch.cat((mixed, mixed), -1)[:, None]
        return mixed.cos(), mixed.sin()

    def save(self, folder: Path, tokenizer: Tokenizer) -> None:
        """Write a checkpoint that transformers can load."""
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {name: tensor.detach().contiguous().clone() for name, tensor in self.state_dict().items()}
        save_file(tensors, folder / "model.safetensors", {"format": "pt"})
        (folder / "config.json").write_text(json.dumps(self.config, indent=1))
        tokenizer.save(str(folder / "tokenizer.json"))

    @staticmethod
    def load(folder: Path) -> tuple[Network, Tokenizer]:
        """The model and tokenizer of a checkpoint."""
        network = Network(json.loads((folder / "config.json").read_text()))
        network.load_state_dict(load_file(folder / "model.safetensors"))
        return network, Tokenizer.from_file(str(folder / "tokenizer.json"))
