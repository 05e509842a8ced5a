"""Qwen3-VL's vision tower in plain torch, and what its attention shares with the language model's."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from edge_assistant.system.cpu import has_bf16

EPS = 1e-6
_THETA = 10_000.0  # as in Qwen3-VL


def turned(x: Tensor) -> Tensor:
    """The other half of a rotation: each pair of numbers turned by a right angle."""
    first, second = x.chunk(2, -1)
    return torch.cat((-second, first), -1)


# Up to this many tokens, two plain products are faster in bfloat16 than torch's fused attention; in float32 it is.
_PLAIN_ATTENTION = 600


def attend(query: Tensor, key: Tensor, value: Tensor, *, causal: bool = False) -> Tensor:
    """Scaled dot-product attention, in whatever way is quickest on the device."""
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
        self.norm = nn.LayerNorm(4 * size if norm_after else size, eps=EPS)
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
        self.norm1 = nn.LayerNorm(size, eps=EPS)
        self.norm2 = nn.LayerNorm(size, eps=EPS)
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
        query, key = query * cos + turned(query) * sin, key * cos + turned(key) * sin
        seen = attend(query, key, value)
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
            inverse = 1 / _THETA ** (torch.arange(0, half, 2).float() / half)
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
