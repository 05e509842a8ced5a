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

from edge_assistant.system.cpu import has_bf16

_EPS = 1e-6
_VISION_THETA, _TEXT_THETA = 10_000.0, 5_000_000.0  # as in Qwen3-VL
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
            "rms_norm_eps": _EPS,
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


def _turned(x: Tensor) -> Tensor:
    first, second = x.chunk(2, -1)
    return torch.cat((-second, first), -1)


class _RMSNorm(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x: Tensor) -> Tensor:
        return functional.rms_norm(x.float(), (x.shape[-1],), self.weight, _EPS)


# Up to this many tokens, two plain products are faster in bfloat16 than torch's fused attention; in float32 it is.
_PLAIN_ATTENTION = 600


def _attention(query: Tensor, key: Tensor, value: Tensor, *, causal: bool = False) -> Tensor:
    if query.is_cuda:  # the quickest of torch's fused kernels take 16 bits only
        half = (each.bfloat16() for each in (query, key, value))
        return functional.scaled_dot_product_attention(*half, is_causal=causal).to(value.dtype)
    length = query.shape[-2]
    if length > _PLAIN_ATTENTION or not has_bf16():
        query, key = query.to(value.dtype), key.to(value.dtype)
        return functional.scaled_dot_product_attention(query, key, value, is_causal=causal)
    scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
    if causal:
        scores = scores.masked_fill(torch.ones(length, length, dtype=torch.bool).triu(1), float("-inf"))
    return scores.softmax(-1).to(value.dtype) @ value


class _Merger(nn.Module):
    """Four patches become one image token."""

    def __init__(self, size: int, out: int, *, norm_after: bool) -> None:
        super().__init__()
        self.size, self.norm_after = size, norm_after
        self.norm = nn.LayerNorm(4 * size if norm_after else size, eps=_EPS)
        self.linear_fc1 = nn.Linear(4 * size, 4 * size)
        self.linear_fc2 = nn.Linear(4 * size, out)

    def forward(self, x: Tensor) -> Tensor:
        merged = (x.shape[0], -1, 4 * self.size)
        x = self.norm(x.reshape(merged)) if self.norm_after else self.norm(x).reshape(merged)
        return self.linear_fc2(functional.gelu(self.linear_fc1(x)))


class _VisionBlock(nn.Module):
    def __init__(self, size: int, inner: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(size, eps=_EPS)
        self.norm2 = nn.LayerNorm(size, eps=_EPS)
        self.attn = nn.Module()
        self.attn.qkv = nn.Linear(size, 3 * size)
        self.attn.proj = nn.Linear(size, size)
        self.mlp = nn.Module()
        self.mlp.linear_fc1 = nn.Linear(size, inner)
        self.mlp.linear_fc2 = nn.Linear(inner, size)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        batch, patches, size = x.shape
        qkv = self.attn.qkv(self.norm1(x)).view(batch, patches, 3, self.heads, size // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        query, key = query * cos + _turned(query) * sin, key * cos + _turned(key) * sin
        seen = _attention(query, key, value)
        x = x + self.attn.proj(seen.transpose(1, 2).reshape(batch, patches, size))
        return x + self.mlp.linear_fc2(functional.gelu(self.mlp.linear_fc1(self.norm2(x)), approximate="tanh"))


class Vision(nn.Module):
    """The vision tower: patches in, image tokens and deepstack features out."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        size = config["hidden_size"]
        self.config = config
        self.side = round(config["num_position_embeddings"] ** 0.5)
        self.deep = config["deepstack_visual_indexes"]
        self.patch_embed = nn.Module()
        self.patch_embed.proj = nn.Conv3d(3, size, (2, 16, 16), (2, 16, 16))
        self.pos_embed = nn.Embedding(self.side**2, size)
        self.blocks = nn.ModuleList(
            _VisionBlock(size, config["intermediate_size"], config["num_heads"]) for _ in range(config["depth"])
        )
        self.merger = _Merger(size, config["out_hidden_size"], norm_after=False)
        self.deepstack_merger_list = nn.ModuleList(
            _Merger(size, config["out_hidden_size"], norm_after=True) for _ in self.deep
        )
        self._geometry: dict[tuple[int, int], tuple[Tensor, ...]] = {}

    def forward(
        self, pixels: Tensor, rows: int, columns: int, *, deep: bool = True
    ) -> tuple[Tensor, list[Tensor], Tensor]:
        """Image tokens, deepstack features, and the patches in the middle of the tower.

        `pixels` (pictures, patches, 768) in merge order, one frame; `rows` and `columns` count patches.
        """
        cos, sin, down, across, order = self._place(rows, columns)
        weight = self.patch_embed.proj.weight.sum(2).flatten(1)  # both frames are the same picture
        x = functional.linear(pixels, weight, self.patch_embed.proj.bias)
        table = self.pos_embed.weight.view(self.side, self.side, -1)
        x = x + torch.einsum("ra,cb,abd->rcd", down, across, table).flatten(0, 1)[order]
        taps = []
        for number, block in enumerate(self.blocks):
            x = block(x, cos, sin)
            if number == self.deep[0]:
                middle = x
            if deep and number in self.deep:
                taps.append(self.deepstack_merger_list[len(taps)](x))
        return self.merger(x), taps, middle

    def _place(self, rows: int, columns: int) -> tuple[Tensor, ...]:
        """For a grid of patches: cosines and sines of their angles, how the rows and the columns of the table of
        positions are mixed for theirs (bilinear, corners on corners), and the order of their pictures."""
        if (rows, columns) not in self._geometry:
            down, across = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
            down, across = _merge_order(down), _merge_order(across)
            half = self.config["hidden_size"] // self.config["num_heads"] // 2
            inverse = 1 / _VISION_THETA ** (torch.arange(0, half, 2).float() / half)
            angles = torch.cat((down[:, None] * inverse, across[:, None] * inverse), -1)
            angles = torch.cat((angles, angles), -1)
            order = _merge_order(torch.arange(rows * columns).view(rows, columns))
            mixed = (_between(rows, self.side), _between(columns, self.side))
            geometry = (angles.cos(), angles.sin(), *mixed, order)
            self._geometry[rows, columns] = tuple(each.to(self.pos_embed.weight.device) for each in geometry)
        return self._geometry[rows, columns]


def _between(places: int, points: int) -> Tensor:
    """How much of each of `points` is in each of as many `places` from the first to the last point (places, points)."""
    where = torch.linspace(0, points - 1, places)[:, None]
    return (1 - (where - torch.arange(points)).abs()).clamp(min=0)


def _merge_order(grid: Tensor) -> Tensor:
    """From raster order to the order in which 2 x 2 patches stand together."""
    rows, columns = grid.shape
    return grid.reshape(rows // 2, 2, columns // 2, 2).permute(0, 2, 1, 3).reshape(-1)


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
        query, key = query * cos + _turned(query) * sin, key * cos + _turned(key) * sin
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
        seen = _attention(query, key, value, causal=True)
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
